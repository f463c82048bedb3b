"""Agreements on the desk: the list, and one with its versions and signatures; its annex to print.

What is stored is never edited: a change is a version of its own (console/contract.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from aiohttp import web
from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.language import CHINESE, choose
from config.look import figure
from config.moment import parse_moment
from config.node import ConfigError
from console.form import Form, written
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from sla import agreeing
from sla.agreeing import Act, Signature
from sla.annex import annex
from sla.annexed import annexed
from sla.contract import Confirmed, Contract, Declined, Ended, Event, Refused, Reminded, Side, Way
from sla.store import contract as store


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """`of` and `name` make the address; `signed` says who signed the version that holds, `open` that a side has not."""

    of: str
    name: str
    customer: str
    title: str
    version: int
    target: str
    since: str
    ends: str
    signed: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    number: int
    since: str
    until: str
    target: str
    components: str
    who: str
    reason: str
    signed: Sequence[str]


class AgreementPage:
    """See the module."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def every(self, visit: Visit) -> web.Response:
        found = await self._rules.database.read(store.contracts)
        return visit.page(
            "agreements.html",
            rows=[contract_row(one, visit.voice) for one in found],
            may_act=allowed(visit.user, Access.AGREEMENTS),
        )

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        contract = await self.find(visit)
        if contract is None:
            return visit.not_found()
        form = Form(visit.typed, visit.voice)
        match form.get("act"):
            case "confirm":
                done = await self._confirm(contract, form, visit)
            case "end":
                done = await self._end(contract, form, visit)
            case _:
                return await self._page(visit, form, status=422)
        if not done:
            return await self._page(visit, form, status=422)
        return see_other(f"/desk/agreements/{contract.id}")

    async def annex(self, visit: Visit) -> web.Response:
        """A page of its own, to print."""
        contract = await self.find(visit)
        asked = visit.request.query.get("version", "")
        number = int(asked) if asked.isdecimal() else None
        found = None if contract is None else annexed(contract, number, visit.config)
        if found is None:
            return visit.not_found()
        response = web.Response(body=annex(found), content_type="text/html", charset="utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response

    async def find(self, visit: Visit) -> Contract | None:
        """The agreement the address names, at the desk or in the customer's room."""
        place = visit.request.match_info
        of = place.get("of") or place["customer"]
        return await self._rules.database.read(lambda tx: store.contract(tx, f"{of}/{place['name']}"))

    async def _confirm(self, contract: Contract, form: Form, visit: Visit) -> bool:
        voice = visit.voice
        number = form.one_of("version", versions_of(contract), voice.t("Choose a version."))
        side = form.one_of("side", sides_of(voice), voice.t("Choose whose word it is."))
        reference = form.text(
            "reference", voice.t("Write where it can be read: a contract’s number, a mail and its date.")
        )
        at = form.instant("happened_at")
        if not form.good:
            return False
        signature, act = Signature(reference=reference, at=at), self.act_of(form, visit)

        def confirm(tx: Connection) -> None:
            agreeing.confirm(tx, contract.id, int(number), Side(side), signature, act)

        return await self.done(confirm, form, voice)

    async def _end(self, contract: Contract, form: Form, visit: Visit) -> bool:
        voice, zone = visit.voice, contract.newest.agreement.availability.timezone
        ends = day_of(form, "ends", zone, voice)
        form.text("reason", voice.t("Write why; it stands beside it for good."))
        if ends is None or not form.good:
            return False
        signed, act = signed_of(form, visit), self.act_of(form, visit)
        return await self.done(lambda tx: agreeing.end(tx, contract.id, ends, signed, act), form, voice)

    def act_of(self, form: Form, visit: Visit) -> Act:
        return Act(by=visit.user.by, reason=form.get("reason"), way=Way.DESK, now=visit.now, sealed=self._rules.sealed)

    async def done(self, work: Callable[[Connection], object], form: Form, voice: Voice) -> bool:
        """False: refused, nothing is stored, and the form says why."""
        try:
            await self._rules.database.write(work)
        except (Refused, ConfigError) as refusal:
            form.errors[""] = voice.refusal(refusal)
            return False
        return True

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        contract = await self.find(visit)
        if contract is None:
            return visit.not_found()
        voice = visit.voice
        return visit.page(
            "agreement.html",
            status=status,
            form=form,
            row=contract_row(contract, voice),
            rows=versions_said(contract, voice),
            events=[_event(one, voice) for one in reversed(contract.events)],
            versions=versions_of(contract),
            sides=sides_of(voice),
            example=written(visit.now, voice.zone),
            may_act=allowed(visit.user, Access.AGREEMENTS),
        )


def day_of(form: Form, name: str, zone: str, voice: Voice) -> Instant | None:
    """Local midnight of the day that was written; None: nothing readable, and the form says so."""
    try:
        return parse_moment(form.get(name), zone)
    except ValueError:
        form.errors[name] = voice.t("That is no day. Write it like {example}.", example="2027-01-01")
        return None


def signed_of(form: Form, visit: Visit) -> dict[Side, Signature]:
    """The signatures that were given along, by the field of their reference."""
    references = {side: form.get(f"{side}_ref") for side in Side}
    return {side: Signature(reference=text, at=visit.now) for side, text in references.items() if text}


def sides_of(voice: Voice) -> dict[str, str]:
    return {Side.CUSTOMER.value: voice.t("The customer"), Side.PROVIDER.value: voice.t("The provider")}


def versions_of(contract: Contract) -> dict[str, str]:
    """Newest first, as a form offers them."""
    numbers = [str(one.agreement.version) for one in reversed(contract.versions)]
    return {number: number for number in numbers}


def contract_row(contract: Contract, voice: Voice) -> ContractRow:
    """What holds now; before the first version begins that one, after the end the last."""
    versions = contract.in_turn()
    shown = next((one for one in versions if one.in_force(voice.now)), versions[-1])
    zone = shown.availability.timezone
    confirmed = contract.confirmed(shown.version)
    signed = [text for side, text in sides_of(voice).items() if side in confirmed]
    return ContractRow(
        of=contract.customer,
        name=shown.name,
        customer=voice.customer(contract.customer),
        title=shown.name if shown.profile is None else choose(shown.profile.title, voice.language),
        version=shown.version,
        target=f"{shown.availability.target}{'' if voice.language == CHINESE else figure.NARROW}%",
        since=figure.full_day(shown.effective, zone, voice.language),
        ends=_day(versions[-1].until, zone, voice),
        signed=voice.listed(signed) if signed else voice.t("nobody"),
        open=len(confirmed) < len(Side),
    )


def _day(at: Instant | None, zone: str, voice: Voice) -> str:
    return "" if at is None else figure.full_day(at, zone, voice.language)


def versions_said(contract: Contract, voice: Voice) -> list[VersionRow]:
    """Newest first: since when, who recorded it and why, and what each side said of it."""
    return [_version(one, contract, voice) for one in reversed(contract.in_turn())]


def _version(one: Agreement, contract: Contract, voice: Voice) -> VersionRow:
    stored, zone = contract.version(one.version), one.availability.timezone
    assert stored is not None
    return VersionRow(
        number=one.version,
        since=figure.full_day(one.effective, zone, voice.language),
        until=_day(one.until, zone, voice),
        target=f"{one.availability.target}{'' if voice.language == CHINESE else figure.NARROW}%",
        components=voice.listed([voice.component(name) for name in one.components]),
        who=f"{voice.who(stored.by)}{voice.comma}{_day(stored.recorded_at, zone, voice)}",
        reason=voice.t("Written in the configuration") if stored.way is Way.CONFIGURATION else stored.reason,
        signed=[_word(word, zone, voice) for side in Side if (word := contract.word(one.version, side)) is not None],
    )


def _word(word: Confirmed | Declined, zone: str, voice: Voice) -> str:
    """`The customer, 3 December 2026, contract page 9`; of one who declined, that he did and why."""
    side, day = sides_of(voice)[word.side], _day(word.happened_at, zone, voice)
    if isinstance(word, Confirmed):
        return voice.comma.join((side, day, word.reference))
    return voice.comma.join((voice.t("{side} declined it", side=side), day, word.reason))


def _event(event: Event, voice: Voice) -> tuple[str, str]:
    """When, and what."""
    day = figure.full_day(event.recorded_at, voice.zone, voice.language)
    match event:
        case Confirmed():
            text = voice.t("{side} signed version {number}", side=sides_of(voice)[event.side], number=event.version)
            return day, f"{text}{voice.comma}{event.reference}"
        case Declined():
            text = voice.t("{side} declined version {number}", side=sides_of(voice)[event.side], number=event.version)
            return day, f"{text}{voice.comma}{event.reason}"
        case Ended():
            text = voice.t("Ends on {day}", day=figure.full_day(event.ends, voice.zone, voice.language))
            names = sides_of(voice)
            signed = [
                f"{voice.t('{side} signed it', side=names[side])}{voice.comma}{reference}"
                for side, reference in event.signed
            ]
            return day, voice.comma.join((text, event.reason, *signed))
        case Reminded():
            ends = figure.full_day(event.ends, voice.zone, voice.language)
            return day, voice.t("Called to mind: it ends on {day}", day=ends)
        case _:
            assert_never(event)
