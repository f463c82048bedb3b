from pathlib import Path

import pytest

from config.instant import DAY, HOUR, parse_rfc3339
from config.node import ConfigError
from sla.interval import total
from sla.servicehours import inactive, service_time, unpublished
from tests.sla.contract import AGREEMENT, NOVEMBER, OCTOBER, at, config

OFFICE = AGREEMENT.replace("service_hours: 24x7", "service_hours: {hours: {mon-fri: ['09:00-18:00']}, CALENDAR}")


def hours(more: str) -> str:
    return OFFICE.replace("CALENDAR", more)


def test_around_the_clock_is_everything(tmp_path: Path) -> None:
    (agreement,) = config(tmp_path).customers["harbour-bank"].agreements
    assert service_time("24x7", (OCTOBER, NOVEMBER)) == [(OCTOBER, NOVEMBER)]
    assert inactive(agreement, (OCTOBER, NOVEMBER)) == []


def test_october_2026_has_eighteen_working_days_with_its_make_up_day(tmp_path: Path) -> None:
    dates = "off: ['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'], work: {'2026-10-10': mon}"
    (agreement,) = config(tmp_path, hours(dates)).customers["harbour-bank"].agreements
    open_hours = service_time(agreement.availability.service_hours, (OCTOBER, NOVEMBER))
    assert total(open_hours) == 18 * 9 * HOUR
    assert open_hours[0] == (at("10-08 09:00:00"), at("10-08 18:00:00"))
    assert total(inactive(agreement, (OCTOBER, NOVEMBER))) == 31 * DAY - 18 * 9 * HOUR
    assert not unpublished(agreement.availability.service_hours, (OCTOBER, NOVEMBER))


def test_a_country_without_published_days_blocks_sealing(tmp_path: Path) -> None:
    (agreement,) = config(tmp_path, hours("country: AQ")).customers["harbour-bank"].agreements
    assert unpublished(agreement.availability.service_hours, (OCTOBER, NOVEMBER))


def test_time_before_coverage_and_outside_the_version_is_inactive(tmp_path: Path) -> None:
    text = AGREEMENT.replace("measured_from: 2026-01-01", "measured_from: 2026-10-05")
    (agreement,) = config(tmp_path, text).customers["harbour-bank"].agreements
    assert inactive(agreement, (OCTOBER, NOVEMBER)) == [(OCTOBER, at("10-05 00:00:00"))]
    ended = agreement.model_copy(update={"until": at("10-20 00:00:00")})
    assert inactive(ended, (OCTOBER, NOVEMBER))[1] == (at("10-20 00:00:00"), NOVEMBER)
    assert inactive(ended, (NOVEMBER, parse_rfc3339("2026-12-01T00:00:00+08:00")))[0][0] == NOVEMBER


def test_two_ranges_may_not_share_a_day(tmp_path: Path) -> None:
    text = AGREEMENT.replace("service_hours: 24x7", "service_hours: {mon-wed: ['09:00-18:00'], wed-fri: []}")
    with pytest.raises(ConfigError, match="wed stands in two ranges"):
        config(tmp_path, text)
