"""Where official days come from. A library is a source of data, looked at here and never while something is counted.

`holidays` invents the days of years that nobody has published yet; so of a library only years are taken that somebody
says are published, with where and when.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from config.document import compose
from config.hours import check_date
from config.node import ConfigError, Mark, Problem
from config.official import OfficialDays, Year
from config.reader import Report, read
from config.value import Value

LIBRARIES = ("chinesecalendar", "holidays")
_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?")
_SATURDAY = 5
_WEEKENDS_MISSING = frozenset({"CN"})
"""Countries whose holidays span weekends that `holidays` does not name."""


class Unpublished(LookupError):
    """Nothing is taken from there; the message says what to do."""


class Notice(Value):
    """What a published notice says of one year; `off` and `work` hold dates and ranges `2027-10-01..2027-10-07`."""

    country: str
    year: int
    source: str
    published_at: str
    off: tuple[str, ...] = ()
    work: tuple[str, ...] = ()


def years_of(text: str) -> list[int]:
    """`2027`, `2024-2026`. Raises ValueError."""
    found = _YEARS.fullmatch(text)
    if found is None or int(found[2] or found[1]) < int(found[1]):
        raise ValueError(f"'{text}' names no years; write 2027 or 2024-2026")
    return list(range(int(found[1]), int(found[2] or found[1]) + 1))


def from_notice(file: Path, country: str, years: Sequence[int]) -> dict[str, Year]:
    """Raises ConfigError for a mistake in the file, Unpublished for another country or year."""
    report = Report()
    try:
        notice = read(Notice, compose(file.read_bytes(), str(file)), report)
    except OSError as error:
        raise ConfigError([Problem(Mark(str(file), 1, 1), f"cannot be read: {error.strerror}")]) from error
    if notice is None:
        raise ConfigError(report.problems)
    if (notice.country, [notice.year]) != (country, list(years)):
        raise Unpublished(f"{file} is of {notice.country} {notice.year}; write --country and --years so")
    return {
        str(notice.year): Year(
            source=notice.source,
            published_at=notice.published_at,
            off=tuple(_dates(notice.off)),
            work=tuple(_dates(notice.work)),
        )
    }


def _dates(written: Sequence[str]) -> Iterator[str]:
    for text in written:
        first, _, last = text.partition("..")
        for each in (first, last or first):
            check_date(each)
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        if end < day:
            raise ValueError(f"'{text}' ends before it begins")
        while day <= end:
            yield day.isoformat()
            day += timedelta(days=1)


def from_library(
    name: str, country: str, years: Sequence[int], said: tuple[str, str] | None, known: OfficialDays | None
) -> dict[str, Year]:
    """`said`: source and day of publication; without it, of years already known, theirs.

    Raises Unpublished where nobody says that a year is published, or the library does not know it.
    """
    days = _chinesecalendar if name == "chinesecalendar" else _holidays
    found: dict[str, Year] = {}
    for year in years:
        before = None if known is None else known.years.get(str(year))
        if said is None and before is None:
            raise Unpublished(f"{name} does not say whether {year} is published; write --source and --published-at")
        source, published_at = said or ((before.source, before.published_at) if before is not None else ("", ""))
        off, work = days(country, year)
        found[str(year)] = Year(source=source, published_at=published_at, off=off, work=work)
    return found


Days = tuple[tuple[str, ...], tuple[str, ...]]


def _chinesecalendar(country: str, year: int) -> Days:
    import chinese_calendar

    if country != "CN":
        raise Unpublished(f"chinesecalendar knows CN alone; take --from holidays for {country}")
    try:
        off = [day for day in _year(year) if _of_a_holiday(*chinese_calendar.get_holiday_detail(day))]
        work = [day for day in _year(year) if day.weekday() >= _SATURDAY and chinese_calendar.is_workday(day)]
    except NotImplementedError as error:
        raise Unpublished(f"chinesecalendar does not know {year} yet; take the published notice as a file") from error
    return _texts(off), _texts(work)


def _of_a_holiday(off: bool, holiday: str | None) -> bool:
    """An ordinary Saturday is off without being a day of any holiday."""
    return off and holiday is not None


def _holidays(country: str, year: int) -> Days:
    import holidays

    if country in _WEEKENDS_MISSING:
        raise Unpublished(f"holidays leaves out days off of {country} on weekends; take chinesecalendar or the notice")
    try:
        known = holidays.country_holidays(country, years=year)
    except NotImplementedError as error:
        raise Unpublished(f"holidays does not know '{country}'; take a published notice as a file") from error
    off = [day for day in _year(year) if day in known]
    work = [day for day in _year(year) if day.weekday() >= _SATURDAY and known.is_working_day(day)]
    return _texts(off), _texts(work)


def _year(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _texts(days: Sequence[date]) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)


def joined(country: str, known: OfficialDays | None, found: Mapping[str, Year], *, replace: bool) -> OfficialDays:
    """Raises Unpublished where a year that is known already would change unasked."""
    years = {} if known is None else dict(known.years)
    for year, one in found.items():
        if year in years and years[year] != one and not replace:
            raise Unpublished(
                f"{year} is known already and differs; --replace takes it anew, sealed months stay as they are"
            )
        years[year] = one
    return OfficialDays.model_validate({"country": country, "years": years})
