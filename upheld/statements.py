"""A customer's statement from the store: sla counts; what it says of cases comes in as sla's own plain records."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from config.instant import Instant
from config.language import ENGLISH
from config.model import Config
from config.official import OfficialDays
from config.statutory import official_of
from incidents.case import Case, CaseRecorded, replay_case
from incidents.caseload import Caseload
from incidents.store import case as cases
from incidents.store import incident as incidents
from probe.store import observing
from sla.answered import months_before
from sla.correction import lying
from sla.document import record
from sla.entered import in_force
from sla.evidence import Evidence
from sla.exclusions import Exclusions
from sla.format import Format
from sla.interval import Interval
from sla.parties import NoStatement, Parties, parties_of
from sla.period import Period, parse_period
from sla.record import Facts, IncidentRecord
from sla.seal import digest
from sla.sealing import figures
from sla.statement import Statement, compose
from sla.store import statement as stored
from sla.store.breach import breaches
from sla.store.contract import consents
from sla.store.correction import corrections
from sla.store.definition import definitions
from sla.store.entered import entered
from sla.store.official import days_known
from sla.store.remedy import bookings, obligations, outcomes
from sla.store.statement import SealedRevision
from sla.store.transition import transitions
from upheld import store
from upheld.casebook import case_record
from upheld.trouble import Trouble


class Altered(Trouble):
    """What is stored no longer gives the record that was sealed; the text says which."""


def statement_of(
    tx: Connection, config: Config, caseload: Caseload, customer: str, period: str, now: Instant
) -> Statement:
    """Counted anew, with the customer's answer to its figures if there is one. Raises NoStatement."""
    return composed(tx, config, caseload, customer, parsed(period), now)[0]


def composed(
    tx: Connection,
    config: Config,
    caseload: Caseload,
    customer: str,
    period: Period,
    now: Instant,
    *,
    as_of: Instant | None = None,
    only_own: bool = True,
) -> tuple[Statement, Evidence]:
    """From what is known now; with `as_of` only what had happened by then. Raises NoStatement."""
    at = now if as_of is None else as_of
    parties = replace(parties_of(config, customer), only_own=only_own)
    evidence = Evidence(
        parties=parties,
        facts=_facts(tx, config, caseload, parties, period, now, as_of),
        demo=store.value_of(tx, store.DEMO) is not None,
    )
    made = _made(evidence, period, at)
    answer = stored.standing(tx, customer, str(period)).answer_to(figures(made))
    if answer is None:
        return made, evidence
    evidence = replace(evidence, facts=replace(evidence.facts, answer=answer))
    return _made(evidence, period, at), evidence


def sealed_statement(one: SealedRevision) -> Statement:
    """Composed again from what it was composed from. Raises Altered rather than give other bytes than were sealed."""
    period = parse_period(one.period)
    made = _made(one.evidence, period, one.seal.cutoff)
    body = record(made)
    if not one.seal.record_sha256 == digest(body) == digest(one.record):
        raise Altered(
            f"{one.seal.name} ({one.customer} {one.period}): what is stored does not give the sealed record "
            f"{one.seal.record_sha256}; somebody changed the store, or this version counts otherwise: restore a backup"
        )
    return replace(made, seal=one.seal)


def issued(
    tx: Connection,
    config: Config,
    caseload: Caseload,
    customer: str,
    period: str,
    now: Instant,
    *,
    revision: int | None = None,
    draft: bool = False,
) -> Statement:
    """The sealed revision if there is one, else counted anew. Raises NoStatement, Altered."""
    asked = str(parsed(period))
    found = None if draft else stored.find(tx, customer, asked, revision)
    if found is not None:
        return sealed_statement(found)
    if revision is not None:
        raise NoStatement(f"{customer} {asked} has no sealed revision {revision}; `upheld statement --list {customer}`")
    return statement_of(tx, config, caseload, customer, asked, now)


