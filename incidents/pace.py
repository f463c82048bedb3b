"""How deciding and accepting share the store's one writer. Pure.

While senders wait for their commits accepting goes first, because what is refused may be lost and what waits in the
inbox is not; but nothing that was accepted waits long.
"""

from config.instant import SECOND, Span

PATIENCE: Span = 10 * SECOND
"""So long an accepted post waits while others are accepted, before deciding has its equal turn."""
SENDERS_SHARE = 8
"""Of the writer's time, for each part that deciding has until then."""


def rest_after(took: float, *, lag: Span) -> float:
    """Seconds between a slice of deciding that took so long and the next, while senders wait for their commits.

    `lag`: how long the oldest undecided post has waited.
    """
    return took * SENDERS_SHARE if lag < PATIENCE else 0.0
