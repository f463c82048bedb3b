"""How deciding and accepting share the store's one writer. Pure.

Where two thirds of the time are enough to decide what comes in, deciding has them. Where they are not, accepting goes
first while senders wait for their commits, because what is refused may be lost and what waits in the inbox is not; but
nothing that was accepted waits long.
"""

from dataclasses import dataclass

from config.instant import SECOND, Span

PATIENCE: Span = 5 * SECOND
"""So long an accepted post waits while others are accepted, before deciding has its equal turn."""
SENDERS_SHARE = 2
"""Of the writer's time, for each part that deciding has until then."""
_KEPT = 0.9
"""Of what was measured so far, at each slice: a second or so counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was measured lately, older measurements counting less: posts that came in `over` so many seconds, posts
    that were decided, and the seconds that `took`."""

    came: float = 0.0
    over: float = 0.0
    decided: float = 0.0
    took: float = 0.0

    def after(self, *, came: int, over: float, decided: int, took: float) -> "Pace":
        """One slice of deciding later; `over`: since the end of the one before."""
        return Pace(
            came=self.came * _KEPT + came,
            over=self.over * _KEPT + over,
            decided=self.decided * _KEPT + decided,
            took=self.took * _KEPT + took,
        )

    @property
    def keeps_up(self) -> bool:
        """Whether two thirds of the time are enough to decide what comes in."""
        return self.came * self.took * 3 <= self.over * self.decided * 2

    def rest(self, took: float, *, lag: Span) -> float:
        """Seconds between a slice of deciding that took so long and the next, while senders wait for their commits.

        `lag`: how long the oldest undecided post has waited.
        """
        if self.keeps_up:
            return took / 2
        return took * SENDERS_SHARE if lag < PATIENCE else 0.0
