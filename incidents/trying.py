"""A way to somebody is tried before it is needed: a test message, and a code by which its address proves to be his."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.decide import Refused
from incidents.readiness import Verified
from incidents.ways import Addressee, Ways
from notify import outbox
from notify.message import LIFETIME, Message, Notification, Purpose, key_of
from notify.store import contact, told
from notify.store.told import Recipient, Told
from notify.trouble import proof, trial

_PRIORITY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`verified_at`: since when it is known to be right; `last`: the newest test or code that went there."""

    way: Addressee
    verified_at: Instant | None
    last: Told | None


def verified(tx: Connection) -> Verified:
    """By what is known now."""
    proven = contact.proven(tx)
    return lambda way: (way.person, way.channel, way.address) in proven


def tried(tx: Connection, config: Config, ways: Ways, now: Instant) -> list[Tried]:
    """Every way to every person."""
    proven: Mapping[tuple[str, str, str], Instant] = contact.proven(tx)
    newest = told.newest(tx, Purpose.PROOF)
    return [
        Tried(
            way=one,
            verified_at=proven.get((one.person, one.channel, one.address)),
            last=newest.get(Recipient(person=one.person, channel=one.channel, address=one.address)),
        )
        for one in ways.contacts(config.people, now)
    ]


def way_of(config: Config, ways: Ways, channel: str, person: str | None, now: Instant) -> Addressee:
    """To this person, or to the first who is reached over the channel. Raises Refused."""
    if person is not None and person not in config.people:
        raise Refused(f"there is no person {person!r}; known: {', '.join(config.people) or 'none'}")
    known = ways.contacts([person] if person is not None else config.people, now)
    found = next((one for one in known if one.channel == channel), None)
    if found is None:
        raise Refused(f"{channel} reaches {person or 'nobody'}: write it into `reach`")
    return found


def test(tx: Connection, way: Addressee, now: Instant) -> str:
    """One message; its key."""
    return _send(tx, way, trial(way.channel, way.language), "test", now)


def ask(tx: Connection, way: Addressee, now: Instant) -> str:
    """A code to the person's own address; whoever reads it there types it in. The message's key."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    contact.ask(tx, way.person, way.channel, way.address, _hash(code), now)
    return _send(tx, way, proof(way.channel, way.person, code, way.language), "code", now)


def prove(tx: Connection, way: Addressee, code: str, by: str, now: Instant) -> str | None:
    """None: proven, else why not. A wrong code is an answer: it counts, and a refusal would take that back."""
    return contact.prove(tx, way.person, way.channel, way.address, _hash(code), by, now)


def _send(tx: Connection, way: Addressee, message: Message, what: str, now: Instant) -> str:
    key = key_of("channel", what, way.person, way.channel, now)
    outbox.enqueue(
        tx,
        Notification(
            idempotency_key=key,
            purpose=Purpose.PROOF,
            person=way.person,
            channel=way.channel,
            address=way.address,
            message=message,
            priority=_PRIORITY,
            created_at=now,
            due_at=now,
            expires_at=now + LIFETIME[Purpose.PROOF],
        ),
    )
    return key


def _hash(code: str) -> str:
    return sha256(f"upheld code {code.strip()}".encode()).hexdigest()
