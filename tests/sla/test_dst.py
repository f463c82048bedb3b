"""Local clocks that jump: windows, service hours and recurring work against a walk through every minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.agreement import Calendar
from config.instant import DAY, HOUR, MINUTE, Instant, instant_of
from sla.interval import total
from sla.period import parse_period
from sla.servicehours import service_time

JUMPS = [
    ("Europe/Berlin", "2026-03", -60),
    ("Europe/Berlin", "2026-10", 60),
    ("America/New_York", "2026-03", -60),
    ("America/New_York", "2026-11", 60),
    ("Asia/Shanghai", "1991-04", -60),
    ("Asia/Shanghai", "1991-09", 60),
    ("Australia/Lord_Howe", "2026-10", -30),
    ("Australia/Lord_Howe", "2026-04", 30),
]


def minutes(zone: str, month: str) -> list[tuple[Instant, datetime]]:
    """Every minute whose local date lies in the month, with its wall clock."""
    year, number = int(month[:4]), int(month[5:])
    at = instant_of(datetime(year, number, 1, tzinfo=UTC)) - 2 * DAY
    start, place = datetime.fromtimestamp(at / 1000, UTC), ZoneInfo(zone)
    found: list[tuple[Instant, datetime]] = []
    for step in range(36 * 24 * 60):
        wall = (start + timedelta(minutes=step)).astimezone(place)
        if (wall.year, wall.month) == (year, number):
            found.append((at + step * MINUTE, wall))
    return found


@pytest.mark.parametrize(("zone", "month", "longer"), JUMPS)
def test_a_month_and_its_service_hours_are_what_a_walk_through_every_minute_finds(
    zone: str, month: str, longer: int
) -> None:
    walked = minutes(zone, month)
    window = parse_period(month).window(zone)
    assert window == (walked[0][0], walked[-1][0] + MINUTE)
    days = (date.fromisoformat(f"{month}-28") + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert window[1] - window[0] == days.day * DAY + longer * MINUTE
    hours = Calendar(id="c", timezone=zone, hours={"mon-sun": ("00:15-02:45", "08:00-24:00")})
    inside = {at for at, wall in walked if (0, 15) <= (wall.hour, wall.minute) < (2, 45) or wall.hour >= 8}
    found = service_time(hours, window)
    # An end at a repeated time takes the second, so the hour between its two readings counts although a walk by the
    # wall clock leaves it out; nothing else differs.
    extra = total(found) - len(inside) * MINUTE
    assert 0 <= extra <= max(longer, 0) * MINUTE
    assert all(any(start <= at < end for start, end in found) for at in sorted(inside)[:: HOUR // MINUTE])
