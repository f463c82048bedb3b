"""The strip's geometry: pitch 7, bar 5, the newest day at the right edge, heights that tell the state."""

import re

from config.look.state import Shown
from statuspage.strip import HEIGHTS, Shape, month_ticks, shapes, width

WEEK = [Shown.UP, Shown.UP, Shown.DOWN, Shown.UP, Shown.UNKNOWN, Shown.MAINTENANCE, Shown.PARTIAL]


def by_state(found: tuple[Shape, ...]) -> dict[Shown | None, str]:
    return {shape.state: shape.d for shape in found}


def test_ninety_days_are_628_wide() -> None:
    assert width(90) == 628


def test_a_steady_quarter_is_one_short_path() -> None:
    (only,) = shapes([Shown.UP] * 90)
    assert only == Shape(state=Shown.UP, d="M0 26.5H628")


def test_each_run_of_up_days_is_drawn_anew_so_that_the_bars_keep_their_place() -> None:
    assert by_state(shapes(WEEK))[Shown.UP] == "M0 26.5H12M21 26.5H26"


def test_a_bar_stands_on_the_base_as_high_as_its_state_is_bad() -> None:
    found = by_state(shapes(WEEK))
    assert found[Shown.DOWN] == "M14 31v-30h5v30z"
    assert found[Shown.PARTIAL] == "M42 31v-22h5v22z"
    order = [Shown.UP, Shown.DEGRADED, Shown.UNKNOWN, Shown.PARTIAL, Shown.DOWN]
    assert sorted(HEIGHTS, key=HEIGHTS.__getitem__) == order


def test_an_unknown_day_is_hollow_and_a_day_of_work_is_dashed() -> None:
    found = by_state(shapes(WEEK))
    assert found[Shown.UNKNOWN] == "M28 31v-19h5v19zM29 30h3v-17h-3z"
    assert found[Shown.MAINTENANCE].count("h5v3z") == 4


def test_days_before_the_first_measurement_are_a_hairline() -> None:
    found = shapes([None, None, Shown.UP])
    assert found == (Shape(state=None, d="M0 30.5H12"), Shape(state=Shown.UP, d="M14 26.5H19"))


def test_no_path_leaves_the_picture() -> None:
    for shape in shapes((WEEK * 13)[:90]):
        starts = [float(x) for x in re.findall(r"M([\d.]+)", shape.d)]
        assert all(0 <= x <= 623 + 1 for x in starts)


def test_a_month_is_marked_at_its_first_day_unless_today_stands_there() -> None:
    assert month_ticks([(11, 9), (41, 10), (72, 11), (88, 12)], 90) == ((77.5, 9), (287.5, 10), (504.5, 11))
