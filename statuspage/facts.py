"""What a page is made of, as plain facts: nothing here is worded, dated or drawn yet.

Instants are milliseconds; texts are `str` or one text for each language, as the operator wrote them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from config.instant import MINUTE, Instant, Span
from config.look.state import Shown
from sla.timeline import State

Text: TypeAlias = str | Mapping[str, str]


class Phase(StrEnum):
    """How far an incident has got, in the words the public knows."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """What made an update: a person wrote it, or upheld says what it did."""

    WRITTEN = "written"
    OPENED = "opened"
    CALLED = "called"  # opened, and somebody has been called at once
    ACKNOWLEDGED = "acknowledged"
    CHANGED = "changed"
    RESOLVED = "resolved"
    CLOSED = "closed"  # resolved by a person before the component recovered


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One more address in the header line, given by the roof: a desk, a mail box."""

    text: Text
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`name` stands in the header, `operator` in the footer; days are cut in `zone`."""

    name: Text
    operator: Text | None = None
    zone: str = "UTC"
    languages: tuple[str, ...] = ("zh-CN", "en")
    url: str = ""
    demo: bool = False
    links: tuple[Link, ...] = ()
    stale_after: Span | None = 3 * MINUTE
    """A last measurement older than this says nothing of now; None where nothing is measured, only reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Components that stand together; `name` is None for those in no group."""

    name: Text | None
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A component came into that state then."""

    state: State
    at: Instant
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """`changes` in the order of their instants, back to at least the one in force at the first day shown."""

    id: str
    name: Text
    description: Text | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Planned work, or another exclusion, over [start, end). Only an `agreed` one takes time out of the count."""

    id: str
    components: tuple[str, ...]
    start: Instant
    end: Instant
    text: Text | None = None
    announced_at: Instant | None = None
    agreed: bool = True
    maintenance: bool = True
    series: str = ""
    """The recurring plan it is an occurrence of; empty for a single one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One public entry; `text` is what a person wrote, None where upheld words it itself. `state`: of a change."""

    seq: int
    at: Instant
    phase: Phase
    cause: Cause
    state: Shown | None = None
    text: Text | None = None
    next_before: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`title` is public; None lets the page word it from component and state. `updates` oldest first."""

    id: str
    component: str
    state: Shown
    phase: Phase
    opened_at: Instant
    started_at: Instant
    resolved_at: Instant | None = None
    title: Text | None = None
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Answers over [start, start + bucket): None where nothing was measured."""

    start: Instant
    median_ms: int | None
    p95_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Response times of one component, in buckets of equal length without holes in `points`."""

    component: str
    bucket: Span
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCount:
    year: int
    month: int
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """All of one page. `incidents` newest first: every unresolved one, and those of the last 90 days."""

    site: Site
    path: str
    title: Text | None
    groups: tuple[Group, ...]
    components: Mapping[str, Component]
    windows: tuple[Window, ...] = ()
    incidents: tuple[Incident, ...] = ()
    months: tuple[MonthCount, ...] = ()
    series: Series | None = None
    measured_at: Instant | None = None
    """Up to when the measuring is known to have run; None before it began."""

    @property
    def name(self) -> Text:
        return self.title if self.title is not None else self.site.name
