import itertools

from hypothesis import given
from hypothesis import strategies as st

from sla.interval import Interval, clip, intersect, subtract, total, union

SOME = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), max_size=8)


def moments(intervals: list[Interval]) -> set[int]:
    return {t for start, end in intervals for t in range(start, end)}


def canonical(intervals: list[Interval]) -> bool:
    return all(start < end for start, end in intervals) and all(
        left[1] < right[0] for left, right in itertools.pairwise(intervals)
    )


@given(SOME)
def test_a_union_covers_what_its_parts_cover_and_neither_overlaps_nor_touches(parts: list[Interval]) -> None:
    joined = union(parts)
    assert moments(joined) == moments(parts)
    assert canonical(joined)
    assert total(joined) == len(moments(parts))


@given(SOME, SOME)
def test_sets_intersect_and_subtract_moment_by_moment(left: list[Interval], right: list[Interval]) -> None:
    a, b = union(left), union(right)
    assert moments(intersect(a, b)) == moments(a) & moments(b)
    assert moments(subtract(a, b)) == moments(a) - moments(b)
    assert canonical(intersect(a, b))
    assert canonical(subtract(a, b))


@given(SOME, st.integers(-20, 20), st.integers(0, 20))
def test_a_clipped_set_lies_in_its_window(parts: list[Interval], start: int, length: int) -> None:
    window = (start, start + length)
    assert moments(clip(union(parts), window)) == moments(parts) & set(range(*window))


def test_touching_intervals_are_one() -> None:
    assert union([(5, 7), (0, 5), (9, 9)]) == [(0, 7)]
