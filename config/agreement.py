"""Contracts as the configuration gives them: one `Agreement` is one version, with every term resolved and its origin.

Sources: sla-definition.md (what must be written), the levels and clocks of the shipped profiles in `config/profiles/`.
"""

import re
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge
from pydantic import (
    Discriminator,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    Strict,
    Tag,
    field_validator,
    model_serializer,
    model_validator,
)
from typing_extensions import override

from config.duration import parse_duration, print_duration
from config.hours import check_date, check_days, check_pieces, check_week, check_weekday
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.value import Amount, Count, Currency, Duration, Flag, Moment, Percent, Text, Value, Weight, Zone

_WORKING_DAYS = re.compile(r"([1-9][0-9]{0,2})wd")

ALWAYS: Literal["24x7"] = "24x7"
SERVICE_HOURS: Literal["service_hours"] = "service_hours"


class Category(StrEnum):
    """Why time does not count."""

    MAINTENANCE = "maintenance"
    THIRD_PARTY = "third-party"
    CUSTOMER = "customer"
    FORCE_MAJEURE = "force-majeure"
    NETWORK_OPERATOR = "network-operator"


class Period(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class ExclusionEffect(StrEnum):
    REMOVED = "removed"
    RETAINED = "retained"


class UnknownPolicy(StrEnum):
    EXCLUDE = "exclude"
    AS_DOWN = "as_down"
    AS_UP = "as_up"


class Origin(StrEnum):
    """Where a term stands."""

    AGREEMENT = "agreement"
    TERMS = "terms"
    PROFILE = "profile"
    SITE = "site"


class CaseKind(StrEnum):
    FAULT = "fault"
    QUESTION = "question"
    COMPLAINT = "complaint"
    REQUEST = "request"


class Calendar(Value):
    """Hours by the local clock, in the notation of the deadline cases (`mon-fri: ["09:00-18:00"]`)."""

    id: str
    timezone: Zone = "UTC"
    country: str | None = None
    """Statutory holidays and make-up days of this country; None: the weekly hours alone."""
    hours: dict[str, tuple[str, ...]]
    off: tuple[str, ...] = ()
    """Dates `2026-10-01`."""
    work: dict[str, str] = Field(default_factory=dict)
    """Date -> weekday whose hours it has."""
    shifts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    breaks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    published_until: str | None = None

    @field_validator("hours")
    @classmethod
    def _weekly(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for days, pieces in hours.items():
            check_days(days)
            check_pieces(pieces)
        check_week(hours)
        return hours

    @field_validator("shifts", "breaks")
    @classmethod
    def _dated(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for date, pieces in hours.items():
            check_date(date)
            check_pieces(pieces)
        return hours

    @model_validator(mode="after")
    def _dates(self) -> "Calendar":
        for date in (*self.off, *self.work, *filter(None, [self.published_until])):
            check_date(date)
        for day in self.work.values():
            check_weekday(day)
        if both := sorted(set(self.off) & set(self.work)):
            raise ValueError(f"{both[0]} is a day off and a working day at once; keep one")
        return self


def _form(value: object) -> str:
    return "clock" if isinstance(value, str) else "calendar"


ServiceHours: TypeAlias = Annotated[
    Annotated[Literal["24x7"], Tag("clock")] | Annotated[Calendar, Tag("calendar")], Discriminator(_form)
]


class Limit(Value):
    """Exactly one: a span (written `2h`), or working days (`3wd`)."""

    span: Duration | None = None
    days: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if found := _WORKING_DAYS.fullmatch(value):
            return {"days": int(found[1])}
        try:
            parse_duration(value)
        except ValueError as error:
            raise ValueError("a limit is a length of time like 30m or 4h, or working days like 3wd") from error
        return {"span": value}

    @model_validator(mode="after")
    def _one(self) -> "Limit":
        if (self.span is None) == (self.days is None):
            raise ValueError("a limit is either a span or a number of working days")
        return self

    @model_serializer(mode="wrap")
    def _print(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> object:
        return str(self) if info.mode == "json" else handler(self)

    @override
    def __str__(self) -> str:
        return f"{self.days}wd" if self.span is None else print_duration(self.span)


class Commitment(Value):
    """A named clock of a level."""

    id: str
    """respond, resolve, accept, workaround, escalate, report…"""
    limit: Limit
    """Contractual: missing it is a breach."""
    target: Limit | None = None
    """Internal and tighter: missing it only warns."""
    starts: Literal["reported", "beyond_limit", "resolved"] = "reported"
    """What starts it: the earlier of report and opening; that the case is beyond one's limit; the resolution."""
    calendar: str = ALWAYS
    """`24x7`, `service_hours`, or an id in `Agreement.calendars`; working days are the days with hours in it."""
    automatic_receipt: Flag = False
    """Whether an automatic receipt meets it."""


class Level(Value):
    number: Annotated[int, Strict(), Ge(1)]
    """As the agreement numbers them; 1 is not the most severe everywhere."""
    name: Text
    meaning: Text | None = None
    severities: tuple[Annotated[int, Strict()], ...] = ()
    """Incident severities whose cases get this level."""
    kinds: tuple[CaseKind, ...] = ()
    """Cases of these kinds get this level unless a person says otherwise."""
    commitments: dict[str, Commitment] = Field(default_factory=dict)
    outside_hours: dict[str, Commitment] | None = None
    """The clocks for a case that comes outside service hours, by the wall clock; None: the same as inside."""
    taken_outside_hours: Flag = True
    """False: outside service hours the case is taken at the next opening."""


class ExclusionRule(Value):
    """For one category: notice needed before the start, and at most how much per month."""

    notice: Duration = 0
    cap: Duration | None = None


class Availability(Value):
    target: Percent
    """Percent as an exact decimal, `99.9`."""
    period: Period
    service_hours: ServiceHours
    exclusion_effect: ExclusionEffect
    unknown: UnknownPolicy
    partial_weight: Weight
    degraded_weight: Weight = Fraction(0)
    timezone: Zone
    bridge_max: Duration = 900 * SECOND
    merge_gap: Duration = 0
    min_outage: Duration = 0
    lapse: Duration | None = None
    """How long one observation is evidence; None: 2 x interval + timeout."""
    window: Literal["work", "announced"] = "work"
    """Where an exclusion cut short ends."""
    grace: Duration = 24 * HOUR
    answer: Duration = 10 * DAY
    """How long the customer has to answer before unobserved time counts as down."""
    days: Literal["calendar", "working"] = "calendar"
    exclusions: dict[Category, ExclusionRule] = Field(default_factory=dict)
    """The categories allowed."""

    @property
    def share(self) -> Fraction:
        """The target as a share of time: 99.9 -> 999/1000."""
        return Fraction(self.target) / 100


class Fee(Value):
    amount: Amount
    """An exact decimal, `120000` or `1999.50`."""
    currency: Currency
    per: Period = Period.MONTH


class Report(Value):
    """What is delivered without asking: `within` after the resolution, or by the end of `day` of the next month."""

    kind: Literal["incident", "statement", "quarterly", "inspection"]
    within: Duration | None = None
    day: Annotated[int, Strict(), Ge(1)] | None = None


class Sheet(Value):
    """A shipped profile or term sheet, pinned."""

    name: str
    version: int
    sha256: str
    title: Text

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.version}"


class Agreement(Value):
    """One version; `effective` to `until` it is in force, `measured_from` coverage starts."""

    id: str
    """`customer/agreement`; the same in every version."""
    customer: str
    version: Count = 1
    effective: Moment
    until: Moment | None = None
    """When the next version takes over or the agreement ends; None: open."""
    measured_from: Moment
    components: tuple[str, ...] = Field(min_length=1)
    profile: Sheet | None = None
    terms: Sheet | None = None
    """A term sheet's title and hash are printed with every term it gave."""
    availability: Availability
    hours: ServiceHours = ALWAYS
    """When cases are taken, and what `service_hours` clocks run on: those written, else those of
    `availability`."""
    fee: Fee | None = None
    remedies: tuple[Text, ...] = ()
    """Sentences, as the contract says them; none written: no remedies."""
    levels: tuple[Level, ...] = ()
    """Most severe first, whatever their numbers."""
    warn_before: Duration = 30 * MINUTE
    """A clock likely to be missed is announced this long before it runs out."""
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    """Those its commitments name, so that counting needs no other source."""
    reports: tuple[Report, ...] = ()
    contacts: Literal["any", "company-only"] = "any"
    """company-only: landline and company mail, private ones refused."""
    language: Literal["zh-CN", "en"] | None = None
    origins: dict[str, Origin] = Field(default_factory=dict)
    """Term -> where it stands, for every term that has a value: `target`, `period`, `levels`…"""

    def in_force(self, at: Instant) -> bool:
        return self.effective <= at and (self.until is None or at < self.until)

    def level(self, number: int) -> Level:
        """Raises KeyError."""
        for level in self.levels:
            if level.number == number:
                return level
        raise KeyError(number)

    def level_for(self, severity: int) -> Level | None:
        """The level of a case that an incident of this severity opens; the mildest fault level if none names it."""
        named = next((level for level in self.levels if severity in level.severities), None)
        faults = [level for level in self.levels if level.severities]
        return named or (faults[-1] if faults else None)
