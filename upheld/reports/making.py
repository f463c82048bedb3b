"""One report: what was issued as it was issued, else made from what is stored now."""

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from config.agreement import Period as Kind
from config.identity import REFUSAL, resident_number
from config.instant import Instant
from config.model import Config
from config.value import Text
from db.ledger.store import stamped
from incidents.caseload import Caseload
from incidents.store import case as cases
from incidents.store import incident as incidents
from sla.parties import NoStatement
from sla.period import Period, parse_period
from sla.report import WORDS, Frame, Issue, Paper, Subject, paper_of
from sla.store import report as stored
from upheld import store
from upheld.installed import installed
from upheld.reports.files import case_file, incident_file
from upheld.reports.periods import inspection, quarterly
from upheld.trouble import Trouble


class NoReport(Trouble):
    """There is nothing to report on; the text says why and what to do."""


def paper(
    tx: Connection,
    config: Config,
    caseload: Caseload,
    kind: str,
    subject: str,
    now: Instant,
    *,
    customer: str | None = None,
    anew: bool = False,
) -> Paper:
    """`subject`: an incident, a case, or a period of `customer`; `anew`: not as it was issued. Raises NoReport."""
    reports = installed().reports
    if kind not in reports:
        raise NoReport(f"there is no report '{kind}'; write one of {', '.join(reports)}")
    if customer is not None and customer not in config.customers:
        raise NoReport(f"there is no customer '{customer}'; known: {', '.join(config.customers) or 'none'}")
    made = _made(tx, config, caseload, kind, subject, customer, now)
    whose = made.frame.customer
    so_far = {} if whose is None else dict(stored.standing(tx, whose, kind, subject).words)
    made = replace(made, frame=replace(made.frame, people=_named(made), written=so_far))
    document = None if anew or whose is None else stored.find(tx, whose, kind, subject)
    return made if document is None else paper_of(made.report, document)


def issue(tx: Connection, made: Paper, by: str, words: dict[str, str], now: Instant) -> str:
    """A stored fact from now on; returns the hash of its record. Raises NoReport."""
    words = checked(words)
    customer = made.frame.customer
    if customer is None:
        raise NoReport(f"{made.frame.subject} concerns several customers or none; say to whom it goes with --customer")
    if not made.report.draft:
        raise NoReport(f"'{made.frame.kind}' is printed at any time and never issued")
    if not made.over(now):
        raise NoReport(f"{made.frame.subject} is not over yet; a report is issued when it is")
    said = Issue(at=stamped(tx, now), by=by, words={**made.frame.words, **words})
    frame = replace(made.frame, written={}, issue=said)
    return stored.add(tx, customer, replace(made, frame=frame), said)


def checked(words: Mapping[str, str]) -> dict[str, str]:
    """Those that say something. Raises NoReport."""
    unknown = [word for word in words if word not in WORDS]
    if unknown:
        raise NoReport(f"a report has no {unknown[0]}; write {', '.join(WORDS)}")
    if any(resident_number(text) for text in words.values()):
        raise NoReport(REFUSAL)
    return {word: text.strip() for word, text in words.items() if text.strip()}


def _made(
    tx: Connection, config: Config, caseload: Caseload, kind: str, subject: str, customer: str | None, now: Instant
) -> Paper:
    report = installed().reports[kind]
    match report.subject:
        case Subject.INCIDENT:
            incident = incidents.find(tx, subject)
            if incident is None:
                raise NoReport(f"there is no incident '{subject}'; `upheld incident list --all` lists them")
            concerned = sorted({one.customer for one in cases.of_fault(tx, incident)})
            whose = customer or (concerned[0] if len(concerned) == 1 else None)
            if customer not in (None, *concerned) and not _covered(config, customer, incident.component):
                raise NoReport(
                    f"{subject} does not concern '{customer}': it is none of his components, and he has no case"
                )
            return Paper(
                report=report,
                frame=_frame(tx, config, kind, subject, whose, now),
                facts=incident_file(tx, config, caseload, incident, whose, now),
            )
        case Subject.CASE:
            case = cases.find(tx, subject)
            if case is None or customer not in (None, case.customer):
                raise NoReport(f"there is no case '{subject}'; `upheld case list` lists them")
            return Paper(
                report=report,
                frame=_frame(tx, config, kind, subject, case.customer, now),
                facts=case_file(tx, config, caseload, case, now),
            )
        case Subject.MONTH | Subject.QUARTER:
            if customer is None:
                raise NoReport(f"say whose and of when, like: upheld report {kind} acme {_EXAMPLE[report.subject]}")
            period = _period(subject, report.subject)
            zone = _zone(config, customer)
            if period.window(zone)[0] > now:
                raise NoReport(f"{period} has not begun yet")
            frame = _frame(tx, config, kind, subject, customer, now)
            try:
                facts = (
                    inspection(tx, config, customer, period, now)
                    if report.subject is Subject.MONTH
                    else quarterly(tx, config, caseload, customer, period, now)
                )
            except NoStatement as error:
                raise NoReport(str(error)) from error
            return Paper(report=report, frame=frame, facts=facts)


_KINDS = {Subject.MONTH: Kind.MONTH, Subject.QUARTER: Kind.QUARTER}
_EXAMPLE = {Subject.MONTH: "2026-10", Subject.QUARTER: "2026-Q3"}


def _period(text: str, subject: Subject) -> Period:
    try:
        found = parse_period(text)
    except ValueError as error:
        raise NoReport(str(error)) from error
    if found.kind is not _KINDS[subject]:
        raise NoReport(f"'{text}' is no {subject.value}; write one like {_EXAMPLE[subject]}")
    return found


def _frame(tx: Connection, config: Config, kind: str, subject: str, customer: str | None, now: Instant) -> Frame:
    known = None if customer is None else config.customers.get(customer)
    return Frame(
        kind=kind,
        subject=subject,
        customer=customer,
        customer_name=customer if known is None else known.name,
        provider=config.site.name,
        zone=config.site.timezone if customer is None else _zone(config, customer),
        made_at=now,
        people={one.id: one.name for one in config.people.values()},
        demo=store.value_of(tx, store.DEMO) is not None,
    )


def _named(made: Paper) -> dict[str, Text]:
    """Only the people it speaks of: what goes to one customer names nobody else."""
    said = json.dumps(made.document()["facts"])
    return {id: name for id, name in made.frame.people.items() if f'"{id}"' in said or f'"person:{id}"' in said}


def _zone(config: Config, customer: str) -> str:
    """In which the agreement counts."""
    known = config.customers.get(customer)
    if known is None or not known.agreements:
        return config.site.timezone
    return known.agreements[-1].availability.timezone


def _covered(config: Config, customer: str | None, component: str) -> bool:
    return any(component in one.components for one in config.agreements() if one.customer == customer)
