"""A statement countersigned by the link of a mail: one signer, one revision, one hash. ADR 0112."""

from sqlalchemy import Connection

from config.instant import Instant
from config.language import choose
from console.issued import ToSign
from console.signature import Asked
from sla.sealing import NotSealed
from sla.signer import signer_of
from sla.standing import Way
from sla.store import statement as stored
from sla.word import spoken_by
from upheld.post import Post
from upheld.rules import Rules
from upheld.sealing import sealer_of
from upheld.statements import parsed, sealed_statement


def to_sign(tx: Connection, rules: Rules, asked: Asked) -> ToSign | None:
    """The newest revision, whichever was asked about; None where there is none, or no such customer any more."""
    customer, last = rules.config.customers.get(asked.customer), stored.find(tx, asked.customer, asked.period)
    if customer is None or last is None:
        return None
    statement = sealed_statement(last)
    return ToSign(
        statement=statement,
        standing=stored.standing(tx, asked.customer, asked.period),
        signer=signer_of(customer, statement),
    )


def countersign(tx: Connection, rules: Rules, asked: Asked, now: Instant) -> None:
    """By the signer's word; the customer's contact is told. Raises NotSealed where the link does nothing any more."""
    found = to_sign(tx, rules, asked)
    if found is None or found.over(asked, now) is not None or found.signer is None:
        raise NotSealed("what the link is about has changed since")
    by, entered_by = spoken_by(asked.customer), f"{choose(found.signer.name, 'en')} <{asked.signer}>"
    sealer_of(rules).countersign(tx, asked.customer, parsed(asked.period), by, entered_by, now, Way.MAIL)
    Post(rules).countersigned(tx, found.statement, found.signer, now)
