"""The running period of a target: what of its budget is left, and where it is heading, on the calendar still to come.

The rest of the period is counted like the part that passed, under the same terms, service hours and announced
exclusions, as if nothing failed any more; budgets of adjoining stretches add up, so the whole period's is exact. How it
will go on is a guess and only shown: downtime as it was so far, a share of duty time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from config.agreement import Agreement
from config.instant import Instant, Span
from config.state import State
from sla.account import Account, Class
from sla.correction import Correction
from sla.exclusion import Exclusion, Flaw, exclusions_in
from sla.interval import Interval
from sla.line import Ruling, account_under, correct, rulings
from sla.period import Period
from sla.proposal import Proposal
from sla.timeline import Timeline, timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Of one component under one agreement, at an instant inside the target's period.

    `allowed`: the whole period's budget, if all that is to come is measured; `remaining` of it is how much downtime may
    still come (negative: too much already). At the rate so far `expected` downtime is counted by the end (None: nothing
    was measured yet), and the budget is used up at `used_up_at` (None: not in this period, or it is already).
    """

    period: Period
    window: Interval
    agreed_left: Span
    allowed: Fraction
    remaining: Fraction
    expected: Fraction | None
    used_up_at: Instant | None

    @property
    def spare(self) -> Fraction | None:
        """What will be left of the budget at the end at this rate; negative: it will not do."""
        return None if self.expected is None else self.allowed - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What one agreement says of the period that runs now, made once for all its components."""

    period: Period
    agreement: Agreement
    versions: tuple[Agreement, ...]
    passed: Interval
    ahead: Interval
    ruled: tuple[Ruling, ...]
    ruled_ahead: tuple[Ruling, ...]
    exclusions: tuple[Exclusion, ...]
    announced: tuple[Exclusion, ...]


def running(versions: Sequence[Agreement], proposals: Sequence[Proposal], now: Instant) -> Running | None:
    """The period of the version in force now; None where none is, or where the period began this very instant."""
    agreement = next((one for one in versions if one.in_force(now)), None)
    if agreement is None:
        return None
    terms = agreement.availability
    period = Period.running(terms.period, terms.timezone, now)
    start, end = period.window(terms.timezone)
    if start >= now:
        return None
    passed, ahead = (start, now), (now, end)
    return Running(
        period=period,
        agreement=agreement,
        versions=tuple(versions),
        passed=passed,
        ahead=ahead,
        ruled=rulings(versions, passed),
        ruled_ahead=rulings(versions, ahead),
        exclusions=_exclusions(proposals, versions, passed),
        announced=tuple(_announced(one) for one in _exclusions(proposals, versions, ahead)),
    )


def standing(
    going: Running, recorded: Timeline, component: str, corrections: Iterable[Correction]
) -> tuple[Account, Forecast]:
    """The component's account of the period up to now, and what is to come. The line contains what has passed."""
    line, _ = correct(recorded, going.versions, component, going.exclusions, going.passed, corrections)
    passed = account_under(line, going.ruled, component, going.exclusions, going.passed)
    start, end = going.ahead
    quiet = timeline(State.UP, (), observed_from=start, observed_to=end)
    ahead = account_under(quiet, going.ruled_ahead, component, going.announced, going.ahead)
    return passed, forecast(passed, ahead, going.period)


def forecast(passed: Account, ahead: Account, period: Period) -> Forecast:
    """From the account of what has passed and of the rest of the period, in which nothing fails."""
    allowed = _allowed(passed) + _allowed(ahead)
    remaining = allowed - passed.counted
    duty = passed.agreed - passed.base + passed.service_time - passed.excluded
    to_come = ahead.service_time - ahead.excluded
    return Forecast(
        period=period,
        window=(passed.window[0], ahead.window[1]),
        agreed_left=ahead.agreed,
        allowed=allowed,
        remaining=remaining,
        expected=passed.counted + passed.counted * to_come / duty if duty else None,
        used_up_at=_used_up(ahead, remaining * duty / passed.counted) if passed.counted and remaining >= 0 else None,
    )


def _allowed(found: Account) -> Fraction:
    return Fraction(0) if found.budget is None else found.budget.allowed


def _used_up(ahead: Account, duty: Fraction) -> Instant | None:
    """The instant at which so much duty time has passed, rounded up; None if there is less."""
    for start, end in ahead.ledger.where(Class.REST):
        if end - start >= duty:
            return start + -(-duty.numerator // duty.denominator)
        duty -= end - start
    return None


def _announced(one: Exclusion) -> Exclusion:
    """Nobody can have worked yet in what is still to come: announced in time, it is taken as work that will be done."""
    return replace(one, flaw=None) if one.flaw is Flaw.NOT_WORKED else one


def _exclusions(
    proposals: Sequence[Proposal], versions: Sequence[Agreement], window: Interval
) -> tuple[Exclusion, ...]:
    """Each occurrence once, whichever of the versions covers the component it concerns."""
    found = {
        (one.id, one.start): one for version in versions for one in exclusions_in(proposals, version, versions, window)
    }
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.id)))
