"""What people do with agreements, each in the transaction it is called in: record, confirm, end; and what a file seeds.

Once stored, a version belongs to the store: a text that says otherwise changes nothing and is told so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.model import Config, Customer
from config.moment import print_moment
from sla.contract import (
    Confirmed,
    Contract,
    Declined,
    Ended,
    Refused,
    Side,
    Version,
    Way,
    Written,
    check_end,
    check_new,
    told_apart,
)
from sla.store import contract as store

Sealed: TypeAlias = Callable[[Connection, str], Instant | None]
"""Customer -> the end of the last sealed period; None: nothing is sealed."""

BY_FILE = "upheld"
SEEDED = "written in the configuration"
CONFIRMED = {
    Side.CUSTOMER: "version {number} of {agreement} is confirmed by the customer already",
    Side.PROVIDER: "version {number} of {agreement} is confirmed by the provider already",
}


def nothing_sealed(tx: Connection, customer: str) -> Instant | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Where a side's word can be read, and when it was given."""

    reference: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does it, why, by which way, when; `sealed` knows what is sealed."""

    by: str
    reason: str
    way: Way
    now: Instant
    sealed: Sealed = nothing_sealed


def found(tx: Connection, id: str) -> Contract:
    """By id, or by the customer where he has one agreement. Raises Refused."""
    contract = store.contract(tx, id)
    if contract is not None:
        return contract
    of_customer = store.contracts(tx, id)
    if len(of_customer) == 1:
        return of_customer[0]
    known = ", ".join(one.id for one in (of_customer or store.contracts(tx))) or "none is stored"
    raise Refused("there is no agreement {id!r}; known: {known}", id=id, known=known)


def record(tx: Connection, agreement: Agreement, signed: Mapping[Side, Signature], act: Act) -> Contract:
    """A first version, or the next one. Raises Refused; then nothing is stored."""
    _say_why(act)
    contract = store.contract(tx, agreement.id)
    known = [] if contract is None else [one.agreement for one in contract.versions]
    check_new(known, agreement, sealed_until=act.sealed(tx, agreement.customer), confirmed=signed)
    _store(tx, agreement, act)
    for side, signature in signed.items():
        _confirm(tx, agreement.id, agreement.version, side, signature, act)
    return found(tx, agreement.id)


def confirm(tx: Connection, id: str, version: int | None, side: Side, signature: Signature, act: Act) -> Contract:
    """The side signed this version, or the newest. Raises Refused."""
    contract, number = _unconfirmed(tx, id, version, side)
    if not signature.reference.strip():
        raise Refused("say where the confirmation can be read: the contract's number, a mail and its date")
    _check_passed(signature.at, act)
    _confirm(tx, contract.id, number, side, signature, act)
    return found(tx, contract.id)


def decline(tx: Connection, id: str, version: int | None, side: Side, at: Instant, act: Act) -> Contract:
    """The side does not accept this version, or the newest, for the reason of the act. Raises Refused."""
    contract, number = _unconfirmed(tx, id, version, side)
    if not act.reason.strip():
        raise Refused("say why it is declined, so that the other side knows what to change")
    _check_passed(at, act)
    store.add_event(
        tx,
        Declined(
            agreement=contract.id,
            version=number,
            side=side,
            reason=act.reason.strip(),
            happened_at=at,
            recorded_at=act.now,
            by=act.by,
        ),
    )
    return found(tx, contract.id)


def _unconfirmed(tx: Connection, id: str, version: int | None, side: Side) -> tuple[Contract, int]:
    """The agreement, and the number of the version whose confirmation is still that side's to give. Raises Refused."""
    contract = found(tx, id)
    number = contract.newest.agreement.version if version is None else version
    if contract.version(number) is None:
        numbers = ", ".join(str(one.agreement.version) for one in contract.versions)
        raise Refused(
            "{agreement} has no version {number}; it has {numbers}",
            agreement=contract.id,
            number=number,
            numbers=numbers,
        )
    if side in contract.confirmed(number):
        raise Refused(CONFIRMED[side], number=number, agreement=contract.id)
    return contract, number


