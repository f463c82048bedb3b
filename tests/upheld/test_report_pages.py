"""Reports on the desk and in the customer's room: who sees which, and what stands owed."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from console.password import hash_password
from console.routes import Console
from console.store import add_user
from console.user import Role
from db.engine import Database
from sla.reporting import Happening, What
from sla.store.report import append_event
from tests.sla.printable import may_stand
from tests.upheld.house import NOON, Reader
from tests.upheld.test_reports import config, fails, issue, rules
from upheld.reports.shelf import Shelf
from upheld.rules import Rules
from upheld.web import HEADERS

__all__ = ["config", "rules"]
PASSWORD = "four words make one"
INCIDENT, CASE = "INC-2026-0001", "CASE-2026-0002"

Enter = Callable[[Role, str | None], Awaitable[Reader]]


@pytest.fixture
async def enter(database: Database, rules: Rules, aiohttp_client: AiohttpClient) -> Enter:
    await database.write(lambda tx: fails(tx, rules))
    console = Console(
        database,
        lambda: rules.config,
        lambda: rules.incidents,
        lambda: rules.caseload,
        lambda: NOON,
        secure=False,
        reports=Shelf(lambda: rules),
    )
    app = web.Application()
    app.add_routes(console.routes())

    async def entered(role: Role, customer: str | None) -> Reader:
        hashed = hash_password(PASSWORD)
        await database.write(
            lambda tx: (
                add_user(tx, name="reader", password_hash=hashed, role=role.value, now=NOON, customer=customer) and None
            )
        )
        reader: Reader = await aiohttp_client(app, headers={"Accept-Language": "en"})
        await reader.post("/login", data={"name": "reader", "password": PASSWORD})
        return reader

    return entered


async def text(reader: Reader, path: str, status: int = 200) -> str:
    answer = await reader.get(path)
    assert answer.status == status, path
    return await answer.text()


async def test_the_desk_lists_what_is_owed_until_it_is_delivered(
    database: Database, rules: Rules, enter: Enter
) -> None:
    li = await enter(Role.ENGINEER, None)
    desk = await text(li, "/desk")
    assert ">Reports <" in desk and f"/desk/reports/incident/{INCIDENT}?customer=acme" in desk
    assert "the service manager: write what no stored fact says" in desk
    words = {"cause": "a", "handling": "b", "verification": "c", "prevention": "d"}
    await database.write(lambda tx: issue(tx, rules, "incident", INCIDENT, words=words))
    assert "issued, not delivered" in await text(li, "/desk")


async def test_what_no_fact_says_is_written_at_the_desk_and_sends_the_report_once_all_is_there(enter: Enter) -> None:
    li = await enter(Role.ADMIN, None)
    path = f"/desk/reports/incident/{INCIDENT}/words?customer=acme"
    assert path in await text(li, "/desk")
    page = await text(li, path)
    assert (
        page.count("<textarea") == 4 and "Once nothing is missing it is issued and goes to the customer at once" in page
    )

    async def write(status: int, **words: str) -> str:
        token = page.partition('name="form" value="')[2].partition('"')[0]
        answer = await li.post(path, data={"form": token, **words})
        assert answer.status == status
        return await answer.text()

    assert "at least one" in await write(422, cause=" ")
    assert "identity number" in await write(422, cause="of 11010519491231002X")
    assert "At most 4000" in await write(422, cause="x" * 4001)
    kept = await write(200, cause="a bad disk", handling="replaced")
    assert "Still missing: How it was verified, How a repeat is prevented" in kept and "a bad disk" in kept
    sent = await write(200, cause="a bad disk", verification="watched an hour", prevention="a mirror")
    assert "It was issued with these words" in sent and "<textarea" not in sent
    assert "issued, not delivered" in await text(li, "/desk")
    assert "replaced" in await text(li, f"/desk/reports/incident/{INCIDENT}?customer=acme")
    await write(409, cause="a cable")


async def test_only_a_report_that_asks_for_words_has_a_page_to_write_them(enter: Enter) -> None:
    li = await enter(Role.ENGINEER, None)
    await text(li, f"/desk/reports/forms/{CASE}/words?customer=acme", 404)
    await text(li, "/desk/reports/incident/INC-9/words?customer=acme", 404)
    shown = await text(li, f"/desk/reports/completion/{CASE}/words?customer=acme&lang=zh-CN")
    assert shown.count("<textarea") == 2 and "处理过程" in shown


async def test_a_report_in_a_browser_has_its_look(enter: Enter) -> None:
    li = await enter(Role.ENGINEER, None)
    report = await text(li, f"/desk/reports/incident/{INCIDENT}?customer=acme")
    assert may_stand(report, HEADERS["Content-Security-Policy"])


async def test_an_incident_and_a_case_lead_to_their_reports(enter: Enter) -> None:
    li = await enter(Role.ENGINEER, None)
    assert f"/desk/reports/incident/{INCIDENT}" in await text(li, f"/desk/incidents/{INCIDENT}")
    assert f"/desk/reports/completion/{CASE}" in await text(li, f"/desk/cases/{CASE}")
    report = await text(li, f"/desk/reports/incident/{INCIDENT}?customer=acme")
    assert "Draft" in report and "Disk changed" not in report and '<a href="/desk">Back to the desk</a>' in report
    answer = await li.get(f"/desk/reports/forms/{CASE}?format=pdf")
    assert (await answer.read()).startswith(b"%PDF")
    assert f"forms-{CASE}.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["incident/INC-9", "gossip/INC-1", f"forms/{CASE}?format=docx", "inspection/2026-09"])
async def test_what_there_is_not_is_not_found(enter: Enter, path: str) -> None:
    await text(await enter(Role.ENGINEER, None), f"/desk/reports/{path}", 404)


async def test_the_customer_gets_what_was_issued_to_him_and_his_forms_and_no_draft(
    database: Database, rules: Rules, enter: Enter
) -> None:
    chen = await enter(Role.CUSTOMER, "acme")
    assert f"/room/acme/reports/forms/{CASE}" in await text(chen, "/room/acme")
    shown = await text(chen, f"/room/acme/reports/forms/{CASE}")
    assert "Acceptance record" in shown and '<a href="/room/acme">Back to the room</a>' in shown
    await text(chen, f"/room/acme/reports/incident/{INCIDENT}", 404)
    await text(chen, f"/desk/reports/incident/{INCIDENT}", 404)
    await database.write(lambda tx: issue(tx, rules, "incident", INCIDENT, words={"cause": "a bad disk"}))
    assert "a bad disk" in await text(chen, f"/room/acme/reports/incident/{INCIDENT}")


async def test_the_room_lists_what_was_delivered(database: Database, rules: Rules, enter: Enter) -> None:
    chen, path = await enter(Role.CUSTOMER, "acme"), f"/room/acme/reports/incident/{INCIDENT}"
    await database.write(lambda tx: issue(tx, rules, "incident", INCIDENT, words={"cause": "a bad disk"}))
    assert path not in await text(chen, "/room/acme")
    arrived = Happening(what=What.DELIVERED, issue=1, at=NOON, by="upheld")
    await database.write(lambda tx: append_event(tx, "acme", "incident", INCIDENT, arrived))
    room = await text(chen, "/room/acme")
    assert f'<a href="{path}">Incident report</a>' in room and f"{path}?format=pdf" in room


async def test_nobody_gets_anothers_report(database: Database, rules: Rules, enter: Enter) -> None:
    await database.write(lambda tx: issue(tx, rules, "incident", INCIDENT))
    stranger = await enter(Role.CUSTOMER, "brook")
    for path in (f"acme/reports/incident/{INCIDENT}", f"brook/reports/forms/{CASE}"):
        await text(stranger, f"/room/{path}", 404)
