"""A second reading of the deadline rules: each quarter of an hour is looked at by its wall clock, with no offsets."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Clock:
    """The quarters of an hour of some weeks, with their wall clock readings."""

    def __init__(self, zone: str, around: datetime, days: int) -> None:
        self.zone = ZoneInfo(zone)
        first = around.replace(tzinfo=UTC) - timedelta(days=3)
        self.instants = [first + STEP * n for n in range((days + 6) * 96)]
        self.walls = [instant.astimezone(self.zone).replace(tzinfo=None) for instant in self.instants]

    def start(self, wall: datetime) -> datetime:
        """The first instant that reads so; where none does, the first that reads later."""
        same = [i for i, w in zip(self.instants, self.walls, strict=True) if w == wall]
        return same[0] if same else self.after(wall)

    def end(self, wall: datetime) -> datetime:
        same = [i for i, w in zip(self.instants, self.walls, strict=True) if w == wall]
        return same[-1] if same else self.after(wall)

    def after(self, wall: datetime) -> datetime:
        return next(i for i, w in zip(self.instants, self.walls, strict=True) if w > wall)


def minutes(text: str) -> timedelta:
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def weekly(calendar: dict[str, Any], day: int) -> list[str]:
    hours: dict[str, list[str]] = calendar["hours"]
    if NAMES[day] in hours:
        return hours[NAMES[day]]
    for key, pieces in hours.items():
        first, dash, last = key.partition("-")
        if dash:
            n = NAMES.index(first)
            while NAMES[n % 7] != last:
                if n % 7 == day:
                    return pieces
                n += 1
            if n % 7 == day:
                return pieces
    return []


def beyond(calendar: dict[str, Any], day: date) -> bool:
    return "published_until" in calendar and day.isoformat() > calendar["published_until"]


def hours(calendar: dict[str, Any], day: date) -> list[str]:
    name = day.isoformat()
    if not beyond(calendar, day):
        if name in calendar.get("shifts", {}):
            return list(calendar["shifts"][name])
        if name in calendar.get("work", {}):
            return weekly(calendar, NAMES.index(calendar["work"][name]))
        if name in calendar.get("off", []):
            return []
    return weekly(calendar, day.weekday())


def business(clock: Clock, calendar: dict[str, Any], day: date) -> list[datetime]:
    """The quarters of business time of one local day, in order."""

    def quarters(pieces: list[str]) -> set[datetime]:
        midnight = datetime(day.year, day.month, day.day)
        found: set[datetime] = set()
        for text in pieces:
            start, end = clock.start(midnight + minutes(text[:5])), clock.end(midnight + minutes(text[6:]))
            found |= {instant for instant in clock.instants if start <= instant < end}
        return found

    return sorted(quarters(hours(calendar, day)) - quarters(calendar.get("breaks", {}).get(day.isoformat(), [])))


def solve(case: dict[str, Any], days: int = 40) -> dict[str, Any]:
    calendar = case["calendar"]
    begin = datetime.fromisoformat(case["start"])
    clock = Clock(calendar["timezone"], begin, days)
    start = clock.start(begin)
    dates = [begin.date() + timedelta(days=n) for n in range(days)]
    if "end" in case:
        end = clock.end(datetime.fromisoformat(case["end"]))
        seen = [day for day in dates if clock.start(datetime(day.year, day.month, day.day)) < end and end > start]
        found = {q for day in [begin.date() - timedelta(days=1), *seen] for q in business(clock, calendar, day)}
        return answer(calendar, seen, {"seconds": 900 * sum(start <= q < end for q in found)})

    ahead: list[tuple[date, datetime]] = []
    for day in dates:
        ahead += [(day, q) for q in business(clock, calendar, day) if q >= start]
        if ahead:
            break
    moved_day, moved = ahead[0]
    seen = [day for day in dates if day <= moved_day]
    if case.get("seconds", case.get("days")) == 0:
        return answer(calendar, seen, {"due": shown(clock, moved)})
    if "seconds" in case:
        return elapsed(clock, calendar, dates, moved, case["seconds"])
    local = moved.astimezone(clock.zone).replace(tzinfo=None)
    left, day = case["days"], local.date()
    while left:
        day += timedelta(days=1)
        left -= bool(business(clock, calendar, day))
    quarters = business(clock, calendar, day)
    wanted = clock.start(datetime.combine(day, local.time()))
    later = [q for q in quarters if q >= wanted]
    due = later[0] if later and case.get("mode") != "end_of_day" else quarters[-1] + STEP
    return answer(calendar, [*seen, day], {"due": shown(clock, due)})


def elapsed(clock: Clock, calendar: dict[str, Any], dates: list[date], moved: datetime, seconds: int) -> dict[str, Any]:
    quarters: list[datetime] = []
    for n, day in enumerate(dates):
        quarters = sorted({*quarters, *(q for q in business(clock, calendar, day) if q >= moved)})
        if len(quarters) * 900 >= seconds:
            whole, rest = divmod(seconds, 900)
            due = quarters[whole] + timedelta(seconds=rest) if rest else quarters[whole - 1] + STEP
            return answer(calendar, dates[: n + 1], {"due": shown(clock, due)})
    raise AssertionError("not due within the days looked at")


def shown(clock: Clock, instant: datetime) -> str:
    return instant.astimezone(clock.zone).replace(tzinfo=None).isoformat()


def answer(calendar: dict[str, Any], seen: list[date], result: dict[str, Any]) -> dict[str, Any]:
    return result | ({"provisional": True} if any(beyond(calendar, day) for day in seen) else {})
