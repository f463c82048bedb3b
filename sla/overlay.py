"""Corrections laid over a recorded line, and what each of them does to the figure. Pure.

One in the supplier's favour needs the customer's word; without it the stricter reading is reported, and both are
printed. sla-definition.md, 'Edges' (correction by people).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from config.instant import Instant
from config.state import State
from sla.account import Account, Verdict
from sla.correction import Correction
from sla.interval import Interval
from sla.timeline import Timeline, joined
from sla.word import Writer

Count = Callable[[Timeline], Account]


class Standing(StrEnum):
    """What became of a correction in one customer's count."""

    APPLIED = "applied"
    REQUESTED = "requested"
    """No second person has approved it."""
    UNCONFIRMED = "unconfirmed"
    """It favours the supplier and the customer has not confirmed it."""
    CONTESTED = "contested"
    """It favours the supplier and the customer contests it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction as counted for one customer, and the figures in the other reading.

    The other reading is without it where it was applied, with it where it was not.
    """

    correction: Correction
    second: str | None
    confirmed: bool | None
    writer: Writer | None
    """Who wrote the customer's word down for him."""
    standing: Standing
    otherwise: Fraction | None
    counted_otherwise: Fraction
    met_otherwise: bool | None
    verdict_otherwise: Verdict | None

    @property
    def applied(self) -> bool:
        return self.standing is Standing.APPLIED


def laid_over(line: Timeline, span: Interval, state: State) -> Timeline:
    """The line with `state` over the part of the span that it covers."""
    start, end = max(span[0], line.starts[0]), min(span[1], line.end)
    if start >= end:
        return line
    before = [(first, one) for first, last, one in line if first < start]
    after = [(max(first, end), one) for first, last, one in line if last > end]
    pieces = [*before, (start, state), *after]
    return joined([first for first, _ in pieces], [one for _, one in pieces], line.end)


def corrected(
    line: Timeline, corrections: Iterable[Correction], customer: str, window: Interval, count: Count
) -> tuple[Timeline, tuple[Corrected, ...]]:
    """The line to count, and every correction that overlaps the window, in order of its interval.

    Later approved lies over earlier approved. What the customer did not confirm is laid over only if the figure does
    not become better by it.
    """
    known = sorted(corrections, key=_turn)
    first = min((one.start for one in known), default=line.starts[0])
    if first < line.starts[0]:  # what was not recorded is corrected too, and an outage may begin there
        line = joined([first, *line.starts], [State.UNKNOWN, *line.values], line.end)
    applied = [one for one in known if one.word(customer) and one.second(customer) is not None]
    open_ones = [one for one in known if not one.word(customer) and one.second(customer) is not None]
    if open_ones:
        figure = count(_through(line, applied))
        for one in open_ones:
            trial = count(_through(line, [*applied, one]))
            if not _favours(trial, figure):
                applied.append(one)
                figure = trial
    shown = [one for one in known if one.start < window[1] and window[0] < one.end]
    found = [_shown(one, applied, line, customer, count) for one in shown]
    return _through(line, applied), tuple(sorted(found, key=lambda one: (one.correction.interval, one.correction.id)))


def _turn(one: Correction) -> tuple[Instant, str]:
    return (one.requested_at if one.approved_at is None else one.approved_at), one.id


def _through(line: Timeline, applied: Sequence[Correction]) -> Timeline:
    for one in applied:
        line = laid_over(line, one.interval, one.state)
    return line


def _favours(trial: Account, figure: Account) -> bool:
    """Whether any printed reading of the count is better for the supplier than without it."""
    return any(
        _better(new, old)
        for new, old in (
            (trial.availability, figure.availability),
            (trial.lower, figure.lower),
            (trial.upper, figure.upper),
            (-trial.counted, -figure.counted),
        )
    )


def _better(new: Fraction | None, old: Fraction | None) -> bool:
    if new is None or old is None:
        return new is not old
    return new > old


def _shown(one: Correction, applied: Sequence[Correction], line: Timeline, customer: str, count: Count) -> Corrected:
    second, word = one.second(customer), one.word(customer)
    if one in applied:
        standing, others = Standing.APPLIED, [other for other in applied if other is not one]
    else:
        standing, others = _reason(second, word=word), [*applied, one]
    other = count(_through(line, others))
    return Corrected(
        correction=one,
        second=second,
        confirmed=word,
        writer=one.writer(customer),
        standing=standing,
        otherwise=other.availability,
        counted_otherwise=other.counted,
        met_otherwise=None if other.budget is None else other.budget.met,
        verdict_otherwise=None if other.budget is None else other.budget.verdict,
    )


def _reason(second: str | None, *, word: bool | None) -> Standing:
    if second is None:
        return Standing.REQUESTED
    return Standing.CONTESTED if word is False else Standing.UNCONFIRMED
