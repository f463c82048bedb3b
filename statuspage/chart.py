"""The response-time chart: geometry only, 888 by 216, the newest at the right edge. Unmeasured time breaks the line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.instant import Instant
from config.look.figure import local
from config.look.state import Shown
from statuspage.facts import Incident, Point, Series

WIDTH = 888
RIGHT = 812
BASE = 188
TOP = 8
_STEPS = (20, 50, 100, 200, 400, 500, 1000, 2000, 5000, 10_000, 20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the grid or a mark of the axis; `value` is milliseconds, or an instant on the time axis."""

    at: float
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From `x` on for `width`: an incident (its state and start), or time not measured (`state` unknown)."""

    x: float
    width: float
    state: Shown
    start: Instant

    @property
    def label_x(self) -> float:
        """The middle of its name, which is up to 80 wide and stays left of the scale."""
        return min(RIGHT - 40.0, max(40.0, self.x + self.width / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    median: str
    p95: str
    label_x: float
    median_y: float
    p95_y: float
    grid: tuple[Tick, ...]
    hours: tuple[Tick, ...]
    incidents: tuple[Band, ...]
    gaps: tuple[Band, ...]


def chart(series: Series, incidents: Iterable[Incident], zone: str) -> Chart | None:
    """None where nothing was measured at all."""
    points = series.points
    highest = max((point.p95_ms or point.median_ms or 0 for point in points), default=0)
    if len(points) < 2 or not any(point.median_ms is not None for point in points):
        return None
    start, end = points[0].start, points[-1].start + series.bucket
    scale = RIGHT / (end - start)
    step = next((step for step in _STEPS if highest <= 3 * step), _STEPS[-1])
    rise = 56 / step

    def x(at: Instant) -> float:
        return round((at - start) * scale, 1)

    def y(value: int) -> float:
        return round(BASE - value * rise, 1)

    reach = max(1, len(points) * 50 // RIGHT)
    place = _label_place(points, reach)
    near = _near(points, place, reach)
    return Chart(
        median=_line([(x(one.start), y(one.median_ms) if one.median_ms is not None else None) for one in points]),
        p95=_line([(x(one.start), y(one.p95_ms) if one.p95_ms is not None else None) for one in points]),
        label_x=min(RIGHT - 60.0, max(60.0, x(points[place].start))),
        median_y=min(BASE - 3.0, y(min(near)) + 15),
        p95_y=y(max(near)) - 8,
        grid=tuple(Tick(at=y(value) + 0.5, value=value) for value in range(0, 3 * step + 1, step)),
        hours=tuple(Tick(at=x(at), value=at) for at in _hours(start, end, zone) if 24 <= x(at) <= RIGHT - 24),
        incidents=tuple(
            Band(x=x(first), width=round(x(last) - x(first), 1), state=incident.state, start=incident.started_at)
            for incident in incidents
            if (first := max(start, incident.started_at)) < (last := min(end, incident.resolved_at or end))
        ),
        gaps=tuple(
            Band(x=x(first), width=round(x(last + series.bucket) - x(first), 1), state=Shown.UNKNOWN, start=first)
            for first, last in _gaps(points)
        ),
    )


def _line(points: Sequence[tuple[float, float | None]]) -> str:
    """A polyline that starts anew after every hole."""
    drawn: list[str] = []
    pen = "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{x} {y}")
        pen = "L"
    return "".join(drawn)


def _gaps(points: Sequence[Point]) -> Iterable[tuple[Instant, Instant]]:
    for missing, run in groupby(points, key=lambda point: point.median_ms is None):
        if missing:
            held = list(run)
            yield held[0].start, held[-1].start


def _label_place(points: Sequence[Point], reach: int) -> int:
    """Where the lines are named: the calmest stretch right of the middle, so that no peak runs through the words."""
    places = range(len(points) * 3 // 10, max(len(points) * 9 // 10, 1))
    measured = [place for place in places if points[place].median_ms is not None]
    if not measured:
        return next(place for place, point in enumerate(points) if point.median_ms is not None)
    return min(measured, key=lambda place: max(_near(points, place, reach)))


def _near(points: Sequence[Point], place: int, reach: int) -> list[int]:
    """What both lines show above and below a name at `place`, which was measured."""
    near = points[max(0, place - reach) : place + reach + 1]
    return [ms for point in near for ms in (point.median_ms, point.p95_ms) if ms is not None]


def _hours(start: Instant, end: Instant, zone: str) -> Iterable[Instant]:
    hour = 3_600_000
    at = start - start % (hour // 4)
    while at < end:
        here = local(at, zone)
        if at >= start and here.minute == 0 and here.hour % 6 == 0:
            yield at
        at += hour // 4
