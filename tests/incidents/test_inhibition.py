"""One fault explains another: whom nobody is called for meanwhile, and that the call comes. Rules alone, and on both
databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import MINUTE, Instant
from config.life import Inhibition, Life
from config.model import Config
from db.engine import Database
from incidents import quiet
from incidents.decide import Refused
from incidents.incident import Incident
from incidents.inhibition import Traits, rule_of
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.trait import traits
from incidents.why import explain
from tests.incidents.samples import BY_SERVICE, NOON, alert, component, config, incidents, look_again
from tests.incidents.told import pages

CELLAR, SHOP = "INC-2026-0001", "INC-2026-0002"


def rule(source: str, target: str, *equal: str) -> Inhibition:
    return Inhibition(source=(source,), target=(target,), equal=equal)


CELLARS = rule("alertname=NoPower", 'severity=~"1|2"', "cellar")


def house(*rules: Inhibition) -> Incidents:
    return incidents(config(component("cellar"), component("shop"), incidents=Life(inhibit=rules or (CELLARS,))))


def said(made: Incidents, tx: Connection, service: str, at: Instant, **labels: str) -> None:
    news = alert(service, severity_word="high", at=at, labels={"service": service, **labels})
    made.alert_news(tx, "am", [news], BY_SERVICE, at, at)


def held(tx: Connection) -> dict[str, tuple[str, ...]]:
    return {one.id: one.held_by for one in reversed(store.unresolved(tx))}


def the(tx: Connection, id: str) -> Incident:
    found = store.find(tx, id)
    assert found is not None
    return found


NO_POWER = {"alertname": "NoPower", "cellar": "north"}


@pytest.mark.parametrize(
    ("target", "source", "holds"),
    [
        ({"severity": "2", "cellar": "north"}, NO_POWER, True),
        ({"severity": "2", "cellar": "south"}, NO_POWER, False),
        ({"severity": "3", "cellar": "north"}, NO_POWER, False),
        ({"severity": "2", "cellar": "north"}, {"alertname": "Rain", "cellar": "north"}, False),
        ({"severity": "2"}, {"alertname": "NoPower"}, True),
        ({"severity": "2", **NO_POWER}, NO_POWER, True),
        ({"severity": "2", **NO_POWER}, {"severity": "1", **NO_POWER}, False),
    ],
)
def test_what_a_rule_holds_as_alertmanager_has_it(target: dict[str, str], source: dict[str, str], holds: bool) -> None:
    assert rule_of(CELLARS).holds(target, source) is holds


async def test_what_is_explained_calls_nobody_while_its_source_is_open_and_calls_when_that_ends(
    database: Database,
) -> None:
    made = house()

    def fails(tx: Connection) -> list[int]:
        said(made, tx, "cellar", NOON, **NO_POWER)
        said(made, tx, "shop", NOON + 1, cellar="north")
        return [len(pages(tx))]

    assert await database.write(fails) == [1]
    assert await database.read(held) == {CELLAR: (), SHOP: (CELLAR,)}
    with pytest.raises(Refused):
        await database.write(lambda tx: made.escalate(tx, SHOP, "person:li", NOON + 2))
    log = await database.read(lambda tx: store.events(tx, SHOP))
    because = [one.said("zh-CN") for one in explain(log, (), lambda name: (name,))]
    assert "呼叫被暂停（INC-2026-0001）：cellar。" in because

    over = alert("cellar", firing=False, at=NOON + MINUTE, labels={"service": "cellar"})
    await database.write(lambda tx: made.alert_news(tx, "am", [over], BY_SERVICE, NOON + MINUTE, NOON + MINUTE))

    assert await database.read(held) == {SHOP: ()}
    assert len(await database.read(pages)) == 2


async def test_a_source_that_comes_after_what_it_explains_stops_the_calls_and_in_one_post_none_leaves(
    database: Database,
) -> None:
    made = house()

    def work(tx: Connection) -> None:
        news = [
            alert("a", severity_word="high", labels={"service": "shop", "cellar": "north"}),
            alert("b", severity_word="high", labels={"service": "cellar", **NO_POWER}),
        ]
        made.alert_news(tx, "am", news, BY_SERVICE, NOON, NOON)

    await database.write(work)

    assert await database.read(held) == {"INC-2026-0001": ("INC-2026-0002",), "INC-2026-0002": ()}
    assert await database.read(lambda tx: [pages(tx, state="queued"), pages(tx, state="suppressed")]) == [
        ["li/mail"],
        ["li/mail"],
    ]


async def test_what_a_source_explains_is_looked_up_once_for_all_that_it_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = [f"shop{number}" for number in range(8)]
    made = incidents(config(component("cellar"), *map(component, shops), incidents=Life(inhibit=(CELLARS,))))
    looked: list[str] = []

    def counted(tx: Connection, known: Config, incident: Incident, now: Instant) -> Iterator[Traits]:
        looked.append(incident.id)
        return traits(tx, known, incident, now)

    def work(tx: Connection) -> None:
        for at, shop in enumerate(shops):
            said(made, tx, shop, NOON + at, cellar="north")
        monkeypatch.setattr(quiet, "traits", counted)
        said(made, tx, "cellar", NOON + len(shops), **NO_POWER)

    await database.write(work)

    assert sum(bool(those) for those in (await database.read(held)).values()) == len(shops)
    assert 0 < len(looked) < len(shops) ** 2 / 2


async def test_what_no_rule_speaks_of_is_not_held_against_all_that_is_open(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a storm most are neither: what is known of them without their alerts says so."""
    shops = [f"shop{number}" for number in range(8)]
    rules = (rule("component=cellar", "component=~shop.*"),)
    made = incidents(
        config(component("cellar"), component("crm"), *map(component, shops), incidents=Life(inhibit=rules))
    )
    looked: list[str] = []

    def counted(tx: Connection, known: Config, incident: Incident, now: Instant) -> Iterator[Traits]:
        looked.append(incident.component)
        return traits(tx, known, incident, now)

    def work(tx: Connection) -> None:
        said(made, tx, "cellar", NOON, **NO_POWER)
        for at, shop in enumerate(shops):
            said(made, tx, shop, NOON + at)
        monkeypatch.setattr(quiet, "traits", counted)
        said(made, tx, "crm", NOON + MINUTE)

    await database.write(work)

    assert looked == [] and len(await database.read(pages)) == 2
    assert [one.id for one in await database.read(lambda tx: store.held_because_of(tx, the(tx, CELLAR)))] == [
        f"INC-2026-000{number}" for number in range(9, 1, -1)
    ]


