"""What people write for a report because no stored fact says it: kept, and sent once nothing is missing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from sla.report import paper_of
from sla.reporting import Happening, What
from sla.store import report as stored
from upheld.installed import installed
from upheld.reports.due import due
from upheld.reports.making import NoReport, checked, paper
from upheld.reports.reporter import Reporter
from upheld.rules import Rules


def write(
    tx: Connection,
    rules: Rules,
    kind: str,
    subject: str,
    customer: str | None,
    words: Mapping[str, str],
    by: str,
    now: Instant,
) -> dict[str, Any]:
    """What is still missing, and whether it was issued with that. Raises NoReport."""
    made = paper(tx, rules.config, rules.caseload, kind, subject, now, customer=customer, anew=True)
    whose, said = made.frame.customer, checked(words)
    if whose is None:
        raise NoReport(f"{subject} concerns several customers or none; say to whom it goes with --customer")
    if not made.report.asks:
        raise NoReport(f"'{kind}' needs no words of yours; it is written from stored facts alone")
    if not said:
        raise NoReport("nothing was written; say what no stored fact says")
    if _complete(tx, whose, kind, subject):
        raise NoReport(f"{subject} was issued already; add --issue to issue it again with these words")
    before = stored.standing(tx, whose, kind, subject)
    event = Happening(what=What.WRITTEN, issue=before.issue, at=now, by=by, body={"words": said})
    stored.append_event(tx, whose, kind, subject, event)
    go_on(tx, rules, kind, subject, whose, now)
    return {
        "kind": kind,
        "subject": subject,
        "customer": whose,
        "missing": list(made.missing({**before.words, **said})),
        "issued": stored.standing(tx, whose, kind, subject).issue > before.issue,
    }


def go_on(tx: Connection, rules: Rules, kind: str, subject: str, customer: str | None, now: Instant) -> None:
    """What the calendar would do within the hour, where the report is owed."""
    for one in due(tx, rules.config, now, customer):
        if (one.customer, one.kind, one.subject) == (customer, kind, subject):
            Reporter(rules).step(tx, one, now)


def _complete(tx: Connection, customer: str, kind: str, subject: str) -> bool:
    """Whether it was issued with everything it asks for."""
    last = stored.find(tx, customer, kind, subject)
    if last is None:
        return False
    paper = paper_of(installed().reports[kind], last)
    return not paper.missing(paper.frame.words)
