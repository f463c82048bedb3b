"""What the pages show and what their forms bring about, through the real incidents and cases."""

import ast
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp.test_utils import TestServer
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config import identity
from config.instant import MINUTE, SECOND
from config.look.figure import length
from config.state import State
from console import words
from console.login import DemoLogin
from console.settled import CATEGORIES
from console.user import Role
from db.database import Listener
from db.errors import StoreUnavailable
from incidents.incident import Progress
from incidents.store import case as cases
from incidents.store import incident as incidents
from probe import store as probes
from probe.batch import Batch
from probe.result import Answer, Attempt, Outcome, Plain, Reason, Result
from sla import agreeing
from tests.console.conftest import ENGLISH, LogIn, Reader, page, send
from tests.console.world import NOW, PASSWORD, World, afternoon, configuration
from tests.sources import ROOT, nodes
from tests.test_house import translated

T = TypeVar("T")

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "javascript:alert(1)",
)


async def test_the_desk_shows_the_worst_first_and_offers_to_take_what_nobody_has(world: World, log_in: LogIn) -> None:
    await world.down("mail")
    await world.down("payments")
    text = await page(await log_in(), "/desk")
    assert "2 incidents are open, 2 not acknowledged" in text
    assert text.index("Payment API") < text.index("Mail and SMS")
    assert text.count('<button class="p">Acknowledge') == 1, "one filled button a screen"
    assert text.count("Acknowledge</button>") == 2


async def test_what_is_up_again_is_not_said_to_fail_still(world: World, log_in: LogIn) -> None:
    await world.down("payments")
    await world.news("payments/authorise", State.UP, NOW)
    text = await page(await log_in(), "/desk/incidents")
    assert "Up again, before: No answer in time" in text
    assert "Up, No answer in time" not in text


async def test_a_tier_has_a_word_in_both_languages(world: World, log_in: LogIn) -> None:
    incident = await world.down("mail")
    path = f"/desk/incidents/{incident.id}"
    reader = await log_in()
    assert "tier minor, " in await page(reader, path)
    assert "等级次要，" in await page(reader, path, headers={"Accept-Language": "zh-CN"})


async def test_a_case_nobody_has_taken_is_not_said_to_be_worked_on(world: World, log_in: LogIn) -> None:
    await world.down("payments")
    text = await page(await log_in(), "/desk/cases")
    assert "Not resolved yet" in text and "In work" not in text


async def test_a_quiet_desk_says_so_in_one_sentence(log_in: LogIn) -> None:
    text = await page(await log_in(), "/desk")
    assert "No incident is open" in text and "<table" not in text


