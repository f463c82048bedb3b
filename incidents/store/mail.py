"""Which mails came in already and what became of them, and those that wait for a person."""

from sqlalchemy import Connection, LargeBinary, desc, func, insert, literal, select

from config.instant import Instant
from db.tables.incidents import case, mail, quarantine
from incidents.store.inbox import Post, posts_of

ASIDE = "mail:"
"""Before a customer's id: the source under which a mail that became nothing stands in the quarantine."""
_STRANGER = "?"
"""Behind it for what no contact wrote: the quarantine keeps so many of each source, and anybody can write many."""
_M = mail.c


def source_of(customer: str, *, stranger: bool) -> str:
    return f"{ASIDE}{customer}{_STRANGER if stranger else ''}"[:100]


def customer_of(source: str) -> str:
    return source.removeprefix(ASIDE).removesuffix(_STRANGER)


def known(tx: Connection, key: str, customer: str) -> tuple[str, str | None] | None:
    """What became of it, and of which case it is."""
    found = select(_M.outcome, _M.case).where(_M.key == key, _M.customer == customer)
    row = tx.execute(found).one_or_none()
    return None if row is None else (row.outcome, row.case)


def add(tx: Connection, key: str, customer: str, outcome: str, case_id: str | None, now: Instant) -> None:
    row = {"key": key, "customer": customer, "outcome": outcome, "case": case_id, "received_at": now}
    tx.execute(insert(mail).values(**row))


def count(tx: Connection, customer: str, outcome: str, since: Instant) -> int:
    wanted = (_M.customer == customer, _M.received_at >= since, _M.outcome == outcome)
    return tx.scalar(select(func.count()).select_from(mail).where(*wanted)) or 0


def case_ids(tx: Connection, customer: str) -> list[str]:
    """The newest first."""
    return list(tx.scalars(select(case.c.id).where(case.c.customer == customer).order_by(desc(case.c.opened_at))))


def aside_since(tx: Connection, since: Instant) -> int:
    """How many."""
    wanted = (quarantine.c.source.startswith(ASIDE, autoescape=True), quarantine.c.received_at >= since)
    return tx.scalar(select(func.count()).select_from(quarantine).where(*wanted)) or 0


def aside(tx: Connection, limit: int) -> list[Post]:
    """Of every customer, contacts' mails before strangers', the newest first, without their bytes, which are a MiB
    each; the outcome is why."""
    shown = [one for one in quarantine.c if one.key != "body"]
    found = select(*shown, literal(b"", LargeBinary).label("body")).where(
        quarantine.c.source.startswith(ASIDE, autoescape=True)
    )
    strangers = quarantine.c.source.endswith(_STRANGER, autoescape=True)
    return posts_of(tx.execute(found.order_by(strangers, desc(quarantine.c.id)).limit(limit)))
