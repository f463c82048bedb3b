"""The seal: one hash for both sides, a signature over every value of it, numbers that are nobody else's."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.discover import discover
from config.instant import SECOND
from sla import formats
from sla.account import Verdict
from sla.document import record
from sla.format import Format
from sla.parties import parties_of
from sla.period import parse_period
from sla.seal import Delta, Replaced, Seal, holds, numbers, seal_json, seal_of, sealed
from sla.statement import Statement, compose
from tests.sla.contract import LATER, config, facts

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
REPLACED = Replaced(
    revision=1,
    record_sha256="ab" * 32,
    deltas=(Delta(component="pay", counted=90 * SECOND, was=Verdict.MET, now=Verdict.MISSED),),
    money=(("CNY", "6000.00"),),
)


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    settings = config(tmp_path)
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)


def seal(body: bytes, replaces: Replaced | None = None) -> Seal:
    return sealed(
        body,
        KEY.sign,
        number="HB-2026-10",
        revision=1 if replaces is None else replaces.revision + 1,
        sealed_at=LATER + SECOND,
        cutoff=LATER,
        key_id="00" * 8,
        replaces=replaces,
    )


def test_the_record_does_not_change_when_it_is_sealed(statement: Statement) -> None:
    body = record(statement)
    assert record(replace(statement, seal=seal(body))) == body


def test_a_seal_holds_for_its_own_record_and_key_only(statement: Statement) -> None:
    body = record(statement)
    made, stranger = seal(body), Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert holds(made, body, KEY.public_key())
    assert not holds(made, body + b" ", KEY.public_key())
    assert not holds(made, body, stranger.public_key())
    assert not holds(replace(made, signature="no base64"), body, KEY.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"number": "HB-2026-11"},
        {"revision": 3},
        {"sealed_at": LATER},
        {"cutoff": LATER - 1},
        {"record_sha256": "00" * 32},
        {"tree_size": 7},
        {"root": "00" * 32},
        {"key_id": "11" * 8},
        {"replaces": None},
        {"replaces": replace(REPLACED, money=())},
        {"replaces": replace(REPLACED, deltas=())},
    ],
)
def test_no_value_of_a_seal_can_be_changed_alone(statement: Statement, change: dict[str, object]) -> None:
    body = record(statement)
    made = seal(body, REPLACED)
    assert holds(made, body, KEY.public_key())
    assert not holds(replace(made, **change), body, KEY.public_key())  # type: ignore[arg-type]


def test_a_stored_seal_is_read_back_as_it_was(statement: Statement) -> None:
    for made in (seal(record(statement)), seal(record(statement), REPLACED)):
        assert seal_of(seal_json(made)) == made


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("harbour-bank", ("HB-2026-10", "HARBOUR-BANK-2026-10", "harbour-bank-2026-10")),
        ("acme", ("ACME-2026-10", "acme-2026-10")),
        ("No.7_mill", ("N7M-2026-10", "NO-7-MILL-2026-10", "No.7_mill-2026-10")),
    ],
)
def test_a_number_begins_with_the_customer_and_ends_with_the_period(customer: str, expected: tuple[str, ...]) -> None:
    assert numbers(customer, "2026-10") == expected


def test_the_printed_statement_says_number_revision_hash_and_key(statement: Statement) -> None:
    html = discover(formats, "FORMAT", Format)["html"]
    unsealed = html.render(statement, "en").decode()
    assert "harbour-bank 2026-10" in unsealed
    assert "Hash of the record" not in unsealed
    made = seal(record(statement), REPLACED)
    for language, revision in (("en", "HB-2026-10, revision 2"), ("zh-CN", "HB-2026-10，修订2")):
        text = html.render(replace(statement, seal=made), language).decode()
        assert all(said in text for said in (revision, made.key_id, made.signature))
        assert all(said in text.replace(" ", "") for said in (made.record_sha256, "ab" * 32))
    english = re.sub(r"\s+", " ", html.render(replace(statement, seal=made), "en").decode())
    assert re.search(r"Payment API: 1.min 30.s more downtime", english)
    assert "before: Met, now: Missed" in english
    assert "6000.00 CNY more owed" in english
