import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import rfc3339
from config.moment import parse_moment, print_moment

ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-01-01", "Asia/Shanghai", "2025-12-31T16:00:00.000Z"),
        ("2026-01-01 09:00", "Asia/Shanghai", "2026-01-01T01:00:00.000Z"),
        ("2026-01-01T09:00:30", "UTC", "2026-01-01T09:00:30.000Z"),
        ("2026-01-01 09:00+02:00", "Asia/Shanghai", "2026-01-01T07:00:00.000Z"),
        ("2026-01-01T09:00:00Z", "Asia/Shanghai", "2026-01-01T09:00:00.000Z"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:00:00.000Z"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"),
    ],
)
def test_a_written_date_means_its_local_instant(text: str, zone: str, instant: str) -> None:
    assert rfc3339(parse_moment(text, zone)) == instant


@pytest.mark.parametrize(
    "text", ["2026-13-01", "2026-02-30", "1.2.2026", "2026-1-1", "2026-01-01 9:00", "0001-01-01", ""]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"written|calendar"):
        parse_moment(text, "UTC")


@given(st.integers(min_value=40_000_000, max_value=4_000_000_000), st.sampled_from(ZONES))
@settings(deadline=None)
def test_what_is_printed_reads_back_the_same(second: int, zone: str) -> None:
    assert parse_moment(print_moment(second * 1000, zone), zone) == second * 1000
