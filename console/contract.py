"""The form for the first and the next version of an agreement: it asks what a contract must state, and stores nothing
while anything of it is missing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from config.calendar import ALWAYS
from config.language import choose
from config.model import Contact, Customer
from config.profile import Family
from config.reader import Report
from config.shelf import Shelf, shelf_of
from console import drafting
from console.agreement import AgreementPage, signed_of
from console.drafting import COMPONENT, KEPT
from console.form import Form
from console.rules import Rules
from console.visit import Visit, see_other
from console.voice import Voice
from sla import agreeing
from sla.contract import Contract

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")

NEW = "new"
"""Chosen in place of a customer's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`options`: a choice, value -> text, and `empty` what choosing none means."""

    name: str
    label: str
    hint: str = ""
    type: str = "text"
    options: Mapping[str, str] | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    fields: Sequence[Field]


class ContractPage:
    """`pages` finds agreements and stores what people did."""

    def __init__(self, rules: Rules, pages: AgreementPage) -> None:
        self._rules = rules
        self._pages = pages

    async def show_new(self, visit: Visit) -> web.Response:
        asked = visit.request.query.get("customer", "")
        if asked != NEW and asked not in visit.config.customers:
            known = {one: visit.voice.customer(one) for one in visit.config.customers}
            return visit.page("contract_for.html", customers={**known, NEW: visit.voice.t("A new customer")})
        values = {"customer": asked, "timezone": "", **{f"{COMPONENT}{one}": "" for one in visit.config.components}}
        return self._page(visit, Form(values, visit.voice), None)

    async def act_new(self, visit: Visit) -> web.Response:
        form, voice = Form(visit.typed, visit.voice), visit.voice
        chosen = form.get("customer")
        if chosen != NEW and chosen not in visit.config.customers:
            return visit.not_found()
        customer = form.get("customer_id") if chosen == NEW else chosen
        if chosen == NEW:
            _new_customer(form, visit)
        drafting.judge(form, _labels(form, visit, None), _shelf(visit), voice)
        if form.good and (made := await self._store_first(form, customer, visit)) is not None:
            return see_other(f"/desk/agreements/{made.id}")
        return self._page(visit, form, None, status=422)

    async def show_next(self, visit: Visit) -> web.Response:
        contract = await self._pages.find(visit)
        if contract is None:
            return visit.not_found()
        return self._page(visit, Form(drafting.values_of(contract.newest.agreement), visit.voice), contract)

    async def act_next(self, visit: Visit) -> web.Response:
        contract = await self._pages.find(visit)
        if contract is None:
            return visit.not_found()
        form = Form(visit.typed, visit.voice)
        drafting.judge(form, _labels(form, visit, contract), _shelf(visit), visit.voice)
        if form.good and await self._store_next(form, contract, visit):
            return see_other(f"/desk/agreements/{contract.id}")
        return self._page(visit, form, contract, status=422)

    async def _store_first(self, form: Form, customer: str, visit: Visit) -> Contract | None:
        act, signed, config = self._pages.act_of(form, visit), signed_of(form, visit), visit.config
        made: list[Contract] = []

        def store(tx: Connection) -> None:
            agreement = drafting.first_version(form, customer, config)
            if form.get("customer") == NEW:
                agreeing.add_customer(tx, _customer(form), config, act)
            made.append(agreeing.record(tx, agreement, signed, act))

        done = await self._pages.done(store, form, visit.voice)
        return made[0] if done else None

    async def _store_next(self, form: Form, contract: Contract, visit: Visit) -> bool:
        act, signed, config = self._pages.act_of(form, visit), signed_of(form, visit), visit.config
        previous = contract.newest.agreement

        def store(tx: Connection) -> None:
            agreeing.record(tx, drafting.next_version(form, previous, config), signed, act)

        return await self._pages.done(store, form, visit.voice)

    def _page(self, visit: Visit, form: Form, contract: Contract | None, status: int = 200) -> web.Response:
        chosen = form.get("customer") if contract is None else contract.customer
        components = {one.id: choose(one.name, visit.language) for one in visit.config.components.values()}
        return visit.page(
            "contract.html",
            status=status,
            form=form,
            customer="" if chosen == NEW else visit.voice.customer(chosen),
            number=None if contract is None else contract.newest.agreement.version + 1,
            back="/desk/agreements" if contract is None else f"/desk/agreements/{contract.id}",
            chosen=chosen if contract is None else "",
            sections=list(_sections(form, visit, contract)),
            components=components,
            prefix=COMPONENT,
        )


