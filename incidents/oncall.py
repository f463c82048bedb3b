"""Who is on call: a rota's turns by the local clock of its zone. Pure."""

from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from config.hours import WEEKDAYS
from config.instant import Instant
from config.model import Rota
from sla.calendar import local, starting

_A_MONDAY = date(1970, 1, 5)


def on_call(rota: Rota, at: Instant) -> str:
    """The person id whose turn it is. Turns change at the hand-off's wall-clock time, also across a DST change.

    A hand-off in a gap happens at the gap's end, one at a repeated time at its first occurrence.
    """
    day_name, _, time = rota.handoff.rpartition(" ")
    zone = ZoneInfo(rota.timezone)
    today = local(at, zone).date()
    turn_of_today = _turn(rota, today, day_name)
    handoff = starting(datetime.combine(today, clock_time.fromisoformat(time)), zone)
    if _changes_on(rota, today, day_name) and at < handoff:
        turn_of_today -= 1
    return rota.people[turn_of_today % len(rota.people)]


def _changes_on(rota: Rota, day: date, day_name: str) -> bool:
    return rota.rotate == "daily" or WEEKDAYS[day.weekday()] == day_name.lower()


def _turn(rota: Rota, day: date, day_name: str) -> int:
    """The number of the turn that begins on this day or began before it."""
    if rota.rotate == "daily":
        return (day - _A_MONDAY).days
    first = _A_MONDAY + timedelta(days=WEEKDAYS.index(day_name.lower()))
    return (day - first).days // 7
