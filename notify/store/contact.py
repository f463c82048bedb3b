"""Addresses that were asked to prove themselves with a code, and those that did."""

from sqlalchemy import Connection, insert, select, update

from config.instant import MINUTE, Instant, Span
from db.tables.notify import contact_point

VALID: Span = 15 * MINUTE
TRIES = 5
_C = contact_point.c


def ask(tx: Connection, person: str, channel: str, address: str, code_hash: str, now: Instant) -> None:
    """A code was sent there; it takes the place of the one before."""
    row = {
        "person": person,
        "channel": channel,
        "address": address,
        "code_hash": code_hash,
        "asked_at": now,
        "tries": 0,
    }
    tx.execute(insert(contact_point), row)


def prove(tx: Connection, person: str, channel: str, address: str, code_hash: str, by: str, now: Instant) -> str | None:
    """None: proven. Else why not, for the person who typed the code."""
    newest = tx.execute(
        select(contact_point)
        .where(_C.person == person, _C.channel == channel, _C.address == address)
        .order_by(_C.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return "no code was sent there"
    if newest.verified_at is not None:
        return None
    if now >= newest.asked_at + VALID:
        return "the code is too old; send a new one"
    if newest.tries >= TRIES:
        return "too many wrong codes; send a new one"
    if newest.code_hash != code_hash:
        tx.execute(update(contact_point).where(_C.id == newest.id).values(tries=newest.tries + 1))
        return "that is not the code"
    tx.execute(update(contact_point).where(_C.id == newest.id).values(verified_at=now, verified_by=by))
    return None


def proven(tx: Connection) -> dict[tuple[str, str, str], Instant]:
    """(person, channel, address) -> when it proved itself last."""
    rows = tx.execute(select(contact_point).where(_C.verified_at.is_not(None)).order_by(_C.id))
    return {(row.person, row.channel, row.address): row.verified_at for row in rows}
