"""What a customer says is heard at once: by whoever has the case, else by whoever is on call."""

from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import CaseKind, Rating
from config.instant import HOUR, MINUTE
from config.oncall import Escalation, Person, Reach, Step
from config.state import State
from db.engine import Database
from incidents.case import (
    BeyondAbility,
    CaseEvent,
    CaseNoted,
    CaseResolved,
    Contested,
    LevelChanged,
    LevelContested,
    Rated,
    Taken,
    UnderTest,
)
from incidents.caseload import Caseload
from incidents.decide import Refused
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import case as store
from incidents.wanted import still_wanted
from notify.message import Notification
from notify.store.told import history
from tests.incidents.samples import LI, NOON, WANG, agreement, config, customer, named, see
from tests.incidents.told import notifications, pages

ACME = "customer:acme"
CASE = "CASE-2026-0001"
TWO_WAYS = Person(
    id="li",
    name="Li",
    email="li@example.com",
    language="en",
    reach=(Reach(channel="mail"), Reach(channel="log", after=5)),
)


def caseload(**changes: Any) -> Caseload:
    made = config(customers=named((customer("acme"),)), **changes)
    return Caseload(made, Paging(made, log_channel="log"))


def reports(tx: Connection, cases: Caseload, **changes: Any) -> str:
    given: dict[str, Any] = {"kind": CaseKind.FAULT, "title": "cannot log in", "by": ACME, "component": "shop"}
    return cases.open_by_person(tx, customer="acme", reported_at=NOON, now=NOON, **{**given, **changes}).id


def said(tx: Connection, cases: Caseload, event: CaseEvent, by: str = ACME) -> None:
    cases.record(tx, CASE, event, by, NOON, NOON)


def called(tx: Connection) -> list[tuple[str, str]]:
    return [(one.person, str(one.message.facts["event"])) for one in notifications(tx, "page")]


async def test_a_fault_that_a_customer_reports_calls_whoever_is_on_call(database: Database) -> None:
    cases = caseload()
    await database.write(lambda tx: reports(tx, cases, caller="Chen"))

    (told,) = await database.read(lambda tx: notifications(tx, "page"))
    assert (told.person, told.channel, told.due_at, told.case) == ("li", "mail", NOON, CASE)
    assert told.message.subject == "New case CASE-2026-0001, level 1"
    for word in ("Customer: acme", "Reported by: Chen", "Component: shop", "cannot log in", f"upheld case take {CASE}"):
        assert word in told.message.text


async def test_what_he_writes_with_a_report_calls_once_and_stands_in_the_call(database: Database) -> None:
    """A mail that opened a case called twice, and the first call did not say what was in it."""
    cases = caseload()
    await database.write(lambda tx: reports(tx, cases, text="Since nine.\nNobody can log in."))

    (told,) = await database.read(lambda tx: notifications(tx, "page"))
    assert told.message.facts["event"] == "case.reported" and "Nobody can log in." in told.message.text
    (_, noted) = await database.read(lambda tx: store.events(tx, CASE))
    assert noted.event == CaseNoted(text="Since nine.\nNobody can log in.") and noted.by == ACME


async def test_a_title_as_long_as_a_story_is_cut_and_the_story_kept(database: Database) -> None:
    """A case's title stands in lists and subjects; one of 3000 letters made every line of a list as long."""
    story, cases = "x " * 1500, caseload()
    await database.write(lambda tx: reports(tx, cases, title=story, text="by Chen"))

    made, (_, noted) = await database.read(lambda tx: (store.find(tx, CASE), store.events(tx, CASE)))
    assert made is not None and len(made.title) == 200 and made.title.endswith("…")
    assert noted.event == CaseNoted(text=f"{story.strip()}\n\nby Chen")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (CaseNoted(text=" "), "a note needs a text"),
        (CaseResolved(how=""), "say what was done"),
        (UnderTest(plan=""), "say which plan"),
        (BeyondAbility(reason=""), "say why"),
    ],
)
async def test_a_fact_without_words_is_refused(database: Database, event: CaseEvent, why: str) -> None:
    """A case was resolved by command without a word of what was done, and the customer asked to confirm it."""
    cases = caseload()

    def work(tx: Connection) -> None:
        reports(tx, cases)
        with pytest.raises(Refused, match=why):
            said(tx, cases, event, "person:li")

    await database.write(work)


