"""Destroying what is personal behind leaves: salt and words go, and a leaf for each says so.

Whoever checks a ledger accepts a missing opening only where such a leaf stands: nothing can be hidden by losing it.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from db.ledger import store
from db.ledger.leaf import Leaf
from db.tables.ledger import leaf, opening

BEGINNING = "erasure/"


def destroy(tx: Connection, indexes: Collection[int], now: int) -> int:
    """Of those that still have an opening; how many."""
    wanted = sorted(index for index, _ in store.openings_of(tx, indexes))
    store.erase(tx, wanted)
    marks = [Leaf(kind="erasure", stream=f"{BEGINNING}{index}", body={"index": index}) for index in wanted]
    store.append_all(tx, marks, now)
    return len(wanted)


def opened_in(tx: Connection, stream: str, before: int | None = None, limit: int | None = None) -> list[int]:
    """Leaves of this stream that still can be opened, oldest first; only those recorded before that."""
    wanted = select(opening.c.index).join(leaf, leaf.c.index == opening.c.index).where(leaf.c.stream == stream)
    if before is not None:
        wanted = wanted.where(leaf.c.recorded_at < before)
    return list(tx.scalars(wanted.order_by(opening.c.index).limit(limit)))
