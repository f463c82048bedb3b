"""What the provider changed in cases: another level, a clock stopped, each with who, why, and when the customer saw it.

A milder level or a stopped clock gives the provider time; so every one of the period stands on the statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.counting import Category
from config.instant import Instant
from sla.interval import Interval


class Act(StrEnum):
    LOWERED = "level_lowered"
    RAISED = "level_raised"
    STOPPED = "clock_stopped"


class Reply(StrEnum):
    """The customer's, to another level or to a stopped clock."""

    CONFIRMED = "confirmed"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """`at` is when it was written down and began to count, `happened_at` what whoever wrote it claims.

    `until`: of a stopped clock, None while it stands; `waits_for` what it stopped for, `evidence` where that can be
    seen. `before` and `after`: of a level, as it was said last and now.
    """

    case: str
    act: Act
    at: Instant
    happened_at: Instant
    by: str
    reason: str
    seen_at: Instant | None
    until: Instant | None = None
    before: int | None = None
    after: int | None = None
    reply: Reply | None = None
    replied_at: Instant | None = None
    waits_for: Category = Category.CUSTOMER
    evidence: str = ""


def within(changes: Iterable[CaseChange], window: Interval) -> tuple[CaseChange, ...]:
    """Levels said in it, and clocks that stood in it, in order."""
    start, end = window
    found = [
        one
        for one in changes
        if one.at < end and (one.at >= start or (one.act is Act.STOPPED and (one.until is None or one.until > start)))
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.case, one.happened_at)))
