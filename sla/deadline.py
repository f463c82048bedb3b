"""When a time limit on a business calendar runs out, and how much business time lies between two instants.

sla-definition.md, 'Deadlines'. Everything counts from the moved start: a start outside business time, closing instants
included, moves to the next opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from config.instant import Instant, Span
from sla.calendar import Calendar, local, starting
from sla.interval import Interval, clip, total, union

HORIZON = 146_097
"""Days looked ahead: 400 years. What is not due by then never is."""


class Mode(StrEnum):
    """What a limit in working days is due at: the start's local time, or the day's last closing."""

    SAME_TIME = "same_time"
    END_OF_DAY = "end_of_day"


class Never(Exception):
    """The calendar has too little business time after the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`provisional` where a day after the calendar's `published_until` had to be looked at."""

    at: Instant
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    span: Span
    provisional: bool


def due_after(calendar: Calendar, start: Instant, span: Span) -> Due:
    """When `span` of business time has elapsed, in real time across DST changes. Raises Never.

    Used up exactly at a closing, it is due at that closing.
    """
    moved, day = _moved(calendar, start)
    left = span
    for piece_day, (opening, closing) in _pieces(calendar, day):
        begin = max(opening, moved)
        if closing <= begin:
            continue
        if left <= closing - begin:
            return Due(at=begin + left, provisional=calendar.provisional(piece_day))
        left -= closing - begin
        moved = closing
    raise Never


def due_after_days(calendar: Calendar, start: Instant, days: int, mode: Mode) -> Due:
    """The `days`th day with business hours after the moved start's date. Raises Never. No days give the moved start."""
    moved, seen = _moved(calendar, start)
    if days == 0:
        return Due(at=moved, provisional=calendar.provisional(seen))
    begun = local(moved, calendar.zone)
    left = days
    for day in _days(calendar, begun.date() + timedelta(days=1)):
        pieces = calendar.pieces(day)
        left -= bool(pieces)
        if left == 0:
            at = pieces[-1][1] if mode is Mode.END_OF_DAY else _same_time(calendar, pieces, day, begun.time())
            return Due(at=at, provisional=calendar.provisional(max(day, seen)))
    raise Never


def business_time(calendar: Calendar, start: Instant, end: Instant) -> Elapsed:
    """The business time in [start, end); nothing if the end is not after the start."""
    if end <= start:
        return Elapsed(span=0, provisional=False)
    first, last = local(start, calendar.zone).date(), local(end - 1, calendar.zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    # The evening before may reach past midnight where the clock is set back at midnight.
    pieces = union(piece for day in (first - timedelta(days=1), *days) for piece in calendar.pieces(day))
    return Elapsed(span=total(clip(pieces, (start, end))), provisional=calendar.provisional(last))


def _moved(calendar: Calendar, start: Instant) -> tuple[Instant, date]:
    """The first business instant not before the start, and the day whose hours it lies in."""
    for day, (opening, closing) in _pieces(calendar, local(start, calendar.zone).date()):
        if start < closing:
            return max(start, opening), day
    raise Never


def _pieces(calendar: Calendar, day: date) -> Iterator[tuple[date, Interval]]:
    """The pieces of business time in order, from the evening before that day."""
    for piece in calendar.pieces(day - timedelta(days=1)):
        yield day, piece
    for each in _days(calendar, day):
        for piece in calendar.pieces(each):
            yield each, piece


def _days(calendar: Calendar, first: date) -> Iterator[date]:
    for n in range(HORIZON):
        day = first + timedelta(days=n)
        if calendar.ends_before(day):
            return
        yield day


def _same_time(calendar: Calendar, pieces: list[Interval], day: date, clock: time) -> Instant:
    """That local time on a working day; outside its hours the next opening, after the last closing that closing."""
    wanted = starting(datetime.combine(day, clock), calendar.zone)
    for opening, closing in pieces:
        if wanted < closing:
            return max(wanted, opening)
    return pieces[-1][1]
