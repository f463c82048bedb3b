"""Trying a channel before it is needed: a test message, and a code by which an address proves that it is right."""

import secrets
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from config.instant import rfc3339
from incidents.decide import Refused
from incidents.ways import Addressee
from notify import outbox
from notify.message import LIFETIME, Message, Notification, Purpose, key_of
from notify.store import contact
from notify.trouble import proof, trial
from upheld.call import Call, Command

_PRIORITY = 2


def test(tx: Connection, call: Call) -> Any:
    """One message over the channel, to the person named or to the first who is reached by it."""
    one = _way(call)
    message = trial(one.channel, one.language)
    return _send(tx, call, one, message, "test")


def ask(tx: Connection, call: Call) -> Any:
    """A code to the person's own address; whoever reads it there types it in."""
    one, code = _way(call), f"{secrets.randbelow(1_000_000):06d}"
    contact.ask(tx, one.person, one.channel, one.address, _hash(code), call.now)
    message = proof(one.channel, one.person, code, one.language)
    return _send(tx, call, one, message, "code")


def prove(tx: Connection, call: Call) -> Any:
    """A wrong code is an answer, not a refusal: it must count, and a refusal would take that back."""
    one = _way(call)
    code = str(call.arguments["code"])
    why = contact.prove(tx, one.person, one.channel, one.address, _hash(code), call.by, call.now)
    return {"person": one.person, "channel": one.channel, "verified": why is None, "why": why}


def ways(tx: Connection, call: Call) -> Any:
    """Every way to every person, and since when it is known to be right."""
    proven, paging = contact.proven(tx), call.rules.paging
    found = []
    for one in paging.contacts(call.rules.config.people, call.now):
        at = proven.get((one.person, one.channel, one.address))
        found.append(
            {
                "person": one.person,
                "channel": one.channel,
                "address": one.address,
                "verified_at": None if at is None else rfc3339(at),
            }
        )
    return found


def _way(call: Call) -> Addressee:
    channel, person = str(call.arguments["channel"]), call.arguments.get("person")
    if channel not in call.rules.channels:
        raise Refused(f"there is no channel {channel!r}; known: {', '.join(call.rules.channels)}")
    people = call.rules.config.people
    if person is not None and person not in people:
        raise Refused(f"there is no person {person!r}; known: {', '.join(people) or 'none'}")
    known = call.rules.paging.contacts([person] if person is not None else people, call.now)
    found = next((one for one in known if one.channel == channel), None)
    if found is None:
        raise Refused(f"{channel} reaches {person or 'nobody'}: write it into `reach`")
    return found


def _send(tx: Connection, call: Call, one: Addressee, message: Message, what: str) -> Any:
    key = key_of("channel", what, one.person, one.channel, call.now)
    outbox.enqueue(
        tx,
        Notification(
            idempotency_key=key,
            purpose=Purpose.PROOF,
            person=one.person,
            channel=one.channel,
            address=one.address,
            message=message,
            priority=_PRIORITY,
            created_at=call.now,
            due_at=call.now,
            expires_at=call.now + LIFETIME[Purpose.PROOF],
        ),
    )
    return {"person": one.person, "channel": one.channel, "key": key}


def _hash(code: str) -> str:
    return sha256(f"upheld code {code.strip()}".encode()).hexdigest()


COMMANDS: dict[str, Command] = {
    "channel.test": test,
    "channel.ask": ask,
    "channel.prove": prove,
    "channel.ways": ways,
}
