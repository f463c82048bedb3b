"""What really happened: when each target was down, to the millisecond, and when the prober was killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import exp, log
from random import Random

from config.instant import HOUR, MINUTE, SECOND, Instant, Span

QUIET: tuple[Span, Span] = (18 * MINUTE, 26 * MINUTE)
"""Between two outages of one target; longer than any hole, so that an outage has a window of its own."""
SETTLED: Span = 4 * MINUTE
"""Before the first outage everything is confirmed up."""


class How(StrEnum):
    """What a target does that is down."""

    HANGS = "hangs"
    """It takes the connection and does not answer."""
    REFUSES = "refuses"
    RESETS = "resets"
    FAILS = "fails"
    """It answers, but not what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Down in [start, end)."""

    start: Instant
    end: Instant
    how: How

    @property
    def length(self) -> Span:
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """The process is gone in [at, at + away)."""

    at: Instant
    away: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Of outages: as many between 2 and 4 minutes as between 30 and 60, so that the short ones are tried too."""

    shortest: Span = 2 * MINUTE
    longest: Span = HOUR

    def draw(self, random: Random) -> Span:
        return round(exp(random.uniform(log(self.shortest), log(self.longest))))


def outages(random: Random, number: int, lengths: Lengths, since: Instant) -> list[Outage]:
    """Of one target, in order."""
    found, at = list[Outage](), since + SETTLED
    for _ in range(number):
        start = at + random.randrange(*QUIET)
        at = start + lengths.draw(random)
        found.append(Outage(start=start, end=at, how=How.HANGS if random.random() < 0.5 else How.REFUSES))
    return found


def kills(random: Random, every: Span, since: Instant, until: Instant) -> list[Kill]:
    """At any instant, on average once `every`. Most are back within seconds, one in ten after minutes."""
    found, at = list[Kill](), since + SETTLED
    while every and (at := at + max(SECOND, round(random.expovariate(1 / every)))) < until:
        long = random.random() < 0.1
        away = random.randrange(MINUTE, 4 * MINUTE) if long else random.randrange(SECOND, 15 * SECOND)
        found.append(Kill(at=at, away=away))
        at += away
    return found


def windows(script: Sequence[Outage], around: Span = QUIET[0] // 2) -> list[tuple[Instant, Instant]]:
    """A window for each outage: they meet halfway between two; `around` is before the first and after the last."""
    edges = [script[0].start - around]
    edges += [(one.end + other.start) // 2 for one, other in pairwise(script)]
    edges.append(script[-1].end + around)
    return list(pairwise(edges))
