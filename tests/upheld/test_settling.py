"""Exclusions and corrections by command: what they answer, what a dry run shows, and that nothing of it stays."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE
from db.engine import Database
from incidents.routing import Routing
from incidents.source import AlertNews
from incidents.store.incident import newest
from sla.store import correction as corrections
from sla.store import exclusion as exclusions
from sla.word import Refused
from tests.upheld.house import NOON, configuration, document
from tests.upheld.test_statements import ENDS, STARTS, fails
from upheld.awaited import awaited
from upheld.commands import COMMANDS, Call
from upheld.installed import installed
from upheld.rules import Rules, rules_of


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(configuration(tmp_path), installed())


def told(tx: Connection, rules: Rules, command: str, by: str = "person:li", **arguments: Any) -> Any:
    return COMMANDS[command](tx, Call(rules=rules, by=by, arguments=arguments, now=NOON))


OPERATOR: dict[str, Any] = {"components": ["shop"], "category": "network-operator", "start": STARTS, "end": ENDS}
WRONG: dict[str, Any] = {
    "component": "shop",
    "state": "up",
    "start": STARTS,
    "end": ENDS,
    "reason": "ours alone",
    "evidence": "log",
}


async def test_a_dry_run_shows_figures_and_verdict_before_and_after_and_leaves_nothing(
    database: Database, rules: Rules
) -> None:
    def down_and_asked(tx: Connection) -> Any:
        fails(tx, rules)
        return told(tx, rules, "exclusion.add", **OPERATOR)

    made = await database.write(down_and_asked)
    assert (made["id"], made["state"], made["requested_by"]) == ("X-1", "proposed", "person:li")
    shown = await database.write(lambda tx: told(tx, rules, "exclusion.approve", "person:wang", id="X-1", dry_run=True))
    assert (shown["state"], shown["dry_run"]) == ("approved", True)
    (row,) = shown["effect"]
    assert (row["customer"], row["period"], row["component"]) == ("acme", "2026-09", "shop")
    assert (row["before"]["counted_down_s"], row["after"]["counted_down_s"]) == ("1800001/1000", "1/1000")
    assert (row["before"]["excluded_s"], row["after"]["excluded_s"]) == (0, 1800)
    assert row["consequence"] == "the period is not closed yet"
    assert await database.read(lambda tx: len(exclusions.events_of(tx, "X-1"))) == 1

    done = await database.write(lambda tx: told(tx, rules, "exclusion.approve", "person:wang", id="X-1"))
    assert (done["state"], done["approved_by"], "effect" in done) == ("approved", "person:wang", False)
    back = await database.write(
        lambda tx: told(tx, rules, "exclusion.withdraw", id="X-1", reason="it was ours", dry_run=True)
    )
    assert (back["effect"][0]["before"], back["effect"][0]["after"]) == (row["after"], row["before"])


async def test_what_has_not_begun_changes_no_figure(database: Database, rules: Rules) -> None:
    later: dict[str, Any] = {**OPERATOR, "start": NOON + HOUR, "end": NOON + 2 * HOUR}
    shown = await database.write(lambda tx: told(tx, rules, "exclusion.add", dry_run=True, **later))
    assert shown["effect"] == []
    assert await database.read(exclusions.proposals) == ()


async def test_a_correction_is_shown_in_both_readings_before_it_is_confirmed(database: Database, rules: Rules) -> None:
    def down_and_asked(tx: Connection) -> None:
        fails(tx, rules)
        told(tx, rules, "correction.request", **WRONG)
        told(tx, rules, "correction.approve", "person:wang", id="C-1")

    await database.write(down_and_asked)
    word: dict[str, Any] = {"id": "C-1", "speaker": "customer:acme", "proof": "mail of 4 Sep"}
    shown = await database.write(lambda tx: told(tx, rules, "correction.confirm", dry_run=True, **word))
    (row,) = shown["effect"]
    assert (row["before"]["counted_down_s"], row["after"]["counted_down_s"]) == ("1800001/1000", "1/1000")
    assert await database.read(lambda tx: len(corrections.events_of(tx, "C-1"))) == 2
    done = await database.write(lambda tx: told(tx, rules, "correction.confirm", **word))
    assert done["words"] == {"acme": "confirmed"}
    contested: dict[str, Any] = {"id": "C-1", "speaker": "customer:acme", "reason": "we could not pay"}
    done = await database.write(lambda tx: told(tx, rules, "correction.contest", **contested))
    assert done["words"] == {"acme": "contested"}


async def test_a_correction_waits_for_the_customer_only_where_his_figure_would_become_better(
    database: Database, rules: Rules
) -> None:
    def waiting(tx: Connection) -> list[str]:
        return [one.id for one in awaited(tx, rules.config, rules.caseload, NOON)]

    def asked(tx: Connection) -> None:
        fails(tx, rules)
        told(tx, rules, "correction.request", **WRONG)
        stricter = {**WRONG, "state": "down", "start": ENDS + MINUTE, "end": ENDS + 9 * MINUTE}
        told(tx, rules, "correction.request", **stricter)
        assert waiting(tx) == ["C-1", "C-2"]
        for id in ("C-1", "C-2"):
            told(tx, rules, "correction.approve", "person:wang", id=id)
        assert waiting(tx) == ["C-1"]
        told(tx, rules, "correction.confirm", id="C-1", speaker="customer:acme", proof="mail of 4 Sep")
        assert waiting(tx) == []
        told(tx, rules, "correction.contest", id="C-1", speaker="customer:acme", reason="we could not pay")
        assert waiting(tx) == ["C-1"]

    await database.write(asked)


async def test_a_customers_word_stands_beside_the_one_who_typed_it(database: Database, rules: Rules) -> None:
    def speak(tx: Connection) -> None:
        told(tx, rules, "exclusion.add", speaker="customer:acme", **OPERATOR)
        told(tx, rules, "exclusion.notice", id="X-1", delivered_at=NOON - MINUTE, proof="250 accepted")
        told(tx, rules, "exclusion.countersign", id="X-1", speaker="customer:acme", proof="sheet of 4 Sep")
        told(tx, rules, "exclusion.worked", id="X-1", start=STARTS, end=ENDS)

    await database.write(speak)
    events = await database.read(lambda tx: exclusions.events_of(tx, "X-1"))
    assert [(one.by, one.entered_by) for one in events] == [
        ("customer:acme", "person:li"),
        ("person:li", None),
        ("customer:acme", "person:li"),
        ("person:li", None),
    ]


async def test_a_refused_dry_run_leaves_nothing_either(database: Database, rules: Rules) -> None:
    await database.write(lambda tx: told(tx, rules, "exclusion.add", **OPERATOR))
    with pytest.raises(Refused, match="second person"):
        await database.write(lambda tx: told(tx, rules, "exclusion.approve", id="X-1", dry_run=True))
    assert await database.read(lambda tx: len(exclusions.events_of(tx, "X-1"))) == 1


async def test_a_dry_run_shows_what_would_be_owed(database: Database, tmp_path: Path) -> None:
    written = document()
    written["customers"]["acme"]["agreement"] |= {
        "fee": {"amount": "120000", "currency": "CNY", "per": "month"},
        "remedies": [{"id": "missed", "each": ["target"], "percent": "10", "of": "fee"}],
    }
    rules = rules_of(configuration(tmp_path, customers=written["customers"]), installed())

    def down_and_asked(tx: Connection) -> Any:
        fails(tx, rules)
        told(tx, rules, "exclusion.add", **OPERATOR)
        return told(tx, rules, "exclusion.approve", "person:wang", id="X-1", dry_run=True)

    (row,) = (await database.write(down_and_asked))["effect"]
    assert (row["before"]["verdict"], row["before"]["money"]) == ("missed", {"CNY": "12000.00"})
    assert (row["after"]["verdict"], row["after"]["money"]) == ("sensitive", {})


async def test_withdrawing_planned_work_opens_what_it_held(database: Database, rules: Rules) -> None:
    planned: dict[str, Any] = {**OPERATOR, "category": "maintenance", "start": NOON, "end": NOON + HOUR}

    def held(tx: Connection) -> list[str]:
        told(tx, rules, "exclusion.add", **planned)
        one = AlertNews(
            key="f",
            firing=True,
            labels={"component": "shop"},
            severity_word=None,
            summary="down",
            link=None,
            starts_at=NOON,
            stamp="1",
            ends_at=None,
        )
        rules.incidents.alert_news(tx, "am", [one], Routing(), NOON, NOON)
        told(tx, rules, "exclusion.withdraw", id="X-1", reason="not needed", dry_run=True)
        return [one.component for one in newest(tx)]

    def withdrawn(tx: Connection) -> list[str]:
        told(tx, rules, "exclusion.withdraw", id="X-1", reason="not needed")
        return [one.component for one in newest(tx)]

    assert await database.write(held) == []
    assert await database.write(withdrawn) == ["shop"]
