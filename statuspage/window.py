"""Planned work as the configuration writes it, opened into windows: single ones, and each occurrence of recurring ones.

A recurring one starts by the wall clock and lasts its exact length (sla-definition.md, edges: DST).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.agreement import Category
from config.instant import DAY, Instant
from config.model import Exclusion
from sla.calendar import local, starting
from statuspage.facts import Window

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def windows_of(exclusions: Iterable[Exclusion], first: Instant, last: Instant) -> tuple[Window, ...]:
    """Everything that overlaps [first, last), by start. Agreed is what rests on an annex and was announced in time."""
    found: list[Window] = []
    for exclusion in exclusions:
        for number, (start, end) in enumerate(_spells(exclusion, first, last)):
            notice = exclusion.notice
            found.append(
                Window(
                    id=exclusion.id if exclusion.every is None else f"{exclusion.id}-{start // DAY}-{number}",
                    components=exclusion.components,
                    start=start,
                    end=end,
                    text=exclusion.text,
                    announced_at=notice.given if notice is not None else None,
                    agreed=notice is not None and notice.ref is not None and notice.given <= start,
                    maintenance=exclusion.category is Category.MAINTENANCE,
                    series=exclusion.id if exclusion.every is not None else "",
                )
            )
    return tuple(sorted(found, key=lambda window: (window.start, window.id)))


def _spells(exclusion: Exclusion, first: Instant, last: Instant) -> Iterator[tuple[Instant, Instant]]:
    if exclusion.every is None or exclusion.duration is None:
        if (
            exclusion.start is not None
            and exclusion.end is not None
            and exclusion.start < last
            and exclusion.end > first
        ):
            yield exclusion.start, exclusion.end
        return
    zone = ZoneInfo(exclusion.timezone)
    rule, _, clock = exclusion.every.partition(" ")
    begin = time.fromisoformat(clock)
    day = local(first - exclusion.duration - DAY, zone).date()
    until = local(last, zone).date()
    while day <= until:
        if _meets(day, rule.lower()):
            start = starting(datetime.combine(day, begin), zone)
            if start < last and start + exclusion.duration > first:
                yield start, start + exclusion.duration
        day += timedelta(days=1)


def _meets(day: date, rule: str) -> bool:
    if rule == "day":
        return True
    if rule.isdigit():
        return day.day == int(rule)
    return _WEEKDAYS[day.weekday()] == rule[:3]
