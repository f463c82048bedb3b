"""A customer's agreement in his room: what it states, in its versions, and his word on each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from config.language import choose
from config.look import figure
from console.agreement import AgreementPage, ContractRow, contract_row, versions_said
from console.form import Form
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from sla import agreeing
from sla.agreeing import Act, Signature
from sla.clause import clauses
from sla.commitment import level_text
from sla.contract import Confirmed, Contract, Declined, Refused, Side, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A version that waits for the customer; `declined`: what he said of it so far, empty where nothing."""

    number: int
    since: str
    declined: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """One line of the room; `asks`: a version waits for the customer."""

    href: str
    row: ContractRow
    asks: bool


class ConsentPage:
    """Staff look; the customer alone gives his word."""

    def __init__(self, rules: Rules, pages: AgreementPage) -> None:
        self._rules = rules
        self._pages = pages

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def word(self, visit: Visit) -> web.Response:
        """Confirmed or declined, by the one who is logged in."""
        contract = await self._pages.find(visit)
        if contract is None:
            return visit.not_found()
        form, voice = Form(visit.typed, visit.voice), visit.voice
        number = form.one_of("version", {str(one.number): "" for one in asked(contract, voice)}, "")
        match form.get("act"):
            case "confirm":
                pass
            case "decline":
                form.text("reason", voice.t("Write what is not as agreed, so that we know what to change."))
            case _:
                form.errors["version"] = ""
        if "version" in form.errors:
            form.errors = {"": voice.t("Choose one of the buttons of the page.")}
        if not form.good:
            return await self._page(visit, form, status=422)
        try:
            await self._rules.database.write(lambda tx: self._record(tx, contract, int(number), form, visit))
        except Refused as refusal:
            form.errors[""] = voice.refusal(refusal)
            return await self._page(visit, form, status=409)
        return see_other(visit.request.path)

    def _record(self, tx: Connection, contract: Contract, number: int, form: Form, visit: Visit) -> None:
        now = visit.now
        act = Act(by=visit.user.by, reason=form.get("reason"), way=Way.DESK, now=now)
        if form.get("act") == "decline":
            agreeing.decline(tx, contract.id, number, Side.CUSTOMER, now, act)
            return
        # the customer's users all speak as the customer; which of them it was stands in the reference
        signature = Signature(reference=f"{visit.request.path}, {visit.user.name}", at=now)
        agreeing.confirm(tx, contract.id, number, Side.CUSTOMER, signature, act)

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        contract = await self._pages.find(visit)
        if contract is None:
            return visit.not_found()
        voice, wanted = visit.voice, visit.request.query.get("version", "")
        numbers = [one.version for one in contract.in_turn()]
        number = int(wanted) if wanted.isdecimal() and int(wanted) in numbers else numbers[-1]
        return visit.page(
            "consent.html",
            status=status,
            form=form,
            row=contract_row(contract, voice),
            rows=versions_said(contract, voice),
            asks=asked(contract, voice),
            number=number,
            stated=_stated(contract, number, voice.language),
            guest=allowed(visit.user, Access.GUEST, contract.customer),
        )


def agreement_rows(found: Sequence[Contract], voice: Voice) -> list[AgreementRow]:
    """What the room shows of them."""
    return [
        AgreementRow(
            href=f"/room/{one.customer}/agreements/{one.newest.agreement.name}",
            row=contract_row(one, voice),
            asks=bool(asked(one, voice)),
        )
        for one in found
    ]


def asked(contract: Contract, voice: Voice) -> list[Asked]:
    """The versions that the customer has not confirmed, newest first."""
    found: list[Asked] = []
    for one in reversed(contract.versions):
        agreement, word = one.agreement, contract.word(one.agreement.version, Side.CUSTOMER)
        if isinstance(word, Confirmed):
            continue
        since = figure.full_day(agreement.effective, agreement.availability.timezone, voice.language)
        declined = word.reason if isinstance(word, Declined) else ""
        found.append(Asked(number=agreement.version, since=since, declined=declined))
    return found


def _stated(contract: Contract, number: int, language: str) -> list[tuple[str, Sequence[str]]]:
    """What a version states: each clause with where it stands, each level with its time limits."""
    agreement = next(one for one in contract.in_turn() if one.version == number)
    stated: list[tuple[str, Sequence[str]]] = [(one.text, (one.origin,)) for one in clauses(agreement, language)]
    return stated + [(choose(one.name, language), tuple(level_text(one, language))) for one in agreement.levels]
