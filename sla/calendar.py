"""Business calendars: local hours of local days, turned into instants. The only place that knows zones.

sla-definition.md, 'Deadlines' and the DST row of 'Edges': a start in a gap is the gap's end; of a repeated time a start
takes the first, an end the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

from config.instant import SECOND, Instant, instant_of, moment_of
from sla.interval import Interval, subtract, union

Minutes: TypeAlias = int
"""Wall clock minutes after local midnight; 1440 is 24:00."""

Hours: TypeAlias = tuple[tuple[Minutes, Minutes], ...]
"""Half-open pieces of a local day."""

Weekly: TypeAlias = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""From Monday to Sunday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which local hours are business time.

    A date in `shifts` has exactly those hours; else `work` gives it the hours of a weekday (0 is Monday); else `off`
    gives none; else the weekly ones. `breaks` subtract last. Nothing official is known after `published_until` or
    before `published_from`: there the weekly hours stand and what follows from them is provisional.
    """

    zone: tzinfo
    weekly: Weekly
    off: frozenset[date] = frozenset()
    work: Mapping[date, int] = field(default_factory=dict)
    shifts: Mapping[date, Hours] = field(default_factory=dict)
    breaks: Mapping[date, Hours] = field(default_factory=dict)
    published_until: date | None = None
    published_from: date | None = None

    def provisional(self, day: date) -> bool:
        if self.published_from is not None and day < self.published_from:
            return True
        return self.published_until is not None and day > self.published_until

    def hours(self, day: date) -> Hours:
        """The wall clock hours of a day before its breaks."""
        if not self.provisional(day):
            if day in self.shifts:
                return self.shifts[day]
            if day in self.work:
                return self.weekly[self.work[day]]
            if day in self.off:
                return ()
        return self.weekly[day.weekday()]

    def pieces(self, day: date) -> list[Interval]:
        """The business time of a local day in instants; a DST gap takes its part away, a repeated hour counts twice."""
        hours = self.hours(day)
        return subtract(self._instants(day, hours), self._instants(day, self.breaks.get(day, ()))) if hours else []

    def _instants(self, day: date, hours: Hours) -> list[Interval]:
        return union(
            (starting(_wall(day, start), self.zone), ending(_wall(day, end), self.zone)) for start, end in hours
        )

    def ends_before(self, day: date) -> bool:
        """Whether no day from here on can have hours."""
        return not any(self.weekly) and not any(later >= day for later in (*self.shifts, *self.work))


def _wall(day: date, minutes: Minutes) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def starting(wall: datetime, zone: tzinfo) -> Instant:
    """The instant of a naive local time as a start: the first of a repeated time; in a gap, the gap's end."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    return _gap_end(first, second) if _in_gap(first, second) else instant_of(first)


def ending(wall: datetime, zone: tzinfo) -> Instant:
    """The instant of a naive local time as an end: the second of a repeated time; in a gap, the gap's end."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    return _gap_end(first, second) if _in_gap(first, second) else instant_of(second)


def local(instant: Instant, zone: tzinfo) -> datetime:
    """The naive local time of an instant."""
    return moment_of(instant).astimezone(zone).replace(tzinfo=None, fold=0)


def midnight(day: date, zone: tzinfo) -> Instant:
    """The instant at which a local day begins."""
    return starting(datetime.combine(day, time()), zone)


def _in_gap(first: datetime, second: datetime) -> bool:
    before, after = first.utcoffset(), second.utcoffset()
    return before is not None and after is not None and before < after


def _gap_end(first: datetime, second: datetime) -> Instant:
    """The instant of the change between the two readings of a time that does not exist."""
    zone = first.tzinfo
    # Read with the offset after the change the time lies before it, read with the one before, after it.
    low, high = instant_of(second) // SECOND, instant_of(first) // SECOND
    new = moment_of(high * SECOND).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if moment_of(middle * SECOND).astimezone(zone).utcoffset() == new:
            high = middle
        else:
            low = middle
    return high * SECOND