def last_sealed(tx: Connection, customer: str, period: str, revision: int | None = None) -> SealedRevision:
    """Raises NoStatement where nothing is sealed."""
    asked = str(parsed(period))
    found = stored.find(tx, customer, asked, revision)
    if found is None:
        what = "is not sealed yet" if revision is None else f"has no sealed revision {revision}"
        raise NoStatement(f"{customer} {asked} {what}; `upheld statement --list {customer}` says what it waits for")
    return found


def rendered(statement: Statement, config: Config, form: Format, language: str | None) -> bytes:
    """In the language asked for, else the agreement's, else the site's first."""
    agreed = statement.agreements[-1].newest.language
    return form.render(statement, language or agreed or next(iter(config.site.languages), ENGLISH))


def parsed(period: str) -> Period:
    """Raises NoStatement saying what to write."""
    try:
        return parse_period(period)
    except ValueError as error:
        raise NoStatement(str(error)) from error


def _made(evidence: Evidence, period: Period, at: Instant) -> Statement:
    return compose(evidence.parties, period, evidence.facts, at, marked_as_demo=evidence.demo)


def _facts(
    tx: Connection,
    config: Config,
    caseload: Caseload,
    parties: Parties,
    period: Period,
    now: Instant,
    as_of: Instant | None,
) -> Facts:
    customer, at = parties.customer, now if as_of is None else as_of
    components = sorted({name for one in parties.agreements for name in one.components})
    start, end = parties.reach(period)
    settled = corrections(tx, components, now)
    return Facts(
        transitions=transitions(tx, components, (start, min(end, now)), now, parties.slack, lying(settled)),
        exclusions=Exclusions(config).known(tx, components, now),
        corrections=settled,
        cases=tuple(
            case_record(replayed, caseload.clocks(replayed, at), config.agreements(), log)
            for replayed, log in _cases(tx, customer, as_of)
        ),
        bookings=bookings(tx, parties.customer, now),
        outcomes=outcomes(tx, parties.customer, now),
        obligations=obligations(tx, now, parties.customer),
        breaches=breaches(tx, parties.customer, now),
        entered=in_force(entered(tx, parties.customer, now, str(period))),
        incidents=tuple(
            IncidentRecord(
                id=one.id,
                component=one.component,
                started_at=one.started_at,
                resolved_at=None if one.resolved_at is None or one.resolved_at > at else one.resolved_at,
            )
            for one in incidents.open_between(tx, components, start, min(end, at))
        ),
        definitions=definitions(tx, components, now),
        observers=_observers(tx, components, period.window(_zone(parties))),
        calendars=_calendars(tx, parties, now),
        earlier=tuple(
            (month, standing.sealed_by)
            for month in months_before(parties.agreements, period)
            if (standing := stored.standing(tx, customer, str(month))).sealed_by is not None
        ),
        consents=consents(tx, customer),
    )


def _calendars(tx: Connection, parties: Parties, now: Instant) -> tuple[OfficialDays, ...]:
    """As stored at that instant; before a server has stored any, as the configuration has them."""
    needed = {days.country: days for one in parties.agreements for days in official_of(one)}
    stored = days_known(tx, now)
    return tuple(stored.get(country, days) for country, days in needed.items())


def _zone(parties: Parties) -> str:
    return parties.agreements[0].availability.timezone if parties.agreements else "UTC"


def _observers(tx: Connection, components: list[str], window: Interval) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for observer in sorted(f"{check}@{location}" for check, location in observing(tx, *window)):
        found.setdefault(observer.partition("/")[0], []).append(observer)
    return {name: tuple(found[name]) for name in components if name in found}


def _cases(tx: Connection, customer: str, as_of: Instant | None) -> Iterator[tuple[Case, list[CaseRecorded]]]:
    """The customer's cases with their events; `as_of`: by what had happened until then, whenever it was written."""
    for id, log in cases.logs(tx, customer).items():
        known = [one for one in log if as_of is None or one.happened_at <= as_of]
        if known:
            yield replay_case(id, known), known
