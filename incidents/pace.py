"""How deciding and accepting share the store's one writer. Pure.

As long as senders post no more than can be decided, both take turns and an alert is decided within a second. In a storm
accepting goes first, because what is refused may be lost and what waits in the inbox is not; but nothing waits long.
"""

from config.instant import SECOND, Span

STORM = 3000
"""Posts a second; more than that nobody decides in time."""
PATIENCE: Span = 10 * SECOND
"""So long an accepted post waits in a storm before deciding has its equal turn again."""
SENDERS_SHARE = 8
"""Of the writer's time in a storm, for each part that deciding has."""


def rest_after(took: float, *, rate: float, lag: Span) -> float:
    """Seconds between a slice of deciding that took so long and the next, while senders wait for their commits.

    `rate`: posts accepted in the last second; `lag`: how long the oldest undecided one has waited.
    """
    return took * SENDERS_SHARE if rate > STORM and lag < PATIENCE else 0.0
