"""`console.papers.Reports` on the rules in force: how the desk and the room get reports."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from config.instant import DAY, Instant, Span
from console.issued import File
from console.owed import NotWritten
from sla.paper.web import Back
from sla.report import Paper
from sla.reporting import Owed
from upheld.reports.forms import FORMS, PAGE, page
from upheld.reports.making import NoReport, paper
from upheld.reports.reporter import Reporter
from upheld.reports.writing import write
from upheld.rules import Rules

LATELY: Span = 7 * DAY
"""So long a delivered report stands on the desk."""


class Shelf:
    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    def due(self, tx: Connection, now: Instant) -> Sequence[Owed]:
        return Reporter(self._rules()).owed(tx, now, delivered_since=now - LATELY)

    def write(
        self, tx: Connection, kind: str, subject: str, customer: str, words: Mapping[str, str], by: str, now: Instant
    ) -> None:
        try:
            write(tx, self._rules(), kind, subject, customer, words, by, now)
        except NoReport as error:
            raise NotWritten(str(error)) from error

    def paper(self, tx: Connection, kind: str, subject: str, customer: str | None, now: Instant) -> Paper | None:
        rules = self._rules()
        try:
            return paper(tx, rules.config, rules.caseload, kind, subject, now, customer=customer)
        except NoReport:
            return None

    def file(self, paper: Paper, form: str, language: str, back: Back) -> File:
        if form not in FORMS:
            raise LookupError(f"there is no form {form!r}; write one of {', '.join(FORMS)}")
        name = f"{paper.frame.kind}-{paper.frame.subject}.{form}"
        body = page(paper, language, back) if form == PAGE else FORMS[form].render(paper, language)
        return File(name=name, content_type=FORMS[form].content_type, body=body)
