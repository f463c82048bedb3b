"""The configuration in force: what the files say, with the agreements and customers the store owns put into it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.load import on_days
from config.model import Config, Customer
from config.statutory import official_of
from sla.agreeing import Sealed, kept, seed, written_versions
from sla.contract import Contract, Version, in_turn, joinable
from sla.store import contract as store
from sla.store.official import keep
from sla.store.statement import sealed_until

SEALED: Sealed = sealed_until
"""What is sealed, by customer."""


def in_force(tx: Connection, written: Config) -> Config:
    """Changes nothing: versions that are only written yet count as if they were stored already."""
    contracts = {one.id: one for one in store.contracts(tx)}
    own: dict[str, list[Agreement]] = {id: [] for id in written.customers}
    fresh: dict[str, list[Agreement]] = {}
    for one in written_versions(written):
        fresh.setdefault(one.agreement.id, []).append(one.own)
    for id in dict.fromkeys([*fresh, *contracts]):
        customer = contracts[id].customer if id in contracts else fresh[id][0].customer
        versions = _in_turn(contracts.get(id), fresh.get(id, []), SEALED(tx, customer))
        own.setdefault(customer, []).extend(versions)
    known = {**store.customers(tx), **written.customers}
    order = dict.fromkeys([*written.customers, *known, *own])
    whole = written.model_copy(update={"customers": {id: _customer(id, known, own.get(id, [])) for id in order}})
    return on_days(whole, written.official)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A configuration as `written`, and `whole` with what the store owns, as that stood at `mark`.

    `kept`: a line for each text of an agreement that changes nothing.
    """

    written: Config
    whole: Config
    mark: tuple[int, ...]
    kept: tuple[str, ...] = ()


def take_over(tx: Connection, written: Config, now: Instant) -> Taken:
    """Store what is only written yet."""
    kept_texts = seed(tx, written, now, SEALED)
    whole = in_force(tx, written)
    keep(tx, {days.country: days for one in whole.agreements() for days in official_of(one)}.values(), now)
    return Taken(written=written, whole=whole, mark=store.mark(tx), kept=kept_texts)


def follow(tx: Connection, taken: Taken) -> Taken:
    """The same where the store has not changed since."""
    mark = store.mark(tx)
    return taken if mark == taken.mark else replace(taken, whole=in_force(tx, taken.written), mark=mark)


def owners(tx: Connection, written: Config) -> list[str]:
    """For `plan`: which versions are the store's, and where a text says otherwise."""
    lines: list[str] = []
    texts = {(one.agreement.id, one.agreement.version): one for one in written_versions(written)}
    for contract in store.contracts(tx):
        numbers = ", ".join(_whose(version) for version in contract.versions)
        lines.append(f"the store owns {contract.id}, {numbers}: its terms are read there, not in the files")
        for version in contract.versions:
            text = texts.get((contract.id, version.agreement.version))
            lines += [] if text is None else [f"    {line}" for line in kept(contract, version, text)]
    return lines


def _whose(version: Version) -> str:
    return f"version {version.agreement.version} ({version.way}, {version.by})"


def _in_turn(contract: Contract | None, fresh: Iterable[Agreement], sealed_until: Instant | None) -> list[Agreement]:
    if contract is None:
        return list(in_turn(fresh))
    return list(contract.in_turn(joinable(contract, fresh, sealed_until)))


def _customer(id: str, known: dict[str, Customer], agreements: list[Agreement]) -> Customer:
    """Whose name nobody has written down is called by his id."""
    return known.get(id, Customer(id=id, name=id)).model_copy(update={"agreements": tuple(agreements)})