def _new_customer(form: Form, visit: Visit) -> None:
    voice = visit.voice
    id = form.text("customer_id", voice.t("Write a short name in letters and digits, like harbour-bank."))
    form.text("customer_name", voice.t("Write the customer’s name."))
    if id and not _ID.fullmatch(id):
        form.errors["customer_id"] = voice.t("Write a short name in letters and digits, like harbour-bank.")
    elif id in visit.config.customers:
        form.errors["customer_id"] = voice.t("There is a customer of that name already.")
    if form.get("customer_email") and not _MAIL.fullmatch(form.get("customer_email")):
        form.errors["customer_email"] = voice.t("That is no mail address.")


def _customer(form: Form) -> Customer:
    email = form.get("customer_email")
    contacts = (Contact(name=form.get("customer_name"), email=email),) if email else ()
    return Customer(id=form.get("customer_id"), name=form.get("customer_name"), contacts=contacts)


def _labels(form: Form, visit: Visit, contract: Contract | None) -> dict[str, str]:
    found = {field.name: field.label for section in _sections(form, visit, contract) for field in section.fields}
    return {**found, "components": visit.voice.t("Services")}


def _sections(form: Form, visit: Visit, contract: Contract | None) -> Iterator[Section]:
    voice = visit.voice
    if contract is None and form.get("customer") == NEW:
        yield Section(
            title=voice.t("The customer"),
            fields=(
                Field(name="customer_name", label=voice.t("Name")),
                Field(
                    name="customer_id",
                    label=voice.t("Short name"),
                    hint=voice.t("In addresses and numbers; it stays for good."),
                ),
                Field(name="customer_email", label=voice.t("Mail address of the contact"), type="email"),
            ),
        )
    yield Section(title=voice.t("The contract"), fields=tuple(_contract(visit, contract)))
    yield Section(title=voice.t("How availability is counted"), fields=tuple(_counting(form, visit, contract)))
    yield Section(title=voice.t("Fee and remedies"), fields=tuple(_money(voice, contract)))
    yield Section(title=voice.t("Signatures"), fields=tuple(_signing(voice)))


def _contract(visit: Visit, contract: Contract | None) -> Iterator[Field]:
    voice = visit.voice
    yield Field(name="contract", label=voice.t("Number of the contract"))
    yield Field(
        name="language",
        label=voice.t("Language of the statements"),
        options={"zh-CN": "中文", "en": "English"},
        empty=voice.t("choose"),
    )
    called, signed = voice.t("called in the contract, like Party A"), voice.t("name as signed")
    for side, word in (("customer", voice.t("The customer")), ("provider", voice.t("The provider"))):
        yield Field(name=f"{side}_called", label=f"{word}{voice.comma}{called}")
        yield Field(name=f"{side}_signed", label=f"{word}{voice.comma}{signed}")
    if contract is None:
        empty = voice.t("none; levels and time limits are not agreed")
        yield Field(
            name="profile", label=voice.t("Levels and time limits"), options=_sheets("profiles", visit), empty=empty
        )
    yield Field(name="effective", label=voice.t("In force from"), type="date")
    yield Field(name="measured_from", label=voice.t("Measured from"), type="date")
    yield Field(
        name="ends",
        label=voice.t("First day it no longer holds"),
        type="date",
        hint=voice.t("Empty: no end is agreed."),
    )
    yield Field(name="notice_days", label=voice.t("Notice before the end, in days"))
    options = {
        "no": voice.t("it ends unless both agree to go on"),
        "yes": voice.t("it goes on unless one gives notice"),
    }
    yield Field(name="automatic", label=voice.t("At the end"), options=options, empty=voice.t("not agreed"))


