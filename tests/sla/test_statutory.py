"""The shipped statutory days, against the working days of each month that were published with them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.agreement import Calendar as Written
from sla.hours import calendar_of

CASES = json.loads((Path(__file__).parent / "cases" / "cn-workdays.json").read_text())
OFFICE: dict[str, tuple[str, ...]] = {"mon-fri": ("09:00-18:00",)}


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_a_country_calendar_has_the_published_number_of_working_days_in_each_month(year: str) -> None:
    calendar = calendar_of(Written(id="cn", timezone="Asia/Shanghai", country="CN", hours=OFFICE))
    counted = [0] * 12
    day = date(int(year), 1, 1)
    while day.year == int(year):
        counted[day.month - 1] += bool(calendar.hours(day))
        day += timedelta(days=1)

    assert counted == CASES[year]["workdays_per_month"]


def test_a_service_of_seven_days_rests_on_the_weekend_of_a_holiday_and_works_on_any_other() -> None:
    every_day: dict[str, tuple[str, ...]] = {"mon-sun": ("09:00-18:00",)}
    calendar = calendar_of(Written(id="cn", timezone="Asia/Shanghai", country="CN", hours=every_day))

    spring_festival = [date(2026, 2, day) for day in range(15, 24)]
    assert [calendar.hours(day) for day in spring_festival] == [()] * 9
    for ordinary in (date(2026, 2, 14), date(2026, 2, 24), date(2026, 3, 1)):
        assert calendar.hours(ordinary) != ()


def test_a_year_that_is_not_published_is_provisional() -> None:
    calendar = calendar_of(Written(id="cn", timezone="Asia/Shanghai", country="CN", hours=OFFICE))

    assert not calendar.provisional(date(2026, 12, 31))
    assert calendar.provisional(date(2027, 1, 1))


def test_a_country_we_ship_nothing_for_is_provisional_throughout() -> None:
    calendar = calendar_of(Written(id="x", country="AQ", hours=OFFICE))

    assert calendar.provisional(date(2026, 1, 1))


def test_days_the_operator_wrote_go_before_the_shipped_ones() -> None:
    calendar = calendar_of(Written(id="cn", country="CN", hours=OFFICE, off=("2026-11-23",)))

    assert calendar.hours(date(2026, 11, 23)) == ()
    assert calendar.hours(date(2026, 10, 1)) != ()
