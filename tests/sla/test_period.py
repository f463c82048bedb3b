import pytest

from config.agreement import Period as Kind
from config.instant import DAY, HOUR, parse_rfc3339
from sla.period import Period, parse_period


@pytest.mark.parametrize(
    ("text", "zone", "start", "end"),
    [
        ("2026-10", "Asia/Shanghai", "2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"),
        ("2026-12", "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-Q1", "Europe/Berlin", "2026-01-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
        ("2026-Q4", "UTC", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_period_runs_from_local_midnight_to_local_midnight(text: str, zone: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert str(period) == text
    assert period.window(zone) == (parse_rfc3339(start), parse_rfc3339(end))


def test_a_month_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    def lasts(text: str) -> int:
        start, end = parse_period(text).window("Europe/Berlin")
        return end - start

    assert lasts("2026-03") == 31 * DAY - HOUR
    assert lasts("2026-10") == 31 * DAY + HOUR


def test_a_period_knows_its_year() -> None:
    assert parse_period("2026-10").year_window("UTC") == parse_period("2026").window("UTC")
    assert parse_period("2026-10") == Period(kind=Kind.MONTH, year=2026, number=10)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-Q5", "26-10", "2026-1", "2026-10-01", "0999", "9999"])
def test_what_is_no_period_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write a month 2026-10"):
        parse_period(text)


def test_a_period_knows_the_longer_one_it_lies_in_and_the_shorter_ones_it_is_made_of() -> None:
    month, quarter, year = (parse_period(text) for text in ("2026-11", "2026-Q4", "2026"))
    assert [str(month.within(kind)) for kind in Kind] == ["2026-11", "2026-Q4", "2026"]
    assert (quarter.within(Kind.MONTH), year.within(Kind.QUARTER)) == (quarter, year)
    assert [str(one) for one in quarter.parts(Kind.MONTH)] == ["2026-10", "2026-11", "2026-12"]
    assert [str(one) for one in year.parts(Kind.QUARTER)] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert len(year.parts(Kind.MONTH)) == 12
    assert month.parts(Kind.MONTH) == month.parts(Kind.YEAR) == ()
