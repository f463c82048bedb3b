"""What stands between a statement and its seal: unfinished time, and what only the customer's word clears. Pure."""

from enum import StrEnum

from sla.account import Verdict
from sla.line import Counted
from sla.record import Answer

COVERAGE_FLOOR = 99
"""Per cent; below it a statement needs a resolution signed by the customer before it is sealed."""


class Obstacle(StrEnum):
    """Why a statement is provisional, or needs the customer's word before it is sealed."""

    RUNNING = "running"
    """The period has not ended."""
    GRACE = "grace"
    """Late observations are still accepted."""
    CALENDAR = "calendar"
    """The official calendar of the period is not published."""
    SENSITIVE = "sensitive"
    COVERAGE = "coverage"
    MEASURING_ERROR = "within_measuring_error"


WORD = frozenset({Obstacle.SENSITIVE, Obstacle.COVERAGE, Obstacle.MEASURING_ERROR})
"""What the customer's word clears."""
PROVISIONAL = frozenset({Obstacle.RUNNING, Obstacle.GRACE, Obstacle.CALENDAR})


def needs_of(found: Counted, answer: Answer | None) -> tuple[Obstacle, ...]:
    """Silence settles how unmeasured time counts; the measuring error needs the customer's consent."""
    if answer is not None:
        return () if answer.accepted or not found.within_measuring_error else (Obstacle.MEASURING_ERROR,)
    needs: list[Obstacle] = []
    account = found.account
    if account.budget is not None and account.budget.verdict is Verdict.SENSITIVE:
        needs.append(Obstacle.SENSITIVE)
    if account.coverage is not None and account.coverage * 100 < COVERAGE_FLOOR:
        needs.append(Obstacle.COVERAGE)
    if found.within_measuring_error:
        needs.append(Obstacle.MEASURING_ERROR)
    return tuple(needs)
