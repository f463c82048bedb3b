"""Drills: they go the true path, say in every message what they are, and nothing but the duty knows of them."""

import pytest

from config.instant import MINUTE, SECOND
from config.language import CHINESE, ENGLISH
from db.engine import Database
from incidents.decide import NotFound, Refused
from incidents.drill import SIGN
from incidents.drilling import reports
from incidents.incident import Acknowledged, Incident, Recorded, evolve
from incidents.notice import Writer
from incidents.performing import performed
from incidents.store import case as cases
from notify.store.told import history
from sla.store import remedy
from statuspage.store import find_incident, incidents_between, recent_incidents, starts_since
from tests.console.world import WRITTEN, World, configuration
from tests.incidents.samples import config, incident

AGREED = """components: [payments, shop, mail],
         duties: {drill: {text: {zh-CN: 开展应急预案演练, en: Drill of the emergency plan}, every: quarter}}}"""


@pytest.fixture
def world(database: Database) -> World:
    return World(database, configuration(WRITTEN.replace("components: [payments, shop, mail]}", AGREED)))


async def drill(world: World, component: str = "payments") -> Incident:
    return await world.database.write(lambda tx: world.incidents.drill(tx, component, None, "person:wang", world.now))


async def test_a_drill_calls_as_a_fault_would_and_keeps_the_duty_of_its_turn(world: World) -> None:
    begun = await drill(world)
    assert (begun.id, begun.severity) == ("DRILL-2026-0001", 1)
    told = [one.notification for one in await world.database.read(lambda tx: history(tx, incident=begun.id))]
    assert {one.person for one in told} == {"li"}, "the rota's first step, and no customer"
    assert all(one.message.subject.startswith(SIGN) and "支付接口" in one.message.subject for one in told)
    assert all(
        one.message.text.startswith("这是演练。") and "wiki.example.com/payments" in one.message.text for one in told
    )
    assert {one.priority for one in told} == {4}, "behind whatever is real, also where they are told together"
    fault = await world.down()
    assert fault.id == "INC-2026-0001", "a real fault is not swallowed"
    with pytest.raises(Refused, match="not over"):
        await drill(world)
    world.now += 90 * SECOND
    await world.database.write(lambda tx: world.incidents.acknowledge(tx, begun.id, "person:li", world.now, "desk"))
    with pytest.raises(Refused, match="ends with its result"):
        await world.database.write(lambda tx: world.incidents.resolve(tx, begun.id, "person:wang", " ", world.now))
    world.now += MINUTE
    result = "One number\nwas old"
    await world.database.write(lambda tx: world.incidents.resolve(tx, begun.id, "person:wang", result, world.now))
    (one,) = await world.database.read(reports)
    assert (one.called, one.answered_by, one.answered_after, one.result) == (("li",), "person:li", 90 * SECOND, result)
    (kept,) = await world.database.read(lambda tx: remedy.obligations(tx, world.now, "harbour"))
    assert (kept.id, kept.closed_at is not None) == ("harbour/sla-standard/drill/2026-Q4", True)
    again = await drill(world, "shop")
    await world.database.write(lambda tx: world.incidents.resolve(tx, again.id, "person:wang", "x", world.now))
    assert len(await world.database.read(lambda tx: remedy.obligations(tx, world.now + 1, "harbour"))) == 1


async def test_nothing_that_counts_or_is_public_meets_a_drill(world: World) -> None:
    begun, since = await drill(world), world.now - MINUTE
    assert await world.database.read(cases.every) == []
    for read in (recent_incidents, starts_since):
        assert await world.database.read(lambda tx, read=read: list(read(tx, since))) == []  # type: ignore[misc]
    assert await world.database.read(lambda tx: incidents_between(tx, since, world.now + 1)) == []
    assert await world.database.read(lambda tx: find_incident(tx, begun.id)) is None
    window = (since, world.now + 1)
    assert (await world.database.read(lambda tx: performed(tx, window, None, world.now))).incidents == 0
    assert await world.incident_of("payments") is None


async def test_what_cannot_be_drilled_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="no component 'crm' to drill; known: payments"):
        await drill(world, "crm")
    with pytest.raises(Refused, match="from 1 to"):
        await world.database.write(lambda tx: world.incidents.drill(tx, "payments", 9, "person:li", world.now))


@pytest.mark.parametrize(("language", "says"), [(ENGLISH, "This is a drill."), (CHINESE, "这是演练。")])
def test_every_message_of_a_drill_says_so_in_both_languages_at_once(language: str, says: str) -> None:
    one = incident(component="drill:shop", title="drill")
    taken = Recorded(event=Acknowledged(), happened_at=0, recorded_at=0, by="person:li")
    writer = Writer(config=config(), language=language)
    messages = [
        writer.page(one, again=False),
        writer.raised(one),
        writer.reminder(one),
        writer.kept_informed(one),
        writer.acknowledged(evolve(one, taken)),
        writer.resolved(one, 0),
    ]
    assert all(told.subject.startswith("[DRILL 演练] ") and told.text.startswith(says) for told in messages)
    assert all(told.facts["drill"] is True for told in messages)
    assert "drill" not in writer.page(incident(), again=False).facts
