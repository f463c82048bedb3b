"""A customer's statement from the store: sla counts; what it says of cases comes in as sla's own plain records."""

from collections.abc import Mapping

from sqlalchemy import Connection

from config.instant import Instant
from config.language import ENGLISH
from config.model import Config
from config.statutory import official_of
from incidents.case import Case
from incidents.caseload import Caseload
from incidents.clock import Clock, ClockState
from incidents.store import case as cases
from incidents.store import incident as incidents
from probe.store import observing
from sla.exclusions import Exclusions
from sla.format import Format
from sla.interval import Interval
from sla.parties import NoStatement, Parties, parties_of
from sla.period import Period, parse_period
from sla.record import CaseRecord, CommitmentRecord, Facts, IncidentRecord, Outcome
from sla.statement import Statement, compose
from sla.store.correction import corrections
from sla.store.definition import definitions
from sla.store.remedy import bookings, obligations, outcomes
from sla.store.transition import transitions
from upheld import store
from upheld.location import LOCATION


def statement_of(
    tx: Connection, config: Config, caseload: Caseload, customer: str, period: str, now: Instant
) -> Statement:
    """Raises NoStatement for a customer or period there is nothing to state about."""
    try:
        asked = parse_period(period)
    except ValueError as error:
        raise NoStatement(str(error)) from error
    parties = parties_of(config, customer)
    return compose(
        parties,
        asked,
        _facts(tx, config, caseload, parties, asked, now),
        now,
        marked_as_demo=store.value_of(tx, store.DEMO) is not None,
    )


def rendered(statement: Statement, config: Config, form: Format, language: str | None) -> bytes:
    """In the language asked for, else the agreement's, else the site's first."""
    agreed = statement.agreements[-1].newest.language
    return form.render(statement, language or agreed or next(iter(config.site.languages), ENGLISH))


def _facts(tx: Connection, config: Config, caseload: Caseload, parties: Parties, period: Period, now: Instant) -> Facts:
    components = sorted({name for one in parties.agreements for name in one.components})
    start, end = parties.reach(period)
    return Facts(
        transitions=transitions(tx, components, (start, min(end, now)), now, parties.slack),
        exclusions=Exclusions(config).known(tx, components, now),
        corrections=corrections(tx, components, now),
        cases=tuple(_case(one, caseload.clocks(one, now), config) for one in cases.of_customer(tx, parties.customer)),
        bookings=bookings(tx, parties.customer, now),
        outcomes=outcomes(tx, parties.customer, now),
        obligations=obligations(tx, now, parties.customer),
        incidents=tuple(
            IncidentRecord(id=one.id, component=one.component, started_at=one.started_at, resolved_at=one.resolved_at)
            for one in incidents.open_between(tx, components, start, min(end, now))
        ),
        definitions=definitions(tx, components, now),
        observers=_observers(tx, components, period.window(_zone(parties))),
        calendars=tuple({days.country: days for one in parties.agreements for days in official_of(one)}.values()),
    )


def _zone(parties: Parties) -> str:
    return parties.agreements[0].availability.timezone if parties.agreements else "UTC"


def _observers(tx: Connection, components: list[str], window: Interval) -> dict[str, tuple[str, ...]]:
    checks = observing(tx, *window)
    found = {name: tuple(f"{one}@{LOCATION}" for one in checks if one.startswith(f"{name}/")) for name in components}
    return {name: observers for name, observers in found.items() if observers}


def _case(case: Case, clocks: tuple[Clock, ...], config: Config) -> CaseRecord:
    levels = {
        level.number: level.name
        for agreement in config.agreements()
        if (agreement.id, agreement.version) == (case.agreement, case.agreement_version)
        for level in agreement.levels
    }
    return CaseRecord(
        id=case.id,
        kind=case.kind,
        level=case.level,
        level_name=levels.get(case.level, str(case.level)),
        title=case.title,
        component=case.component,
        incident=case.incident,
        reported_at=case.reported_at,
        closed_at=case.confirmed_at or case.resolved_at,
        agreement=case.agreement,
        commitments=tuple(
            CommitmentRecord(
                name=clock.name,
                started_at=clock.started_at,
                due_at=clock.due_at,
                done_at=clock.done_at,
                outcome=_OUTCOMES[clock.state],
            )
            for clock in clocks
        ),
    )


_OUTCOMES: Mapping[ClockState, Outcome] = {
    ClockState.MET: Outcome.MET,
    ClockState.MISSED: Outcome.MISSED,
    ClockState.RUNNING: Outcome.OPEN,
    ClockState.PAUSED: Outcome.OPEN,
}