async def test_acknowledging_reaches_the_incident_and_comes_back_to_the_desk(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in(name="li")
    path = f"/desk/incidents/{incident.id}"
    assert await send(reader, path, act="acknowledge", back="desk") == (303, "/desk")
    after = await world.incident_of("payments")
    assert after is not None and after.progress is Progress.ACKNOWLEDGED
    assert after.acknowledged_by == "person:li"
    text = await page(reader, path)
    assert "Li Wei acknowledged" in text and "at the desk" in text


async def test_a_login_that_stands_for_a_person_acts_as_that_person(
    world: World, server: TestServer, aiohttp_client: AiohttpClient
) -> None:
    incident = await world.down()
    await world.user("lisa", Role.ENGINEER, person="li")
    reader: Reader = await aiohttp_client(server, headers=ENGLISH)
    await reader.post("/login", data={"name": "lisa", "password": PASSWORD}, allow_redirects=False)
    path = f"/desk/incidents/{incident.id}"
    assert await send(reader, path, act="acknowledge") == (303, path)
    after = await world.incident_of("payments")
    assert after is not None and after.acknowledged_by == "person:li", "who is asked later whether he still has it"


async def test_what_another_has_is_taken_over_by_a_button_of_its_own(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    path = f"/desk/incidents/{incident.id}"
    await send(await log_in(name="li"), path, act="acknowledge")
    reader = await log_in(name="zhao")
    text = await page(reader, path)
    assert "Somebody else has it." in text and "I still have it" not in text

    assert await send(reader, path, act="acknowledge") == (303, path)
    after = await world.incident_of("payments")
    assert after is not None and after.acknowledged_by == "person:li", "a click that came second takes nothing away"
    assert await send(reader, path, act="take_over") == (303, path)
    after = await world.incident_of("payments")
    assert after is not None and after.acknowledged_by == "person:zhao"
    text = await page(reader, path)
    assert "Somebody else has it." not in text and "I still have it" in text


async def test_a_note_and_a_resolution_by_hand_stand_in_the_timeline(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    await send(reader, path, act="note", text="Network A\r\nrefuses")
    assert await send(reader, path, act="resolve", reason="False alarm") == (303, path)
    text = await page(reader, path)
    assert "Network A\nrefuses" in text and "False alarm" in text and "muted until it recovers" in text


async def test_an_empty_note_and_an_empty_reason_come_back_with_what_to_write(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    status, text = await send(reader, f"/desk/incidents/{incident.id}", act="resolve", reason=" ")
    assert status == 422 and "Write why it is over" in text and 'aria-describedby="reason-error"' in text
    status, text = await send(reader, f"/desk/incidents/{incident.id}", act="note", text="")
    assert status == 422 and "Write what you know" in text


async def test_a_person_says_at_the_desk_how_bad_it_is_and_why(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    status, text = await send(reader, path, act="severity", severity="7", why="")
    assert status == 422 and "Choose a severity." in text and 'aria-describedby="why-error"' in text
    assert await send(reader, path, act="severity", severity="3", why="A side entrance") == (303, path)
    text = await page(reader, path)
    assert "lowered the severity to 3" in text and "A side entrance" in text and "Severity 3" in text


async def test_what_is_put_off_at_the_desk_says_until_when_and_why(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    status, text = await send(reader, path, act="snooze", until="", calm="")
    assert status == 422 and "Write until when." in text and 'aria-describedby="calm-error"' in text
    status, text = await send(reader, path, act="snooze", until="2099-01-01T00:00", calm="Not tonight")
    assert status == 409 and "for a day at most." in text


async def test_what_is_typed_too_long_is_kept_and_said(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    status, text = await send(await log_in(), f"/desk/incidents/{incident.id}", act="note", text="x" * 4001)
    assert status == 422 and "At most 4000 characters" in text and "x" * 4001 in text


async def test_what_the_rules_refuse_is_said_in_both_languages(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    await send(reader, path, act="resolve", reason="over")
    status, text = await send(reader, path, act="acknowledge")
    assert status == 409 and "There is nothing to acknowledge." in text
    await reader.get("/desk?lang=zh-CN")
    status, text = await send(reader, path, act="acknowledge")
    assert status == 409 and "事件已经解决，无需接手。" in text


async def test_who_was_told_stands_there_with_the_result(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    await world.deliver()
    text = await page(await log_in(), f"/desk/incidents/{incident.id}")
    assert "Li Wei<small>called; mail, delivered</small>" in text


async def test_the_component_is_measured_around_its_incident(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    world.now += 10 * MINUTE
    await world.news("payments/authorise", State.UP, world.now - MINUTE)
    text = await page(await log_in(), f"/desk/incidents/{incident.id}")
    assert "No answer in time; authorise; last seen otherwise" in text and "last failing check" in text
    assert "Lasted 11" in text and "Resolved: the component is up again" in text


async def test_a_report_by_telephone_becomes_a_case_from_when_it_was_made(world: World, log_in: LogIn) -> None:
    reader = await log_in(name="li")
    status, place = await send(
        reader,
        "/desk/cases/new",
        customer="harbour",
        kind="fault",
        title="Card payments hang",
        component="payments",
        level="2",
        caller="Chen Jing",
        reported_at="2026-11-18T14:20",
    )
    assert status == 303
    made = await world.database.read(lambda tx: cases.find(tx, place.rpartition("/")[2]))
    assert made is not None and (made.level, made.caller, made.component) == (2, "Chen Jing", "payments")
    assert NOW - made.reported_at == 12 * MINUTE + 8 * SECOND and made.opened_at == NOW
    assert "Reported 14:20:00 by Chen Jing" in await page(reader, place)


async def test_a_report_that_does_not_fit_comes_back_as_it_was_typed(world: World, log_in: LogIn) -> None:
    status, text = await send(
        await log_in(),
        "/desk/cases/new",
        customer="harbour",
        kind="wish",
        title="",
        component="ledger",
        caller="陈静",
        reported_at="2026-11-18T15:00",
    )
    assert status == 422 and 'value="陈静"' in text and 'value="2026-11-18T15:00"' in text
    for said in ("Choose what it is", "Write what does not work", "Choose a component", "That lies in the future"):
        assert said in unescape(text)


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "١"])
async def test_what_is_no_time_is_said_with_an_example(log_in: LogIn, time: str) -> None:
    status, text = await send(
        await log_in(), "/desk/cases/new", customer="harbour", kind="fault", title="x", reported_at=time
    )
    assert status == 422 and "-11-18T14:32" in text


async def test_with_several_customers_it_is_asked_whose_report_it_is(log_in: LogIn) -> None:
    text = await page(await log_in(), "/desk/cases/new")
    assert "/desk/cases/new?customer=harbour" in text and "/desk/cases/new?customer=linden" in text


async def test_a_case_goes_its_way_to_the_customers_word(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk = await log_in(name="li")
    path = f"/desk/cases/{case}"
    assert (await send(desk, path, act="fulfilled", commitment="respond", text="Called back"))[0] == 303
    assert (await send(desk, path, act="waiting", text="The account number"))[0] == 303
    assert "Stopped" in await page(desk, path)
    assert (await send(desk, path, act="resumed"))[0] == 303
    assert (await send(desk, path, act="resolved", text="Sent again"))[0] == 303
    room = await log_in(Role.CUSTOMER, "harbour")
    text = await page(room, "/room/harbour")
    assert "Is this solved for you?" in text and "Sent again" in text
    said = {"home": "/room/harbour", "act": "confirm", "case": case, "text": "Thank you"}
    assert await send(room, "/room/harbour", **said) == (303, "/room/harbour")
    log = await world.database.read(lambda tx: cases.events(tx, case))
    assert log[-1].by == "customer:harbour"
    assert "Harbour Bank confirmed it" in await page(desk, path)


async def test_a_customer_who_is_not_satisfied_says_why_and_the_case_is_open_again(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    await send(await log_in(), f"/desk/cases/{case}", act="resolved", text="Sent again")
    room = await log_in(Role.CUSTOMER, "harbour")
    said = {"home": "/room/harbour", "act": "contest", "case": case}
    status, text = await send(room, "/room/harbour", **said, text="")
    assert status == 422 and "Write what is still wrong" in text
    assert (await send(room, "/room/harbour", **said, text="Still nothing"))[0] == 303
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None and found.open


async def test_a_clock_stopped_for_others_is_shown_with_why_and_contested_in_the_room(
    world: World, log_in: LogIn
) -> None:
    case = await world.report("The statement is late")
    desk, room = await log_in(name="li"), await log_in(Role.CUSTOMER, "harbour")
    path, home = f"/desk/cases/{case}", "/room/harbour"
    other = {"act": "stopped", "waits_for": "third-party", "text": "The bank's line", "evidence": "Ticket 4711"}
    assert "Choose what it waits for." in (await send(desk, path, **{**other, "waits_for": "moon"}))[1]
    assert "Write where it can be seen" in (await send(desk, path, **{**other, "evidence": ""}))[1]
    assert (await send(desk, path, **other))[0] == 303
    text = await page(room, home)
    assert "Waits for a third party; the resolve clock stands still" in text and "Ticket 4711" in text
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None
    said = {"home": home, "case": case, "act": "contest-stop", "since": str(found.pauses[0][0])}
    assert "Write why the clock should" in (await send(room, home, **said, text=""))[1]
    assert (await send(room, home, **said, text="It is your line"))[0] == 303
    assert "Contest a stopped clock" not in await page(room, home)
    assert "Harbour Bank contests the stop" in await page(desk, path)


async def test_a_plan_under_test_is_said_at_the_desk_and_to_the_customer(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk, room = await log_in(name="li"), await log_in(Role.CUSTOMER, "harbour")
    path = f"/desk/cases/{case}"
    assert "Write which plan" in (await send(desk, path, act="testing", text=""))[1]
    assert (await send(desk, path, act="testing", text="Another printer driver"))[0] == 303
    text = await page(room, "/room/harbour")
    assert "Plan under test" in text and "Another printer driver" in text
    assert (await send(desk, path, act="resumed"))[0] == 303
    assert "Plan under test" not in await page(room, "/room/harbour")


async def test_another_level_is_the_customers_to_confirm_or_contest(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk, room = await log_in(name="li"), await log_in(Role.CUSTOMER, "harbour")
    path, home = f"/desk/cases/{case}", "/room/harbour"
    other = {"act": "level", "level": "2", "text": "It is a slight defect"}
    assert (await send(desk, path, **{**other, "level": "9"}))[0] == 422
    assert (await send(desk, path, **other))[0] == 303
    text = await page(room, home)
    assert "Is this its level?" in text and "It is a slight defect" in text and "said: Level 2" in text
    said = {"home": home, "case": case}
    assert "Write why the level" in (await send(room, home, **said, act="contest-level", text=""))[1]
    assert (await send(room, home, **said, act="contest-level", text="Nobody can work"))[0] == 303
    assert "Is this its level?" not in await page(room, home)
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None and (found.level, found.claims, found.claim_contested) == (3, (2,), True)
    assert (await send(room, home, **said, act="confirm-level"))[0] == 303
    assert "Harbour Bank confirmed the level" in await page(desk, path)


async def test_a_case_is_taken_at_the_desk_and_handed_over_to_who_takes_it(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk = await log_in(name="li")
    path = f"/desk/cases/{case}"
    assert "Nobody has it" in await page(desk, path)
    assert "Choose one of the people." in (await send(desk, path, act="taken", person="nobody"))[1]
    assert (await send(desk, path, act="taken", person="li"))[0] == 303
    assert "Write what is to be done next." in (await send(desk, path, act="handed", to="wang", text=""))[1]
    assert (await send(desk, path, act="handed", to="wang", text="Call the maker"))[0] == 303
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None and (found.responsible, found.offered) == ("li", "wang")
    text = await page(desk, path)
    assert "hands it over to" in text and "Call the maker" in text
    assert (await send(desk, path, act="taken", person="wang"))[0] == 303
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None and (found.responsible, found.offered) == ("wang", None)


async def test_the_customer_rates_what_was_solved_and_his_rating_is_nobody_elses(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk, room = await log_in(name="li"), await log_in(Role.CUSTOMER, "harbour")
    path, home = f"/desk/cases/{case}", "/room/harbour"
    said = {"home": home, "act": "rate", "case": case, "text": "quick"}
    assert "Rate it" not in await page(room, home)
    await send(desk, path, act="resolved", text="Sent again")
    assert (await send(desk, path, act="rated", overall="4", text="Chen, by telephone"))[0] == 303
    assert "Rate it" in await page(room, home)
    assert "Choose a mark" in (await send(room, home, **said, overall=""))[1]
    assert (await send(room, home, **said, overall="2"))[0] == 303
    assert "Harbour Bank rated it: Overall 2" in await page(desk, path)
    assert "nobody else changes" in (await send(desk, path, act="rated", overall="5", text="Chen"))[1]


async def test_a_customer_reports_in_his_room_and_gets_a_number(world: World, log_in: LogIn) -> None:
    room = await log_in(Role.CUSTOMER, "harbour")
    said = {"home": "/room/harbour", "act": "report", "kind": "question", "title": "Where is my statement?"}
    status, receipt = await send(room, "/room/harbour", **said)
    (made,) = await world.database.read(lambda tx: cases.of_customer(tx, "harbour"))
    assert made.title == "Where is my statement?" and made.id in await page(room, "/room/harbour")
    assert (status, receipt) == (303, f"/room/harbour/receipts/{made.id}")
    text = await page(room, receipt)
    assert made.id in text and "Where is my statement?" in text and "by mail to Chen Jing at once" in text
    assert "回执" in await page(room, receipt, headers={"Accept-Language": "zh-CN"})


async def test_a_customers_own_report_counts_from_when_he_sends_it(world: World, log_in: LogIn) -> None:
    room = await log_in(Role.CUSTOMER, "harbour")
    said = {"home": "/room/harbour", "act": "report", "kind": "fault", "title": "No payment passes"}
    assert (await send(room, "/room/harbour", **said, reported_at="2026-11-17T14:00", level="1"))[0] == 303
    (made,) = await world.database.read(lambda tx: cases.of_customer(tx, "harbour"))
    assert made.reported_at == made.opened_at == NOW


async def test_a_receipt_is_nobody_elses(world: World, log_in: LogIn) -> None:
    case = await world.report("Clinic secret", customer="linden")
    room = await log_in(Role.CUSTOMER, "harbour")
    await page(room, f"/room/harbour/receipts/{case}", status=404)
    await page(room, "/room/harbour/receipts/CASE-999", status=404)


async def test_a_clock_of_working_days_does_not_name_their_calendar(world: World, log_in: LogIn) -> None:
    case = await world.report("Which figure is right?", customer="linden")
    desk, room = await log_in(Role.ENGINEER), await log_in(Role.CUSTOMER, "linden")
    for reader, path in ((desk, f"/desk/cases/{case}"), (room, "/room/linden")):
        text = await page(reader, path, headers={"Accept-Language": "zh-CN"})
        assert "3个工作日" in text
        assert "workdays" not in text


async def test_a_room_shows_its_own_systems_cases_and_budget_and_nobody_elses(world: World, log_in: LogIn) -> None:
    await afternoon(world)
    await world.report("Clinic secret", customer="linden")
    text = await page(await log_in(Role.CUSTOMER, "harbour"), "/room/harbour")
    assert (
        "Down: Payment API. Degraded: Web shop." in text
        and f"missed by {length(4 * MINUTE + 48 * SECOND, 'en')}" in text
    )
    assert "Clinic" not in text and "Core ledger" not in text and "INC-" not in text


async def test_a_rooms_figure_stands_beside_what_leaves_it_in_doubt(world: World, log_in: LogIn) -> None:
    await afternoon(world)
    text = await page(await log_in(Role.CUSTOMER, "harbour"), "/room/harbour")
    assert "not measured; measured: 99.95" in text
    assert text.count("Open: the time that was not measured decides.") == 1
    assert text.count("at this rate used up") == 1


async def test_staff_look_into_a_room_but_find_no_button_in_it(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    desk = await log_in()
    await send(desk, f"/desk/cases/{case}", act="resolved", text="Sent again")
    text = await page(desk, "/room/harbour")
    assert "Is this solved for you?" in text and text.count("<button") == 1, "only the one that logs out"


async def test_the_language_is_the_readers_and_can_be_changed(log_in: LogIn) -> None:
    reader = await log_in()
    assert 'lang="zh-CN"' in await page(reader, "/desk", headers={"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"})
    assert "No incident is open" in await page(reader, "/desk", headers={"Accept-Language": "en-GB,zh;q=0.1"})
    answer = await reader.get("/desk?lang=zh-CN", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk")
    answer = await reader.get("/desk/cases/new?customer=harbour&lang=en", allow_redirects=False)
    assert answer.headers["Location"] == "/desk/cases/new?customer=harbour"
    shown = await page(reader, "/desk/cases/new?customer=harbour")
    assert "/desk/cases/new?customer=harbour&amp;lang=zh-CN" in shown
    await reader.get("/desk?lang=zh-CN")
    assert "没有未解决的事件" in await page(reader, "/desk", headers={"Accept-Language": "en"})


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_somebody_wrote_is_shown_and_never_carried_out(world: World, log_in: LogIn, payload: str) -> None:
    incident = await world.down()
    case = await world.report(payload)
    reader, room = await log_in(), await log_in(Role.CUSTOMER, "harbour")
    await send(reader, f"/desk/incidents/{incident.id}", act="note", text=payload)
    await send(reader, f"/desk/cases/{case}", act="note", text=payload)
    await send(reader, f"/desk/cases/{case}", act="waiting", text=payload)
    _, again = await send(reader, "/desk/cases/new", customer="harbour", title=payload, caller=payload, level=payload)
    shown = [
        await page(reader, f"/desk/incidents/{incident.id}"),
        await page(reader, f"/desk/cases/{case}"),
        await page(reader, "/desk"),
        await page(room, "/room/harbour"),
        again,
    ]
    dangerous = re.compile(r"<script>|<img|<svg/|href=.javascript:")
    for text in shown:
        assert not dangerous.search(text)
        assert payload in unescape(text)


async def test_control_characters_and_lone_surrogates_do_not_break_a_page(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    assert await send(reader, path, act="note", text="a\x00b\x1b[31m") == (303, path)
    log = await world.database.read(lambda tx: incidents.events(tx, incident.id))
    assert "\x00" not in str(log[-1].event)
    assert "a\ufffdb" in await page(reader, path)


class Silent:
    """A store without a disk."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        raise StoreUnavailable("disk full")

    async def read(self, work: Callable[[Connection], T]) -> T:
        raise StoreUnavailable("disk full")

    def listen(self, listener: Listener) -> None:
        """Nothing is ever committed."""

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_store_that_does_not_answer_is_said_and_nothing_stumbles(aiohttp_client: AiohttpClient) -> None:
    reader = await aiohttp_client(World(Silent(), configuration()).app(), headers=ENGLISH)
    answer = await reader.get("/desk", headers={"Cookie": "upheld=x"})
    assert answer.status == 503 and answer.headers["Retry-After"]
    assert "Nothing was lost or changed" in await answer.text()


async def test_a_demonstration_offers_its_logins_and_says_that_its_data_is_made_up(
    world: World, aiohttp_client: AiohttpClient
) -> None:
    world.demo = (DemoLogin(name="li", password=PASSWORD, what=Role.ENGINEER),)
    await world.user("li", Role.ENGINEER)
    reader: Reader = await aiohttp_client(TestServer(world.app()), headers=ENGLISH)
    text = await page(reader, "/login")
    assert "Demo data" in text and PASSWORD in text
    await reader.post("/login", data={"name": "li", "password": PASSWORD})
    assert "Demo data" in await page(reader, "/desk")


async def test_every_page_is_complete_without_script_and_style_of_its_own(world: World, log_in: LogIn) -> None:
    await afternoon(world)
    reader = await log_in()
    for path in (
        "/desk",
        "/desk/incidents",
        "/desk/incidents/INC-2026-0001",
        "/desk/cases",
        "/desk/cases/CASE-2026-0001",
    ):
        text = await page(reader, path)
        assert " style=" not in text and "<style" not in text and " onclick" not in text
        assert re.findall(r"<script(?! defer src=)", text) == []
        assert text.count('class="p"') <= 1


def spoken_otherwise() -> Iterator[str]:
    """Sentences that no call of `t` writes out: in the plural, and from tables of words."""
    for file in sorted((ROOT / "console").glob("*.py")):
        for node in nodes(file):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "count":
                yield from (str(one.value) for one in node.args[1:3] if isinstance(one, ast.Constant))
    tables = (
        words.UNFILED,
        words.BECAME,
        words.TROUBLES,
        words.OUTCOMES,
        words.PURPOSES,
        words.PROGRESS,
        words.KINDS,
        words.TIERS,
        words.CLOCKS,
        words.ROLES,
    )
    for table in tables:
        yield from table.values()
    yield from words.REFUSALS
    yield from refused()
    yield from CATEGORIES.values()


def refused() -> Iterator[str]:
    """What sla/ refuses about agreements, exclusions and corrections."""
    for name in ("agreeing.py", "contract.py", "exclusions.py", "corrections.py"):
        for node in nodes(ROOT / "sla" / name):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))
    yield from agreeing.CONFIRMED.values()


def test_every_word_for_a_code_has_a_chinese_one() -> None:
    assert [sentence for sentence in spoken_otherwise() if not translated("console", sentence)] == []


def test_what_the_rules_can_refuse_is_known_to_the_pages() -> None:
    """The sentences of incidents/, by their last words; those that name what the form had offered are left out."""
    written = "".join(one.read_text() for one in (Path(ROOT) / "incidents").rglob("*.py"))
    written += identity.REFUSAL
    assert [one for one in words.REFUSALS if one not in written] == []


TWICE = tuple(
    Attempt(outcome=Outcome.DOWN, reason=Reason.TIMEOUT, latency_us=5_000_000, address=address)
    for address in ("192.0.2.1", "192.0.2.2")
)


async def test_an_incident_shows_the_exchange_that_failed_first(world: World, log_in: LogIn) -> None:
    began = world.now - MINUTE
    facts: dict[str, Plain] = {"status": 503, "header.server": PAYLOADS[0], "witness.192.0.2.1:443": "reached"}
    seen = [
        Result(
            check="payments/authorise",
            location="local",
            tick=at,
            started_at=at,
            answer=Answer(
                outcome=Outcome.DOWN,
                reason=Reason.STATUS,
                detail=told,
                phases={"tls": 12_345},
                facts=facts,
                attempts=TWICE,
            ),
        )
        for at, told in ((began + 1, "answered 503"), (began + 2, "answered 504"))
    ]
    await world.database.write(lambda tx: probes.save(tx, Batch(failing=tuple(reversed(seen))), NOW))
    incident = await world.down()
    reader = await log_in()
    text = await page(reader, f"/desk/incidents/{incident.id}")
    assert "What a check saw first" in text and "answered 503" in text and "answered 504" not in text
    assert "Attempt 2" in text and "No answer in time, 192.0.2.2, 5000.0 ms" in text
    assert "12.3 ms" in text and "192.0.2.1:443" in text and PAYLOADS[0] not in text
    text = await page(reader, f"/desk/incidents/{incident.id}", headers={"Accept-Language": "zh-CN"})
    assert "第 2 次尝试" in text and "超时未应答，192.0.2.2，5000.0 ms" in text
    assert "状态码" in text and "响应头 server" in text and "见证 192.0.2.1:443" in text and "可达" in text
