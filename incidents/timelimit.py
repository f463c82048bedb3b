"""When a time limit runs out, and when a share of it is used up. Pure.

Source: requirements.md 1. Of the earlier of a span and working days, the span runs by the wall clock. Where a plan is
owed instead of a limit, there is no end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.agreement import Limit
from config.instant import Instant, Span
from sla.calendar import Calendar
from sla.deadline import Due, Mode, Never, business_time, due_after, due_after_days
from sla.hours import ALWAYS
from sla.interval import union

Pauses = Sequence[tuple[Instant, Instant | None]]

WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """A limit from `start` on, by a calendar; `pauses` do not use it up, None: one that has not ended."""

    start: Instant
    calendar: Calendar
    limit: Limit
    pauses: Pauses = ()

    def due(self) -> Due | None:
        """None while a pause that began in time has not ended, when the calendar never gives the time, and by plan."""
        return self._after(None)

    def at(self, percent: int) -> Instant | None:
        """When that much of it is used up, counted in the time it runs in; None as for `due`."""
        found = self._after(percent)
        return None if found is None else found.at

    def _after(self, percent: int | None) -> Due | None:
        if self.limit.by_plan:
            return None
        try:
            calendar, due = self._plain()
            if percent is not None:
                whole = business_time(calendar, self.start, due.at).span
                due = due_after(calendar, self.start, whole * percent // WHOLE)
            for begun, ended in self._ended():
                if begun >= due.at:
                    break
                waited = business_time(calendar, max(begun, self.start), ended).span
                due = due_after(calendar, due.at, waited) if waited else due
        except Never:
            return None
        open_since = min((begun for begun, ended in self.pauses if ended is None), default=None)
        return None if open_since is not None and open_since < due.at else due

    def _ended(self) -> list[tuple[Instant, Instant]]:
        return union((begun, ended) for begun, ended in self.pauses if ended is not None and ended > begun)

    def _plain(self) -> tuple[Calendar, Due]:
        """Without pauses, and the calendar it runs out by."""
        if self.limit.days is None:
            return self.calendar, due_after(self.calendar, self.start, self._span)
        by_days = due_after_days(self.calendar, self.start, self.limit.days, Mode.SAME_TIME)
        by_clock = due_after(ALWAYS, self.start, self._span)
        if self.limit.span is None or by_days.at < by_clock.at:
            return self.calendar, by_days
        return ALWAYS, by_clock

    @property
    def _span(self) -> Span:
        return self.limit.span or 0
