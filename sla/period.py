"""The period of a statement: `2026-10`, `2026-Q3`, `2026`, from local midnight to local midnight, in real seconds."""

import re
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from typing_extensions import override

from config.agreement import Period as Kind
from config.instant import Instant
from sla.calendar import local, midnight
from sla.interval import Interval

_WRITTEN = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?", re.ASCII)
_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`number` is the month 1-12 or the quarter 1-4; 1 for a year."""

    kind: Kind
    year: int
    number: int

    @override
    def __str__(self) -> str:
        match self.kind:
            case Kind.MONTH:
                return f"{self.year}-{self.number:02d}"
            case Kind.QUARTER:
                return f"{self.year}-Q{self.number}"
            case Kind.YEAR:
                return str(self.year)

    def window(self, zone: str) -> Interval:
        """[local midnight of its first day, local midnight of the next period's first day)."""
        months = _MONTHS[self.kind]
        first = self.year * 12 + (self.number - 1) * months
        return _midnight(first, zone), _midnight(first + months, zone)

    @classmethod
    def running(cls, kind: Kind, zone: str, now: Instant) -> "Period":
        """The one of that kind that runs at an instant, by the zone's clock."""
        today = local(now, ZoneInfo(zone)).date()
        return cls(kind=kind, year=today.year, number=(today.month - 1) // _MONTHS[kind] + 1)

    def within(self, kind: Kind) -> "Period":
        """The period of that kind it lies in; itself where that is not longer."""
        if _MONTHS[kind] <= _MONTHS[self.kind]:
            return self
        first = (self.number - 1) * _MONTHS[self.kind]
        return Period(kind=kind, year=self.year, number=first // _MONTHS[kind] + 1)

    def parts(self, kind: Kind) -> tuple["Period", ...]:
        """The periods of that kind it is made of; none where they are not shorter."""
        each, months = _MONTHS[kind], _MONTHS[self.kind]
        if each >= months:
            return ()
        first = (self.number - 1) * months // each
        return tuple(Period(kind=kind, year=self.year, number=first + n + 1) for n in range(months // each))

    def year_window(self, zone: str) -> Interval:
        """The whole year it lies in."""
        return Period(kind=Kind.YEAR, year=self.year, number=1).window(zone)


def parse_period(text: str) -> Period:
    """Raises ValueError saying what to write."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not 1970 <= int(found[1]) <= 9998:
        raise ValueError(f"'{text}' is no period; write a month 2026-10, a quarter 2026-Q3 or a year 2026")
    year = int(found[1])
    if found[2]:
        return Period(kind=Kind.MONTH, year=year, number=int(found[2]))
    if found[3]:
        return Period(kind=Kind.QUARTER, year=year, number=int(found[3]))
    return Period(kind=Kind.YEAR, year=year, number=1)


def _midnight(months: int, zone: str) -> int:
    return midnight(date(months // 12, months % 12 + 1, 1), ZoneInfo(zone))
