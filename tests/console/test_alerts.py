"""What senders say, at the desk: alerts without a component, and changes on the time lines."""

from sqlalchemy import Connection

from config.instant import HOUR, MINUTE
from console import words
from console.user import Role
from incidents.mail import read
from incidents.mailing import Why, set_aside
from incidents.source import Change, News
from tests.console.conftest import LogIn, page
from tests.console.world import OWN, World
from tests.incidents.letters import letter
from tests.incidents.samples import alert


async def hear(world: World, *said: News, source: str = "own") -> None:
    def work(tx: Connection) -> None:
        world.incidents.alert_news(tx, source, said, OWN.options, world.now, world.now)

    await world.database.write(work)


async def test_an_alert_without_a_component_is_shown_with_the_line_that_gives_it_one(
    world: World, log_in: LogIn
) -> None:
    astray = alert(labels={"component": "web-shop", "env": "prod"}, summary="<b>gone</b>")
    await hear(world, astray, alert("b", labels={}))
    await hear(world, alert("c", labels={}), source="removed")
    reader = await log_in(Role.ENGINEER)

    shown = await page(reader, "/desk/unrouted")

    assert "&lt;b&gt;gone&lt;/b&gt;" in shown
    assert "<code>component=web-shop</code> <code>env=prod</code>" in shown
    assert ">sources: {own: {known_as: {web-shop: payments}}}<" in shown
    assert ">sources: {own: {component: payments}}<" in shown
    assert "its source is not configured any more" in shown
    incident = await world.incident_of("unrouted")
    assert incident is not None
    assert 'href="/desk/unrouted"' in await page(reader, f"/desk/incidents/{incident.id}")
    assert "未对应组件的告警" in await page(reader, "/desk/unrouted", headers={"Accept-Language": "zh-CN"})


async def test_a_mail_that_became_no_case_is_shown_with_why_and_where_to_record_it(world: World, log_in: LogIn) -> None:
    mail = read(letter("<i>CASE-2026-0001</i>", sender="Eve <eve@elsewhere.example>"))

    def come(tx: Connection) -> None:
        set_aside(tx, "harbour", mail, b"raw", Why.UNKNOWN, world.now)
        set_aside(tx, "linden", None, b"raw", f"{Why.UNREADABLE}: KeyError", world.now)
        set_aside(tx, "harbour", mail, b"raw", f"{Why.FILES}: big", world.now, "CASE-2026-0009")

    await world.database.write(come)
    reader = await log_in(Role.ENGINEER)

    shown = await page(reader, "/desk/unrouted")

    assert "&lt;i&gt;CASE" in shown and "Eve &lt;eve@elsewhere.example&gt;" in shown and "Nothing helps." in shown
    assert "no contact of the customer wrote it" in shown and "it cannot be read<small>KeyError</small>" in shown
    assert 'href="/desk/cases/new?customer=harbour"' in shown and 'href="/desk/cases/CASE-2026-0009"' in shown
    assert "3 mails of the last seven days became no case" in await page(reader, "/desk")
    assert {one.value for one in Why} == words.UNFILED.keys()


async def test_where_every_alert_names_a_component_the_page_says_so(world: World, log_in: LogIn) -> None:
    assert "Every alert names a component." in await page(await log_in(Role.AUDITOR), "/desk/unrouted")


async def test_a_change_stands_on_the_time_lines_of_its_component_and_its_incident(world: World, log_in: LogIn) -> None:
    labels, link = {"component": "payments", "by": "ci-bot"}, "https://ci.example/42"
    shipped = Change(happened_at=world.now - 20 * MINUTE, summary="payments 4.2", labels=labels, link=link)
    elsewhere = Change(happened_at=world.now - MINUTE, summary="shop 7", labels={"component": "shop"})
    anywhere = Change(happened_at=world.now - 30 * HOUR, summary="new firewall", labels={})
    await hear(world, shipped, elsewhere, anywhere)
    incident = await world.down("payments")
    reader = await log_in(Role.ENGINEER)

    on_incident = await page(reader, f"/desk/incidents/{incident.id}")
    assert '<a href="https://ci.example/42" rel="noreferrer">payments 4.2</a>' in on_incident
    assert "own tells of a change" in on_incident and "ci-bot" in on_incident
    assert "shop 7" not in on_incident and "new firewall" not in on_incident
    assert 'href="/desk/components/payments"' in on_incident

    on_component = await page(reader, "/desk/components/payments")
    assert "payments 4.2" in on_component and "new firewall" in on_component and "shop 7" not in on_component
    assert incident.id in on_component
    assert "Nothing has changed." not in on_component
    assert "There has been no incident yet." in await page(reader, "/desk/components/ledger")
    await page(reader, "/desk/components/nothing", 404)
