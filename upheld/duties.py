"""Standing duties at the roof: each turn is opened, its sample drawn, and what is owed called to mind."""

from collections.abc import Iterable

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.model import Config
from incidents import sampling
from sla.booking import Obligation
from sla.duty import DRILL, owed_now
from sla.store import remedy
from upheld import obligations
from upheld.rules import Rules


def waiting(tx: Connection, config: Config, now: Instant) -> bool:
    """Whether a turn has come, or there is anything to remind of."""
    versions = list(config.agreements())
    return bool(_unopened(tx, versions, now) or sampling.due(tx, versions, now) or obligations.waiting(tx, now))


def see_to(tx: Connection, rules: Rules, now: Instant) -> int:
    """How many were reminded of; what came meanwhile is opened before."""
    versions = list(rules.config.agreements())
    for agreement, owed in _unopened(tx, versions, now):
        remedy.owe(tx, agreement.customer, owed, now)
    for agreement, turn in sampling.due(tx, versions, now):
        sampling.draw(tx, rules.caseload, agreement, turn, now)
    return obligations.remind(tx, rules.config, rules.paging, now)


def _unopened(tx: Connection, versions: Iterable[Agreement], now: Instant) -> list[tuple[Agreement, Obligation]]:
    known = list(versions)
    named = {one.id: one for one in known}
    owed = owed_now(known, DRILL, now)
    opened = remedy.opened_of(tx, [one.id for one in owed])
    return [(named[one.agreement], one) for one in owed if one.id not in opened]
