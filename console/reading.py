"""What each page shows, read in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from config.instant import HOUR, Instant
from config.model import Config
from config.state import State
from console.budget import Budget, Budgets
from console.store import every_user, transitions_between
from incidents import recalling
from incidents.before import Earlier
from incidents.case import Case, CaseProgress, CaseRecorded
from incidents.caseload import Caseload
from incidents.clock import Clock
from incidents.incident import Incident, Recorded
from incidents.store import case as cases
from incidents.store import change, evidence, transition
from incidents.store import incident as incidents
from incidents.store.alert import Alert, failing_of
from incidents.store.change import Changed
from incidents.store.transition import Transition
from notify.store.told import Told, history
from probe.evidence import Exchange

NEWEST = 200
"""Rows a list of everything shows."""
ALERTS = 50
"""So many of an incident are shown."""

_AROUND = HOUR
"""How long before an incident its component's changes are of interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case and where its clocks stand."""

    case: Case
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFacts:
    """`people`: user name -> whom of `people:` it stands for."""

    incidents: Sequence[Incident]
    cases: Sequence[Standing]
    people: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    incident: Incident
    state: State
    """Of the component, now."""
    events: Sequence[Recorded]
    changes: Sequence[Transition]
    told: Sequence[Told]
    deeds: Sequence[Changed]
    """What people changed, as their tools told us."""
    cases: Sequence[Standing]
    people: Mapping[str, str | None]
    first: Exchange | None
    """The failing exchange its checks saw first."""
    before: Sequence[Earlier]
    alerts: Sequence[Alert]
    """Those that make it fail now, the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    standing: Standing
    events: Sequence[CaseRecorded]
    told: Sequence[Told]
    incident: Incident | None
    people: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """`states`: component -> state and since when."""

    states: Mapping[str, tuple[State, Instant | None]]
    cases: Sequence[tuple[Standing, Sequence[CaseRecorded]]]
    budgets: Sequence[Budget]
    people: Mapping[str, str | None]


def desk(tx: Connection, caseload: Caseload, now: Instant) -> DeskFacts:
    """What is not done yet."""
    return DeskFacts(
        incidents=incidents.unresolved(tx),
        cases=[_standing(caseload, one, now) for one in cases.open_cases(tx)],
        people=people_of(tx),
    )


def every_incident(tx: Connection) -> DeskFacts:
    """The newest incidents, resolved or not."""
    return DeskFacts(incidents=incidents.newest(tx, NEWEST), cases=(), people=people_of(tx))


def every_case(tx: Connection, caseload: Caseload, now: Instant) -> DeskFacts:
    """The newest cases, done or not."""
    found = cases.every(tx)[:NEWEST]
    return DeskFacts(incidents=(), cases=[_standing(caseload, one, now) for one in found], people=people_of(tx))


def incident(tx: Connection, caseload: Caseload, id: str, now: Instant) -> IncidentFacts | None:
    found = incidents.find(tx, id)
    if found is None:
        return None
    newest = transition.newest(tx, found.component)
    until = found.resolved_at or now
    return IncidentFacts(
        incident=found,
        state=newest.state if newest is not None else found.state,
        events=incidents.events(tx, id),
        changes=transitions_between(tx, found.component, found.started_at - _AROUND, until + _AROUND),
        told=history(tx, incident=id),
        deeds=change.between(tx, found.component, found.started_at - _AROUND, until + _AROUND),
        cases=[_standing(caseload, one, now) for one in cases.of_fault(tx, found)],
        alerts=failing_of(tx, found.component, found.strand, ALERTS) if found.unresolved else (),
        people=people_of(tx),
        first=evidence.find(tx, id),
        before=recalling.before(tx, found),
    )


def case(tx: Connection, caseload: Caseload, id: str, now: Instant) -> CaseFacts | None:
    found = cases.find(tx, id)
    if found is None:
        return None
    return CaseFacts(
        standing=_standing(caseload, found, now),
        events=cases.events(tx, id),
        told=history(tx, case=id),
        incident=incidents.find(tx, found.incident) if found.incident is not None else None,
        people=people_of(tx),
    )


def room(
    tx: Connection, config: Config, caseload: Caseload, budgets: Budgets | None, customer: str, now: Instant
) -> RoomFacts:
    """Open cases first, then what waits for the customer's word, then the newest others."""
    found = sorted(cases.of_customer(tx, customer), key=_turn)[:NEWEST]
    return RoomFacts(
        states={component: _state(tx, component) for component in components_of(config, customer, now)},
        cases=[(_standing(caseload, one, now), cases.events(tx, one.id)) for one in found],
        budgets=() if budgets is None else budgets(tx, customer, now),
        people=people_of(tx),
    )


def components_of(config: Config, customer: str, now: Instant) -> list[str]:
    """What the customer's agreements in force cover, in the order written."""
    known = config.customers[customer]
    covered = {name: None for one in known.agreements if one.in_force(now) for name in one.components}
    return list(covered)


def _turn(one: Case) -> tuple[int, Instant]:
    place = 0 if one.open else 1 if one.progress is CaseProgress.RESOLVED else 2
    return place, -one.opened_at


def _state(tx: Connection, component: str) -> tuple[State, Instant | None]:
    newest = transition.newest(tx, component)
    return (State.UNKNOWN, None) if newest is None else (newest.state, newest.happened_at)


def _standing(caseload: Caseload, one: Case, now: Instant) -> Standing:
    return Standing(case=one, clocks=caseload.clocks(one, now))


def people_of(tx: Connection) -> dict[str, str | None]:
    """Login -> the person it stands for."""
    return {user.name: user.person for user in every_user(tx)}
