"""Wall instants from the monotonic clock, so that a step of the wall clock cannot bend a measurement under way.

The wall clock is looked at now and then; when the two have drifted apart by more than STEP the line is anchored anew.
"""

from collections.abc import Callable

from config.instant import Instant, Span

STEP: Span = 250


class Timeline:
    """`monotonic` in seconds, `wall` in POSIX milliseconds."""

    def __init__(self, monotonic: Callable[[], float], wall: Callable[[], Instant]) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._at = monotonic()
        self._instant = wall()

    def now(self) -> Instant:
        return self.instant_of(self._monotonic())

    def instant_of(self, monotonic: float) -> Instant:
        return self._instant + round((monotonic - self._at) * 1000)

    def monotonic_of(self, instant: Instant) -> float:
        return self._at + (instant - self._instant) / 1000

    def adjust(self) -> Span:
        """How far the wall clock has stepped since the line was anchored (0 below STEP); the line follows it."""
        at, instant = self._monotonic(), self._wall()
        stepped = instant - self.instant_of(at)
        if abs(stepped) < STEP:
            return 0
        self._at, self._instant = at, instant
        return stepped
