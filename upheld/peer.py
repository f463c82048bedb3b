"""Another installation, watched from here: does it answer, does its heart beat, does its ledger only grow. Pure."""

from dataclasses import dataclass, replace

from config.instant import MINUTE, SECOND, Span

EVERY: Span = 15 * SECOND
PATIENCE: Span = 10 * SECOND
FALL = 2
"""Bad looks in a row that are believed: with `EVERY` and `PATIENCE` within 50 seconds."""
BEAT: Span = MINUTE
"""How old its last heartbeat may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at it found. `wrong`: why it counts as bad; `size`: of its ledger, where it was told."""

    wrong: str | None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What is known of it: bad looks in a row, and the largest ledger it ever showed."""

    bad: int = 0
    size: int = 0
    wrong: str | None = None
    """Why it is held for dead; None: it is not."""


def judge(peer: Peer, look: Look) -> Peer:
    """After one more look. A ledger that shrank is believed at once: no lost packet makes that."""
    shrank = look.size is not None and look.size < peer.size
    if shrank:
        return replace(peer, bad=peer.bad + 1, wrong="peer_ledger_shrank")
    size = peer.size if look.size is None else look.size
    if look.wrong is None:
        return Peer(size=size)
    bad = peer.bad + 1
    return Peer(bad=bad, size=size, wrong=look.wrong if bad >= FALL or peer.wrong is not None else None)
