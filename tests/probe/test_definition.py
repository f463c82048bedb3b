"""How checks ask is in the ledger: once, and again whenever it changes."""

from functools import partial
from typing import Any

from sqlalchemy import Connection

from config.instant import SECOND
from config.location import Panel, Quorum
from config.model import Check, DownWhen, Probing
from config.secret import Secret
from db.engine import Database
from db.ledger import store as ledger
from probe import definition

NOW = 1_788_523_200_000
ANY = DownWhen()


def check(**changes: Any) -> Check:
    given = {"id": "shop/home", "component": "shop", "kind": "http", "target": "https://shop.example"}
    return Check(**{**given, **changes})


def bodies(tx: Connection) -> list[Any]:
    return [one.entry.body for one in ledger.leaves_of(tx, ["check/shop/home"], ledger.size(tx))]


async def test_a_definition_is_written_once_and_again_when_it_changes(database: Database) -> None:
    asked = [check(), check(interval=120 * SECOND)]
    for one in (asked[0], asked[0], asked[1], asked[0]):
        await database.write(partial(definition.record, asked=[(one, ANY)], now=NOW))

    found = await database.read(bodies)

    assert [body["interval_ms"] for body in found] == [60 * SECOND, 120 * SECOND, 60 * SECOND]
    assert found[0] == found[2] == definition.body_of(asked[0], ANY)


async def test_everything_that_decides_what_is_seen_is_in_it() -> None:
    before = definition.body_of(check(), ANY)
    changes: list[dict[str, Any]] = [
        {"kind": "tcp"},
        {"target": "https://elsewhere.example"},
        {"interval": 30 * SECOND},
        {"timeout": 5 * SECOND},
        {"attempts": 2},
        {"fall": 4},
        {"rise": 3},
        {"recheck": 15 * SECOND},
        {"degraded_over": SECOND},
        {"options": {"expect": {"status": [200]}}},
    ]
    for change in changes:
        assert definition.body_of(check(**change), ANY) != before, change
    assert definition.body_of(check(), DownWhen(mode="fewer_than_up", up=2)) != before
    assert definition.body_of(check(name="Home"), ANY) == before
    places: list[dict[str, Any]] = [
        {"witnesses": ("tcp://192.0.2.1:443",)},
        {"resolvers": ("system", "192.0.2.53")},
        {"locations": {"branch": {"owner": "customer"}}},
        {"locations": {"local": {"owner": "third-party"}}},
        {"locations": {"branch": {}}, "quorum": {"bad": 2}},
    ]
    bodies = [definition.body_of(check(), ANY, Probing.model_validate(one)) for one in places]
    assert len({str(one) for one in [before, *bodies]}) == 6
    assert all(definition.same_question(before, one) for one in bodies), "no history is cut"
    assert not definition.same_question(before, definition.body_of(check(fall=4), ANY))


def test_what_every_version_took_for_granted_makes_no_new_leaf_and_a_heartbeat_is_heard_here_alone() -> None:
    said = definition.body_of(check(), ANY, Probing())
    assert not {"locations", "quorum", "witnesses", "resolvers"} & said.keys()
    many = Probing.model_validate({"locations": {"branch": {}}, "witnesses": ("tcp://192.0.2.1:443",)})
    beat = {"kind": "heartbeat", "target": ""}
    assert definition.body_of(check(**beat), ANY, many) == definition.body_of(check(**beat), ANY)
    assert definition.body_of(check(), ANY, many)["locations"] == {"local": "supplier", "branch": "supplier"}
    assert Panel.of_leaf(definition.body_of(check(), ANY, many)) == Panel(
        locations=many.locations, quorum=Quorum(fresh=1)
    )


async def test_a_check_that_vanished_has_a_leaf_that_says_so_and_may_come_back(database: Database) -> None:
    for asked in ([(check(), ANY)], [], [], [(check(), ANY)]):
        await database.write(partial(definition.record, asked=asked, now=NOW))
    found = await database.read(bodies)
    assert [body["asked"] for body in found] == [True, False, True]
    assert found[1] == {"check": "shop/home", "component": "shop", "asked": False}


def test_a_new_password_is_the_same_question_and_odd_values_can_be_written() -> None:
    old = {"password": Secret("a", "${env:P}"), "ratio": 0.5, "huge": 2**60}
    new = {"password": Secret("b", "${env:P}"), "ratio": 0.5, "huge": 2**60}
    assert definition.body_of(check(options=old), ANY) == definition.body_of(check(options=new), ANY)
