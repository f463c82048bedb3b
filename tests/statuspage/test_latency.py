"""Response times: estimated from counts, drawn without joining what was not measured."""

import re
from dataclasses import replace

import pytest

from config.instant import DAY, MINUTE
from probe.latency import BOUNDS_US, BUCKET
from statuspage.chart import BASE, chart
from statuspage.facts import Point, Series
from statuspage.latency import STEP, series_of, share
from tests.statuspage.harbour import HARBOUR, NOW, OPEN, ZONE, day_of_answers

NONE = [0] * (len(BOUNDS_US) + 1)


def counted(**at: int) -> list[int]:
    """`at` is `up_to_<ms>`: count of answers in the range that ends there."""
    counts = list(NONE)
    for name, count in at.items():
        counts[BOUNDS_US.index(int(name.removeprefix("up_to_")) * 1000)] = count
    return counts


@pytest.mark.parametrize(
    ("counts", "median", "p95"),
    [
        (NONE, None, None),
        (counted(up_to_100=100), 75, 97),
        (counted(up_to_100=90, up_to_1000=10), 77, 750),
        ([*NONE[:-1], 3], 30_000, 30_000),
        ([5, *NONE[1:]], 1, 1),
    ],
)
def test_shares_are_taken_inside_their_range(counts: list[int], median: int | None, p95: int | None) -> None:
    assert (share(counts, 1, 2), share(counts, 19, 20)) == (median, p95)


def test_a_day_has_96_steps_and_a_step_without_answers_is_a_hole() -> None:
    buckets = {NOW - NOW % STEP - number * STEP: counted(up_to_100=4) for number in (*range(6), 95, 200)}
    found = series_of("payments", buckets, NOW)
    assert found is not None
    assert len(found.points) == 96
    assert [point.median_ms for point in found.points[-6:]] == [75] * 6
    assert {point.median_ms for point in found.points[1:-6]} == {None}


def test_a_young_line_is_drawn_from_its_beginning_in_smaller_steps() -> None:
    buckets = {NOW - NOW % BUCKET - number * BUCKET: counted(up_to_100=4) for number in range(7)}
    found = series_of("payments", buckets, NOW)
    assert found is not None
    assert (len(found.points), found.bucket) == (7, BUCKET)


def test_a_handful_of_answers_is_no_line() -> None:
    assert series_of("payments", {NOW - NOW % STEP: counted(up_to_100=4)}, NOW) is None
    assert series_of("payments", {}, NOW) is None


def test_time_not_measured_breaks_the_line_and_is_marked() -> None:
    drawn = chart(day_of_answers(), [OPEN], ZONE)
    assert drawn is not None
    assert drawn.median.count("M") == 2
    (gap,) = drawn.gaps
    assert gap.width == pytest.approx(812 * 30 * MINUTE / DAY, abs=0.1)
    (band,) = drawn.incidents
    assert band.state is OPEN.state
    assert band.x + band.width == pytest.approx(812, abs=0.2)


def test_the_lines_are_named_beside_themselves() -> None:
    """No line runs through a name: above all of the 95th percentile near it, below all of the median."""
    points = tuple(Point(start=n * STEP, median_ms=20 + 40 * (n % 3 == 0), p95_ms=70) for n in range(96))
    drawn = chart(Series(component="payments", bucket=STEP, points=points), [], ZONE)
    assert drawn is not None
    lows = [float(y) for y in re.findall(r" ([0-9.]+)", drawn.median)]
    assert drawn.median_y >= max(lows) + 12
    assert drawn.p95_y <= min(float(y) for y in re.findall(r" ([0-9.]+)", drawn.p95)) - 8


def test_the_name_of_a_gap_keeps_off_the_scale() -> None:
    points = tuple(Point(start=n * STEP, median_ms=20 if n < 94 else None, p95_ms=70) for n in range(96))
    drawn = chart(Series(component="payments", bucket=STEP, points=points), [], ZONE)
    assert drawn is not None
    (gap,) = drawn.gaps
    assert gap.x > 780 and gap.label_x == 772


def test_the_scale_holds_the_slowest_and_starts_at_nothing() -> None:
    drawn = chart(day_of_answers(), [], ZONE)
    assert drawn is not None
    assert [tick.value for tick in drawn.grid] == [0, 400, 800, 1200]
    assert drawn.grid[0].at == BASE + 0.5


def test_nothing_measured_is_no_chart() -> None:
    empty = (
        replace(day_of_answers(), points=tuple(replace(one, median_ms=None) for one in HARBOUR.series.points))
        if HARBOUR.series
        else None
    )
    assert empty is not None
    assert chart(empty, [], ZONE) is None
