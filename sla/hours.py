"""The written form of business hours: `mon-fri: ["09:00-12:00", "13:00-18:00"]`."""

import re
from collections.abc import Mapping

from sla.calendar import WEEKDAYS, Hours, Minutes

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
