"""The 90-day strip: geometry only. Pitch 7, bar 5, 32 high; the worse the day, the taller; height and pattern say the
state without colour. The newest day stands at the right edge, which a narrow screen keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.look.state import Shown

PITCH = 7
BAR = 5
BASE = 31
HEIGHTS = {Shown.UP: 9, Shown.DEGRADED: 15, Shown.PARTIAL: 22, Shown.DOWN: 30, Shown.UNKNOWN: 19}
_DASHES = (31, 26, 21, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One SVG path; `state` is None for days before the first measurement."""

    state: Shown | None
    d: str


def width(days: int) -> int:
    """Of the whole strip: 628 for 90 days."""
    return days * PITCH - (PITCH - BAR)


def shapes(days: Sequence[Shown | None]) -> tuple[Shape, ...]:
    """One path for each state that occurs, the unmeasured first.

    Up days are drawn as a dashed line (dash 5, gap 2, 9 thick), which starts anew in every run: a steady quarter is
    one short path instead of ninety rectangles.
    """
    found: list[Shape] = []
    present = set(days)
    for state in (None, *Shown):
        if state not in present:
            continue
        if state is None:
            d = "".join(f"M{first * PITCH} 30.5H{last * PITCH + BAR}" for first, last in _runs(days, None))
        elif state is Shown.UP:
            d = "".join(f"M{first * PITCH} 26.5H{last * PITCH + BAR}" for first, last in _runs(days, state))
        else:
            d = "".join(
                _bar(place * PITCH, held) for place, held in enumerate(days) if held is not None and held is state
            )
        found.append(Shape(state=state, d=d))
    return tuple(found)


def month_ticks(months: Iterable[tuple[int, int]], days: int) -> tuple[tuple[float, int], ...]:
    """(place, month) of each first of a month -> (x of its tick, month), where its label has room before 'today'."""
    room = width(days) - 76
    return tuple((place * PITCH + 0.5, month) for place, month in months if place * PITCH <= room)


def _bar(x: int, state: Shown) -> str:
    if state is Shown.MAINTENANCE:
        return "".join(f"M{x} {y}v-3h{BAR}v3z" for y in _DASHES)
    height = HEIGHTS[state]
    bar = f"M{x} {BASE}v-{height}h{BAR}v{height}z"
    if state is Shown.UNKNOWN:
        # The inner outline runs the other way round, which leaves the bar hollow.
        bar += f"M{x + 1} {BASE - 1}h{BAR - 2}v-{height - 2}h-{BAR - 2}z"
    return bar


def _runs(days: Sequence[Shown | None], state: Shown | None) -> Iterable[tuple[int, int]]:
    for held, places in groupby(range(len(days)), key=lambda place: days[place]):
        if held is state:
            run = list(places)
            yield run[0], run[-1]
