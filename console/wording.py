"""What no stored fact says of a report, written at the desk: kept word by word, sent once nothing is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from console import words
from console.form import LONGEST, Form
from console.owed import KINDS, NotWritten, Reports
from console.rules import Rules
from console.visit import Visit, see_other
from console.voice import Voice
from sla.letter import step_text
from sla.reporting import IssueIt, Owed, decide, next_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`asks`: the words it needs; `missing`: what neither people nor facts say; `owed` None: no agreement asks."""

    kind: str
    subject: str
    customer: str
    asks: Sequence[str]
    words: Mapping[str, str]
    missing: Sequence[str]
    issued: bool
    owed: Owed | None

    @property
    def done(self) -> bool:
        return self.issued and not self.missing


class WordingPage:
    """See the module."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        draft = await self._draft(visit)
        return visit.not_found() if draft is None else _page(visit, draft, Form(draft.words, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        draft = await self._draft(visit)
        if draft is None:
            return visit.not_found()
        form = Form(visit.typed, visit.voice)
        if draft.done:
            return _page(visit, draft, form, status=409)
        said = _said(form, draft, visit.voice)
        if form.good and await self._written(visit, draft, said, form):
            return see_other(f"{_path(draft)}/words{_whose(draft)}")
        return _page(visit, draft, form, status=422)

    async def _draft(self, visit: Visit) -> Draft | None:
        port, asked = self._rules.reports, visit.request.match_info
        if port is None:
            return None
        customer = visit.request.query.get("customer")
        return await self._rules.database.read(
            lambda tx: _read(tx, port, asked["kind"], asked["subject"], customer, visit)
        )

    async def _written(self, visit: Visit, draft: Draft, said: Mapping[str, str], form: Form) -> bool:
        """False: refused, nothing is stored, and the form says why."""
        port, by = self._rules.reports, visit.user.by
        assert port is not None, "without reports there is no draft"
        about = draft.kind, draft.subject, draft.customer
        try:
            await self._rules.database.write(lambda tx: port.write(tx, *about, said, by, visit.now))
        except NotWritten as error:
            form.errors[""] = visit.voice.refusal(error)
            return False
        return True


def _read(tx: Connection, port: Reports, kind: str, subject: str, customer: str | None, visit: Visit) -> Draft | None:
    paper = port.paper(tx, kind, subject, customer, visit.now)
    if paper is None or paper.frame.customer is None or not paper.report.asks:
        return None
    of = paper.frame.customer, kind, subject
    due = port.due(tx, visit.now)
    owed = next((one for one in due if (one.report.customer, one.report.kind, one.report.subject) == of), None)
    said = paper.frame.words if owed is None else owed.standing.words
    return Draft(
        kind=kind,
        subject=subject,
        customer=paper.frame.customer,
        asks=paper.report.asks,
        words=said,
        missing=paper.missing(said) if owed is None else owed.missing,
        issued=paper.frame.issue is not None,
        owed=owed,
    )


def _said(form: Form, draft: Draft, voice: Voice) -> dict[str, str]:
    """What is new; what was written before stays until other words take its place."""
    said = {word: form.get(word) for word in draft.asks if form.get(word) not in ("", draft.words.get(word, ""))}
    for word, text in said.items():
        if len(text) > LONGEST:
            form.errors[word] = voice.t("At most {n} characters.", n=LONGEST)
    if not said:
        form.errors[""] = voice.t("Write at least one of them anew; what was written before stays as it is.")
    return said


def _page(visit: Visit, draft: Draft, form: Form, status: int = 200) -> web.Response:
    voice = visit.voice
    return visit.page(
        "wording.html",
        status=status,
        form=form,
        title=voice.t(KINDS[draft.kind]),
        draft=draft,
        customer=voice.customer(draft.customer),
        labels=words.UNSAID,
        paper=f"{_path(draft)}{_whose(draft)}",
        address=f"{_path(draft)}/words{_whose(draft)}",
        missing=voice.listed([voice.t(words.UNSAID[word]) for word in draft.missing]),
        coming=_coming(draft, voice),
    )


def _coming(draft: Draft, voice: Voice) -> list[str]:
    """What happens next, a sentence each."""
    owed = draft.owed
    step = None if owed is None else next_step(owed)
    if draft.done:
        after = [] if step is None else [step_text(step, voice.language)]
        return [voice.t("It was issued with these words."), *after]
    if owed is None or not _goes_out(owed, voice):
        command = f"upheld report {draft.kind} {draft.subject} --customer {draft.customer} --issue"
        return [voice.t("It goes out only when somebody issues it: {command}", command=command)]
    then = next_step(replace(owed, missing=(), standing=replace(owed.standing, issue=1, missing=())))
    last = [step_text(then, voice.language)] if owed.undeliverable is not None and then is not None else []
    return [voice.t("Once nothing is missing it is issued and goes to the customer at once."), *last]


def _goes_out(owed: Owed, voice: Voice) -> bool:
    return any(isinstance(act, IssueIt) for act in decide(replace(owed, missing=()), voice.now))


def _path(draft: Draft) -> str:
    return f"/desk/reports/{draft.kind}/{quote(draft.subject)}"


def _whose(draft: Draft) -> str:
    return f"?customer={quote(draft.customer)}"
