"""By when what is due each month is delivered: by the end of a day of the next month. Pure."""

from calendar import monthrange
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from config.agreement import Agreement
from config.instant import Instant
from sla.calendar import local, midnight

STATEMENT_DAY = 4
"""Of the monthly statement, unless agreed otherwise."""


def statement_day(agreement: Agreement) -> int:
    return next((one.day for one in agreement.reports if one.kind == "statement" and one.day), STATEMENT_DAY)


def end_of_day(month: Instant, day: int, zone: str) -> Instant:
    """The midnight after that day of the month that begins there; of a month without such a day after its last."""
    place = ZoneInfo(zone)
    first = local(month, place).date()
    _, last = monthrange(first.year, first.month)
    return midnight(date(first.year, first.month, min(day, last)) + timedelta(days=1), place)