@pytest.mark.parametrize("written", ["severity=1", "alertname=NoPower", "component!=shop", 'severity=~"1|2"'])
@pytest.mark.parametrize("traits", [{"alertname": "NoPower"}, {"alertname": "Rain"}, {}])
def test_what_is_known_without_alerts_rules_out_nothing_that_a_rule_holds(written: str, traits: Traits) -> None:
    for known in ({"component": "shop", "severity": "1"}, {"component": "crm", "severity": "3"}):
        either = rule_of(rule(written, written))
        assert either.may_explain(known) or not either.explains({**traits, **known})
        assert either.may_hold(known) or not rule_of(rule("source=am", written)).holds(
            {**traits, **known}, {"source": "am"}
        )


async def test_two_that_explain_each_other_do_not_silence_both(database: Database) -> None:
    made = house(rule("component=cellar", "component=shop"), rule("component=shop", "component=cellar"))

    def work(tx: Connection) -> None:
        said(made, tx, "cellar", NOON)
        said(made, tx, "shop", NOON + 1)
        said(made, tx, "cellar", NOON + 2, other="label")

    await database.write(work)

    assert await database.read(held) == {CELLAR: (), SHOP: (CELLAR,)}


async def test_a_source_that_explains_it_no_more_and_a_rule_that_is_gone_free_the_calls(database: Database) -> None:
    made = house(rule("severity=2", "component=shop"))

    def work(tx: Connection, act: Any) -> dict[str, tuple[str, ...]]:
        act(tx)
        return held(tx)

    def fails(tx: Connection) -> None:
        said(made, tx, "cellar", NOON)
        said(made, tx, "shop", NOON + 1)

    both = {CELLAR: (), SHOP: (CELLAR,)}
    assert await database.write(lambda tx: work(tx, fails)) == both
    lowered = await database.write(
        lambda tx: work(tx, lambda tx: made.reclassify(tx, CELLAR, 3, "person:li", "spare power", NOON + 2))
    )
    assert lowered == {CELLAR: (), SHOP: ()}
    again = await database.write(
        lambda tx: work(tx, lambda tx: made.reclassify(tx, CELLAR, 2, "person:li", "none left", NOON + 3))
    )
    assert again == both
    without = incidents(config(component("cellar"), component("shop")))
    assert await database.write(lambda tx: work(tx, lambda tx: look_again(without, tx, NOON + 4))) == {
        CELLAR: (),
        SHOP: (),
    }
