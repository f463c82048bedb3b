"""Which texts name what is another customer's, and what is refused because of it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import Category
from config.instant import HOUR
from config.model import Config
from config.naming import another_named
from config.state import State
from db.engine import Database
from incidents import decide
from incidents.incident import Incident
from incidents.routing import Routing
from sla.correction import CorrectionEvent, Requested, correction_of
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.own import ANOTHER, own_correction, own_proposal
from sla.proposal import ExclusionEvent, Proposed, proposal_of
from sla.word import Refused, Said
from tests.incidents.samples import alert
from tests.upheld.house import NOON, configuration
from upheld.installed import installed
from upheld.rules import rules_of

pytestmark = pytest.mark.store

LEDGER = {"name": {"en": "Ledger", "zh-CN": "总账"}}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The shop is Acme's and Brook's, the ledger Brook's alone; the till is on the public page, the rack nobody's."""
    terms = {
        "profile": "sla-standard@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "measured_from": "2026-09-01",
    }
    customers: dict[str, Any] = {
        "acme": {"name": "Acme", "agreement": terms | {"covers": ["shop"]}},
        "brook": {
            "name": {"en": "Brook", "zh-CN": "布鲁克"},
            "agreement": terms | {"covers": ["shop", "ledger", "till"]},
        },
    }
    components: dict[str, Any] = {"shop": {}, "ledger": LEDGER, "till": {}, "rack": {}}
    return configuration(
        tmp_path, components=components, customers=customers, pages={"public": {"path": "/", "components": ["till"]}}
    )


@pytest.mark.parametrize(
    ("text", "readers", "named"),
    [
        ("The disks of the shop are changed", ["acme", "brook"], None),
        ("Moved for BROOK", ["acme", "brook"], "brook"),
        ("为布鲁克迁移", ["acme", "brook"], "布鲁克"),
        ("Asked for by acme/sla-standard", ["acme", "brook"], "acme"),
        ("Acme's shop is moved", ["acme"], None),
        ("The ledger moves, too", ["acme", "brook"], "ledger"),
        ("总账也迁移", ["acme"], "总账"),
        ("The ledger moves", ["brook"], None),
        ("The till and the rack move", ["acme"], None),
        ("A brooklet, acme-like: no ledgers", ["acme", "brook"], None),
        ({"en": "Work", "zh-CN": "总账"}, ["acme"], "总账"),
        ("Brook's ledger", [], None),
        (None, ["acme"], None),
    ],
)
def test_a_text_names_what_not_everybody_who_reads_it_may_know(
    config: Config, text: Any, readers: list[str], named: str | None
) -> None:
    assert another_named(text, readers, config) == named


async def test_what_everybody_concerned_reads_names_nobody_else(database: Database, config: Config) -> None:
    all, li = Exclusions(config), "person:li"
    made = await database.write(lambda tx: all.propose(tx, window("New disks"), li, NOON))
    with pytest.raises(Refused, match="names brook"):
        await database.write(lambda tx: all.propose(tx, window("Brook's new disks"), li, NOON))
    with pytest.raises(Refused, match="names brook"):
        await database.write(lambda tx: all.withdraw(tx, made.id, "Brook does not want it", li, NOON))


async def test_nor_does_the_sentence_that_ends_an_incident(database: Database, config: Config) -> None:
    made = rules_of(config, installed()).incidents
    down = alert("shop", labels={"component": "shop"})

    def resolve(tx: Connection, reason: str) -> Incident:
        return made.resolve(tx, "INC-2026-0001", "person:li", reason, NOON)

    await database.write(lambda tx: made.alert_news(tx, "am", [down], Routing(), NOON, NOON))
    with pytest.raises(decide.Refused, match="names brook"):
        await database.write(lambda tx: resolve(tx, "Brook had opened the wrong valve"))
    assert (await database.write(lambda tx: resolve(tx, "A valve was open"))).resolved_at == NOON


@pytest.mark.parametrize(("reason", "evidence"), [("Brook saw it", "log"), ("it failed", "Brook's log")])
async def test_nor_does_what_everybody_concerned_is_asked_to_agree_to(
    database: Database, config: Config, reason: str, evidence: str
) -> None:
    asked = correction(reason, evidence)
    with pytest.raises(Refused, match="names brook"):
        await database.write(lambda tx: Corrections(config).request(tx, asked, "person:li", NOON))


def test_the_words_of_a_plan_and_of_a_correction_are_everybody_s_whom_it_concerns() -> None:
    """They announce what takes time from him, or say what he is asked to agree to."""
    plan: Said[ExclusionEvent] = said(window("New disks"), "person:li")
    assert own_proposal(proposal_of("X-1", plan), "acme", ["shop"]).newest.plan.text == "New disks"
    asked: Said[CorrectionEvent] = said(correction("it failed", "log"), "customer:brook")
    his = own_correction(correction_of("C-1", asked), "acme")
    assert (his.reason, his.evidence, his.requested_by) == ("it failed", "log", ANOTHER)


async def test_a_customer_who_tries_names_does_not_learn_who_else_is_there(database: Database, config: Config) -> None:
    by = "customer:acme"
    await database.write(lambda tx: Exclusions(config).propose(tx, window("Brook?"), by, NOON))
    await database.write(lambda tx: Corrections(config).request(tx, correction("Brook?", "none"), by, NOON))


def window(text: str) -> Proposed:
    return Proposed(components=("shop",), category=Category.MAINTENANCE, start=NOON, end=NOON + HOUR, text=text)


def correction(reason: str, evidence: str) -> Requested:
    return Requested(component="shop", start=NOON - HOUR, end=NOON, state=State.DOWN, reason=reason, evidence=evidence)


def said(event: Any, by: str) -> Said[Any]:
    return Said(event=event, happened_at=NOON, recorded_at=NOON, by=by)
