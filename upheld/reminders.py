"""Renewals called to mind: the reminder and its notifications in one transaction, so that each is told exactly once."""

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from config.oncall import Role
from incidents.paging import Paging
from incidents.ways import Addressee
from notify import outbox
from notify.message import LIFETIME, Notification, Purpose, key_of
from sla.contract import Contract, Reminded, due_reminder
from sla.notice import renewal
from sla.store import contract as store

MANAGERS = frozenset({Role.ACCOUNT_MANAGER, Role.SERVICE_MANAGER})
NOBODY = "account-manager"
"""Stands in for the person where the configuration names none: the log takes it."""
_PRIORITY = 4


def remind(tx: Connection, config: Config, paging: Paging, now: Instant) -> int:
    """Whoever manages accounts hears of every agreement whose end came near; how many agreements."""
    due = [(one, lead) for one in store.contracts(tx) if (lead := due_reminder(one, now)) is not None]
    for contract, lead in due:
        ends = contract.ends
        assert ends is not None
        version = contract.in_turn()[-1].version
        for one in _managers(config, paging, now):
            _tell(tx, config, contract, ends, lead, one, now)
        store.add_event(
            tx,
            Reminded(agreement=contract.id, version=version, ends=ends, lead=lead, recorded_at=now, by="upheld"),
        )
    return len(due)


def _managers(config: Config, paging: Paging, now: Instant) -> list[Addressee]:
    people = [one.id for one in config.people.values() if one.role in MANAGERS]
    return paging.contacts(people, now) or [paging.by_mail(NOBODY, None, None, now)]


def _tell(
    tx: Connection, config: Config, contract: Contract, ends: Instant, lead: int, one: Addressee, now: Instant
) -> None:
    customer = config.customers.get(contract.customer)
    message = renewal(
        contract.in_turn()[-1],
        ends,
        lead,
        customer=contract.customer if customer is None else customer.name,
        site=config.site.name,
        language=one.language,
    )
    outbox.enqueue(
        tx,
        Notification(
            idempotency_key=key_of(contract.id, "ends", ends, lead, one.person, one.channel, one.address),
            purpose=Purpose.AGREEMENT,
            person=one.person,
            channel=one.channel,
            address=one.address,
            message=message,
            priority=_PRIORITY,
            created_at=now,
            due_at=one.due_at,
            expires_at=one.due_at + LIFETIME[Purpose.AGREEMENT],
        ),
    )
