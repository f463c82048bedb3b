"""The form that asks what a contract must state: its fields, what is missing, and what was typed as an agreement. Pure.

sla-definition.md: target, period, service hours, exclusion effect, unknown policy and partial weight are written in
every agreement, singly or by naming a term sheet; zone, unit of days, language and remedies are asked for here too.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from config.agreement import Agreement
from config.calendar import ALWAYS, Calendar
from config.contract import CONTRACTUAL
from config.draft import amended, draft, node_of
from config.instant import DAY
from config.model import Config
from config.moment import parse_moment, print_moment
from config.node import Mark, mapping, scalar
from config.shelf import Shelf
from console.form import Form
from console.voice import Voice

KEPT = "kept"
"""The remedies stay as they are."""
COMPONENT = "component."
"""Before the id, in the name of a field that ticks a component."""
TERMS = (*CONTRACTUAL, "timezone", "days")
"""Fields that are keys of `availability`."""
MUST = (*TERMS, "language", "remedies")
"""What the contract has to state, singly or by its term sheet."""
DATES = ("measured_from", "effective", "ends")
PARTIES = ("customer", "provider")

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "written": ("remedy_text",),
    "damages": (
        *("damage_percent", "damage_of", "damage_amount", "cap_percent", "cap_of", "cap_amount", "cap_per"),
        "fee_currency",
    ),
}
"""What goes with the kind of remedies that was chosen."""

_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def ticked(form: Form) -> list[str]:
    """The ids of the components that were ticked."""
    return [name.removeprefix(COMPONENT) for name, value in form.values.items() if name.startswith(COMPONENT) and value]


def given(terms: str, shelf: Shelf) -> frozenset[str]:
    """What the term sheet of that name says by itself; nothing for a name nobody knows."""
    if terms not in shelf.refs("terms"):
        return frozenset()
    node = shelf.sheet("terms", terms)[1]
    availability = node.get("availability")
    return frozenset([*node.mapping, *(availability.mapping if availability is not None else ())])


def judge(form: Form, labels: Mapping[str, str], shelf: Shelf, voice: Voice) -> None:
    """Every term that is missing is named under its field and all of them at the top; so is what cannot be read."""
    said = given(form.get("terms"), shelf)
    missing = [name for name in MUST if not form.get(name) and name not in said]
    missing += [name for name in _NEEDED.get(form.get("remedies"), ()) if not form.get(name)]
    missing += [name for name in ("measured_from", "effective", "reason") if not form.get(name)]
    for name in missing:
        form.errors[name] = voice.t("The contract must say this.")
    if not ticked(form):
        form.errors["components"] = voice.t("Tick at least one.")
        missing.append("components")
    if missing:
        form.errors[""] = voice.t(
            "Nothing was stored. Missing: {names}.", names=voice.listed([labels[one] for one in missing])
        )
    _read(form, voice)


def _read(form: Form, voice: Voice) -> None:
    for name in ("target", "damage_percent", "cap_percent"):
        percent = form.get(name)
        if percent and not (_PERCENT.fullmatch(percent) and 0 < Fraction(percent) <= 100):
            form.errors[name] = voice.t("Write a percentage above 0 and at most 100, like 99.9.")
    for name in DATES:
        if form.get(name) and _moment(form.get(name), "UTC") is None:
            form.errors[name] = voice.t("That is no day. Write it like {example}.", example="2027-01-01")
    zone = form.get("timezone")
    if zone and _moment("2026-01-01", zone) is None:
        form.errors["timezone"] = voice.t("That is no time zone. Write it like {example}.", example="Asia/Shanghai")
    if form.get("notice_days") and not form.get("notice_days").isdecimal():
        form.errors["notice_days"] = voice.t("Write a number of days, like 90.")
    for name in ("fee_amount", "damage_amount", "cap_amount"):
        if form.get(name) and not _AMOUNT.fullmatch(form.get(name)):
            form.errors[name] = voice.t("Write an amount like 120000 or 1999.50.")
    currency = form.get("fee_currency")
    if (form.get("fee_amount") or currency) and not _CURRENCY.fullmatch(currency):
        form.errors["fee_currency"] = voice.t("Write the three letters of the currency, like CNY.")


def _moment(text: str, zone: str) -> int | None:
    try:
        return parse_moment(text, zone)
    except (ValueError, LookupError, OSError):
        return None


def first_version(form: Form, customer: str, config: Config) -> Agreement:
    """What was typed as the first version of an agreement. Raises ConfigError."""
    tree = mapping(_mark())
    for key in ("profile", "terms", "contract", "language", *DATES):
        if form.get(key):
            tree.put(key, scalar(form.get(key), _mark()))
    if form.get("name"):
        tree.put("id", scalar(form.get("name"), _mark()))
    tree.put("components", node_of(ticked(form), _mark()))
    for key, value in _grouped(form):
        tree.put(key, node_of(value, _mark()))
    return draft(customer, tree, config)


def next_version(form: Form, previous: Agreement, config: Config) -> Agreement:
    """`previous` with what was typed otherwise. Raises ConfigError."""
    before = values_of(previous)
    zone = form.get("timezone")
    changed: dict[str, object] = {"version": previous.version + 1}
    for key in DATES:
        written = form.get(key)
        if written != before.get(key, "") or key == "effective":
            changed["until" if key == "ends" else key] = _moment(written, zone)
    for key in TERMS:
        if form.get(key) != before[key]:
            changed[f"availability.{key}"] = _hours(form.get(key), config) if key == "service_hours" else form.get(key)
    for key in ("contract", "language"):
        if form.get(key) != before[key]:
            changed[key] = form.get(key) or None
    if sorted(ticked(form)) != sorted(previous.components):
        changed["components"] = ticked(form)
    groups = dict(_grouped(form))
    for key in ("parties", "renewal", "fee"):
        if _typed(form, _OF[key]) != {name: before.get(name, "") for name in _OF[key]}:
            changed[key] = groups.get(key, {} if key == "parties" else None)
    if "remedies" in groups:
        changed |= {key: groups[key] for key in ("amounts", "remedies") if key in groups}
    return amended(previous, changed)


_OF: Mapping[str, tuple[str, ...]] = {
    "parties": tuple(f"{side}_{what}" for side in PARTIES for what in ("called", "signed")),
    "renewal": ("notice_days", "automatic"),
    "fee": ("fee_amount", "fee_currency", "fee_per"),
}
"""Which fields make up one key of the agreement."""


def _typed(form: Form, names: tuple[str, ...]) -> dict[str, str]:
    return {name: form.get(name) for name in names}


def _grouped(form: Form) -> Iterator[tuple[str, object]]:
    """The keys of an agreement that more than one field makes up."""
    parties = {
        side: {key: form.get(f"{side}_{name}") for key, name in (("called", "called"), ("name", "signed"))}
        for side in PARTIES
    }
    named = {side: {key: text for key, text in party.items() if text} for side, party in parties.items()}
    if any(named.values()):
        yield "parties", named
    if form.get("notice_days"):
        yield "renewal", {"notice": f"{form.get('notice_days')}d", "automatic": form.get("automatic") == "yes"}
    if form.get("fee_amount"):
        fee = {"amount": form.get("fee_amount"), "currency": form.get("fee_currency")}
        yield "fee", {**fee, "per": form.get("fee_per") or "month"}
    match form.get("remedies"):
        case "none":
            yield "remedies", []
        case "damages":
            yield (
                "amounts",
                {
                    name: {
                        "name": form.get(f"{name}_of"),
                        "amount": form.get(f"{name}_amount"),
                        "currency": form.get("fee_currency"),
                    }
                    for name in ("damage", "cap")
                },
            )
            yield (
                "remedies",
                [
                    {"id": "damages", "each": ["target"], "percent": form.get("damage_percent"), "of": "damage"},
                    {"id": "cap", "cap": form.get("cap_percent"), "of": "cap", "per": form.get("cap_per")},
                ],
            )
        case "written":
            yield "remedies", [line.strip() for line in form.get("remedy_text").splitlines() if line.strip()]
        case _:
            pass
    terms = {key: form.get(key) for key in TERMS if form.get(key)}
    if terms:
        yield "availability", terms


def _hours(written: str, config: Config) -> object:
    """The calendar itself: the finished agreement needs no other source."""
    known = config.calendars.get(written)
    return written if known is None else known.model_dump(mode="json")


def values_of(agreement: Agreement) -> dict[str, str]:
    """What the form shows of a version, to be changed."""
    terms, zone = agreement.availability, agreement.availability.timezone
    content = terms.model_dump(mode="json")
    values = {key: str(content[key]) for key in TERMS if key != "service_hours"}
    hours = terms.service_hours
    values["service_hours"] = hours.id if isinstance(hours, Calendar) else ALWAYS
    values |= {f"{COMPONENT}{one}": "on" for one in agreement.components}
    values |= {key: print_moment(at, zone) for key, at in (("measured_from", agreement.measured_from),)}
    if agreement.until is not None:
        values["ends"] = print_moment(agreement.until, zone)
    values |= {"contract": agreement.contract or "", "language": agreement.language or "", "remedies": KEPT}
    for side, party in (("customer", agreement.parties.customer), ("provider", agreement.parties.provider)):
        values[f"{side}_called"] = party.called if isinstance(party.called, str) else ""
        values[f"{side}_signed"] = party.name if isinstance(party.name, str) else ""
    if agreement.renewal is not None:
        values["notice_days"] = str(agreement.renewal.notice // DAY)
        values["automatic"] = "yes" if agreement.renewal.automatic else "no"
    if agreement.fee is not None:
        fee = agreement.fee
        values |= {"fee_amount": fee.amount, "fee_currency": fee.currency, "fee_per": fee.per.value}
    return values


def _mark() -> Mark:
    return Mark("form", 1, 1)
