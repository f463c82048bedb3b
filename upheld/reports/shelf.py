"""`console.papers.Reports` on the rules in force: how the desk and the room get reports."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from config.instant import Instant
from console.issued import File
from sla.duereport import DueReport
from sla.report import Paper
from upheld.reports.due import due
from upheld.reports.forms import FORMS
from upheld.reports.making import NoReport, paper
from upheld.rules import Rules


class Shelf:
    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    def due(self, tx: Connection, now: Instant) -> Sequence[DueReport]:
        return due(tx, self._rules().config, now)

    def paper(self, tx: Connection, kind: str, subject: str, customer: str | None, now: Instant) -> Paper | None:
        rules = self._rules()
        try:
            return paper(tx, rules.config, rules.caseload, kind, subject, now, customer=customer)
        except NoReport:
            return None

    def file(self, paper: Paper, form: str, language: str) -> File:
        if form not in FORMS:
            raise LookupError(f"there is no form {form!r}; write one of {', '.join(FORMS)}")
        name = f"{paper.frame.kind}-{paper.frame.subject}.{form}"
        return File(name=name, content_type=FORMS[form].content_type, body=FORMS[form].render(paper, language))
