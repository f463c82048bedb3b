"""The case format of `upheld deadline FILE`: sla-definition.md, 'Deadlines'. Times are local to the calendar."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from config.hours import check_days
from config.instant import SECOND, Instant
from sla.calendar import Calendar, Hours, Weekly, ending, local, starting
from sla.cases import IGNORED
from sla.deadline import Due, Mode, Never, business_time, due_after, due_after_days
from sla.hours import day_of, piece, weekday, weekly
from sla.reader import Reader, run

T = TypeVar("T")

_CALENDAR = ("hours", "off", "work", "shifts", "breaks", "published_until")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


def deadline_cases(text: str) -> str:
    """The answer to a file of deadline cases. Raises sla.reader.Unreadable with every problem in it."""
    return run(text, _solve)


def _solve(case: Reader) -> dict[str, object] | None:
    already = len(case.problems)
    if not case.object(("calendar", "start"), ("seconds", "days", "mode", "end", *IGNORED)):
        return None
    calendar = _calendar(case.at("calendar")) if case.has("calendar") else None
    start = _time(case.at("start")) if case.has("start") else None
    asked = [key for key in ("seconds", "days", "end") if case.has(key)]
    if len(asked) != 1:
        case.wrong("must hold exactly one of seconds, days and end")
    if case.has("mode") and "days" not in asked:
        case.at("mode").wrong("goes with days only")
    mode = case.at("mode").word(Mode) if case.has("mode") else Mode.SAME_TIME
    end = _time(case.at("end")) if case.has("end") else None
    amounts = [case.at(key).whole(least=0) for key in ("seconds", "days") if case.has(key)]
    if len(case.problems) > already or calendar is None or start is None or mode is None:
        return None
    try:
        begin = starting(start, calendar.zone)
        if end is not None:
            return _elapsed(calendar, begin, ending(end, calendar.zone))
        return _due(calendar, begin, asked[0], amounts[0] or 0, mode)
    except (Never, OverflowError):
        case.wrong("the calendar has too little business time after the start")
        return None


def _elapsed(calendar: Calendar, start: Instant, end: Instant) -> dict[str, object]:
    elapsed = business_time(calendar, start, end)
    return _answer("seconds", elapsed.span // SECOND, elapsed.provisional)


def _due(calendar: Calendar, start: Instant, unit: str, amount: int, mode: Mode) -> dict[str, object]:
    due: Due = (
        due_after(calendar, start, amount * SECOND)
        if unit == "seconds"
        else due_after_days(calendar, start, amount, mode)
    )
    shown = local(due.at, calendar.zone).isoformat(timespec="seconds")
    return _answer("due", shown, due.provisional)


def _answer(key: str, value: object, provisional: bool) -> dict[str, object]:
    return {key: value, "provisional": True} if provisional else {key: value}


def _calendar(place: Reader) -> Calendar | None:
    already = len(place.problems)
    if not place.object(("timezone",), _CALENDAR):
        return None
    zone = _text(place.at("timezone"), _zone) if place.has("timezone") else None
    week = _week(place)
    shifts = _dated(place, "shifts")
    breaks = _dated(place, "breaks")
    off = {day for item in _list(place, "off") if (day := _text(item, day_of))}
    work = _work(place)
    for day in sorted(off & set(work)):
        place.at("work").at(day.isoformat()).wrong("stands in off too")
    published = _text(place.at("published_until"), day_of) if place.has("published_until") else None
    if len(place.problems) > already or zone is None or week is None:
        return None
    return Calendar(
        zone=zone,
        weekly=week,
        off=frozenset(off),
        work=work,
        shifts=shifts,
        breaks=breaks,
        published_until=published,
    )


def _week(place: Reader) -> Weekly | None:
    written = _hours(place.at("hours"), _days) if place.has("hours") else {}
    try:
        return weekly(written)
    except ValueError as error:
        place.at("hours").wrong(str(error))
        return None


def _days(key: str) -> str:
    """The key itself, once it is known to name days."""
    check_days(key)
    return key


def _list(place: Reader, key: str) -> list[Reader]:
    return place.at(key).items() if place.has(key) else []


def _dated(place: Reader, key: str) -> dict[date, Hours]:
    return _hours(place.at(key), day_of) if place.has(key) else {}


def _hours(place: Reader, read_key: Callable[[str], T]) -> dict[T, Hours]:
    """An object of lists of pieces; what is wrong with a key or a piece is said at its place."""
    if not place.object((), place.names()):
        return {}
    found: dict[T, Hours] = {}
    for key in place.names():
        name = _read(place.at(key), key, read_key)
        pieces = [_text(item, piece) for item in place.at(key).items()]
        if name is not None:
            found[name] = tuple(one for one in pieces if one is not None)
    return found


def _work(place: Reader) -> dict[date, int]:
    work = place.at("work")
    if not place.has("work") or not work.object((), work.names()):
        return {}
    found: dict[date, int] = {}
    for key in work.names():
        day, like = _read(work.at(key), key, day_of), _text(work.at(key), weekday)
        if day is not None and like is not None:
            found[day] = like
    return found


def _text(place: Reader, read: Callable[[str], T]) -> T | None:
    text = place.text()
    return None if text is None else _read(place, text, read)


def _read(place: Reader, text: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(text)
    except ValueError as error:
        place.wrong(str(error))
        return None


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    # A name that is no name, no file, or a folder of the zone data.
    except (ValueError, KeyError, OSError):
        raise ValueError(f"unknown time zone {text!a}") from None


def _time(place: Reader) -> datetime | None:
    def read(text: str) -> datetime:
        if not _TIME.fullmatch(text):
            raise ValueError(f"must be a local time like 2026-02-13T17:00:00, not {text!a}")
        return datetime.fromisoformat(text)

    return _text(place, read)