def _counting(form: Form, visit: Visit, contract: Contract | None) -> Iterator[Field]:
    voice = visit.voice
    empty = voice.t("choose")
    if contract is None:
        yield Field(
            name="terms",
            label=voice.t("Term sheet"),
            options=_sheets("terms", visit),
            empty=voice.t("none; every term is chosen below"),
            hint=voice.t("What is left empty below is as the sheet says."),
        )
        empty = voice.t("as the term sheet says")
    yield Field(name="target", label=voice.t("Target, per cent"), hint=voice.t("Exact, like 99.9."))
    periods = {"month": voice.t("each month"), "quarter": voice.t("each quarter"), "year": voice.t("each year")}
    yield Field(name="period", label=voice.t("Counted for"), options=periods, empty=empty)
    yield Field(name="service_hours", label=voice.t("Service hours"), options=_hours(visit, contract), empty=empty)
    yield Field(
        name="timezone",
        label=voice.t("Time zone"),
        hint=voice.t("Like Asia/Shanghai: days and months begin at its midnight."),
    )
    effects = {
        "removed": voice.t("taken out of the agreed time"),
        "retained": voice.t("stays in the agreed time, as up"),
    }
    yield Field(name="exclusion_effect", label=voice.t("Excluded time"), options=effects, empty=empty)
    policies = {
        "exclude": voice.t("left out, both bounds printed"),
        "as_down": voice.t("counts as down"),
        "as_up": voice.t("counts as up"),
    }
    yield Field(name="unknown", label=voice.t("Time not measured"), options=policies, empty=empty)
    weights = {"1": voice.t("counts in full"), "1/2": voice.t("counts half"), "0": voice.t("does not count")}
    written = form.get("partial_weight")
    if written and written not in weights:
        weights[written] = written
    yield Field(name="partial_weight", label=voice.t("A partial outage"), options=weights, empty=empty)
    days = {"calendar": voice.t("calendar days"), "working": voice.t("working days")}
    yield Field(name="days", label=voice.t("Time limits in days are"), options=days, empty=empty)


def _money(voice: Voice, contract: Contract | None) -> Iterator[Field]:
    periods = {"month": voice.t("each month"), "quarter": voice.t("each quarter"), "year": voice.t("each year")}
    yield Field(name="fee_amount", label=voice.t("Fee"), hint=voice.t("Exact, like 120000 or 1999.50."))
    yield Field(name="fee_currency", label=voice.t("Currency"), hint="CNY")
    yield Field(name="fee_per", label=voice.t("Paid"), options=periods, empty=voice.t("each month"))
    kinds = {
        "none": voice.t("none are agreed"),
        "damages": voice.t("a percentage for each missed target, up to a cap"),
        "written": voice.t("in words"),
    }
    if contract is not None:
        kinds = {KEPT: voice.t("as they are"), **kinds}
    empty = voice.t("as the term sheet says") if contract is None else voice.t("choose")
    yield Field(name="remedies", label=voice.t("Remedies"), options=kinds, empty=empty)
    yield Field(name="damage_percent", label=voice.t("For each missed target, per cent"))
    yield Field(name="damage_of", label=voice.t("of which fee, in the contract’s words"))
    yield Field(name="damage_amount", label=voice.t("which is, in figures"))
    yield Field(name="cap_percent", label=voice.t("In all at most, per cent"))
    yield Field(name="cap_of", label=voice.t("of which total, in the contract’s words"))
    yield Field(name="cap_amount", label=voice.t("which is, in figures"))
    windows = {
        "month": voice.t("a month"),
        "contract_year": voice.t("a contract year"),
        "contract_term": voice.t("the whole term"),
    }
    yield Field(name="cap_per", label=voice.t("counted over"), options=windows, empty=voice.t("choose"))
    yield Field(name="remedy_text", label=voice.t("In words, a line each"), type="area")


def _signing(voice: Voice) -> Iterator[Field]:
    yield Field(
        name="reason", label=voice.t("Why this version is made"), hint=voice.t("It stands beside the version for good.")
    )
    where = voice.t("Where it can be read; empty: not signed yet.")
    yield Field(name="customer_ref", label=voice.t("Signed by the customer"), hint=where)
    yield Field(name="provider_ref", label=voice.t("Signed by the provider"), hint=where)


def _shelf(visit: Visit) -> Shelf:
    """The shipped sheets and those beside the configuration; one with a mistake is not offered."""
    return shelf_of(visit.config.folder, Report())


def _sheets(family: Family, visit: Visit) -> dict[str, str]:
    shelf = _shelf(visit)
    return {ref: choose(shelf.sheet(family, ref)[0].title, visit.language) for ref in shelf.refs(family)}


def _hours(visit: Visit, contract: Contract | None) -> dict[str, str]:
    found = {ALWAYS: "24×7", **{id: id for id in visit.config.calendars}}
    if contract is not None:
        current = drafting.values_of(contract.newest.agreement)["service_hours"]
        found.setdefault(current, visit.voice.t("as they are"))
    return found
