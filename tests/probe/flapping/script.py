"""What is to happen: which target is down when and how, when the server is killed, when it is told to reload."""

from dataclasses import dataclass
from random import Random

from config.instant import MINUTE, SECOND, Instant, Span
from tests.probe.count.script import How, Lengths, Outage


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How quickly everything goes. `intervals` are those of the checks, in turn."""

    intervals: tuple[Span, ...] = (8 * SECOND, 9 * SECOND, 10 * SECOND)
    timeout: Span = 1800
    fall: int = 3
    longest: Span = 5 * MINUTE
    quiet: tuple[Span, Span] = (2 * MINUTE, 4 * MINUTE)
    settled: Span = 45 * SECOND
    """Before the first outage, and after the last, for everything to be confirmed up."""
    short: float = 0.2
    """So many outages are shorter than two intervals, and may go unseen."""
    killed_every: Span = 5 * MINUTE
    long_away: tuple[Span, Span] = (20 * SECOND, MINUTE)
    """In one kill of five; else the server is started again at once, or within seconds."""
    reloaded_every: Span = 2 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A component, whose one check is called home. `outages` in order."""

    name: str
    kind: str
    interval: Span
    outages: tuple[Outage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """At that instant: a kill, after which it is `away` for so long at least, or a reload."""

    at: Instant
    away: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    targets: tuple[Target, ...]
    turns: tuple[Turn, ...]
    until: Instant
    pace: Pace


def written(seed: int, checks: int, lasting: Span, start: Instant, pace: Pace) -> Script:
    random, until = Random(seed), start + lasting
    targets = tuple(_target(random, number, start, until, pace) for number in range(checks))
    turns = sorted([*_kills(random, start, until, pace), *_reloads(start, until, pace)], key=lambda one: one.at)
    return Script(targets=targets, turns=tuple(turns), until=until, pace=pace)


def _target(random: Random, number: int, start: Instant, until: Instant, pace: Pace) -> Target:
    interval = pace.intervals[number % len(pace.intervals)]
    seen = Lengths(shortest=2 * interval, longest=pace.longest)
    unseen = Lengths(shortest=interval // 4, longest=2 * interval - 1)
    found, at = list[Outage](), start + pace.settled
    while True:
        begun = at + (random.randrange(*pace.quiet) if found else random.randrange(pace.quiet[1]))
        at = begun + (unseen if random.random() < pace.short else seen).draw(random)
        if at > until - pace.settled:
            break
        found.append(Outage(start=begun, end=at, how=random.choice(list(How))))
    kind = "tcp" if number % 3 == 2 else "http"
    return Target(name=f"c{number}", kind=kind, interval=interval, outages=tuple(found))


def _kills(random: Random, start: Instant, until: Instant, pace: Pace) -> list[Turn]:
    found, at = list[Turn](), start + pace.settled
    while (at := at + round(pace.killed_every * random.uniform(0.5, 1.5))) < until - 2 * pace.settled:
        away = random.randrange(*pace.long_away) if random.random() < 0.2 else random.randrange(5 * SECOND)
        found.append(Turn(at=at, away=away))
    return found


def _reloads(start: Instant, until: Instant, pace: Pace) -> list[Turn]:
    return [Turn(at=at, away=None) for at in range(start + pace.settled, until, pace.reloaded_every)]
