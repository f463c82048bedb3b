"""The truth beside what a statement would print: error, bounds and verdict of every single outage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from pathlib import Path
from random import Random

from typing_extensions import override

from config.agreement import Agreement
from config.counting import Availability
from config.instant import Instant, Span
from sla.account import Class, Verdict
from sla.interval import clip, total
from sla.line import Counted, counted
from sla.record import Transition
from tests.probe.count.script import QUIET, Kill, Lengths, Outage, kills, outages, windows
from tests.probe.count.world import World, configuration, names, watched
from tests.probe.virtual import START

INTERVAL: Span = 60_000


class _Allowing(Availability):
    """An agreement's terms with a target to the millisecond, which no decimal says."""

    allowed: Fraction

    @property
    @override
    def share(self) -> Fraction:
        return 1 - self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One outage as it was, and as it is counted. Times in milliseconds; `lower` and `upper` bound the downtime."""

    outage: Outage
    interval: Span
    counted: Fraction
    unobserved: Span
    unwatched: Span
    """So much of it lies in time that is printed as unknown."""
    uncertainty: Span
    holes: Span
    """For how long the process was gone, from a little before it until its end could be seen."""
    praised: bool
    """`met` is printed, without a word of doubt, against a budget that was missed by a millisecond."""
    accused: bool
    """`missed` is printed so, against one that was kept to the millisecond."""

    @property
    def error(self) -> float:
        """In intervals, of the time that is said to be known; above 0: too much was counted."""
        return float(self.counted + self.unwatched - self.outage.length) / self.interval

    @property
    def deficit(self) -> float:
        """The same of all time: what is printed as unknown, and was down, is not in the figure."""
        return float(self.counted - self.outage.length) / self.interval

    @property
    def seen(self) -> bool:
        return self.counted > 0

    @property
    def bounded(self) -> bool:
        lower, upper = self.counted - self.uncertainty, self.counted + self.unobserved + self.uncertainty
        return lower <= self.outage.length <= upper


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    told: Sequence[Told]
    kills: int

    @property
    def seen(self) -> list[Told]:
        return [one for one in self.told if one.seen]

    @property
    def unseen(self) -> float:
        return 1 - len(self.seen) / len(self.told)

    @property
    def mean(self) -> float:
        return sum(one.error for one in self.told) / len(self.told)

    @property
    def deficit(self) -> float:
        return sum(one.deficit for one in self.told) / len(self.told)

    @property
    def deviation(self) -> float:
        """Of the mean: how much of it may be chance."""
        mean = self.mean
        return sqrt(sum((one.error - mean) ** 2 for one in self.told)) / len(self.told)

    @property
    def worst(self) -> float:
        return max(abs(one.error) for one in self.told)


def measured(folder: Path, number: int, *, seed: int, each: int, lengths: Lengths, killed_every: Span) -> Figures:
    """`number` outages, `each` of one component, all of them in one world. `killed_every` 0: never."""
    random = Random(seed)
    scripts = {name: outages(random, each, lengths, START) for name in names(-(-number // each))}
    until = max(script[-1].end for script in scripts.values()) + QUIET[0]
    world = World(scripts=scripts, kills=kills(random, killed_every, START, until), until=until)
    config = configuration(folder, list(scripts))
    agreement = next(config.agreements())
    stored = watched(world, config)
    told = [
        one
        for name, script in scripts.items()
        for one in compared(stored[name], agreement, name, script, windows(script), world.kills, until, INTERVAL)
    ]
    return Figures(told=told, kills=len(world.kills))


def compared(
    stored: Sequence[Transition],
    agreement: Agreement,
    name: str,
    script: Sequence[Outage],
    within: Sequence[tuple[Instant, Instant]],
    kills: Sequence[Kill],
    until: Instant,
    interval: Span,
) -> Iterator[Told]:
    """Each outage of one component, counted in its window. `until`: when everything was over."""
    for outage, window in zip(script, within, strict=True):
        missed, kept = (_against(stored, agreement, name, window, until, outage.length + spare) for spare in (-1, 0))
        yield Told(
            outage=outage,
            interval=interval,
            counted=kept.account.observed_loss,
            unobserved=kept.account.unobserved,
            unwatched=total(clip(kept.account.ledger.where(Class.UNOBSERVED), (outage.start, outage.end))),
            uncertainty=kept.uncertainty,
            holes=sum(one.away for one in kills if window[0] < one.at < outage.end + interval),
            praised=_verdict(missed) is Verdict.MET,
            accused=_verdict(kept) is Verdict.MISSED,
        )


def _against(
    facts: Sequence[Transition],
    agreement: Agreement,
    name: str,
    window: tuple[Instant, Instant],
    now: Instant,
    budget: Span,
) -> Counted:
    """Under a target that allows exactly so much downtime in that window."""
    terms = _Allowing.model_construct(**dict(agreement.availability), allowed=Fraction(budget, window[1] - window[0]))
    return counted(facts, [agreement.model_copy(update={"availability": terms})], name, [], window, now)


def _verdict(found: Counted) -> Verdict | None:
    """What is printed without `within_measuring_error`."""
    budget = found.account.budget
    return None if budget is None or found.within_measuring_error else budget.verdict
