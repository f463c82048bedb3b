"""Service hours as sets of instants: what of a window an agreement counts at all."""

from datetime import timedelta

from config.agreement import Agreement, ServiceHours
from config.instant import DAY
from sla.calendar import local
from sla.hours import calendar_of
from sla.interval import Interval, Intervals, clip, subtract, union


def service_time(hours: ServiceHours, window: Interval) -> list[Interval]:
    """The service hours inside a window. 24x7 is all of it."""
    if isinstance(hours, str):
        return [window]
    calendar = calendar_of(hours)
    # The evening before may reach past midnight where the clock is set back at midnight.
    day = local(window[0] - DAY, calendar.zone).date()
    last = local(window[1], calendar.zone).date()
    pieces: list[Interval] = []
    while day <= last:
        pieces += calendar.pieces(day)
        day += timedelta(days=1)
    return clip(union(pieces), window)


def unpublished(hours: ServiceHours, window: Interval) -> bool:
    """Whether the window holds days whose official calendar is not known: that blocks sealing."""
    if isinstance(hours, str):
        return False
    calendar = calendar_of(hours)
    return any(calendar.provisional(local(at, calendar.zone).date()) for at in (window[0], window[1] - 1))


def inactive(agreement: Agreement, window: Interval) -> list[Interval]:
    """What of the window lies outside the version's validity, its coverage or its service hours."""
    first = max(window[0], agreement.effective, agreement.measured_from)
    last = window[1] if agreement.until is None else min(window[1], agreement.until)
    if first >= last:
        return [window]
    life: Intervals = service_time(agreement.availability.service_hours, (first, last))
    return subtract([window], life)
