"""Signed heads of the ledger, each kept: what was signed once must stay a beginning of everything signed later."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, insert, select, update

from db.ledger import store
from db.ledger.note import Checkpoint, Note, read_note, sign, signed_by
from db.tables.ledger import checkpoint as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """`name` is that of the ledger and of its key."""

    name: str
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """`note` as `db.ledger.note.read_note` reads it; `at` is when we signed."""

    size: int
    root: bytes
    at: int
    note: str


def checkpoint_now(tx: Connection, signer: Signer, now: int) -> Signed:
    """The head as it is: signed and stored, or the newest one if nothing was appended since.

    A key that is new since then adds its signature below.
    """
    size, last = store.size(tx), newest(tx)
    if last is not None and last.size == size:
        return last if _is_by(signer, last) else add_signatures(tx, size, _sign(signer, read_note(last.note).text))
    root = store.root_at(tx, size)
    now = store.stamped(tx, now)
    head = Checkpoint(origin=signer.name, size=size, root=root, extensions=(_written(now),))
    note = _sign(signer, head.text).render()
    tx.execute(insert(table).values(size=size, root=root, at=now, note=note))
    return Signed(size=size, root=root, at=now, note=note)


def _written(at: int) -> str:
    """The time of signing stands in the head itself: so a fact that says it was recorded earlier must be under it."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def current(tx: Connection, signer: Signer) -> Signed | None:
    """The newest head, if nothing was appended since and this key signed it."""
    last = newest(tx)
    return last if last is not None and last.size == store.size(tx) and _is_by(signer, last) else None


def _is_by(signer: Signer, signed: Signed) -> bool:
    return signed_by(read_note(signed.note), signer.name, signer.key.public_key())


def _sign(signer: Signer, text: str) -> Note:
    return sign(text, signer.name, signer.key)


def newest(tx: Connection) -> Signed | None:
    row = tx.execute(select(table).order_by(table.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else _signed(row)


def before(tx: Connection, size: int) -> list[Signed]:
    """Every head of fewer leaves, the smallest first."""
    rows = tx.execute(select(table).where(table.c.size < size).order_by(table.c.size))
    return [_signed(row) for row in rows]


def at_size(tx: Connection, size: int) -> Signed | None:
    """What was signed over the first so many leaves."""
    row = tx.execute(select(table).where(table.c.size == size)).one_or_none()
    return None if row is None else _signed(row)


def since(tx: Connection, start: int) -> list[Signed]:
    """Those signed at or after that instant, in order."""
    rows = tx.execute(select(table).where(table.c.at >= start).order_by(table.c.size))
    return [_signed(row) for row in rows]


def add_signatures(tx: Connection, size: int, cosigned: Note) -> Signed:
    """Keeps what witnesses put below the same text. Raises ValueError for another text or a head we never signed."""
    kept = at_size(tx, size)
    if kept is None or read_note(kept.note).text != cosigned.text:
        raise ValueError(f"not what was signed over {size} leaves")
    note = read_note(kept.note).with_signatures(cosigned.signatures).render()
    tx.execute(update(table).where(table.c.size == size).values(note=note))
    return Signed(size=kept.size, root=kept.root, at=kept.at, note=note)


def _signed(row: Row[tuple[int, bytes, int, str]]) -> Signed:
    return Signed(size=row.size, root=row.root, at=row.at, note=row.note)
