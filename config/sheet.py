"""The two families of sheets an agreement may name: a profile (levels, commitments, reports…) and a term sheet (how
time is counted). One YAML file each, shipped in `config/profiles/` and `config/terms/`, or beside the configuration."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.calendar import ALWAYS, Calendar, ServiceHours
from config.conduct import Duty, Handling, Rating, Records, Report
from config.counting import Category, Counting, ExclusionRule, Period
from config.indicator import Indicator
from config.level import Level, named
from config.remedy import Remedy
from config.value import Count, Duration, Percent, Text, Value


class Proposal(Value):
    """What agreements under a profile usually write. It is printed, and never filled in."""

    target: Percent | None = None
    period: Period | None = None
    remedies: tuple[Remedy, ...] = ()
    """What a breach usually costs, owed where an agreement writes `remedies: proposed`; the amounts it speaks of, `fee`
    and `total`, only the agreement can say."""


class Exclusions(Value):
    exclusions: dict[Category, ExclusionRule] = Field(default_factory=dict)


class Profile(Value):
    name: str
    version: Count
    title: Text
    proposes: Proposal = Proposal()
    availability: Exclusions = Exclusions()
    """The categories of time that does not count, with their notice; no other term of counting."""
    hours: ServiceHours = ALWAYS
    """When cases are taken, and what `service_hours` clocks run on."""
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    """Those its commitments name; a calendar of the same name in the configuration goes before it."""
    contacts: Literal["any", "company-only"] = "any"
    levels: tuple[Level, ...] = Field(min_length=1)
    """Most severe first, whatever their numbers."""
    warn_before: Duration | None = None
    handling: Handling | None = None
    rating: Rating | None = None
    indicators: Annotated[dict[str, Indicator], BeforeValidator(named)] = Field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    records: Records | None = None
    duties: Annotated[dict[str, Duty], BeforeValidator(named)] = Field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()
    language: Literal["zh-CN", "en"] | None = None


class TermSheet(Value):
    name: str
    version: Count
    title: Text
    availability: Counting
    remedies: tuple[Remedy, ...] = ()
