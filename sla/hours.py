"""Hours as people write them, `mon-fri: ["09:00-12:00", "13:00-18:00"]`, made to count."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.agreement import Calendar as Written
from config.hours import WEEKDAYS, check_date, check_pieces, check_week, check_weekday, days_of
from config.official import OfficialDays
from config.statutory import statutory
from sla.calendar import Calendar, Hours, Minutes, Weekly


def piece(text: str) -> tuple[Minutes, Minutes]:
    """`09:00-18:00` in minutes after midnight. Raises ValueError, as all of these do, with what is wrong."""
    check_pieces([text])
    start, end = text.split("-")
    return int(start[:2]) * 60 + int(start[3:]), int(end[:2]) * 60 + int(end[3:])


def day_of(text: str) -> date:
    check_date(text)
    return date.fromisoformat(text)


def weekday(text: str) -> int:
    """0 for `mon`."""
    check_weekday(text)
    return WEEKDAYS.index(text)


def weekly(hours: Mapping[str, Hours]) -> Weekly:
    """A week of hours; a single day beats a range."""
    check_week(hours)
    # Ranges first, so that single days replace what they say.
    ordered = sorted(hours.items(), key=lambda item: "-" not in item[0])
    week = {day: pieces for key, pieces in ordered for day in days_of(key)}
    mon, tue, wed, thu, fri, sat, sun = (week.get(day, ()) for day in range(7))
    return mon, tue, wed, thu, fri, sat, sun


ALL_DAY: Hours = ((0, 24 * 60),)

ALWAYS = Calendar(zone=UTC, weekly=(ALL_DAY,) * 7)
"""24x7: every second of every day."""


def calendar_of(written: Written) -> Calendar:
    """Days written out go before the country's official ones; without either what follows from it is provisional."""
    if written.country is None or written.off or written.work:
        return _calendar(written.model_dump_json(), None)
    official = written.official or statutory(written.country)
    return _calendar(written.model_dump_json(), official.model_dump_json() if official is not None else _NOTHING)


_NOTHING = ""
"""Of the country nothing is known."""


@lru_cache(maxsize=64)
def _calendar(document: str, days: str | None) -> Calendar:
    """`days`: the official ones, or None where the calendar rests on none."""
    written = Written.model_validate_json(document)
    official = OfficialDays.model_validate_json(days) if days else None
    until, since = written.published_until, None
    if official is not None:
        until, since = until or official.published_until, official.published_from
    elif days is not None:
        until = until or date.min.isoformat()
    return Calendar(
        zone=ZoneInfo(written.timezone),
        weekly=weekly({key: _pieces(pieces) for key, pieces in written.hours.items()}),
        off=frozenset(day_of(day) for day in (*written.off, *(official.days_off if official else ()))),
        work={
            **{day_of(day): weekday("mon") for day in (official.make_up_days if official else ())},
            **{day_of(day): weekday(name) for day, name in written.work.items()},
        },
        shifts={day_of(day): _pieces(pieces) for day, pieces in written.shifts.items()},
        breaks={day_of(day): _pieces(pieces) for day, pieces in written.breaks.items()},
        published_from=day_of(since) if since else None,
        published_until=day_of(until) if until else None,
    )


def _pieces(written: Iterable[str]) -> Hours:
    return tuple(piece(one) for one in written)
