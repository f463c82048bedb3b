"""What may go, and what a statement, an agreement or a legal hold still rests on. Pure.

A horizon is an instant: what lies before it may go; None where nothing may. Records go by whole calendar years, because
a yearly figure rests on every month of its year. An unsealed period keeps everything since a little before it began.
Source: requirements.md 3: results 120 days, records the later of five years and three after the agreement's end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.agreement import Agreement
from config.demand import after_end, demands
from config.instant import DAY, Instant, instant_of, moment_of, rfc3339
from config.model import Retention

MARGIN = 2 * DAY
"""A period begins in its own zone, and what stood at its beginning was seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One customer as retention sees him: `unsealed` are the beginnings of periods that wait for their seal."""

    customer: str
    agreements: tuple[Agreement, ...]
    unsealed: tuple[Instant, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """What is older may go; None: nothing."""

    results: Instant | None
    rollups: Instant | None
    records: Instant | None


def of_customer(one: Subject, kept: Retention, now: Instant) -> Horizon:
    if one.held:
        return Horizon(results=None, rollups=None, records=None)
    asked = list(demands(one.agreements))
    results = now - max([kept.results, *(each.least for each in asked if each.key == "results")])
    if one.unsealed:
        results = min(results, min(one.unsealed) - MARGIN)
    records = None
    if one.agreements and not obstacles(one, now):
        span = max([kept.records, *(each.least for each in asked if each.key == "records")])
        records = _year(now - span)
    return Horizon(results=results, rollups=now - kept.rollups, records=records)


def obstacles(one: Subject, now: Instant) -> list[str]:
    """Why no record of this customer may go yet, each as a sentence; empty where only its age decides."""
    found = [f"a legal hold stands on {one.customer}; `upheld hold list` says why"] if one.held else []
    found += [f"{one.customer} has a period that is not sealed yet; seal it first"] if one.unsealed else []
    for id in dict.fromkeys(each.id for each in one.agreements):
        versions = [each for each in one.agreements if each.id == id]
        ends = [each.until for each in versions]
        last = None if None in ends else max(end for end in ends if end is not None)
        if last is None:
            found.append(f"agreement {id} is in force: its records stay")
        elif now < last + (span := max(after_end(each) for each in versions)):
            found.append(f"agreement {id} ended on {_day(last)}: its records stay until {_day(last + span)}")
    return found


def of_components(
    components: Iterable[str], subjects: Sequence[Subject], kept: Retention, now: Instant
) -> Mapping[str, Horizon]:
    """What several customers rest on stays as long as any of them needs it."""
    free = Horizon(results=now - kept.results, rollups=now - kept.rollups, records=_year(now - kept.records))
    found: dict[str, Horizon] = {}
    for component in components:
        theirs = [
            of_customer(one, kept, now)
            for one in subjects
            if any(component in agreement.components for agreement in one.agreements)
        ]
        found[component] = _least(theirs or [free])
    return found


def _least(several: Sequence[Horizon]) -> Horizon:
    return Horizon(
        results=_earliest([one.results for one in several]),
        rollups=_earliest([one.rollups for one in several]),
        records=_earliest([one.records for one in several]),
    )


def _earliest(several: Sequence[Instant | None]) -> Instant | None:
    known = [one for one in several if one is not None]
    return min(known) if len(known) == len(several) else None


def _year(at: Instant) -> Instant:
    """The beginning of its calendar year, wherever on earth that is."""
    return instant_of(datetime(moment_of(at).year, 1, 1, tzinfo=UTC)) - MARGIN


def _day(at: Instant) -> str:
    return rfc3339(at)[:10]
