"""Who is on call when: a rota's layers, and what people changed of them. Pure; half-open shifts.

Of the layers the first that holds names one person. Changes go before them, in the order they were recorded: somebody
is added, taken out, or takes another's place; a replacement of nobody in particular takes the place of whoever it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from config.agreement import Calendar as Written
from config.instant import Instant
from config.oncall import Layer, Rota
from incidents.turn import turns
from sla.calendar import Calendar, local, midnight
from sla.hours import calendar_of, piece, weekly
from sla.interval import Interval, clip, intersect, subtract, union


class Deed(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody changed of a rota over [start, end). A withdrawn one holds up to its withdrawal."""

    id: int
    rota: str
    deed: Deed
    person: str
    instead_of: str | None
    """Of a replacement; None: whoever is on call."""
    start: Instant
    end: Instant
    reason: str
    by: str
    recorded_at: Instant
    withdrawn_at: Instant | None = None
    swap: int | None = None
    """The number both halves of a swap share."""

    @property
    def holds(self) -> Interval | None:
        """None: withdrawn before it began."""
        end = self.end if self.withdrawn_at is None else min(self.end, self.withdrawn_at)
        return (self.start, end) if end > self.start else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Nobody: a gap."""

    start: Instant
    end: Instant
    people: tuple[str, ...]
    changed: bool = False
    """By somebody, so that it is not what the layers say."""


def schedule(
    rota: Rota, calendars: Mapping[str, Written], changes: Sequence[Change], window: Interval
) -> tuple[Shift, ...]:
    """The window from end to end, in shifts; equal neighbours are one."""
    ours = [(one, holds) for one in changes if one.rota == rota.id and (holds := one.holds) is not None]
    base = _layered(rota, calendars, window)
    cuts = {edge for (start, end), _ in base for edge in (start, end)} | {*window}
    cuts |= {edge for _, holds in ours for edge in holds if window[0] < edge < window[1]}
    edges = sorted(cuts)
    shifts: list[Shift] = []
    place = 0
    for start, end in pairwise(edges):
        while place < len(base) and base[place][0][1] <= start:
            place += 1
        planned = (base[place][1],) if place < len(base) and base[place][0][0] <= start else ()
        people = _changed(planned, (one for one, holds in ours if holds[0] <= start < holds[1]))
        one = Shift(start=start, end=end, people=people, changed=people != planned)
        last = shifts[-1] if shifts else None
        if last is not None and (last.people, last.changed) == (one.people, one.changed):
            shifts[-1] = Shift(start=last.start, end=end, people=people, changed=one.changed)
        else:
            shifts.append(one)
    return tuple(shifts)


def gaps(shifts: Iterable[Shift]) -> list[Interval]:
    """When nobody is on call."""
    return union((one.start, one.end) for one in shifts if not one.people)


def _changed(planned: tuple[str, ...], changes: Iterable[Change]) -> tuple[str, ...]:
    people = list(planned)
    for one in sorted(changes, key=lambda change: change.id):
        match one.deed:
            case Deed.ADD:
                people.append(one.person)
            case Deed.REMOVE:
                people = [person for person in people if person != one.person]
            case Deed.REPLACE if one.instead_of is None:
                people = [one.person]
            case Deed.REPLACE:
                people = [one.person if person == one.instead_of else person for person in people]
    return tuple(dict.fromkeys(people))


def _layered(rota: Rota, calendars: Mapping[str, Written], window: Interval) -> list[tuple[Interval, str]]:
    rest: list[Interval] = [window]
    found: list[tuple[Interval, str]] = []
    for layer in rota.layers:
        if not rest:
            break
        free = intersect(rest, _holds(layer, rota.timezone, calendars, window))
        taken: list[Interval] = []
        for turn, person in turns(layer, rota.timezone, window):
            pieces = clip(free, turn)
            found += [(piece, person) for piece in pieces]
            taken += pieces
        rest = subtract(rest, union(taken))
    return sorted(found)


def _holds(layer: Layer, zone: str, calendars: Mapping[str, Written], window: Interval) -> list[Interval]:
    """When the layer's hours and calendar let it hold."""
    held: list[Interval] = [window]
    if layer.hours:
        own = Calendar(
            zone=ZoneInfo(zone),
            weekly=weekly({days: tuple(piece(one) for one in pieces) for days, pieces in layer.hours.items()}),
        )
        held = intersect(held, _open(own, window))
    written = calendars.get(layer.calendar or "")
    if written is None:
        return held
    calendar = calendar_of(written)
    match layer.on:
        case "working-hours":
            return intersect(held, _open(calendar, window))
        case "off-hours":
            return subtract(held, _open(calendar, window))
        case "working-days":
            return intersect(held, _working_days(calendar, window))
        case "days-off":
            return subtract(held, _working_days(calendar, window))


def _open(calendar: Calendar, window: Interval) -> list[Interval]:
    return union(
        one for start, _ in _days(calendar, window) for one in calendar.pieces(local(start, calendar.zone).date())
    )


def _working_days(calendar: Calendar, window: Interval) -> list[Interval]:
    return union(day for day in _days(calendar, window) if calendar.hours(local(day[0], calendar.zone).date()))


def _days(calendar: Calendar, window: Interval) -> list[Interval]:
    """The local days that meet the window."""
    day = local(window[0], calendar.zone).date()
    found: list[Interval] = []
    while not found or found[-1][1] < window[1]:
        found.append((midnight(day, calendar.zone), midnight(day + timedelta(days=1), calendar.zone)))
        day += timedelta(days=1)
    return found