async def test_of_whom_a_policy_passes_over_the_next_is_called_and_without_one_the_managers(database: Database) -> None:
    mild = Escalation(id="default", steps=(Step(notify=("li",)),), severity=(3,), fallback=("li",))
    late = Escalation(
        id="default",
        steps=(Step(notify=("li",), severity=(3,)), Step(notify=("wang",), after=HOUR)),
        fallback=("li",),
    )

    def work(tx: Connection) -> list[tuple[str, str]]:
        reports(tx, caseload(escalations=named((mild,))))
        reports(tx, caseload(escalations=named((late,))))
        reports(tx, caseload(escalations={}), component=None)
        return called(tx)

    assert await database.write(work) == [("wang", "case.reported")] * 3


async def test_a_question_wakes_nobody_but_the_managers_hear_of_it(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> list[tuple[str, str]]:
        reports(tx, cases, kind=CaseKind.QUESTION)
        return called(tx)

    assert await database.write(work) == [("wang", "case.reported")]


async def test_who_writes_a_report_down_is_not_told_of_it(database: Database) -> None:
    cases = caseload(people=named((LI, WANG)))

    def work(tx: Connection) -> list[tuple[str, str]]:
        reports(tx, cases, by="person:li")
        reports(tx, cases, by="person:wang")
        return called(tx)

    assert await database.write(work) == [("li", "case.reported")]


@pytest.mark.parametrize("event", [Taken(person="wang"), CaseResolved(how="it was the proxy")])
async def test_once_somebody_has_it_or_it_is_over_later_ways_are_not_tried(
    database: Database, event: CaseEvent
) -> None:
    cases = caseload(people=named((TWO_WAYS, WANG)))

    def work(tx: Connection) -> list[str]:
        reports(tx, cases)
        assert pages(tx, state="queued") == ["li/mail", "li/log"]
        said(tx, cases, event, "person:wang")
        return pages(tx, state="queued")

    assert await database.write(work) == []
    assert await database.read(lambda tx: {one.outcome for one in history(tx, case=CASE)} - {None}) in (
        {"somebody has the case"},
        {"resolved"},
    )


async def test_a_report_that_does_not_reach_who_is_on_call_reaches_the_managers(database: Database) -> None:
    """A refused address left it to the first warning of a clock, hours later."""
    written = config(customers=named((customer("acme"),)), people=named((TWO_WAYS, WANG)))
    paging = Paging(written, log_channel="log")
    cases = Caseload(written, paging)
    made = Incidents(written, paging, cases)

    def work(tx: Connection) -> None:
        reports(tx, cases)
        mail, other = notifications(tx, "page")
        made.not_told(tx, mail, NOON + 1)
        assert called(tx) == [("li", "case.reported")] * 2
        assert [one.due_at for one in notifications(tx, "page")] == [NOON, NOON + 1]
        for _ in range(2):
            made.not_told(tx, other, NOON + 2)
        assert called(tx) == [*[("li", "case.reported")] * 2, ("wang", "case.reported")]

        said(tx, cases, Taken(person="wang"), "person:wang")
        made.not_told(tx, mail, NOON + 3)
        assert len(called(tx)) == 3

    await database.write(work)


async def test_who_has_it_and_cannot_be_reached_is_no_ear(database: Database) -> None:
    mute = Person(id="mute", name="Mute", language="en")
    cases = caseload(people=named((mute, LI, WANG)))

    def work(tx: Connection) -> list[tuple[str, str]]:
        reports(tx, cases)
        said(tx, cases, Taken(person="mute"), "person:li")
        said(tx, cases, CaseNoted(text="it is worse now"))
        return called(tx)

    assert await database.write(work) == [("li", "case.reported"), ("li", "case.customer_wrote")]


async def test_what_is_on_its_way_is_not_tried_again_once_somebody_has_it(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> tuple[str | None, str | None]:
        reports(tx, cases)
        told: Notification = notifications(tx, "page")[0]
        before = still_wanted(tx, told)
        said(tx, cases, Taken(person="wang"), "person:wang")
        return before, still_wanted(tx, told)

    assert await database.write(work) == (None, "somebody has the case")


async def test_what_he_writes_before_anybody_has_it_calls_too(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> list[tuple[str, str]]:
        reports(tx, cases)
        said(tx, cases, CaseNoted(text="Now all of our shops are closed"))
        said(tx, cases, CaseNoted(text="We look"), "person:wang")
        return called(tx)

    assert await database.write(work) == [("li", "case.reported"), ("li", "case.customer_wrote")]


async def test_what_he_contests_reaches_whoever_has_it(database: Database) -> None:
    cases = caseload(people=named((LI, WANG)))

    def work(tx: Connection) -> list[Notification]:
        reports(tx, cases, by="person:li")
        said(tx, cases, Taken(person="wang"), "person:wang")
        said(tx, cases, LevelChanged(level=3, reason="one user"), "person:wang")
        said(tx, cases, LevelContested(reason="all of us"))
        said(tx, cases, CaseResolved(how="restarted"), "person:wang")
        said(tx, cases, Contested(reason="still slow"))
        return notifications(tx, "clock")

    level, result = await database.write(work)
    assert level.person == result.person == "wang"
    assert "all of us" in level.message.text
    assert result.message.subject == "Case CASE-2026-0001 is contested"
    assert "still slow" in result.message.text


async def test_a_result_contested_by_a_customer_whose_case_nobody_took_calls_whoever_had_the_incident(
    database: Database,
) -> None:
    made = config(customers=named((customer("acme"),)))
    paging = Paging(made, log_channel="log")
    cases = Caseload(made, paging)
    incidents = Incidents(made, paging, cases)

    def work(tx: Connection) -> list[str]:
        see(tx, incidents, {"shop/home": State.UP, "shop/api": State.UP}, NOON - HOUR, NOON - HOUR)
        see(tx, incidents, {"shop/home": State.DOWN}, NOON, NOON)
        incidents.acknowledge(tx, "INC-2026-0001", "person:wang", NOON, "desk")
        see(tx, incidents, {"shop/home": State.UP}, NOON + MINUTE, NOON + MINUTE)
        cases.record(tx, CASE, Contested(reason="it is not"), ACME, NOON + 2 * MINUTE, NOON + 2 * MINUTE)
        return [one.person for one in notifications(tx, "clock")]

    assert await database.write(work) == ["wang"]


async def test_a_low_rating_is_heard_and_a_good_one_needs_nobody(database: Database) -> None:
    owed = agreement(rating=Rating(scores=("overall",), follow_up_below=3))
    made = config(customers=named((customer("acme", owed),)))
    cases = Caseload(made, Paging(made, log_channel="log"))

    def work(tx: Connection) -> list[Notification]:
        reports(tx, cases, by="person:li")
        said(tx, cases, Taken(person="wang"), "person:wang")
        said(tx, cases, CaseResolved(how="restarted"), "person:wang")
        said(tx, cases, Rated(scores={"overall": 3}, comment="fine"), "person:li")
        said(tx, cases, Rated(scores={"overall": 2}, comment="too slow"))
        return notifications(tx, "clock")

    (told,) = await database.write(work)
    assert (told.person, told.message.subject) == ("wang", "Case CASE-2026-0001 was rated low")
    assert "too slow" in told.message.text


async def test_over_a_channel_that_leads_abroad_no_words_and_no_names_go(database: Database) -> None:
    channels = {"mail": {"id": "mail", "kind": "email", "names": "ids"}}
    cases = caseload(channels=channels)
    await database.write(lambda tx: reports(tx, cases, caller="Chen", title="the salaries are wrong"))

    (told,) = await database.read(lambda tx: notifications(tx, "page"))
    assert "Chen" not in told.message.text and "salaries" not in told.message.text
