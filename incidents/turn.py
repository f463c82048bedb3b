"""The turns of one layer of a rota, by the local clock of its zone. Pure.

A turn begins at a hand-off's wall-clock time, also across a change of the clock: a hand-off in a gap is at the gap's
end, one at a repeated time at its first occurrence. Turns of hours keep to the wall clock too: one of them lasts longer
when the clock is set back, and one whose hours do not exist is left out.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from config.hours import WEEKDAYS
from config.instant import Instant
from config.oncall import Layer, Unit
from sla.calendar import local, starting
from sla.interval import Interval

_A_MONDAY = date(1970, 1, 5)
"""Where turns are counted from; the year's January is where months are."""


def turns(layer: Layer, zone: str, window: Interval) -> Iterator[tuple[Interval, str]]:
    """(when, person), one after the other without a hole, over the window as far as the layer had begun."""
    place = ZoneInfo(zone)
    base = 0 if layer.start is None else _number(layer, place, layer.start)
    begin = window[0] if layer.start is None else max(window[0], layer.start)
    if begin >= window[1]:
        return
    turn = (_number(layer, place, begin) - base) // layer.rotate.every
    while (start := _begins(layer, place, base, turn)) < window[1]:
        end = _begins(layer, place, base, turn + 1)
        if max(start, begin) < end:
            yield (max(start, begin), min(end, window[1])), layer.people[turn % len(layer.people)]
        turn += 1


def _begins(layer: Layer, place: ZoneInfo, base: int, turn: int) -> Instant:
    return starting(_wall(layer, base + turn * layer.rotate.every), place)


def _number(layer: Layer, place: ZoneInfo, at: Instant) -> int:
    """Of the single unit (hour, day, week, month) that holds the instant."""
    number = _guess(layer, local(at, place))
    while starting(_wall(layer, number), place) > at:
        number -= 1
    while starting(_wall(layer, number + 1), place) <= at:
        number += 1
    return number


def _guess(layer: Layer, wall: datetime) -> int:
    """Right, or one off where the time of the hand-off or a change of the clock decides."""
    match layer.rotate.unit:
        case Unit.HOURS:
            return (wall - datetime.combine(_A_MONDAY, _time(layer))) // timedelta(hours=1)
        case Unit.DAYS:
            return (wall.date() - _A_MONDAY).days
        case Unit.WEEKS:
            return (wall.date() - _A_MONDAY).days // 7
        case Unit.MONTHS:
            return (wall.year - _A_MONDAY.year) * 12 + wall.month - 1


def _wall(layer: Layer, number: int) -> datetime:
    """When the unit of this number begins, by the clock on the wall."""
    time = _time(layer)
    match layer.rotate.unit:
        case Unit.HOURS:
            return datetime.combine(_A_MONDAY, time) + timedelta(hours=number)
        case Unit.DAYS:
            return datetime.combine(_A_MONDAY + timedelta(days=number), time)
        case Unit.WEEKS:
            return datetime.combine(_A_MONDAY + timedelta(days=7 * number + WEEKDAYS.index(_day(layer))), time)
        case Unit.MONTHS:
            year, month = _A_MONDAY.year + number // 12, number % 12 + 1
            return datetime.combine(date(year, month, min(int(_day(layer)), monthrange(year, month)[1])), time)


def _day(layer: Layer) -> str:
    return layer.change.partition(" ")[0].lower()


def _time(layer: Layer) -> clock_time:
    return clock_time.fromisoformat(layer.change.rpartition(" ")[2])
