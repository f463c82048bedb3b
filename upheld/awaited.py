"""Which corrections wait for somebody's word, as the statements themselves count them."""

from collections.abc import Iterator

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.caseload import Caseload
from sla.correction import Correction
from sla.overlay import Corrected
from sla.parties import NoStatement
from sla.store import correction as corrections
from upheld.effect import periods_of
from upheld.statements import statement_of


def awaited(tx: Connection, config: Config, caseload: Caseload, now: Instant) -> list[Correction]:
    """Those that a second person has not approved, and those that a customer's figure leaves out.

    One that makes no figure better for the provider counts without the customer's word, and waits for none.
    """
    return [
        one
        for one in corrections.corrections(tx)
        if one.approved_by is None or not all(each.applied for each in _counted(tx, config, caseload, one, now))
    ]


def _counted(tx: Connection, config: Config, caseload: Caseload, one: Correction, now: Instant) -> Iterator[Corrected]:
    """It as on every statement it touches, of customers who have not confirmed it."""
    silent = [each for each in config.agreements() if not one.word(each.customer)]
    concerned = [each for each in silent if one.component in each.components]
    periods = {(each.customer, period) for each in concerned for period in periods_of(each, [one.interval], now)}
    for customer, period in sorted(periods):
        try:
            statement = statement_of(tx, config, caseload, customer, period, now)
        except NoStatement:
            continue
        for part in statement.components:
            yield from (each for each in part.counted.corrections if each.correction.id == one.id)
