"""Retention at the roof: who rests on what, and the bounded pieces in which the rest goes.

Each step is called in a transaction of its own until it drops nothing; the horizons are worked out anew every day.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from config.agreement import Agreement
from config.agreement import Period as Kind
from config.instant import DAY, Instant, Span
from config.model import Config
from console import store as sessions
from incidents.store import pruning as records
from notify import pruning as outbox
from probe import pruning as probes
from sla.keeping import Horizon, Subject, of_components, of_customer
from sla.parties import parties_of
from sla.period import Period
from sla.sealing import months
from sla.store import pruning as statements
from sla.store import statement as stored
from upheld import holds, store

INBOX: Span = 30 * DAY
BODIES: Span = 30 * DAY
"""What targets wrote; the rest of the evidence stays with its result or its incident."""
QUARANTINE: Span = 120 * DAY
NOTIFICATIONS: Span = 365 * DAY
CLAIMS: Span = 30 * DAY
"""Of the calendar's work: long enough to see what was done and when."""

Step: TypeAlias = Callable[[Connection], int]
"""Drops a piece; how many rows went, 0 when there is nothing left."""


def subjects(tx: Connection, config: Config, now: Instant) -> list[Subject]:
    """Every customer, with those that only records speak of."""
    held = holds.standing(tx)
    known = [_subject(tx, config, id, id in held, now) for id in config.customers]
    gone = sorted(
        {*records.customers(tx), *(customer for customer, _ in stored.known(tx)), *held} - {*config.customers}
    )
    return known + [Subject(customer=id, agreements=(), held=id in held) for id in gone]


def _subject(tx: Connection, config: Config, customer: str, held: bool, now: Instant) -> Subject:
    """The running month waits for its seal like those before it; months after the last end do not."""
    parties = parties_of(config, customer)
    sealed = stored.sealed_periods(tx, customer)
    zones = {one.availability.timezone for one in parties.agreements}
    waiting = [*months(parties, now), *(Period.running(Kind.MONTH, zone, now) for zone in zones)]
    unsealed = [
        min(period.window(zone)[0] for zone in zones)
        for period in waiting
        if str(period) not in sealed and any(_counts(one, period) for one in parties.agreements)
    ]
    return Subject(customer=customer, agreements=parties.agreements, unsealed=tuple(unsealed), held=held)


def _counts(one: Agreement, period: Period) -> bool:
    start, end = period.window(one.availability.timezone)
    return max(one.effective, one.measured_from) < end and (one.until is None or start < one.until)


def steps(tx: Connection, config: Config, now: Instant) -> list[Step]:
    """Everything that may go now, what refers to another thing before it. A hold placed meanwhile stops it."""
    held = holds.standing(tx).keys()

    def unless_held(step: Step) -> Step:
        return lambda tx: step(tx) if holds.standing(tx).keys() <= held else 0

    return [unless_held(step) for step in _steps(tx, config, now)]


def _steps(tx: Connection, config: Config, now: Instant) -> Iterator[Step]:
    known = subjects(tx, config, now)
    kept = config.retention
    yield lambda tx: sessions.end_old_sessions(tx, now)
    yield lambda tx: store.forget_claims(tx, now - CLAIMS)
    if not any(one.held for one in known):  # nobody can tell whose these are
        yield lambda tx: records.posts(tx, now - INBOX)
        yield lambda tx: records.mails(tx, now - INBOX)
        yield lambda tx: records.quarantined(tx, now - QUARANTINE)
        yield lambda tx: records.told_changes(tx, now - QUARANTINE)
        yield lambda tx: records.bodies(tx, now - BODIES)
        yield lambda tx: probes.bodies(tx, now - BODIES)
        begun = [begin for one in known for begin in one.unsealed]
        yield lambda tx: outbox.notifications(tx, min([now - NOTIFICATIONS, *begun]))
    for one in known:
        horizon = of_customer(one, kept, now)
        if horizon.records is not None:
            yield partial(records.cases, customer=one.customer, before=horizon.records, now=now)
            yield partial(statements.statements, customer=one.customer, before=horizon.records, now=now)
            yield partial(statements.remedies, customer=one.customer, before=horizon.records, now=now)
    checks = probes.checks(tx)
    components = {*records.components(tx), *statements.components(tx), *(check.partition("/")[0] for check in checks)}
    horizons = of_components(sorted(components), known, kept, now)
    written = probes.written_until(tx)
    for check in checks:
        yield from _of_check(check, horizons[check.partition("/")[0]], written.get(check))
    for component, horizon in horizons.items():
        if horizon.records is not None:
            yield partial(records.incidents, component=component, before=horizon.records)
            yield partial(records.alerts, component=component, before=horizon.records)
            yield partial(records.changes, component=component, before=horizon.records, now=now)
            yield partial(statements.corrections, component=component, before=horizon.records, now=now)
    limits = {component: horizon.records for component, horizon in horizons.items()}
    yield partial(statements.exclusions, horizons=limits, written=config.exclusions.keys(), now=now)


def _of_check(check: str, horizon: Horizon, written: Instant | None) -> Iterator[Step]:
    if horizon.results is not None and written is not None:
        yield partial(probes.results, check=check, before=horizon.results, written=written)
    if horizon.rollups is not None:
        yield partial(probes.rollups, check=check, before=horizon.rollups)
    if horizon.records is not None:
        yield partial(probes.changes, check=check, before=horizon.records)
