"""Agreements by command: what was typed becomes what sla records, and what is stored becomes JSON with stable keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from config.agreement import Agreement
from config.draft import amended, draft, text_node
from config.instant import Instant, rfc3339
from config.model import Contact, Customer
from config.moment import parse_moment
from config.node import scalar
from sla import agreeing
from sla.agreeing import Act, Signature
from sla.contract import Confirmed, Contract, Declined, Ended, Event, Refused, Reminded, Side, Version, Way
from upheld.call import Call, Command
from upheld.contracts import SEALED
from upheld.shown import at

AMENDABLE: Mapping[str, str] = {
    "target": "availability.target",
    "components": "components",
    "ends": "until",
    "contract": "contract",
}
"""What an option of `revise` changes: the option, and the term of the agreement."""


def add(tx: Connection, call: Call) -> Any:
    """`customer, text, file, reason, signed`, and `name, email` of a customer that no file names."""
    given, act = call.arguments, _act(call)
    customer = given["customer"]
    if given.get("name"):
        contacts = (Contact(name=given["name"], email=given["email"]),) if given.get("email") else ()
        who = Customer(id=customer, name=given["name"], contacts=contacts)
        agreeing.add_customer(tx, who, call.rules.config, act)
    elif customer not in call.rules.config.customers:
        known = ", ".join(call.rules.config.customers) or "none"
        raise Refused(f"there is no customer '{customer}'; known: {known}; a new one needs --name")
    agreement = draft(customer, text_node(given["text"], given["file"]), call.rules.config)
    return contract_json(agreeing.record(tx, agreement, _signed(given, act), act), call.now)


def revise(tx: Connection, call: Call) -> Any:
    """`id, reason, effective, signed`, and either `text, file` or what changes (`AMENDABLE`)."""
    given, act = call.arguments, _act(call)
    contract = agreeing.found(tx, given["id"])
    new = _written_anew(contract, call) if given.get("text") is not None else _amended(contract, call)
    return contract_json(agreeing.record(tx, new, _signed(given, act), act), call.now)


def _written_anew(contract: Contract, call: Call) -> Agreement:
    """The text is the whole new version; name and number follow from the agreement where it does not say them."""
    given = call.arguments
    node = text_node(given["text"], given["file"])
    newest = contract.newest.agreement
    said = {"id": newest.name, "version": newest.version + 1, "effective": given.get("effective")}
    for key, value in said.items():
        if value is not None and node.get(key) is None:
            node.put(key, scalar(value, node.mark))
    new = draft(contract.customer, node, call.rules.config)
    if new.id != contract.id:
        raise Refused(f"the text is of {new.id}, not of {contract.id}; leave `id:` out")
    return new


def _amended(contract: Contract, call: Call) -> Agreement:
    given, newest, known = call.arguments, contract.newest.agreement, call.rules.config.components
    unknown = [name for name in given.get("components") or () if name not in known]
    if unknown:
        raise Refused(f"there is no component {', '.join(unknown)}; known: {', '.join(known)}")
    zone = newest.availability.timezone
    changed: dict[str, object] = {AMENDABLE[key]: given[key] for key in AMENDABLE if given.get(key) is not None}
    if not changed:
        raise Refused("say what changes, or give the whole new version as a file")
    if not given.get("effective"):
        raise Refused("say from when it holds: --effective 2026-12-01")
    if "until" in changed:
        changed["until"] = _moment(given["ends"], zone)
    changed["effective"] = _moment(given["effective"], zone)
    changed["version"] = newest.version + 1
    return amended(newest, changed)


def confirm(tx: Connection, call: Call) -> Any:
    """`id, version, side, reference, happened_at`."""
    given, act = call.arguments, _act(call)
    side, signature = Side(given["side"]), Signature(reference=given["reference"], at=_given_at(call))
    return contract_json(agreeing.confirm(tx, given["id"], given.get("version"), side, signature, act), call.now)


def decline(tx: Connection, call: Call) -> Any:
    """`id, version, side, reason, happened_at`."""
    given, act = call.arguments, _act(call)
    side, at_ = Side(given["side"]), _given_at(call)
    return contract_json(agreeing.decline(tx, given["id"], given.get("version"), side, at_, act), call.now)


def end(tx: Connection, call: Call) -> Any:
    """`id, ends, reason, signed`."""
    given, act = call.arguments, _act(call)
    contract = agreeing.found(tx, given["id"])
    ends = _moment(given["ends"], contract.newest.agreement.availability.timezone)
    return contract_json(agreeing.end(tx, contract.id, ends, _signed(given, act), act), call.now)


COMMANDS: Mapping[str, Command] = {"add": add, "revise": revise, "confirm": confirm, "decline": decline, "end": end}


def _act(call: Call) -> Act:
    return Act(by=call.by, reason=call.arguments.get("reason") or "", way=Way.COMMAND, now=call.now, sealed=SEALED)


def _given_at(call: Call) -> Instant:
    """When the word was given; just now where nobody says."""
    given: Instant | None = call.arguments.get("happened_at")
    return call.now if given is None else given


def _signed(given: Mapping[str, Any], act: Act) -> dict[Side, Signature]:
    return {Side(side): Signature(reference=reference, at=act.now) for side, reference in given.get("signed", ())}


def _moment(text: str, zone: str) -> Instant:
    try:
        return parse_moment(text, zone)
    except ValueError as error:
        raise Refused(str(error)) from error


def contract_json(contract: Contract, now: Instant) -> dict[str, Any]:
    """One agreement: what holds now, every version, every event."""
    versions = contract.in_turn()
    holds = next((one for one in versions if one.in_force(now)), None)
    shown = holds or (versions[0] if now < versions[0].effective else versions[-1])
    return {
        "agreement": contract.id,
        "customer": contract.customer,
        "state": "in force" if holds else "to come" if now < versions[0].effective else "ended",
        "version": shown.version,
        "target": shown.availability.target,
        "period": shown.availability.period.value,
        "components": list(shown.components),
        "effective": at(versions[0].effective),
        "ends": at(versions[-1].until),
        "contract": shown.contract,
        "confirmed_by": sorted(contract.confirmed(shown.version)),
        "versions": _versions(contract, versions),
        "events": [_event(one) for one in contract.events],
    }


def _versions(contract: Contract, in_turn: Sequence[Agreement]) -> list[dict[str, Any]]:
    return [_version(stored, one, contract) for stored, one in zip(contract.versions, in_turn, strict=True)]


def _version(stored: Version, agreement: Agreement, contract: Contract) -> dict[str, Any]:
    fee = agreement.fee
    return {
        "version": agreement.version,
        "effective": at(agreement.effective),
        "until": at(agreement.until),
        "target": agreement.availability.target,
        "components": list(agreement.components),
        "fee": None if fee is None else f"{fee.currency} {fee.amount} / {fee.per}",
        "by": stored.by,
        "way": stored.way.value,
        "reason": stored.reason,
        "recorded_at": at(stored.recorded_at),
        "confirmed_by": sorted(contract.confirmed(agreement.version)),
        "declined_by": [side for side in Side if isinstance(contract.word(agreement.version, side), Declined)],
        "sha256": stored.sha256,
    }


def _event(event: Event) -> dict[str, Any]:
    about = {"version": event.version, "recorded_at": rfc3339(event.recorded_at), "by": event.by}
    match event:
        case Confirmed():
            said = {"side": event.side.value, "reference": event.reference, "happened_at": at(event.happened_at)}
            return {"event": "confirmed", **about, **said}
        case Declined():
            said = {"side": event.side.value, "reason": event.reason, "happened_at": at(event.happened_at)}
            return {"event": "declined", **about, **said}
        case Ended():
            signed = {f"signed_by_{side}": reference for side, reference in event.signed}
            return {"event": "ended", **about, "ends": at(event.ends), "reason": event.reason, **signed}
        case Reminded():
            return {"event": "reminded", **about, "ends": at(event.ends)}
