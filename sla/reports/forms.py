"""The printable forms of a case: acceptance record, progress sheet, completion sheet, satisfaction sheet.

受理记录表, 处理进度跟踪表, 服务完成确认单, 满意度反馈表 (requirements.md 1). Those the agreement names, or all four.
What is stored is printed; what only the customer can give has room for his hand.
"""

from collections.abc import Callable

from sla.casefile import CaseFile
from sla.casesheet import limits, problem, progress, verified, version
from sla.frame import framed
from sla.happened import handling, timeline
from sla.paper.sheet import Blank, Block, Cell, Column, Prose, Section, Sheet, Table
from sla.report import Frame, Report, Subject
from sla.voice import Voice

_SCORES = {"overall": "overall", "speed": "speed", "skill": "skill", "manner": "manner"}
_ALL = ("acceptance", "progress", "completion", "satisfaction")


def sheet(frame: Frame, facts: CaseFile, language: str) -> Sheet:
    voice = Voice(frame, language)
    t, case = voice.t, facts.case
    chosen = facts.forms or _ALL
    return framed(
        frame,
        voice,
        title=t("Forms of a case"),
        subtitle=f"{case.id}{t(', ')}{voice.title_of(case)}",
        facts=(
            (t("Agreement"), f"{voice.text(facts.agreement_name)}{t(', ')}{version(voice, facts)}"),
            (t("Level"), voice.level(case)),
            (t("Progress"), progress(voice, facts)),
        ),
        sections=tuple(_FORMS[form](voice, facts, number > 0) for number, form in enumerate(chosen)),
        draft=False,
    )


def _acceptance(voice: Voice, facts: CaseFile, fresh: bool) -> Section:
    t = voice.t
    blocks: tuple[Block, ...] = (problem(voice, facts), limits(voice, facts), Blank(text=t("Remarks"), lines=3))
    return Section(title=t("Acceptance record"), blocks=(*blocks, voice.signatures()), fresh=fresh)


def _progress(voice: Voice, facts: CaseFile, fresh: bool) -> Section:
    blocks: tuple[Block, ...] = (timeline(voice, facts.happenings), Blank(text=voice.t("Further progress"), lines=4))
    return Section(title=voice.t("Progress sheet"), blocks=blocks, fresh=fresh)


def _completion(voice: Voice, facts: CaseFile, fresh: bool) -> Section:
    t = voice.t
    blocks: tuple[Block, ...] = (
        Prose(text=t("What was done")),
        handling(voice, facts.happenings),
        Prose(text=t("How it was verified")),
        verified(voice, facts),
        Prose(text=f"{_BOX} {t('The result is confirmed')}　　{_BOX} {t('Not satisfied, because:')}"),
        Blank(text="", lines=2),
        voice.signatures(),
    )
    return Section(title=t("Completion sheet"), blocks=blocks, fresh=fresh)


def _satisfaction(voice: Voice, facts: CaseFile, fresh: bool) -> Section:
    """A row for each score the agreement names; 1 is the lowest."""
    t = voice.t
    scores = facts.scores or ("speed", "skill", "manner")
    marks = [str(number) for number in range(1, facts.best + 1)]
    columns = (Column(title=t("Score"), share=1), *(Column(title=mark) for mark in marks))
    rows = tuple((Cell(text=t(_SCORES[one])), *(Cell(text=_BOX) for _ in marks)) for one in scores)
    blocks: tuple[Block, ...] = (
        Prose(text=t("Please rate how the case was handled, from 1 (lowest) to {best}.", best=facts.best)),
        Table(columns=columns, rows=rows),
        Blank(text=t("What should be better?"), lines=4),
        voice.signatures(),
    )
    return Section(title=t("Satisfaction sheet"), blocks=blocks, fresh=fresh)


_BOX = "□"

_FORMS: dict[str, Callable[[Voice, CaseFile, bool], Section]] = {
    "acceptance": _acceptance,
    "progress": _progress,
    "completion": _completion,
    "satisfaction": _satisfaction,
}

REPORT = Report(
    subject=Subject.CASE, facts=CaseFile, sheet=sheet, over=lambda facts, _: facts.resolved_at is not None, draft=False
)
