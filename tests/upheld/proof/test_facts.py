"""The facts of a statement, read from leaves alone."""

from typing import Any

from db.ledger.leaf import Entry
from sla.parties import Parties
from sla.period import parse_period
from tests.sla.owing import BEGUN, contract
from upheld.proof.facts import facts
from upheld.proof.told import Told


def test_what_is_owed_without_a_date_is_read_beside_what_has_one() -> None:
    told = [opened("b", 10), opened("a", None), opened("c", 5), opened("d", None)]
    who = Parties(customer="bank", customer_name="Bank", provider="Us", agreements=(contract(),), names={})
    found = facts(told, who, parse_period("2026-10"), None, BEGUN).obligations
    assert [one.id for one in found] == ["a", "d", "c", "b"]


def opened(id: str, due_at: int | None) -> Told:
    body: dict[str, Any] = {
        "event": "opened",
        "agreement": "bank/agreement",
        "rule": id,
        "month": "2026-10",
        "then": "may end the contract",
        "gives": "right",
        "due_at": due_at,
        "provisional": False,
    }
    return Told(entry=Entry(kind="obligation", stream=f"obligation/{id}", n=0, recorded_at=1, body=body), private={})
