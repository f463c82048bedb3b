"""What root can do who has the key too: take the ledger apart, write another history, sign every head of it anew."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, insert, select, text

from config.instant import Instant
from db.ledger import checkpoint, leaf, store
from db.ledger.canonical import parse
from db.ledger.checkpoint import Signer
from db.ledger.leaf import Entry, Opening
from db.ledger.tree import leaf_hash
from db.tables import ledger as tables
from sla.document import record
from sla.period import parse_period
from sla.seal import seal_json, sealed
from sla.store.statement import SealedRevision
from upheld import signing
from upheld.proof.bundle import Bundle
from upheld.proof.evidence import composed_from, labels_of
from upheld.proof.gather import bundle_of
from upheld.proof.stamp import STATEMENT
from upheld.proof.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A leaf as it was or as it is to be. `index` is its old place, None for one that never was."""

    entry: Entry
    opening: Opening | None = None
    index: int | None = None

    def saying(self, **changes: Any) -> "Fact":
        return replace(self, entry=replace(self.entry, body={**self.entry.body, **changes}))


Edit = Callable[[list[Fact]], Iterable[Fact]]


def forged(tx: Connection, name: str, honest: SealedRevision, key: Ed25519PrivateKey, edit: Edit) -> Bundle:
    """The bundle of the statement that follows from the edited ledger, sealed again under its old number and time."""
    before, heads = _taken_apart(tx)
    signer, revision = Signer(name=name, key=key), honest
    rows: list[Fact] = []
    numbers: dict[str, int] = {}
    for fact in edit(before):
        while heads and fact.index is not None and heads[0][0] <= fact.index:
            checkpoint.checkpoint_now(tx, signer, heads.pop(0)[1])
        n = numbers[fact.entry.stream] = numbers.get(fact.entry.stream, -1) + 1
        fact = replace(fact, entry=replace(fact.entry, n=n))
        if fact.entry.kind == STATEMENT:
            revision = _sealed_again(tx, honest, key, rows, fact)
            streams = _streams(rows, fact)
            fact = fact.saying(seal=seal_json(revision.seal), streams={one: list(two) for one, two in streams.items()})
        _add(tx, len(rows), fact)
        rows.append(fact)
    for _, at in heads:
        checkpoint.checkpoint_now(tx, signer, at)
    return bundle_of(tx, revision, signing.public_pem(key).decode())


def _taken_apart(tx: Connection) -> tuple[list[Fact], list[tuple[int, Instant]]]:
    """All leaves, and of all heads size and time; the store's ledger is empty then."""
    for table in ("ledger_leaf", "ledger_node"):
        for deed in ("update", "delete"):
            tx.execute(text(f"DROP TRIGGER {table}_keeps_{deed}"))
    size = store.size(tx)
    assert size < 256, "no inner hashes are stored of so few"
    words = dict(store.openings_of(tx, range(size)))
    kept = [store.at(tx, index) for index in range(size)]
    signed = select(tables.checkpoint.c.size, tables.checkpoint.c.at).order_by(tables.checkpoint.c.size)
    heads = [(row.size, row.at) for row in tx.execute(signed)]
    for gone in (tables.day, tables.checkpoint, tables.opening, tables.leaf):
        tx.execute(delete(gone))
    return [Fact(entry=one.entry, opening=words.get(one.index), index=one.index) for one in kept], heads


def _add(tx: Connection, index: int, fact: Fact) -> None:
    one, data = fact.entry, leaf.write(fact.entry)
    values = {"kind": one.kind, "stream": one.stream, "n": one.n, "recorded_at": one.recorded_at}
    tx.execute(insert(tables.leaf).values(index=index, **values, bytes=data, hash=leaf_hash(data)))
    if fact.opening is not None:
        opening = {"salt": fact.opening.salt, "private": fact.opening.private}
        tx.execute(insert(tables.opening).values(index=index, **opening))


def _streams(rows: Sequence[Fact], stamp: Fact) -> dict[str, tuple[int, int]]:
    """What the sealing rested on, as it is now."""
    old: Mapping[str, Sequence[int]] = stamp.entry.body["streams"]
    found: dict[str, tuple[int, int]] = {}
    for one in rows:
        if one.entry.stream in old:
            first = old[one.entry.stream][0]
            found[one.entry.stream] = first, max(first, one.entry.n + 1)
    return dict(sorted(found.items()))


def _sealed_again(
    tx: Connection, honest: SealedRevision, key: Ed25519PrivateKey, rows: Sequence[Fact], stamp: Fact
) -> SealedRevision:
    streams = _streams(rows, stamp)
    told = [
        Told(entry=one.entry, private={} if one.opening is None else one.opening.private)
        for one in rows
        if one.entry.stream in streams and one.entry.n >= streams[one.entry.stream][0]
    ]
    period = parse_period(honest.period)
    statement = composed_from(told, labels_of(parse(honest.record)), period, honest.seal.cutoff, demo=False)
    body, head = record(statement), checkpoint.newest(tx)
    assert head is not None
    seal = sealed(
        body,
        key.sign,
        number=honest.seal.number,
        revision=honest.seal.revision,
        sealed_at=honest.seal.sealed_at,
        cutoff=honest.seal.cutoff,
        key_id=signing.key_id(key),
        tree_size=head.size,
        root=head.root.hex(),
        replaces=None,
    )
    return replace(honest, record=body, seal=seal)
