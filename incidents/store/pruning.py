"""Retention of records, a bounded piece at a time. Every function is called again until it drops nothing.

The ledger's leaves stay; what is personal behind the leaves of a record that goes is destroyed with it.
"""

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import Connection, delete, exists, func, or_, select

from config.instant import Instant
from db.ledger.erasure import destroy, opened_in
from db.tables.incidents import (
    alert,
    case,
    case_event,
    case_file,
    change,
    inbox,
    incident,
    incident_event,
    incident_evidence,
    mail,
    quarantine,
    timer,
    transition,
)
from incidents.store import evidence
from incidents.store.alert import FIRING

AT_ONCE = 100


def posts(tx: Connection, before: Instant) -> int:
    """Posts of the inbox that were dealt with."""
    old = select(inbox.c.id).where(inbox.c.done_at < before).limit(AT_ONCE)
    return tx.execute(delete(inbox).where(inbox.c.id.in_(old))).rowcount


def quarantined(tx: Connection, before: Instant) -> int:
    old = select(quarantine.c.id).where(quarantine.c.received_at < before).limit(AT_ONCE)
    return tx.execute(delete(quarantine).where(quarantine.c.id.in_(old))).rowcount


def mails(tx: Connection, before: Instant) -> int:
    """What is known of mails that came, so that none is dealt with twice."""
    old = select(mail.c.key).where(mail.c.received_at < before).limit(AT_ONCE)
    return tx.execute(delete(mail).where(mail.c.key.in_(old), mail.c.received_at < before)).rowcount


def bodies(tx: Connection, before: Instant) -> int:
    """What targets wrote, of the evidence frozen with incidents; the rest of it stays as long as they do."""
    return evidence.drop_bodies(tx, before, AT_ONCE)


def told_changes(tx: Connection, before: Instant) -> int:
    """What senders told of deployments and switches."""
    old = select(change.c.id).where(change.c.recorded_at < before).limit(AT_ONCE)
    return tx.execute(delete(change).where(change.c.id.in_(old))).rowcount


def components(tx: Connection) -> list[str]:
    """Every component a change of state, an incident or an alert is kept of."""
    tables = (transition, incident, alert)
    return sorted(set(chain.from_iterable(tx.scalars(select(one.c.component).distinct()) for one in tables)))


def customers(tx: Connection) -> list[str]:
    return sorted(tx.scalars(select(case.c.customer).distinct()))


def changes(tx: Connection, component: str, before: Instant, now: Instant) -> int:
    """Changes of state, but for the one that held at that instant."""
    column = transition.c
    last = tx.scalar(
        select(func.max(column.happened_at)).where(column.component == component, column.happened_at < before)
    )
    if last is None:
        return 0
    destroyed = destroy(tx, opened_in(tx, f"transition/{component}", last, AT_ONCE), now)
    old = select(column.id).where(column.component == component, column.happened_at < last).limit(AT_ONCE)
    return destroyed + tx.execute(delete(transition).where(column.id.in_(old))).rowcount


def incidents(tx: Connection, component: str, before: Instant) -> int:
    """Resolved ones that no case speaks of, nor of what they were split from."""
    told = exists().where(or_(case.c.incident == incident.c.id, case.c.incident == incident.c.split_from))
    old = select(incident.c.id).where(incident.c.component == component, incident.c.resolved_at < before, ~told)
    ids = list(tx.scalars(old.limit(AT_ONCE)))
    tx.execute(delete(timer).where(timer.c.subject.in_(ids)))
    tx.execute(delete(incident_event).where(incident_event.c.incident.in_(ids)))
    tx.execute(delete(incident_evidence).where(incident_evidence.c.incident.in_(ids)))
    return tx.execute(delete(incident).where(incident.c.id.in_(ids))).rowcount


def alerts(tx: Connection, component: str, before: Instant) -> int:
    """Those that are over; an incident of theirs that is kept has what they said in its events."""
    over = select(alert.c.id).where(
        alert.c.component == component, alert.c.status != FIRING, alert.c.last_received_at < before
    )
    return tx.execute(delete(alert).where(alert.c.id.in_(over.limit(AT_ONCE)))).rowcount


def cases(tx: Connection, customer: str, before: Instant, now: Instant) -> int:
    """Closed ones of a customer."""
    old = select(case.c.id).where(case.c.customer == customer, case.c.closed_at < before).limit(AT_ONCE)
    return drop_cases(tx, list(tx.scalars(old)), now)


def drop_cases(tx: Connection, ids: Sequence[str], now: Instant) -> int:
    for id in ids:
        destroy(tx, opened_in(tx, f"case/{id}"), now)
    tx.execute(delete(timer).where(timer.c.subject.in_(ids)))
    tx.execute(delete(case_event).where(case_event.c.case.in_(ids)))
    tx.execute(delete(case_file).where(case_file.c.case.in_(ids)))
    return tx.execute(delete(case).where(case.c.id.in_(ids))).rowcount
