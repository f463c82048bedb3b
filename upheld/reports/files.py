"""Incidents and cases with everything stored of them, as sla's own plain records."""

from collections.abc import Iterable

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.language import LANGUAGES
from config.look.subject import subject_text
from config.model import Config
from config.value import Text
from incidents.case import Case, CaseRecorded
from incidents.caseload import Caseload
from incidents.fact import facts_of, kind_of
from incidents.given import given
from incidents.incident import Incident, Recorded
from incidents.stage import agreed_word, agreement_of, stage
from incidents.store import case as cases
from incidents.store import incident as incidents
from notify.message import Purpose
from notify.store.told import Told, history
from sla.casefile import Call, CaseFile, Happening, IncidentFile
from sla.record import Transition
from sla.store.transition import transitions
from upheld.casebook import case_record

_WORKING = (Purpose.PAGE, Purpose.RESOLVED)


def incident_file(
    tx: Connection, config: Config, caseload: Caseload, incident: Incident, customer: str | None, now: Instant
) -> IncidentFile:
    """`customer`: his cases, and what of the log he is given; None: all, for the staff."""
    end = now if incident.resolved_at is None else incident.resolved_at + 1
    owed = [one for one in cases.of_fault(tx, incident) if customer in (None, one.customer)]
    component = config.components.get(incident.component)
    log = incidents.events(tx, incident.id)
    return IncidentFile(
        id=incident.id,
        component=incident.component,
        component_name=_subject(incident.component) if component is None else component.name,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        started_at=incident.started_at,
        opened_at=incident.opened_at,
        acknowledged_at=incident.acknowledged_at,
        acknowledged_by=incident.acknowledged_by,
        resolved_at=incident.resolved_at,
        recurrence_of=incident.recurrence_of,
        transitions=_measured(tx, incident.component, incident.started_at, end, now),
        happenings=_happenings(log if customer is None else given(log)),
        calls=_calls(one for one in history(tx, incident=incident.id) if one.notification.purpose in _WORKING),
        cases=tuple(case_record(one, caseload.clocks(one, now), config.agreements()) for one in reversed(owed)),
    )


def _subject(id: str) -> Text:
    return {language: subject_text(id, language) for language in LANGUAGES}


def case_file(tx: Connection, config: Config, caseload: Caseload, case: Case, now: Instant) -> CaseFile:
    agreement = agreement_of(case, config)
    component = None if case.component is None else config.components.get(case.component)
    handling = None if agreement is None else agreement.handling
    rating = None if agreement is None else agreement.rating
    return CaseFile(
        case=case_record(case, caseload.clocks(case, now), config.agreements()),
        agreement_name=_name(agreement, case),
        agreement_version=case.agreement_version,
        component_name=case.component if component is None else component.name,
        caller=case.caller,
        progress=stage(case),
        progress_name=agreed_word(case, agreement),
        opened_at=case.opened_at,
        resolved_at=case.resolved_at,
        confirmed_at=case.confirmed_at,
        happenings=_happenings(cases.events(tx, case.id)),
        calls=_calls(history(tx, case=case.id)),
        forms=() if handling is None else handling.forms,
        scores=() if rating is None else rating.scores,
        best=5 if rating is None else rating.best,
    )


def _name(agreement: Agreement | None, case: Case) -> str | dict[str, str]:
    if agreement is None or agreement.profile is None:
        return case.agreement
    return agreement.profile.title


def _measured(tx: Connection, component: str, start: Instant, end: Instant, now: Instant) -> tuple[Transition, ...]:
    """The component's line while it lasted, its recovery included."""
    found = transitions(tx, [component], (start, end), now, 0).get(component, ())
    return tuple(one for one in found if start <= one.happened_at < end)


def _happenings(events: Iterable[Recorded | CaseRecorded]) -> tuple[Happening, ...]:
    return tuple(
        Happening(
            what=kind_of(one.event),
            happened_at=one.happened_at,
            recorded_at=one.recorded_at,
            by=one.by,
            seen_by_customer_at=one.seen_by_customer_at,
            facts=facts_of(one.event),
        )
        for one in events
    )


def _calls(told: Iterable[Told]) -> tuple[Call, ...]:
    return tuple(
        Call(
            person=one.notification.person,
            channel=one.notification.channel,
            purpose=one.notification.purpose.value,
            decided_at=one.notification.created_at,
            done_at=one.done_at,
            state=one.state.value,
        )
        for one in told
    )
