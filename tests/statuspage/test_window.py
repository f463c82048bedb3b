"""Planned work on the public page: single windows and each occurrence of recurring ones, unless withdrawn."""

from config.agreement import Category
from config.instant import DAY, HOUR, Instant, parse_rfc3339
from config.model import Exclusion, ExclusionNotice
from sla.exclusions import proposed
from statuspage.facts import Window
from statuspage.window import windows_of


def utc(text: str) -> Instant:
    return parse_rfc3339(text + "Z")


def weekly(every: str, zone: str = "UTC", given: str | None = "2026-01-01T00:00:00") -> Exclusion:
    notice = ExclusionNotice(given=utc(given), ref="annex 2") if given is not None else None
    return Exclusion(
        id="weekly",
        components=("shop",),
        category=Category.MAINTENANCE,
        every=every,
        duration=4 * HOUR,
        timezone=zone,
        notice=notice,
    )


def shown(exclusion: Exclusion, first: Instant, last: Instant) -> tuple[Window, ...]:
    return windows_of(proposed([exclusion], utc("2026-01-01T00:00:00")), first, last)


def starts(exclusion: Exclusion, first: str, last: str) -> list[Instant]:
    return [window.start for window in shown(exclusion, utc(first), utc(last))]


def test_a_weekly_window_comes_every_week() -> None:
    found = starts(weekly("Sun 01:00"), "2026-11-01T00:00:00", "2026-11-16T00:00:00")
    assert found == [utc(f"2026-11-{day:02d}T01:00:00") for day in (1, 8, 15)]


def test_one_that_began_before_and_still_goes_on_is_there() -> None:
    assert starts(weekly("day 22:00"), "2026-11-02T00:30:00", "2026-11-02T00:31:00") == [utc("2026-11-01T22:00:00")]


def test_a_day_of_the_month_that_a_month_lacks_does_not_come() -> None:
    found = starts(weekly("31 01:00"), "2026-09-01T00:00:00", "2026-12-31T00:00:00")
    assert found == [utc("2026-10-31T01:00:00")]


def test_the_wall_clock_starts_it_and_its_length_is_exact() -> None:
    berlin = weekly("Sun 02:30", "Europe/Berlin")
    (spring,) = shown(berlin, utc("2026-03-29T00:00:00"), utc("2026-03-30T00:00:00"))
    assert (spring.start, spring.end) == (utc("2026-03-29T01:00:00"), utc("2026-03-29T05:00:00"))
    assert starts(berlin, "2026-10-25T00:00:00", "2026-10-26T00:00:00") == [utc("2026-10-25T00:30:00")]


def test_only_what_rests_on_an_annex_and_was_announced_in_time_is_agreed() -> None:
    span = (utc("2026-11-01T00:00:00"), utc("2026-11-02T00:00:00"))
    assert [one.agreed for one in shown(weekly("Sun 01:00"), *span)] == [True]
    assert [one.agreed for one in shown(weekly("Sun 01:00", given=None), *span)] == [False]
    late = weekly("Sun 01:00", given="2026-11-01T01:30:00")
    assert [one.agreed for one in shown(late, *span)] == [False]


def test_a_single_window_and_its_category() -> None:
    start = utc("2026-11-18T14:00:00")
    fault = Exclusion(id="x", components=("a",), category=Category.NETWORK_OPERATOR, start=start, end=start + HOUR)
    (window,) = shown(fault, start - DAY, start + DAY)
    assert (window.id, window.start, window.end, window.maintenance) == ("x", start, start + HOUR, False)
    assert shown(fault, start + HOUR, start + DAY) == ()
    assert shown(fault.model_copy(update={"publish": False}), start - DAY, start + DAY) == ()


def test_a_window_keeps_its_name_however_far_the_page_looks_back() -> None:
    nights = weekly("Sun 01:00")
    short = shown(nights, utc("2026-11-08T00:00:00"), utc("2026-11-09T00:00:00"))
    long = shown(nights, utc("2026-11-01T00:00:00"), utc("2026-11-09T00:00:00"))
    assert [one.id for one in short] == [one.id for one in long[1:]]
