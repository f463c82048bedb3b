"""When a single or recurring exclusion takes place. Nothing is laid out ahead: a window asks what lies in it."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from config.instant import DAY, Instant, Span
from sla.calendar import local, starting
from sla.interval import Interval

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = re.compile(rf"({'|'.join(_DAYS)}|day|[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):([0-5][0-9])", re.IGNORECASE)


class Scheduled(Protocol):
    """A window [start, end), or `every` local day and time in `timezone`, `duration` long."""

    @property
    def start(self) -> Instant | None: ...
    @property
    def end(self) -> Instant | None: ...
    @property
    def every(self) -> str | None: ...
    @property
    def duration(self) -> Span | None: ...
    @property
    def timezone(self) -> str: ...


class Rhythm(StrEnum):
    """How a window that begins at some time is repeated."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


def every_of(rhythm: Rhythm, start: Instant, zone: str) -> str:
    """What a window that begins then is written as: `Sun 01:00`, `day 01:00`, `1 01:00`."""
    begins = local(start, ZoneInfo(zone))
    on = {Rhythm.DAILY: "day", Rhythm.WEEKLY: _DAYS[begins.weekday()].title(), Rhythm.MONTHLY: str(begins.day)}
    return f"{on[rhythm]} {begins:%H:%M}"


def occurrences(plan: Scheduled, window: Interval) -> Iterator[Interval]:
    """The intervals of it that overlap the window, in order.

    A recurring one starts by the local clock (in a gap at its end, at a repeated time at the first) and has its exact
    duration.
    """
    if plan.start is not None and plan.end is not None:
        if plan.start < window[1] and window[0] < plan.end:
            yield plan.start, plan.end
        return
    if plan.every is None or plan.duration is None:
        return
    zone = ZoneInfo(plan.timezone)
    day = local(window[0] - plan.duration - DAY, zone).date()
    last = local(window[1], zone).date()
    name, hour, minute = _every(plan.every)
    while day <= last:
        if _falls_on(name, day):
            start = starting(datetime.combine(day, time(hour, minute)), zone)
            if start < window[1] and window[0] < start + plan.duration:
                yield start, start + plan.duration
        day += timedelta(days=1)


def _every(text: str) -> tuple[str, int, int]:
    found = _EVERY.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no recurring start; write Sun 01:00, day 01:00 or 1 01:00")
    return found[1].lower(), int(found[2]), int(found[3])


def _falls_on(name: str, day: date) -> bool:
    return name == "day" or name == str(day.day) or name == _DAYS[day.weekday()]
