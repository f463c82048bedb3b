"""Drills in the store: how one begins, and the duty that its end keeps."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant, Span
from config.model import Config
from config.state import State
from incidents import news
from incidents.decide import NotFound, Refused
from incidents.drill import LONGEST, PREFIX, drilled, opened, result_of, subject_of
from incidents.incident import Escalated, Incident, Opened, Resolved
from incidents.severity import MILDEST, WORST
from incidents.store import incident as store
from sla.duty import DRILL, owed_now
from sla.store import remedy


def begun(tx: Connection, config: Config, component: str, severity: int | None, now: Instant) -> Opened:
    """As severe as if the component were down, unless said otherwise. Raises NotFound or Refused."""
    if component not in config.components or len(component) > LONGEST:
        known = ", ".join(config.components) or "none"
        raise NotFound(f"there is no component {component!r} to drill; known: {known}")
    if config.escalation_of(component) is None:
        raise Refused(f"{component} has no escalation: a drill would call nobody")
    running = store.newest_of(tx, subject_of(component))
    if running is not None and running.unresolved:
        raise Refused(f"{running.id} is a drill of it that is not over; end it first, with its result")
    if severity is not None and not WORST <= severity <= MILDEST:
        raise Refused(f"a severity is a number from {WORST} to {MILDEST}")
    usual = news.severity_of(config, component, State.DOWN).value
    return opened(component, usual if severity is None else severity, now)


def held(tx: Connection, config: Config, incident: Incident, result: str, by: str, now: Instant) -> None:
    """It is over: what agreements that cover the component ask for in this turn is kept, with who answered when."""
    component = drilled(incident.component)
    covering = {one.id for one in config.covering(component, now)}
    for one in owed_now(config.agreements(), DRILL, now):
        if one.agreement not in covering:
            continue
        remedy.owe(tx, _customer(config.agreements(), one.agreement), one, now)
        with suppress(remedy.NoObligation):  # an earlier drill of this turn has kept it
            remedy.fulfil(tx, one.id, by, result_of(incident, result), now)


def _customer(agreements: Iterable[Agreement], id: str) -> str:
    return next(one.customer for one in agreements if one.id == id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a drill went. `called`: in the order in which the policy came to them; `result` None while it runs."""

    incident: Incident
    called: tuple[str, ...]
    answered_by: str | None
    answered_after: Span | None
    result: str | None


def reports(tx: Connection) -> list[Report]:
    """Newest first."""
    return [_report(tx, one) for one in store.on_subjects(tx, PREFIX)]


def _report(tx: Connection, one: Incident) -> Report:
    log = [each.event for each in store.events(tx, one.id)]
    called = dict.fromkeys(person for event in log if isinstance(event, Escalated) for person in event.paged)
    taken, ended = one.acknowledged_at, store.last(tx, one.id, Resolved)
    return Report(
        incident=one,
        called=tuple(called),
        answered_by=one.acknowledged_by if taken is not None else None,
        answered_after=None if taken is None else taken - one.opened_at,
        result=None if ended is None else ended.because,
    )