def _check_passed(at: Instant, act: Act) -> None:
    if at > act.now:
        raise Refused("a confirmation cannot lie in the future; write when it was given")


def end(tx: Connection, id: str, ends: Instant, signed: Mapping[Side, Signature], act: Act) -> Contract:
    """The agreement ends then. Raises Refused."""
    _say_why(act)
    contract = found(tx, id)
    check_end(contract, ends, sealed_until=act.sealed(tx, contract.customer), confirmed=signed)
    store.add_event(
        tx,
        Ended(
            agreement=contract.id,
            version=contract.newest.agreement.version,
            ends=ends,
            reason=act.reason,
            recorded_at=act.now,
            by=act.by,
            signed=tuple((side, signed[side].reference) for side in Side if side in signed),
        ),
    )
    return found(tx, contract.id)


def add_customer(tx: Connection, who: Customer, config: Config, act: Act) -> None:
    """A customer that no file names. Raises Refused."""
    if who.id in config.customers:
        raise Refused(
            "there is a customer '{customer}' already; leave the name out to add an agreement", customer=who.id
        )
    store.add_customer(tx, who, act.by, act.now)


def seed(tx: Connection, config: Config, now: Instant, sealed: Sealed = nothing_sealed) -> tuple[str, ...]:
    """Store every version the configuration writes and the store does not have; a line for each that is not taken."""
    act = Act(by=BY_FILE, reason=SEEDED, way=Way.CONFIGURATION, now=now, sealed=sealed)
    told: list[str] = []
    stored = {contract.id: contract for contract in store.contracts(tx)}
    for written in written_versions(config):
        own = written.own
        contract = stored.get(own.id)
        version = None if contract is None else contract.version(own.version)
        if contract is not None and version is not None:
            told += kept(contract, version, written)
            continue
        try:
            known = [] if contract is None else [one.agreement for one in contract.versions]
            check_new(known, own, sealed_until=sealed(tx, own.customer), confirmed=())
        except Refused as refusal:
            told.append(f"not taken over: {refusal}")
            continue
        _store(tx, own, act)
        again = store.contract(tx, own.id)
        assert again is not None
        stored[own.id] = again
    return tuple(told)


def written_versions(config: Config) -> list[Written]:
    """Every version a configuration writes."""
    listed: list[Written] = []
    for customer in config.customers.values():
        for one in customer.agreements:
            later = [other for other in customer.agreements if other.id == one.id and other.version > one.version]
            listed.append(Written(agreement=one, following=min(later, key=lambda two: two.version, default=None)))
    return listed


def kept(contract: Contract, stored: Version, written: Written) -> list[str]:
    """The line that says that a changed text changes nothing; none where it is the same."""
    apart = told_apart(stored.agreement, written)
    if not apart:
        return []
    one, free = stored.agreement, contract.newest.agreement.version + 1
    day = print_moment(stored.recorded_at, one.availability.timezone).partition(" ")[0]
    return [
        f"version {one.version} of {one.id} is stored since {day} and stays as it is; the text says otherwise: "
        f"{'; '.join(apart)}. A change needs a version of its own: write `version: {free}` and its `effective:`"
    ]


def _say_why(act: Act) -> None:
    if not act.reason.strip():
        raise Refused("say why: a version or an end without a reason cannot be explained later")


def _store(tx: Connection, agreement: Agreement, act: Act) -> None:
    store.add_version(
        tx,
        Version(
            agreement=agreement,
            recorded_at=act.now,
            by=act.by,
            reason=act.reason,
            way=act.way,
            sha256=store.digest_of(agreement),
        ),
    )


def _confirm(tx: Connection, id: str, version: int, side: Side, signature: Signature, act: Act) -> None:
    store.add_event(
        tx,
        Confirmed(
            agreement=id,
            version=version,
            side=side,
            reference=signature.reference,
            happened_at=signature.at,
            recorded_at=act.now,
            by=act.by,
        ),
    )
