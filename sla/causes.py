"""The seconds ledger: every second of the period in exactly one class, with the id of what put it there.

It is the account's own ledger (sla-definition.md, 'Result keys') cut further by cause, so its sums are the account's:

- inactive: `agreement` (none in force that covers the component), `not_measured_yet`, `hours` (outside service hours);
- excluded: the exclusion's id; where several overlap, the one that began first;
- unobserved: why nothing was observed, as the transition says it; `no_observation` where nothing does;
- counted: the outage's id, and the incident's if one is known;
- rest: none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.agreement import Agreement
from config.instant import Instant, Span
from config.state import State
from sla.account import Account, Class
from sla.exclusion import Exclusion
from sla.interval import Interval, clip, subtract, union
from sla.line import Outage, stretches
from sla.record import IncidentRecord, Transition
from sla.timeline import Line, cut, joined

NO_AGREEMENT = "agreement"
NOT_MEASURED_YET = "not_measured_yet"
OUTSIDE_HOURS = "hours"
NO_OBSERVATION = "no_observation"

Labelled = tuple[Interval, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """[start, end) of one class and cause; neighbours differ in one of them. `cause` is "" for the rest."""

    start: Instant
    end: Instant
    entry: Class
    cause: str
    incident: str | None = None

    @property
    def length(self) -> Span:
        return self.end - self.start


def ledger(
    found: Account,
    component: str,
    versions: Sequence[Agreement],
    exclusions: Iterable[Exclusion],
    transitions: Sequence[Transition],
    outages: Sequence[Outage],
    incidents: Iterable[IncidentRecord] = (),
) -> tuple[Entry, ...]:
    """The whole window of the account in order."""
    window = found.window
    lines = {
        Class.INACTIVE: _line(_inactive(versions, component, window), window, NO_AGREEMENT),
        Class.EXCLUDED: _line(_excluded(exclusions, component), window, ""),
        Class.UNOBSERVED: _unobserved(transitions, window),
        Class.COUNTED: _line((((one.start, one.end), one.id) for one in outages), window, ""),
    }
    known = _incident_of(outages, [one for one in incidents if one.component == component])
    pieces = _pieces(found.ledger, lines)
    return tuple(_joined(pieces, known))


def _pieces(classes: Line[Class], lines: dict[Class, Line[str]]) -> Iterator[tuple[Instant, Instant, Class, str]]:
    for start, end, entry in classes:
        if entry is Class.REST:
            yield start, end, entry, ""
            continue
        for first, last, cause in zip(*cut(lines[entry], [(start, end)]), strict=True):
            yield first, last, entry, cause


def _joined(pieces: Iterable[tuple[Instant, Instant, Class, str]], known: dict[str, str]) -> Iterator[Entry]:
    for (entry, cause), same in groupby(pieces, key=lambda piece: piece[2:]):
        run = list(same)
        yield Entry(
            start=run[0][0],
            end=run[-1][1],
            entry=entry,
            cause=cause,
            incident=known.get(cause) if entry is Class.COUNTED else None,
        )


def _line(labelled: Iterable[Labelled], window: Interval, otherwise: str) -> Line[str]:
    """A label for every instant of the window, from disjoint labelled intervals in any order."""
    labels, at = {window[0]: otherwise}, window[0]
    for (start, end), label in sorted(labelled):
        if start < window[1] and window[0] < end:
            labels[at] = otherwise
            labels[max(start, window[0])] = label
            at = end
    if at < window[1]:
        labels[at] = otherwise
    return joined(list(labels), list(labels.values()), window[1])


def _inactive(versions: Sequence[Agreement], component: str, window: Interval) -> Iterator[Labelled]:
    for version, (start, end) in stretches(versions, component, window):
        measured = min(max(start, version.measured_from), end)
        if start < measured:
            yield (start, measured), NOT_MEASURED_YET
        if measured < end:
            yield (measured, end), OUTSIDE_HOURS


def _excluded(exclusions: Iterable[Exclusion], component: str) -> Iterator[Labelled]:
    taken: list[Interval] = []
    for one in sorted(exclusions, key=lambda one: (one.start, one.id)):
        if one.valid and component in one.components:
            for piece in subtract([one.interval], taken):
                yield piece, one.id
            taken = union([*taken, one.interval])


def _unobserved(transitions: Sequence[Transition], window: Interval) -> Line[str]:
    """Of several facts at one instant the later recorded says why."""
    told = {one.happened_at: one for one in sorted(transitions, key=lambda one: one.recorded_at)}
    before = [at for at in told if at <= window[0]]
    first = _reason(told[max(before)]) if before else NO_OBSERVATION
    inside = sorted(at for at in told if window[0] < at < window[1])
    return joined([window[0], *inside], [first, *(_reason(told[at]) for at in inside)], window[1])


def _reason(one: Transition) -> str:
    return (one.reason if one.state is State.UNKNOWN else None) or NO_OBSERVATION


def _incident_of(outages: Sequence[Outage], incidents: Sequence[IncidentRecord]) -> dict[str, str]:
    """Outage id -> the first incident of its component that was open during it."""
    spans = sorted(incidents, key=lambda one: (one.started_at, one.id))
    found: dict[str, str] = {}
    for outage in outages:
        for one in spans:
            end = outage.end if one.resolved_at is None else one.resolved_at
            if clip([(outage.start, outage.end)], (one.started_at, max(end, one.started_at + 1))):
                found[outage.id] = one.id
                break
    return found
