"""Who is on call: a rota's turns by the local clock of its zone. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.instant import Instant, moment_of
from config.model import Rota

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_A_MONDAY = date(1970, 1, 5)


def on_call(rota: Rota, at: Instant) -> str:
    """The person id whose turn it is. Turns change at the hand-off's wall-clock time, also across a DST change.

    A hand-off in a gap happens at the gap's end, one at a repeated time at its first occurrence.
    """
    day_name, _, time = rota.handoff.rpartition(" ")
    hour, minute = (int(part) for part in time.split(":"))
    zone = ZoneInfo(rota.timezone)
    today = moment_of(at).astimezone(zone).date()
    turn_of_today = _turn(rota, today, day_name)
    changes = _changes_on(rota, today, day_name)
    handoff = datetime(today.year, today.month, today.day, hour, minute, tzinfo=zone).astimezone(UTC)
    if changes and moment_of(at) < handoff:
        turn_of_today -= 1
    return rota.people[turn_of_today % len(rota.people)]


def _changes_on(rota: Rota, day: date, day_name: str) -> bool:
    return rota.rotate == "daily" or _DAYS[day.weekday()] == day_name


def _turn(rota: Rota, day: date, day_name: str) -> int:
    """The number of the turn that begins on this day or began before it."""
    if rota.rotate == "daily":
        return (day - _A_MONDAY).days
    first = _A_MONDAY + timedelta(days=_DAYS.index(day_name))
    return (day - first).days // 7
