"""The notation of hours, as the deadline cases have it: `mon-fri`, `09:00-18:00`, `2026-10-01`. Nothing is counted."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PIECE = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def check_weekday(day: str) -> None:
    """Raises ValueError, as all of these do, saying what to write instead."""
    if day not in WEEKDAYS:
        raise ValueError(f"'{day}' is no weekday; write one of {', '.join(WEEKDAYS)}")


def check_days(days: str) -> None:
    first, dash, last = days.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise ValueError(f"'{days}' names no days; write mon, or a range like mon-fri")


def days_of(days: str) -> list[int]:
    """The weekdays (0 is Monday) of `sat` or of a range like `mon-fri`, which may wrap (`fri-mon`)."""
    check_days(days)
    first, _, last = days.partition("-")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def check_week(keys: Iterable[str]) -> None:
    """Two ranges that share a day leave open which of them holds; a single day beats a range."""
    ranged = [WEEKDAYS[day] for key in keys if "-" in key for day in days_of(key)]
    for day in WEEKDAYS:
        if ranged.count(day) > 1:
            raise ValueError(f"{day} stands in two ranges; write it as a day of its own, or let the ranges not meet")


def check_pieces(pieces: Sequence[str]) -> None:
    for piece in pieces:
        found = _PIECE.fullmatch(piece)
        if not found or (found[3] == "24" and found[4] != "00"):
            raise ValueError(f"'{piece}' is no piece of a day; write 09:00-18:00, at most up to 24:00")
        if (found[3], found[4]) <= (found[1], found[2]):
            raise ValueError(f"'{piece}' ends before it begins; write a piece over midnight as two")


def check_date(text: str) -> None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no date; write 2026-10-01") from None


def check_time(text: str) -> None:
    if not _TIME.fullmatch(text):
        raise ValueError(f"'{text}' is no time of day; write 09:00")
