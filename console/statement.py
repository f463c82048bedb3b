"""A customer's statements in his room: the months with number and verdict, the files, and his word on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from config.instant import Instant
from config.look import figure
from console.form import Form
from console.issued import File, Issued, Statements
from console.rules import Rules
from console.visit import Visit
from console.voice import Voice
from sla.parties import NoStatement
from sla.period import parse_period
from sla.record import Word
from sla.sealing import NotSealed
from sla.standing import Way

SHOWN = ("pdf", "xlsx", "json", "bundle")
"""Offered for reading in this order, as far as they are installed."""
ACTS = ("accept-time", "contest-time", "countersign", "dispute")
_SIGNED, _SIGNED_BY_LINK = "countersigned {time}", "countersigned {time} by the link of a mail"
_VERDICTS = {
    "met": "Met",
    "missed": "Missed",
    "sensitive": "Open: it depends on time that was not measured",
    "not_applicable": "Not applicable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """`verdict_code` for the sign, `said` what happened to it, newest fact last."""

    period: str
    name: str
    number: str
    verdict: str
    verdict_code: str
    said: str
    links: Sequence[Link]
    asked: bool
    sealed: bool
    countersigned: bool
    lines: Sequence[Link]
    """`href` is the line's id here."""


class StatementPage:
    """The files; the room shows the months."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def download(self, visit: Visit) -> web.Response:
        """`/room/{customer}/statements/2026-10.pdf`."""
        period, _, form = visit.request.match_info["file"].partition(".")
        found = await self._file(visit, period, form)
        return visit.not_found() if isinstance(found, str) else _sent(found)

    async def _file(self, visit: Visit, period: str, form: str) -> File | str:
        """Or why there is none."""
        statements, customer = self._rules.statements, visit.request.match_info["customer"]
        if statements is None or customer not in visit.config.customers:
            return f"there is no customer {customer!r}"
        language = visit.request.query.get("language")
        if language not in (None, *visit.config.site.languages):
            return f"there is no language {language!r}; write one of {', '.join(visit.config.site.languages)}"
        try:
            return await self._rules.database.read(
                lambda tx: statements.file(tx, customer, period, form, language, visit.now)
            )
        except (NoStatement, LookupError) as error:
            return str(error)


def rows(found: Sequence[Issued], customer: str, formats: Sequence[str], voice: Voice) -> list[IssuedRow]:
    """What the room shows of them."""
    offered = [one for one in SHOWN if one in formats] or list(formats)
    return [_row(one, customer, offered, voice) for one in found]


def speak(statements: Statements, tx: Connection, customer: str, form: Form, by: str, now: Instant) -> None:
    """Carries out one of `ACTS`. Raises NotSealed."""
    period = form.get("period")
    match form.get("act"):
        case "accept-time":
            statements.answer(tx, customer, period, Word.ACCEPTED, by, now)
        case "contest-time":
            statements.answer(tx, customer, period, Word.CONTESTED, by, now)
        case "countersign":
            statements.countersign(tx, customer, period, by, now)
        case _:
            statements.dispute(tx, customer, period, form.get("line"), form.get("text"), by, now)


async def act(rules: Rules, visit: Visit, form: Form) -> bool:
    """The customer's word from his room; False with what is wrong in the form."""
    statements, customer = rules.statements, visit.request.match_info["customer"]
    if statements is None:
        form.errors[""] = visit.voice.t("Choose one of the buttons of the page.")
        return False
    if form.get("act") == "dispute":
        form.text("text", visit.voice.t("Write what is wrong with the line, so that we can look at it."))
    if not form.good:
        return False
    try:
        await rules.database.write(lambda tx: speak(statements, tx, customer, form, visit.user.by, visit.now))
    except (NotSealed, NoStatement):
        form.errors[""] = visit.voice.t("The statement has changed meanwhile. Look at it and repeat.")
    return form.good


def _row(one: Issued, customer: str, offered: Sequence[str], voice: Voice) -> IssuedRow:
    period, standing = parse_period(one.period), one.standing
    said = [
        voice.t(text, time=voice.clock(at, seconds=False))
        for text, at in (
            ("sealed {time}", standing.sealed_at),
            ("delivered {time}", standing.delivered_at),
            (_SIGNED_BY_LINK if standing.countersigned_way is Way.MAIL else _SIGNED, standing.countersigned_at),
        )
        if at is not None
    ]
    said += [voice.t("disputed: {line}", line=voice.component(dispute.line)) for dispute in standing.disputes]
    return IssuedRow(
        period=one.period,
        name=figure.month(period.year, period.number, voice.language),
        number=one.number or voice.t("Draft"),
        verdict=voice.code(_VERDICTS, one.verdict),
        verdict_code=one.verdict,
        said=voice.comma.join(said) or voice.t("Not sealed yet"),
        links=[Link(text=form.upper(), href=f"/room/{customer}/statements/{one.period}.{form}") for form in offered],
        asked=one.asked,
        sealed=standing.revision > 0,
        countersigned=standing.countersigned_at is not None,
        lines=[Link(text=voice.component(line), href=line) for line in one.lines],
    )


def _sent(found: File) -> web.Response:
    kind, _, charset = found.content_type.partition("; charset=")
    response = web.Response(body=found.body, content_type=kind, charset=charset or None)
    # A page of ours is complete in itself, but nothing in a customer's file may run here.
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
