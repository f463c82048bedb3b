"""What agreements demand of retention: a configuration may keep longer, never shorter.

Source: requirements.md 3 (the customer may audit a quarter: its results stay 120 days) and the agreement's `records`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.agreement import Agreement
from config.instant import DAY, Span

AUDIT: Span = 120 * DAY
"""A quarter, and a month to ask about it."""
YEAR: Span = 365 * DAY
AFTER_END = 3
"""Years that records stay after the end of an agreement that says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """An agreement (its id) wants what `retention.<key>` keeps to stay at least so long."""

    agreement: str
    key: str
    least: Span


def demands(agreements: Iterable[Agreement]) -> Iterator[Demand]:
    for one in agreements:
        yield Demand(agreement=one.id, key="results", least=AUDIT)
        if one.records is not None and one.records.years is not None:
            yield Demand(agreement=one.id, key="records", least=int(one.records.years) * YEAR)


def after_end(agreement: Agreement) -> Span:
    """How long records stay when it has ended."""
    said = agreement.records.after_end if agreement.records is not None else None
    return max(AFTER_END, int(said or 0)) * YEAR
