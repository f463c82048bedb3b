"""Agreements in the store: what a file seeds, what people record, confirm and end; on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from config.agreement import Agreement
from config.draft import amended
from config.instant import DAY, Instant, parse_rfc3339
from config.model import Config, Customer
from db.engine import Database
from db.ledger import store as ledger
from sla import agreeing
from sla.agreeing import Act, Sealed, Signature, nothing_sealed
from sla.contract import Confirmed, Contract, Declined, Ended, Refused, Side, Way
from sla.store import contract as store
from tests.upheld.house import NOON, configuration, document

ACME = "acme/sla-standard"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration(tmp_path)


def act(now: Instant = NOON, reason: str = "signed by both", sealed: Sealed = nothing_sealed) -> Act:
    return Act(by="person:wang", reason=reason, way=Way.COMMAND, now=now, sealed=sealed)


def next_version(config: Config, effective: str, target: str = "99.5", version: int = 2) -> Agreement:
    (first,) = config.customers["acme"].agreements
    changed = {"version": version, "effective": parse_rfc3339(effective), "availability.target": target}
    return amended(first, changed)


def seeded(tx: Connection, config: Config) -> tuple[str, ...]:
    return agreeing.seed(tx, config, NOON)


def read(tx: Connection) -> Contract:
    return agreeing.found(tx, ACME)


async def test_a_configuration_seeds_each_version_once(database: Database, config: Config) -> None:
    assert await database.write(lambda tx: seeded(tx, config)) == ()
    assert await database.write(lambda tx: seeded(tx, config)) == ()
    contract = await database.read(read)
    (version,) = contract.versions
    assert version.agreement == config.customers["acme"].agreements[0]
    assert (version.way, version.by, version.recorded_at) == (Way.CONFIGURATION, "upheld", NOON)
    assert version.sha256 == store.digest_of(version.agreement)


async def test_a_changed_text_of_a_stored_version_changes_nothing_and_is_told(
    database: Database, config: Config, tmp_path: Path
) -> None:
    await database.write(lambda tx: seeded(tx, config))
    written = document()
    written["customers"]["acme"]["agreement"]["target"] = "90"
    other = configuration(tmp_path, customers=written["customers"])
    (line,) = await database.write(lambda tx: seeded(tx, other))
    assert "version 1 of acme/sla-standard is stored since 2026-09-04" in line
    assert "availability.target: 99.9 -> 90" in line
    assert "write `version: 2` and its `effective:`" in line
    assert (await database.read(read)).newest.agreement.availability.target == "99.9"


async def test_a_revision_is_one_more_version_with_who_why_and_when(database: Database, config: Config) -> None:
    await database.write(lambda tx: seeded(tx, config))
    new = next_version(config, "2026-10-01T00:00:00Z")
    signed = {side: Signature(reference="amendment 1", at=NOON) for side in Side}
    contract = await database.write(lambda tx: agreeing.record(tx, new, signed, act()))
    first, second = contract.in_turn()
    assert first.until == second.effective == new.effective
    assert (contract.newest.by, contract.newest.reason) == ("person:wang", "signed by both")
    assert contract.confirmed(2) == frozenset(Side)
    assert contract.confirmed(1) == frozenset()
    assert await database.read(read) == contract


@pytest.mark.parametrize("reason", ["", "  "])
async def test_without_a_reason_nothing_is_stored(database: Database, config: Config, reason: str) -> None:
    await database.write(lambda tx: seeded(tx, config))
    new = next_version(config, "2026-10-01T00:00:00Z")
    with pytest.raises(Refused, match="say why"):
        await database.write(lambda tx: agreeing.record(tx, new, {}, act(reason=reason)))
    with pytest.raises(Refused, match="say why"):
        await database.write(lambda tx: agreeing.end(tx, ACME, NOON + DAY, {}, act(reason=reason)))
    assert len((await database.read(read)).versions) == 1


async def test_a_revision_into_sealed_time_needs_both_words_in_the_same_breath(
    database: Database, config: Config
) -> None:
    await database.write(lambda tx: seeded(tx, config))
    sealed_until = parse_rfc3339("2026-11-01T00:00:00Z")

    def sealed(tx: Connection, customer: str) -> Instant | None:
        return sealed_until if customer == "acme" else None

    new = next_version(config, "2026-10-15T00:00:00Z")
    later = act(sealed_until + DAY, sealed=sealed)
    word = Signature(reference="amendment 1", at=NOON)
    with pytest.raises(Refused, match="sealed up to 2026-11-01"):
        await database.write(lambda tx: agreeing.record(tx, new, {Side.PROVIDER: word}, later))
    assert len((await database.read(read)).versions) == 1
    both = dict.fromkeys(Side, word)
    contract = await database.write(lambda tx: agreeing.record(tx, new, both, later))
    assert contract.newest.agreement.version == 2


async def test_a_file_cannot_reach_into_sealed_time_at_all(database: Database, config: Config, tmp_path: Path) -> None:
    await database.write(lambda tx: seeded(tx, config))
    sealed_until = parse_rfc3339("2026-11-01T00:00:00Z")
    first = document()["customers"]["acme"]["agreement"]
    second = {**first, "version": 2, "effective": "2026-10-15", "target": "95"}
    written = {"acme": {"name": "Acme", "agreements": [first, second]}}
    other = configuration(tmp_path, customers=written)
    (line,) = await database.write(
        lambda tx: agreeing.seed(tx, other, sealed_until + DAY, lambda tx, customer: sealed_until)
    )
    assert line.startswith("not taken over: version 2 of acme/sla-standard begins 2026-10-15")
    assert len((await database.read(read)).versions) == 1


async def test_a_side_that_declined_may_still_confirm_but_not_the_reverse(database: Database, config: Config) -> None:
    await database.write(lambda tx: seeded(tx, config))
    customer, word = act(reason="the fee is another"), Signature(reference="mail of 3 September", at=NOON)

    def decline(tx: Connection, by: Act) -> Contract:
        return agreeing.decline(tx, ACME, None, Side.CUSTOMER, NOON, by)

    with pytest.raises(Refused, match="say why it is declined"):
        await database.write(lambda tx: decline(tx, act(reason=" ")))
    contract = await database.write(lambda tx: decline(tx, customer))
    said = contract.word(1, Side.CUSTOMER)
    assert isinstance(said, Declined) and said.reason == "the fee is another"
    assert contract.confirmed(1) == frozenset() and contract.word(1, Side.PROVIDER) is None
    contract = await database.write(lambda tx: agreeing.confirm(tx, ACME, 1, Side.CUSTOMER, word, act()))
    assert isinstance(contract.word(1, Side.CUSTOMER), Confirmed)
    with pytest.raises(Refused, match="confirmed by the customer already"):
        await database.write(lambda tx: decline(tx, customer))
    assert await database.read(read) == contract


async def test_each_side_confirms_a_version_once_with_a_reference(database: Database, config: Config) -> None:
    await database.write(lambda tx: seeded(tx, config))
    word = Signature(reference="contract HB-2026-017, page 9", at=NOON - DAY)

    def confirm(tx: Connection, side: Side, signature: Signature, version: int | None = None) -> Contract:
        return agreeing.confirm(tx, ACME, version, side, signature, act())

    contract = await database.write(lambda tx: confirm(tx, Side.CUSTOMER, word))
    assert contract.confirmed(1) == {Side.CUSTOMER}
    with pytest.raises(Refused, match="confirmed by the customer already"):
        await database.write(lambda tx: confirm(tx, Side.CUSTOMER, word))
    with pytest.raises(Refused, match="has no version 7; it has 1"):
        await database.write(lambda tx: confirm(tx, Side.CUSTOMER, word, 7))
    with pytest.raises(Refused, match="say where the confirmation can be read"):
        await database.write(lambda tx: confirm(tx, Side.PROVIDER, Signature(reference=" ", at=NOON)))
    with pytest.raises(Refused, match="cannot lie in the future"):
        await database.write(lambda tx: confirm(tx, Side.PROVIDER, Signature(reference="mail", at=NOON + 1)))
    assert len((await database.read(read)).events) == 1


async def test_an_ended_agreement_ends_then_and_can_be_taken_up_again(database: Database, config: Config) -> None:
    await database.write(lambda tx: seeded(tx, config))
    ends = parse_rfc3339("2026-12-01T00:00:00Z")
    contract = await database.write(lambda tx: agreeing.end(tx, "acme", ends, {}, act(reason="moved away")))
    assert contract.ends == ends
    new = next_version(config, "2027-01-01T00:00:00Z")
    again = await database.write(lambda tx: agreeing.record(tx, new, {}, act(reason="came back")))
    assert [one.until for one in again.in_turn()] == [ends, None]


async def test_an_end_keeps_where_its_signatures_can_be_read(database: Database, config: Config) -> None:
    """Both together can end what is sealed already: then their words are what it rests on."""
    await database.write(lambda tx: seeded(tx, config))
    word = {side: Signature(reference=f"letter {side}", at=NOON) for side in (Side.PROVIDER, Side.CUSTOMER)}
    await database.write(lambda tx: agreeing.end(tx, ACME, NOON + DAY, word, act()))
    (ended,) = (await database.read(read)).events
    assert isinstance(ended, Ended)
    assert ended.signed == ((Side.CUSTOMER, "letter customer"), (Side.PROVIDER, "letter provider"))
    leaf = (await database.read(lambda tx: ledger.leaves_of(tx, [f"agreement/{ACME}"], 2)))[-1].entry
    assert "letter" not in str(leaf.body)


async def test_an_agreement_nobody_knows_is_refused_with_those_that_are_known(
    database: Database, config: Config
) -> None:
    with pytest.raises(Refused, match="known: none is stored"):
        await database.read(lambda tx: agreeing.found(tx, "acme"))
    await database.write(lambda tx: seeded(tx, config))
    with pytest.raises(Refused, match="there is no agreement 'linden'; known: acme/sla-standard"):
        await database.read(lambda tx: agreeing.found(tx, "linden"))


async def test_a_customer_no_file_names_is_kept_as_said_last(database: Database, config: Config) -> None:
    def add(tx: Connection, name: str) -> None:
        agreeing.add_customer(tx, Customer(id="linden", name=name), config, act())

    await database.write(lambda tx: add(tx, "Linden"))
    await database.write(lambda tx: add(tx, "Linden Clinic"))
    assert await database.read(store.customers) == {"linden": Customer(id="linden", name="Linden Clinic")}
    with pytest.raises(Refused, match="there is a customer 'acme' already"):
        await database.write(lambda tx: agreeing.add_customer(tx, Customer(id="acme", name="Acme"), config, act()))


async def test_every_version_and_event_is_a_leaf_with_the_complete_agreement_and_no_person(
    database: Database, config: Config
) -> None:
    await database.write(lambda tx: seeded(tx, config))
    word = Signature(reference="letter of Chen Jing", at=NOON)
    await database.write(lambda tx: agreeing.confirm(tx, ACME, 1, Side.CUSTOMER, word, act()))
    first, second = [
        kept.entry for kept in await database.read(lambda tx: ledger.leaves_of(tx, [f"agreement/{ACME}"], 2))
    ]
    assert (first.stream, first.n, second.n) == (f"agreement/{ACME}", 0, 1)
    assert Agreement.model_validate(first.body["agreement"]) == config.customers["acme"].agreements[0]
    assert second.body["facts"] == {"side": "customer", "happened_at": NOON}
    assert second.body["by"] == "person"
    assert "Chen" not in str(second.body) and "wang" not in str(second.body)


async def test_the_mark_moves_with_every_row(database: Database, config: Config) -> None:
    marks = [await database.read(store.mark)]
    await database.write(lambda tx: seeded(tx, config))
    marks.append(await database.read(store.mark))
    await database.write(lambda tx: agreeing.end(tx, ACME, NOON + DAY, {}, act()))
    marks.append(await database.read(store.mark))
    assert len(set(marks)) == 3
