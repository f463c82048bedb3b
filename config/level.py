"""Levels of cases and the clocks they start, in the agreement's own numbering. Source: requirements.md 1."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge
from pydantic import (
    BeforeValidator,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    Strict,
    model_serializer,
    model_validator,
)
from typing_extensions import override

from config.calendar import ALWAYS
from config.duration import parse_duration, print_duration
from config.value import Count, Duration, Flag, Text, Value

_WORKING_DAYS = re.compile(r"([1-9][0-9]{0,2})wd")
_EARLIER = re.compile(r"the earlier of (\S+) and (\S+)")
BY_PLAN = "by plan"
_ADVICE = (
    "a limit is a length of time like 30m or 4h, working days like 3wd, `the earlier of 24h and 1wd`, or `by plan`"
)


class CaseKind(StrEnum):
    FAULT = "fault"
    QUESTION = "question"
    COMPLAINT = "complaint"
    REQUEST = "request"


class Limit(Value):
    """A span (written `2h`), working days (`3wd`), the earlier of the two, or none: a plan is owed and sets it."""

    span: Duration | None = None
    days: Count | None = None
    by_plan: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value == BY_PLAN:
            return {"by_plan": True}
        if found := _EARLIER.fullmatch(value):
            first, second = _part(found[1]), _part(found[2])
            if set(first) == set(second):
                raise ValueError(_ADVICE)
            return {**first, **second}
        return _part(value)

    @model_validator(mode="after")
    def _something(self) -> "Limit":
        if self.by_plan is (self.span is not None or self.days is not None):
            raise ValueError("a limit is a span, a number of working days, the earlier of both, or set by a plan")
        return self

    @model_serializer(mode="wrap")
    def _print(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> object:
        return str(self) if info.mode == "json" else handler(self)

    @override
    def __str__(self) -> str:
        parts = [] if self.span is None else [print_duration(self.span)]
        if self.days is not None:
            parts.append(f"{self.days}wd")
        return f"the earlier of {parts[0]} and {parts[1]}" if len(parts) == 2 else parts[0] if parts else BY_PLAN


def _part(text: str) -> dict[str, object]:
    if found := _WORKING_DAYS.fullmatch(text):
        return {"days": int(found[1])}
    try:
        parse_duration(text)
    except ValueError as error:
        raise ValueError(_ADVICE) from error
    return {"span": text}


Start: TypeAlias = Literal["reported", "updated", "beyond_limit", "resolved", "contested"]
"""The earlier of report and opening; the report and each progress written; that the case is beyond one's ability or
limit; the resolution; that the customer is not satisfied with the result."""

Stop: TypeAlias = Literal[
    "receipt",
    "registered",
    "accepted",
    "triggered",
    "engaged",
    "arrived",
    "workaround",
    "proposed",
    "handed_over",
    "answered",
    "escalated",
    "updated",
    "resolved",
    "restored",
    "reported",
    "reviewed",
    "reassessed",
    "confirmed",
    "done",
]
"""What meets a commitment; the sentence for each stands in `sla/commitment.py`."""

STOPS: Mapping[str, Stop] = {
    "respond": "receipt",
    "register": "registered",
    "accept": "accepted",
    "trigger": "triggered",
    "engage": "engaged",
    "on_site": "arrived",
    "workaround": "workaround",
    "propose": "proposed",
    "hand_over": "handed_over",
    "reply": "answered",
    "answer": "answered",
    "escalate": "escalated",
    "update": "updated",
    "resolve": "resolved",
    "report": "reported",
    "review": "reviewed",
    "reassess": "reassessed",
    "confirm": "confirmed",
}
"""Commitment -> what meets it, where the commitment does not say."""

Function: TypeAlias = Literal[
    "engineer",
    "expert",
    "team-lead",
    "service-manager",
    "executive",
    "engineering",
    "legal",
    "management",
]


class Commitment(Value):
    """A named clock of a level."""

    id: str
    """respond, resolve, accept, workaround, escalate, report…"""
    limit: Limit
    """Contractual: missing it is a breach."""
    target: Limit | None = None
    """Internal and tighter: missing it only warns."""
    outside: Limit | None = None
    """The limit of one that starts outside its calendar's hours, by the wall clock; None: it starts at the opening."""
    starts: Start = "reported"
    stops: Stop = "done"
    calendar: str = ALWAYS
    """`24x7`, `service_hours`, or an id in `Agreement.calendars`; working days are the days with hours in it."""
    kinds: tuple[CaseKind, ...] = ()
    """Only for cases of these kinds; none named: for all."""
    agreed: Flag = True
    """False: a profile proposes it; it is owed where the agreement writes it out."""
    automatic_receipt: Flag = False
    """Whether an automatic receipt meets it."""
    note: Text | None = None
    """What else the agreement says of it."""

    @model_validator(mode="before")
    @classmethod
    def _named_stop(cls, value: object) -> object:
        if isinstance(value, Mapping) and "stops" not in value and value.get("id") in STOPS:
            return {**value, "stops": STOPS[str(value["id"])]}
        return value


class Called(Value):
    """Who is brought in, when, and whether the customer is told at the same moment."""

    to: tuple[Function, ...] = Field(min_length=1)
    when: Literal["opened", "beyond_limit"] = "beyond_limit"
    customer_told: Flag = False


def named(value: object) -> object:
    """Entries of a mapping learn their id from their key, as everywhere in the configuration."""
    if not isinstance(value, Mapping):
        return value
    return {key: {"id": key, **entry} if isinstance(entry, Mapping) else entry for key, entry in value.items()}


Commitments: TypeAlias = Annotated[dict[str, Commitment], BeforeValidator(named)]


class Level(Value):
    number: Annotated[int, Strict(), Ge(1)]
    """As the agreement numbers them; 1 is not the most severe everywhere."""
    name: Text
    meaning: Text | None = None
    severities: tuple[Annotated[int, Strict()], ...] = ()
    """Incident severities whose cases get this level."""
    kinds: tuple[CaseKind, ...] = ()
    """Cases of these kinds get this level unless a person says otherwise."""
    commitments: Commitments = Field(default_factory=dict)
    outside_hours: Commitments | None = None
    """The clocks for a case that comes outside service hours, by the wall clock; None: the same as inside."""
    taken_outside_hours: Flag = True
    """False: outside service hours the case is taken at the next opening."""
    calls: tuple[Called, ...] = ()
    """Who is brought in besides the person on call."""
