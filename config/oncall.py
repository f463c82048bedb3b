"""Who is told: people and how they are reached, rotas and their layers, escalation policies."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Le
from pydantic import BeforeValidator, Field, Strict, WithJsonSchema, field_validator

from config.hours import check_days, check_pieces, check_time, check_week, check_weekday
from config.instant import HOUR, MINUTE
from config.value import Count, Duration, Mailbox, Moment, Text, Value, Zone


class Role(StrEnum):
    ENGINEER = "engineer"
    SERVICE_MANAGER = "service-manager"
    EXECUTIVE = "executive"
    ACCOUNT_MANAGER = "account-manager"
    TEAM_LEAD = "team-lead"
    EXPERT = "expert"
    LEGAL = "legal"
    AUDITOR = "auditor"


class Reach(Value):
    channel: str
    after: Duration = 0
    address: str | None = None
    """Over this channel, where it is neither the person's `email` nor `phone`: a chat, a topic, a member's id."""


class Person(Value):
    id: str
    name: Text
    email: Mailbox | None = None
    phone: str | None = None
    role: Role = Role.ENGINEER
    language: Literal["zh-CN", "en"] | None = None
    reach: tuple[Reach, ...] = ()


class Unit(StrEnum):
    """What the turns of a layer are measured in, on the local clock."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Every(Value):
    """A turn of `every` hours, days, weeks or months."""

    every: Count = 1
    unit: Unit


WORDS: dict[str, Unit] = {"hourly": Unit.HOURS, "daily": Unit.DAYS, "weekly": Unit.WEEKS, "monthly": Unit.MONTHS}


def _rotate(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value not in WORDS:
        raise ValueError(f"'{value}' is no rotation; write {', '.join(WORDS)}, or {{every: 2, unit: weeks}}")
    return {"unit": WORDS[value].value}


Rotate: TypeAlias = Annotated[
    Every,
    BeforeValidator(_rotate),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(WORDS)},
                {
                    "type": "object",
                    "properties": {
                        "every": {"type": "integer", "minimum": 1, "maximum": 1000},
                        "unit": {"enum": [one.value for one in Unit]},
                    },
                    "required": ["unit"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

HANDOFF: dict[Unit, str] = {
    Unit.HOURS: "00:00",
    Unit.DAYS: "09:00",
    Unit.WEEKS: "Mon 09:00",
    Unit.MONTHS: "1 09:00",
}
"""Where none is written."""


def check_handoff(text: str, unit: Unit) -> None:
    """Raises ValueError. A weekday before the time of a daily one says nothing and does no harm."""
    day, _, time = text.rpartition(" ")
    check_time(time)
    if unit is Unit.MONTHS:
        if not (day.isascii() and day.isdigit() and 1 <= int(day) <= 31):
            raise ValueError(f"'{day}' is no day of a month")
    elif day or unit is Unit.WEEKS:
        check_weekday(day.lower())


class Layer(Value):
    """People in turn, where its `hours` and its `calendar` let it hold; without either it always does."""

    people: tuple[str, ...] = Field(min_length=1)
    rotate: Rotate = Every(unit=Unit.WEEKS)
    """Written `hourly`, `daily`, `weekly`, `monthly` or `{every: 2, unit: weeks}`."""
    handoff: str = ""
    """By the rota's clock: `Mon 09:00` for weeks, `09:00` for hours and days, `1 09:00` for months; none: `HANDOFF`."""
    start: Moment | None = None
    """From then on, with the first person; None: always, counted from 1970."""
    hours: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """`{mon-fri: ["18:00-24:00"]}`, in the rota's zone; none are all."""
    calendar: str | None = None
    on: Literal["working-days", "days-off", "working-hours", "off-hours"] = "working-days"
    """Which time of the calendar."""

    @property
    def change(self) -> str:
        """The hand-off that holds."""
        return self.handoff or HANDOFF[self.rotate.unit]

    @field_validator("hours")
    @classmethod
    def _weekly(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for days, pieces in hours.items():
            check_days(days)
            check_pieces(pieces)
        check_week(hours)
        return hours


class Rota(Value):
    """Of its layers the first that holds says whose turn it is."""

    id: str
    timezone: Zone = "UTC"
    layers: tuple[Layer, ...]

    @field_validator("layers")
    @classmethod
    def _some(cls, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """Asked after the layers themselves are fine: one with a mistake is not none."""
        if not layers:
            raise ValueError("a rota needs a layer: `layers: [{people: [li]}]`")
        return layers


SeverityNumber: TypeAlias = Annotated[int, Strict(), Ge(1), Le(3)]


class During(Value):
    """The working hours of a calendar, or all others."""

    calendar: str
    hours: Literal["working-hours", "off-hours"] = "working-hours"


class Step(Value):
    notify: tuple[str, ...] = Field(min_length=1)
    """Person ids, `rota:<id>`, `role:<role>`; all of them at the same moment."""
    after: Duration = 0
    """From the step before; of the first step in the first round from the opening."""
    severity: tuple[SeverityNumber, ...] = ()
    """Only for these; none: for all."""
    unless: Literal["acknowledged", "resolved"] = "acknowledged"
    """`resolved`: also told when somebody has acknowledged."""
    during: During | None = None
    """Only in these hours; outside of them the step is left out."""
    channels: tuple[str, ...] = ()
    """Over these, all at once, whatever each one's own `reach` says."""


class Escalation(Value):
    """The steps in turn, `repeat` times; `pause` after a round's last step comes the next round or the fallback."""

    id: str
    steps: tuple[Step, ...] = Field(min_length=1)
    repeat: Annotated[int, Strict(), Ge(1), Le(100)] | None = 1
    """1 = once through; None (written `until-acknowledged`) = without end."""
    pause: Duration = 10 * MINUTE
    severity: tuple[SeverityNumber, ...] = ()
    """Only for these; none: for all."""
    acknowledged_for: Duration = 4 * HOUR
    """So long an acknowledged incident of severity 1 or 2 is somebody's; then it is told again where it stood."""
    remind: Duration = 30 * MINUTE
    """So long before that whoever has it is reminded."""
    fallback: tuple[str, ...] = ()
    """Told when the steps are used up or reach nobody; a written policy must have one."""

    @property
    def version(self) -> str:
        """Digest of all it says."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:12]
