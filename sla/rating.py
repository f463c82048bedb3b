"""What the customer said of solved cases: scores, their mean, and what became of the low ones. Pure, exact."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from config.instant import Instant
from sla.interval import Interval

OVERALL = "overall"
SCORES = (OVERALL, "speed", "skill", "manner")
"""In the order in which they are asked and printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """`at` is when it was written down, by the customer or, in his name, by a person of the provider's.

    `low`: the agreement wants it followed up. `followed_at`: when cause and measure were written; None: not yet.
    """

    case: str
    at: Instant
    by: str
    scores: Mapping[str, int]
    comment: str
    low: bool
    followed_at: Instant | None = None
    followed_by: str | None = None
    cause: str = ""
    measure: str = ""

    @property
    def mean(self) -> Fraction:
        """The overall score where there is one, else the mean of the others."""
        counted = [self.scores[OVERALL]] if OVERALL in self.scores else list(self.scores.values())
        return Fraction(sum(counted), len(counted))

    @property
    def own(self) -> bool:
        """Given by the customer himself."""
        return self.by.startswith("customer:")

    def open(self, end: Instant) -> bool:
        """Waits at that instant for cause and measure."""
        return self.low and self.at < end and (self.followed_at is None or self.followed_at >= end)


def concerning(ratings: Iterable[Rating], window: Interval) -> tuple[Rating, ...]:
    """Those given within the window, those followed up in it, and those that still wait at its end, in order."""
    start, end = window
    found = [
        one
        for one in ratings
        if start <= one.at < end or one.open(end) or (one.followed_at is not None and start <= one.followed_at < end)
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.case)))


def given(ratings: Iterable[Rating], window: Interval) -> tuple[Rating, ...]:
    """Of each case the last one given within the window."""
    last = {one.case: one for one in ratings if window[0] <= one.at < window[1]}
    return tuple(last.values())


def mean_of(ratings: Sequence[Rating]) -> Fraction | None:
    """None of none."""
    return sum((one.mean for one in ratings), Fraction(0)) / len(ratings) if ratings else None
