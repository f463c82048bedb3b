"""Standing duties at the roof: each turn is opened, its sample drawn, and what is owed called to mind."""

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.model import Config
from incidents import sampling
from incidents.store.apart import apart
from sla.booking import Obligation
from sla.duty import DRILL, owed_now
from sla.store import remedy
from upheld import obligations
from upheld.rules import Rules


def waiting(tx: Connection, config: Config, now: Instant) -> bool:
    """Whether a turn has come, or there is anything to remind of."""
    versions = list(config.agreements())
    return bool(_unopened(tx, versions, now) or sampling.due(tx, versions, now) or obligations.waiting(tx, now))


def see_to(tx: Connection, rules: Rules, now: Instant) -> list[Exception]:
    """What could not be done, empty as a rule: each piece is done whole or left for the next time, and none of them
    waits for another."""
    config, load = rules.config, rules.caseload
    versions = list(config.agreements())
    pieces: list[Callable[[], object]] = [
        *(partial(remedy.owe, tx, one.customer, owed, now) for one, owed in _unopened(tx, versions, now)),
        *(partial(sampling.draw, tx, load, one, turn, now) for one, turn in sampling.due(tx, versions, now)),
        partial(obligations.remind, tx, config, rules.paging, now),
    ]
    return [trouble for piece in pieces if (trouble := apart(tx, piece)) is not None]


def _unopened(tx: Connection, versions: Iterable[Agreement], now: Instant) -> list[tuple[Agreement, Obligation]]:
    known = list(versions)
    named = {one.id: one for one in known}
    owed = owed_now(known, DRILL, now)
    opened = remedy.opened_of(tx, [one.id for one in owed])
    return [(named[one.agreement], one) for one in owed if one.id not in opened]
