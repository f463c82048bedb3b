"""What breaches cost: claims from exact figures, less what one outage must not cost twice. Caps follow in sla/cap.py.

Pure. A statement of a month decides about that month, and about a longer period of the target with the month that ends
it. Source: requirements.md, 'Breach'.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from config.agreement import Agreement
from config.instant import Instant
from config.remedy import CONFIDENTIALITY, REPAIRS, TARGET, PerBreach, Settlement, Tiers
from sla.interval import Interval
from sla.money import part_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The exact figure of one component over one period of its target. `met` is None where nothing was agreed."""

    component: str
    period: str
    window: Interval
    availability: Fraction | None
    met: bool | None
    outages: tuple[tuple[str, Interval], ...]
    """Those with counted downtime: id and span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A time limit of a case that was missed; [started, due] is when it ran."""

    case: str
    commitment: str
    component: str | None
    level: int
    started_at: Instant
    due_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one rule gives for one breach. `full` is by the rule alone, `due` without what its outages cost already,
    `granted` what the caps leave; all in minor units of `currency`.
    """

    agreement: str
    rule: str
    breach: str
    kind: str
    """`target`, `confidentiality`, or the commitment's name."""
    month: str
    percent: str | None
    base: str | None
    currency: str | None
    full: int
    due: int
    granted: int
    full_days: int
    days: int
    causes: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.breach

    @property
    def capped(self) -> int:
        return self.due - self.granted


def claims_of(
    agreement: Agreement,
    month: str,
    figures: Sequence[Figure],
    failings: Sequence[Failing],
    breaches: Iterable[tuple[str, Instant]],
    earlier: Sequence[Failing] = (),
) -> list[Claim]:
    """What the rules of one version give, before caps, in the order of the rules and breaches.

    `breaches`: id and instant of each breach of confidentiality. `earlier`: time limits missed in a longer period of
    the target before this month; they were booked then, and lower what the target costs.
    """
    made: list[Claim] = []
    for rule in agreement.remedies:
        if isinstance(rule, Tiers):
            made += [claim for one in figures for claim in _tier(agreement, rule, one, month)]
        elif isinstance(rule, PerBreach):
            made += _each(agreement, rule, month, figures, failings, breaches)
    if not any(isinstance(one, Settlement) and one.same_outage == "highest" for one in agreement.remedies):
        return made
    return _once(agreement, month, made, figures, [*earlier, *failings])


def _tier(agreement: Agreement, rule: Tiers, figure: Figure, month: str) -> Iterator[Claim]:
    if figure.availability is None:
        return
    held = [tier for tier in rule.tiers if figure.availability * 100 < Fraction(tier.below)]
    if held:
        tier = held[-1]
        days = tier.extend.count if tier.extend is not None else 0
        yield _claim(agreement, rule, _of_target(figure), TARGET, month, tier.percent, days, _outages(figure))


def _each(
    agreement: Agreement,
    rule: PerBreach,
    month: str,
    figures: Sequence[Figure],
    failings: Sequence[Failing],
    breaches: Iterable[tuple[str, Instant]],
) -> Iterator[Claim]:
    days = rule.extend.count if rule.extend is not None else 0
    plain = rule.percent_at(None)
    if TARGET in rule.each:
        for figure in figures:
            if figure.met is False:
                yield _claim(agreement, rule, _of_target(figure), TARGET, month, plain, days, _outages(figure))
    for one in failings:
        if one.commitment in rule.each:
            percent = rule.percent_at(one.level)
            yield _claim(agreement, rule, _of_case(one), one.commitment, month, percent, days, (one.case,))
    if CONFIDENTIALITY in rule.each:
        for id, _ in breaches:
            yield _claim(agreement, rule, f"{CONFIDENTIALITY}/{id}", CONFIDENTIALITY, month, plain, days, (id,))


def _claim(
    agreement: Agreement,
    rule: Tiers | PerBreach,
    breach: str,
    kind: str,
    month: str,
    percent: str | None,
    days: int,
    causes: tuple[str, ...],
) -> Claim:
    amount, currency = agreement.stated[rule.of] if percent is not None and rule.of is not None else ("0", None)
    full = 0 if percent is None or currency is None else part_of(amount, percent, currency)
    return Claim(
        agreement=agreement.id,
        rule=rule.id,
        breach=breach,
        kind=kind,
        month=month,
        percent=percent,
        base=rule.of if percent is not None else None,
        currency=currency,
        full=full,
        due=full,
        granted=full,
        full_days=days,
        days=days,
        causes=causes,
    )


def _of_target(figure: Figure) -> str:
    return f"{TARGET}/{figure.component}/{figure.period}"


def _of_case(one: Failing) -> str:
    return f"case/{one.case}/{one.commitment}"


def _outages(figure: Figure) -> tuple[str, ...]:
    return tuple(id for id, _ in figure.outages)


def _once(
    agreement: Agreement, month: str, made: list[Claim], figures: Sequence[Figure], failings: Sequence[Failing]
) -> list[Claim]:
    """The target's claims without what the time limits missed in its outages cost: together they are the dearer."""
    by_target = {_of_target(figure): _linked(agreement, month, figure, failings) for figure in figures}
    found: list[Claim] = []
    for claim in made:
        money, days = by_target.get(claim.breach, (0, 0))
        less, fewer = min(money, claim.full), min(days, claim.full_days)
        if claim.breach in by_target:
            by_target[claim.breach] = money - less, days - fewer
        due = claim.full - less
        found.append(replace(claim, due=due, granted=due, days=claim.full_days - fewer))
    return found


def _linked(agreement: Agreement, month: str, figure: Figure, failings: Sequence[Failing]) -> tuple[int, int]:
    """Money and days of the missed time limits that ran during the figure's outages."""
    inside = [
        one
        for one in failings
        if one.commitment in REPAIRS
        and one.component == figure.component
        and any(start <= one.due_at and one.started_at < end for _, (start, end) in figure.outages)
    ]
    rules = [rule for rule in agreement.remedies if isinstance(rule, PerBreach)]
    claims = [claim for rule in rules for claim in _each(agreement, rule, month, (), inside, ())]
    return sum(claim.full for claim in claims), sum(claim.full_days for claim in claims)
