"""Leaves in the store: appended in the caller's transaction, read, and proven.

The database's one writer (or, on PostgreSQL, the writers' turn) lets nobody append between our question and our
insert, so the newest number plus one is free; the unique keys would refuse a mistake. Every 256th leaf also stores the
inner hash over its group, every 65536th one more: readers find each full group of any finished transaction.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select

from db.ledger.leaf import SALT_BYTES, Entry, Leaf, Opening, entry_of, read, write
from db.ledger.tree import Node, consistency, full_root, inclusion, leaf_hash, levels_over, root
from db.prepared import Prepared
from db.tables.ledger import leaf as table
from db.tables.ledger import node, opening

GROUP = 8
"""A group has 2 ** 8 hashes of the level below."""
_SIZE = 1 << GROUP
_STREAMS_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A leaf of the ledger: its place, what is hashed, and what that says."""

    index: int
    data: bytes
    entry: Entry


_newest_index = select(func.max(table.c.index)).scalar_subquery()
_at_the_head = select(table.c.recorded_at).order_by(table.c.index.desc()).limit(1)
_newest_n = select(func.max(table.c.n)).where(table.c.stream == bindparam("stream")).scalar_subquery()
_head = Prepared(select(_newest_index.label("last"), _at_the_head.scalar_subquery().label("at"), _newest_n.label("n")))
_newest_at = Prepared(_at_the_head)
_add = Prepared(insert(table))
_open = Prepared(insert(opening))


def append(tx: Connection, leaf: Leaf, now: int) -> int:
    """Its index. Raises NotCanonical; then the caller's transaction is to fail with it."""
    return append_all(tx, [leaf], now)[0]


def record(tx: Connection, leaf: Leaf, now: int) -> int:
    """Appends it; when it is recorded, which its row is to say too. See `append_all`."""
    return _append(tx, [leaf], now)[1]


def append_all(tx: Connection, leaves: Sequence[Leaf], now: int) -> list[int]:
    """Their indexes, in this order.

    No leaf says that it was recorded before the one it stands behind: one clock may be a little slower than another,
    or have been set back, but whoever writes a fact down later writes it later.
    """
    return _append(tx, leaves, now)[0]


def _append(tx: Connection, leaves: Sequence[Leaf], now: int) -> tuple[list[int], int]:
    rows: list[dict[str, Any]] = []
    openings: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    index = -1
    for leaf in leaves:
        if leaf.stream not in numbers:
            newest = _head.all(tx, {"stream": leaf.stream})[0]
            numbers[leaf.stream] = -1 if newest.n is None else newest.n
            if not rows:
                index = -1 if newest.last is None else newest.last
                now = max(now, newest.at or 0)
        index += 1
        numbers[leaf.stream] += 1
        words = None if leaf.private is None else Opening(salt=os.urandom(SALT_BYTES), private=leaf.private)
        data = write(entry_of(leaf, numbers[leaf.stream], now, words))
        rows.append(
            {
                "index": index,
                "kind": leaf.kind,
                "stream": leaf.stream,
                "n": numbers[leaf.stream],
                "recorded_at": now,
                "bytes": data,
                "hash": leaf_hash(data),
            }
        )
        if words is not None:
            openings.append({"index": index, "salt": words.salt, "private": words.private})
    _add.run_all(tx, rows)
    _open.run_all(tx, openings)
    indexes = [row["index"] for row in rows]
    for at in indexes:
        if at % _SIZE == _SIZE - 1:
            _close_group(tx, 1, at >> GROUP)
    return indexes, now


def _close_group(tx: Connection, level: int, index: int) -> None:
    tx.execute(insert(node).values(level=level, index=index, hash=full_root(_group(tx, level, index))))
    if index % _SIZE == _SIZE - 1:
        _close_group(tx, level + 1, index >> GROUP)


def _group(tx: Connection, level: int, index: int) -> list[bytes]:
    """The hashes of the level below that the group consists of, as far as they are there."""
    first = index << GROUP
    hashes: Select[Any]
    if level == 1:
        hashes = select(table.c.hash).where(table.c.index >= first, table.c.index < first + _SIZE)
        hashes = hashes.order_by(table.c.index)
    else:
        hashes = select(node.c.hash).where(node.c.level == level - 1, node.c.index >= first)
        hashes = hashes.where(node.c.index < first + _SIZE).order_by(node.c.index)
    return list(tx.scalars(hashes))


def size(tx: Connection) -> int:
    newest = tx.scalar(select(func.max(table.c.index)))
    return 0 if newest is None else newest + 1


def newest_at(tx: Connection) -> int:
    """When the newest leaf was recorded; 0 without one."""
    return _newest_at.scalar(tx) or 0


