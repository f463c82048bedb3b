"""The written form of business hours, `mon-fri: ["09:00-12:00", "13:00-18:00"]`, and configured calendars made to count."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.agreement import Calendar as Written
from sla.calendar import WEEKDAYS, Calendar, Hours, Minutes

_PIECE = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)

Weekly = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]


def piece(text: str) -> tuple[Minutes, Minutes]:
    """`09:00-18:00` in minutes after midnight. Raises ValueError with what is wrong."""
    found = _PIECE.fullmatch(text)
    if found is None:
        raise ValueError(f'must be like "09:00-18:00", not {text!a}')
    hour, minute, last_hour, last_minute = map(int, found.groups())
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or end > 24 * 60:
        raise ValueError(f"{text} is no time of day; the last one is 24:00")
    if end <= start:
        raise ValueError(f"{text} must end after it starts")
    return start, end


def weekday(text: str) -> int:
    """0 for `mon`. Raises ValueError."""
    if text not in WEEKDAYS:
        raise ValueError(f"must be one of {', '.join(WEEKDAYS)}, not {text!a}")
    return WEEKDAYS.index(text)


def days(text: str) -> list[int]:
    """The weekdays of `sat` or of a range like `mon-fri`, which may wrap (`fri-mon`). Raises ValueError."""
    first, dash, last = text.partition("-")
    start = weekday(first)
    if not dash:
        return [start]
    return [(start + n) % 7 for n in range((weekday(last) - start) % 7 + 1)]


def weekly(hours: Mapping[str, Hours]) -> Weekly:
    """A week of hours; a single day beats a range. Raises ValueError where two ranges hold one day."""
    ranged: dict[int, Hours] = {}
    single: dict[int, Hours] = {}
    for key, pieces in hours.items():
        taken = ranged if "-" in key else single
        for day in days(key):
            if day in taken:
                raise ValueError(f"{WEEKDAYS[day]} stands in two ranges")
            taken[day] = pieces
    mon, tue, wed, thu, fri, sat, sun = (single.get(day, ranged.get(day, ())) for day in range(7))
    return mon, tue, wed, thu, fri, sat, sun


ALL_DAY: Hours = ((0, 24 * 60),)

ALWAYS = Calendar(zone=UTC, weekly=(ALL_DAY,) * 7)
"""24x7: every second of every day."""


def calendar_of(written: Written) -> Calendar:
    """A country whose days are not written out has none published: what follows from it is provisional."""
    return _calendar(written.model_dump_json())


@lru_cache(maxsize=64)
def _calendar(document: str) -> Calendar:
    written = Written.model_validate_json(document)
    unpublished = written.country is not None and not written.off and not written.work
    until = date.min if unpublished else None
    return Calendar(
        zone=ZoneInfo(written.timezone),
        weekly=weekly({key: _pieces(pieces) for key, pieces in written.hours.items()}),
        off=frozenset(date.fromisoformat(day) for day in written.off),
        work={date.fromisoformat(day): weekday(name) for day, name in written.work.items()},
        shifts={date.fromisoformat(day): _pieces(pieces) for day, pieces in written.shifts.items()},
        breaks={date.fromisoformat(day): _pieces(pieces) for day, pieces in written.breaks.items()},
        published_until=date.fromisoformat(written.published_until) if written.published_until else until,
    )


def _pieces(written: Iterable[str]) -> Hours:
    return tuple(piece(one) for one in written)
