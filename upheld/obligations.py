"""Remedies and obligations at the roof: commands of people, and reminders that become notifications, once each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.language import choose
from config.look.figure import local
from config.model import Config, Customer
from config.oncall import Role
from incidents.paging import Paging
from notify import outbox
from notify.message import LIFETIME, Notification, Purpose, key_of
from sla.booking import MEASURE, Obligation
from sla.contract import Refused
from sla.remedydocument import obligation_json
from sla.reminder import due_reminder, reminder
from sla.store import breach
from sla.store import remedy as store
from upheld.call import Call, Command
from upheld.shown import at

_PRIORITY = 3


def remind(tx: Connection, config: Config, paging: Paging, now: Instant) -> int:
    """Tell the service managers (without one, everybody) and the owner what is nearly due or overdue; how many.

    The event and the notifications are of one transaction, and an event is stored once: so is its telling.
    """
    managers = [one.id for one in config.people.values() if one.role is Role.SERVICE_MANAGER]
    told = 0
    for one, kind in _due(tx, now):
        known = [each for each in config.agreements() if each.id == one.agreement]
        if not known or not store.note_event(tx, one.id, kind, store.HOUSE, None, now):
            continue
        agreement = known[-1]
        customer = config.customers[agreement.customer]
        owner = (one.owner or "").removeprefix("person:")
        asked = dict.fromkeys([*(managers or config.people), *([owner] if owner in config.people else [])])
        for person in paging.contacts(asked, now):
            message = reminder(one, agreement, choose(customer.name, person.language), kind, person.language)
            outbox.enqueue(
                tx,
                Notification(
                    idempotency_key=key_of(one.id, kind, person.person, person.channel, person.address),
                    purpose=Purpose.CLOCK,
                    person=person.person,
                    channel=person.channel,
                    address=person.address,
                    message=message,
                    priority=_PRIORITY,
                    created_at=now,
                    due_at=person.due_at,
                    expires_at=person.due_at + LIFETIME[Purpose.CLOCK],
                ),
            )
        told += 1
    return told


def waiting(tx: Connection, now: Instant) -> bool:
    """Whether there is anything to remind of."""
    return bool(_due(tx, now))


def _due(tx: Connection, now: Instant) -> list[tuple[Obligation, str]]:
    found = [(one, due_reminder(one, now)) for one in store.obligations(tx, now)]
    due = [(one, kind) for one, kind in found if kind is not None]
    noted = store.noted(tx, [one.id for one, _ in due])
    return [(one, kind) for one, kind in due if (one.id, kind) not in noted]


def shown(one: Obligation, now: Instant) -> dict[str, Any]:
    said = {"state": _state(one, now), "opened_at": at(one.opened_at), "closed_at": at(one.closed_at)}
    return {**obligation_json(one), **said}


def fulfil(tx: Connection, call: Call) -> Any:
    """`id, note`."""
    try:
        return shown(store.fulfil(tx, call.arguments["id"], call.by, call.arguments.get("note"), call.now), call.now)
    except store.NoObligation as error:
        raise Refused(str(error)) from error


def record_breach(tx: Connection, call: Call) -> Any:
    """`customer, agreement, text, happened_at`: of confidentiality. `agreement` where the customer has several."""
    given = call.arguments
    known, chosen = agreement_meant(call, "was broken")
    happened = given["happened_at"] if given.get("happened_at") is not None else call.now
    if happened > call.now:
        raise Refused("a breach is recorded when it has happened; give a time that has passed")
    made = breach.add(tx, known.id, chosen, happened, call.by, given["text"], call.now)
    return {"id": made.id, "agreement": made.agreement, "happened_at": at(made.happened_at)}


def add_measure(tx: Connection, call: Call) -> Any:
    """`customer, agreement, text, owner, due_at`: what somebody does to improve the service, and until when."""
    given = call.arguments
    known, chosen = agreement_meant(call, "it improves")
    people = call.rules.config.people
    if given["owner"] not in people:
        raise Refused(f"there is nobody '{given['owner']}' among `people:`; known: {', '.join(people) or 'none'}")
    if not given["text"].strip():
        raise Refused("a measure says what is done")
    if given["due_at"] <= call.now:
        raise Refused("a measure is due on a day to come; write which")
    zone = known.agreements[-1].availability.timezone
    measure = Obligation(
        id="",
        agreement=chosen,
        rule="",
        month=f"{local(call.now, zone):%Y-%m}",
        then=given["text"].strip(),
        gives=MEASURE,
        due_at=given["due_at"],
        owner=f"person:{given['owner']}",
    )
    made = store.add_measure(tx, known.id, measure, call.by, call.now)
    return shown(made, call.now)


def agreement_meant(call: Call, what: str) -> tuple[Customer, str]:
    """The customer, and which of his agreements is meant."""
    given = call.arguments
    known = call.rules.config.customers.get(given["customer"])
    if known is None:
        names = ", ".join(call.rules.config.customers) or "none"
        raise Refused(f"there is no customer '{given['customer']}'; known: {names}")
    ids = list(dict.fromkeys(one.id for one in known.agreements))
    chosen = given.get("agreement") or (ids[0] if len(ids) == 1 else None)
    if chosen not in ids:
        raise Refused(f"say which agreement {what}: --agreement {' or '.join(ids) or '(there is none)'}")
    return known, chosen


def _state(one: Obligation, now: Instant) -> str:
    if one.closed_at is not None:
        return "closed"
    return "overdue" if one.due_at is not None and now >= one.due_at else "open"


COMMANDS: Mapping[str, Command] = {
    "obligation.add": add_measure,
    "obligation.fulfil": fulfil,
    "remedy.breach": record_breach,
}