def stamped(tx: Connection, now: int) -> int:
    """When a fact that is told now is recorded. Its row says the same as its leaf, also where a clock was set back."""
    return max(now, newest_at(tx))


def nodes(tx: Connection) -> Node:
    """Every full subtree's hash; a group is read and hashed once. It does not notice what is appended later."""
    groups: dict[tuple[int, int], list[list[bytes]]] = {}

    def found(level: int, index: int) -> bytes:
        stored, above = divmod(level, GROUP)
        first = index << above
        place = (stored + 1, first >> GROUP)
        if place not in groups:
            groups[place] = levels_over(_group(tx, *place))
        return groups[place][above][(first % _SIZE) >> above]

    return found


def root_at(tx: Connection, leaves: int) -> bytes:
    """Of the tree over the first so many leaves. Raises ValueError when there are fewer."""
    _has(tx, leaves)
    return root(leaves, nodes(tx))


def inclusions(tx: Connection, indexes: Sequence[int], leaves: int) -> list[list[bytes]]:
    """The proof of each that it is in the tree of the first so many leaves. Raises ValueError."""
    _has(tx, leaves)
    node_of = nodes(tx)
    return [inclusion(index, leaves, node_of) for index in indexes]


def consistency_of(tx: Connection, first: int, second: int) -> list[bytes]:
    """The proof that the smaller tree is the beginning of the larger. Raises ValueError."""
    return consistencies(tx, [first], second)[0]


def consistencies(tx: Connection, sizes: Sequence[int], leaves: int) -> list[list[bytes]]:
    """The proof of each smaller tree that it is the beginning of the one over the first so many leaves."""
    _has(tx, leaves)
    node_of = nodes(tx)
    return [consistency(size, leaves, node_of) for size in sizes]


def leaves_of(tx: Connection, streams: Collection[str], leaves: int) -> list[Kept]:
    """Every leaf of these streams among the first so many, in the ledger's order."""
    wanted = sorted(streams)
    found: list[Kept] = []
    for start in range(0, len(wanted), _STREAMS_AT_ONCE):
        some = wanted[start : start + _STREAMS_AT_ONCE]
        rows = tx.execute(select(table).where(table.c.stream.in_(some), table.c.index < leaves))
        found.extend(_kept(row) for row in rows)
    return sorted(found, key=lambda kept: kept.index)


def streams_below(tx: Connection, beginning: str) -> list[str]:
    """The streams whose name begins so (`check/`), in order."""
    return list(tx.scalars(select(table.c.stream).where(*_below(beginning), table.c.n == 0).order_by(table.c.stream)))


def at(tx: Connection, index: int) -> Kept:
    """Raises sqlalchemy.exc.NoResultFound where there is none."""
    return _kept(tx.execute(select(table).where(table.c.index == index)).one())


def newest_of(tx: Connection, stream: str) -> Kept | None:
    row = tx.execute(select(table).where(table.c.stream == stream).order_by(table.c.n.desc()).limit(1)).one_or_none()
    return None if row is None else _kept(row)


def newest_below(tx: Connection, beginning: str) -> Iterator[Kept]:
    """The newest leaf of every stream whose name begins so, one by one: there may be thousands."""
    newest = select(table.c.stream, func.max(table.c.n).label("n")).where(*_below(beginning)).group_by(table.c.stream)
    last = newest.subquery()
    return map(_kept, tx.execute(select(table).join(last, (table.c.stream == last.c.stream) & (table.c.n == last.c.n))))


def openings_of(tx: Connection, indexes: Collection[int]) -> Iterator[tuple[int, Opening]]:
    """Of those that have one and were not erased."""
    wanted = sorted(indexes)
    for start in range(0, len(wanted), _STREAMS_AT_ONCE):
        some = wanted[start : start + _STREAMS_AT_ONCE]
        for row in tx.execute(select(opening).where(opening.c.index.in_(some)).order_by(opening.c.index)):
            yield row._mapping["index"], Opening(salt=row.salt, private=row.private)


def erase(tx: Connection, indexes: Collection[int]) -> int:
    """Destroys salt and words; the leaves stay, and nobody can tell any more what stood there. How many were erased."""
    return tx.execute(delete(opening).where(opening.c.index.in_(sorted(indexes)))).rowcount


def _has(tx: Connection, leaves: int) -> None:
    there = size(tx)
    if not 0 <= leaves <= there:
        raise ValueError(f"the ledger has {there} leaves, not {leaves}")


def _below(beginning: str) -> tuple[Any, ...]:
    after = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return (table.c.stream >= beginning, table.c.stream < after)


def _kept(row: Row[Any]) -> Kept:
    return Kept(index=row._mapping["index"], data=row.bytes, entry=read(row.bytes))
