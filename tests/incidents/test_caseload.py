"""What customers are owed, in the store: opened, answered, warned of, solved."""

from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from config.agreement import CaseKind, Limit
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.model import Config, Contact
from config.oncall import Person, Reach, Role
from config.state import State
from db.engine import Database
from db.tables.incidents import case as case_table
from db.tables.incidents import timer as timer_table
from incidents.case import (
    Case,
    CaseEvent,
    CaseNoted,
    CaseProgress,
    CaseResolved,
    ClockWarned,
    Confirmed,
    Contested,
    Fulfilled,
    LevelChanged,
    LevelConfirmed,
    Resumed,
    Waiting,
    replay_case,
)
from incidents.caseload import Caseload, NoSuchCase
from incidents.clock import ClockState
from incidents.decide import Refused
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import case as store
from incidents.store import timer
from notify.message import Notification
from tests.incidents.samples import (
    LEVELS,
    LI,
    NOON,
    WANG,
    agreement,
    commitment,
    config,
    customer,
    level,
    named,
    office,
    see,
)
from tests.incidents.told import deliver, notifications, pages, timers

U, D, X = State.UP, State.DOWN, State.UNKNOWN
FIRST = "CASE-2026-0001"


class Desk:
    """Incidents and their caseload, as one configuration wires them."""

    def __init__(self, made: Config) -> None:
        paging = Paging(made, log_channel="log")
        self.cases = Caseload(made, paging)
        self.incidents = Incidents(made, paging, self.cases)

    def down(self, tx: Connection, at: Instant = NOON) -> None:
        see(tx, self.incidents, {"shop/home": U, "shop/api": U}, at - HOUR, at - HOUR)
        see(tx, self.incidents, {"shop/home": D}, at, at)

    def up(self, tx: Connection, at: Instant) -> None:
        see(tx, self.incidents, {"shop/home": U}, at, at)

    def call(self, tx: Connection, **changes: Any) -> Case:
        given: dict[str, Any] = {
            "customer": "acme",
            "kind": CaseKind.FAULT,
            "title": "cannot log in",
            "by": "person:li",
            "reported_at": NOON,
            "now": NOON,
        }
        return self.cases.open_by_person(tx, **{**given, **changes})

    def fire(self, tx: Connection, now: Instant) -> None:
        for one in timer.due(tx, now, 100):
            self.incidents.fire(tx, one, now)


def desk(*customers: Any, **changes: Any) -> Desk:
    return Desk(config(customers=named(customers or (customer(),)), **changes))


def taken(tx: Connection) -> Notification:
    """The receipt that goes out when somebody takes the incident."""
    return next(one for one in notifications(tx, "customer") if one.message.facts["event"] == "case.taken")


def load(tx: Connection, number: str = FIRST) -> Case:
    found = store.find(tx, number)
    assert found is not None
    return found


# opening


async def test_an_incident_opens_a_case_for_every_agreement_that_covers_it_at_the_level_of_its_numbering(
    database: Database,
) -> None:
    upside_down = (level(3, commitment("respond", HOUR), severities=(1,)), level(1, severities=(2, 3)))
    made = desk(
        customer("acme"),
        customer("bank", agreement("bank", levels=upside_down)),
        customer("crow", agreement("crow", covers=["crm"])),
        customer("dove", agreement("dove", effective=NOON + 1)),
        customer("emu", agreement("emu", levels=())),
    )

    await database.write(made.down)

    found = await database.read(store.every)
    assert sorted((one.customer, one.level) for one in found) == [("acme", 1), ("bank", 3)]
    assert {(one.incident, one.component, one.kind) for one in found} == {("INC-2026-0001", "shop", CaseKind.FAULT)}
    assert [one.person for one in await database.read(lambda tx: notifications(tx, "customer"))] == ["Chen", "Chen"]


async def test_a_report_by_telephone_starts_the_clocks_when_it_was_made(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> Case:
        return made.call(tx, reported_at=NOON - 10 * MINUTE, caller="Ms Chen")

    opened = await database.write(work)

    assert (opened.started_at, opened.opened_at, opened.caller) == (NOON - 10 * MINUTE, NOON, "Ms Chen")
    due = {one.name: one.due_at for one in made.cases.clocks(opened, NOON)}
    assert due == {"respond": NOON + 5 * MINUTE, "resolve": NOON + 110 * MINUTE}
    assert (await database.read(timers))[f"{FIRST} respond:limit"] == NOON + 5 * MINUTE + 1


async def test_a_question_gets_the_level_for_questions_and_a_person_may_say_another(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> list[int]:
        question = {"kind": CaseKind.QUESTION}
        return [made.call(tx, **question).level, made.call(tx, **question, level=2).level, made.call(tx).level]

    assert await database.write(work) == [3, 2, 1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"customer": "nobody"}, "known: acme"),
        ({"component": "crm"}, "covers 'crm'"),
        ({"component": "moon"}, "covers 'moon'"),
        ({"level": 9}, "it has 1, 2, 3"),
        ({"reported_at": NOON + 1}, "future"),
        ({"title": "  "}, "needs a title"),
    ],
)
async def test_a_report_that_fits_nothing_is_refused_with_what_would(
    database: Database, changes: dict[str, Any], reason: str
) -> None:
    made = desk()

    with pytest.raises(Refused, match=reason):
        await database.write(lambda tx: made.call(tx, **changes))

    assert await database.read(store.every) == []
    assert await database.read(timers) == {}


async def test_a_title_is_one_line_that_commands_nothing(database: Database) -> None:
    made = desk()
    case = await database.write(lambda tx: made.call(tx, title=" cannot\r\n\tlog\x1b[31m in\n"))
    assert case.title == "cannot log\N{REPLACEMENT CHARACTER}[31m in"


async def test_an_agreement_not_in_force_covers_nothing(database: Database) -> None:
    made = desk(customer("acme", agreement(until=NOON)))

    with pytest.raises(Refused, match="no agreement in force"):
        await database.write(made.call)


# responding


async def test_only_an_accepted_message_to_the_customer_meets_the_respond_clock(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.down(tx)
        made.incidents.acknowledge(tx, "INC-2026-0001", "person:li", NOON + MINUTE, "command")

    await database.write(work)
    assert (await database.read(load)).fulfilled == {}

    receipt = await database.read(taken)
    await database.write(lambda tx: made.incidents.told(tx, receipt, NOON + 2 * MINUTE))
    await database.write(lambda tx: made.incidents.told(tx, receipt, NOON + 3 * MINUTE))

    found = await database.read(load)
    assert found.fulfilled == {"respond": NOON + 2 * MINUTE}
    assert made.cases.clocks(found, NOON + DAY)[0].state is ClockState.MET
    assert f"{FIRST} respond:limit" not in await database.read(timers)


async def test_an_automatic_receipt_meets_it_only_where_the_agreement_says_so(database: Database) -> None:
    generous = (level(1, commitment("respond", HOUR, automatic_receipt=True), severities=(1, 2, 3)),)
    made = desk(customer("acme"), customer("bank", agreement("bank", levels=generous)))

    def work(tx: Connection) -> dict[str, list[str]]:
        made.down(tx)
        for receipt in notifications(tx, "customer"):
            made.incidents.told(tx, receipt, NOON + SECOND)
        return {one.customer: list(one.fulfilled) for one in store.every(tx)}

    assert await database.write(work) == {"acme": [], "bank": ["respond"]}


async def test_what_only_the_log_took_nobody_has_seen(database: Database) -> None:
    nobody = customer("acme", contacts=(Contact(name="Chen"),))
    made = desk(nobody)

    def work(tx: Connection) -> Case:
        made.down(tx)
        made.incidents.acknowledge(tx, "INC-2026-0001", "person:li", NOON + MINUTE, "command")
        made.incidents.told(tx, taken(tx), NOON + 2 * MINUTE)
        return load(tx)

    assert (await database.write(work)).fulfilled == {}


async def test_a_contact_with_a_very_long_name_is_told_all_the_same(database: Database) -> None:
    long = customer("acme", contacts=(Contact(name="陈" * 300, email="chen@acme.example"),))

    await database.write(desk(long).down)

    assert len(await database.read(lambda tx: notifications(tx, "customer"))) == 1


async def test_a_recorded_call_meets_it_when_it_was_made(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> Case:
        made.call(tx)
        call = Fulfilled(commitment="respond", how="called Ms Chen")
        return made.cases.record(tx, FIRST, call, "person:li", NOON + 10 * MINUTE, NOON + 20 * MINUTE)

    assert (await database.write(work)).fulfilled == {"respond": NOON + 10 * MINUTE}


# warnings


EXECUTIVE = Person(
    id="zhao",
    name="Zhao Min",
    email="zhao@example.com",
    language="en",
    role=Role.EXECUTIVE,
    reach=(Reach(channel="mail"),),
)


async def test_by_how_far_a_commitment_is_used_up_more_people_are_told_and_the_customer_before_its_end(
    database: Database,
) -> None:
    made = desk(customer(), people=named((LI, WANG, EXECUTIVE)))

    def work(tx: Connection) -> list[tuple[bool, Instant, Instant]]:
        made.call(tx)
        for second in range(0, 16 * 60, 10):
            made.fire(tx, NOON + second * SECOND)
        log = [(one.event, one.happened_at) for one in store.events(tx, FIRST)]
        return [(one.missed, at - NOON, one.due_at - NOON) for one, at in log if isinstance(one, ClockWarned)]

    due = 15 * MINUTE
    assert await database.write(work) == [(False, due // 2, due), (True, due + 10 * SECOND, due)]
    assert await database.read(lambda tx: pages(tx, purpose="clock")) == [*4 * ["wang/mail"], "zhao/mail"]
    word, *_ = [
        one
        for one in await database.read(lambda tx: notifications(tx, "customer"))
        if one.message.facts["event"] == "case.clock_likely"
    ]
    assert (word.person, word.message.subject) == ("Chen", "Case CASE-2026-0001: a time limit may be missed")


async def test_of_several_shares_reached_at_once_the_highest_is_told_and_the_others_are_kept_as_skipped(
    database: Database,
) -> None:
    made = desk()

    def work(tx: Connection) -> dict[str, str | None]:
        made.call(tx)
        made.fire(tx, NOON + 14 * MINUTE)
        rows = tx.execute(select(timer_table).where(timer_table.c.done_at.is_not(None)))
        return {row.step: row.outcome for row in rows}

    assert await database.write(work) == {
        "respond:50": "skipped: 90 is reached",
        "respond:75": "skipped: 90 is reached",
        "respond:90": "warned",
        "respond:customer": "customer told",
    }
    assert await database.read(lambda tx: pages(tx, purpose="clock")) == ["wang/mail"]


async def test_a_share_that_waiting_moved_is_told_when_it_is_reached_again(database: Database) -> None:
    """Half of two hours was used up by a report an hour old; then its level, and with it the limit, was another."""
    made = desk()

    def work(tx: Connection) -> list[str | None]:
        made.call(tx, level=1)
        made.fire(tx, NOON + HOUR)
        step = timer_table.c.step == "resolve:50"
        first = tx.scalar(select(timer_table.c.outcome).where(step))
        at = NOON + HOUR + 1
        made.cases.record(tx, FIRST, LevelChanged(level=2, reason="not all users"), "person:li", at, at)
        made.cases.record(tx, FIRST, LevelConfirmed(text="yes"), "customer:chen", at, at)
        waits = tx.scalar(select(timer_table.c.due_at).where(step, timer_table.c.done_at.is_(None)))
        assert waits == NOON + 4 * HOUR
        made.fire(tx, NOON + 4 * HOUR)
        return [first, tx.scalar(select(timer_table.c.outcome).where(step))]

    assert await database.write(work) == ["warned", "warned"]


async def test_an_internal_target_warns_the_managers_and_tells_the_customer_nothing(database: Database) -> None:
    inner = commitment("resolve", 24 * HOUR, target=Limit(span=4 * HOUR))
    made = desk(customer("acme", agreement(levels=(level(1, inner, severities=(1, 2, 3)),))))

    def work(tx: Connection) -> list[str]:
        made.call(tx)
        made.fire(tx, NOON + 4 * HOUR + 1)
        return [one.message.text for one in notifications(tx, "clock")]

    (text,) = await database.write(work)
    assert "The internal target has passed." in text
    told = await database.read(lambda tx: notifications(tx, "customer"))
    assert [one.message.facts["event"] for one in told] == ["case.opened"]


async def test_a_timer_of_an_earlier_version_is_counted_anew(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> dict[str, Instant]:
        made.call(tx)
        tx.execute(delete(timer_table))
        timer.start(tx, timer.Kind.CLOCK, FIRST, "resolve:warn", NOON + HOUR, NOON)
        made.fire(tx, NOON + HOUR)
        return timers(tx)

    found = await database.write(work)
    assert {f"{FIRST} resolve:{step}" for step in ("50", "75", "90", "customer", "limit")} < set(found)


async def test_nothing_is_missed_at_the_very_instant_at_which_it_is_due(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> list[bool]:
        made.call(tx)
        made.fire(tx, NOON + 15 * MINUTE)
        return [one.event.missed for one in store.events(tx, FIRST) if isinstance(one.event, ClockWarned)]

    assert True not in await database.write(work)


async def test_a_warning_that_comes_after_the_end_is_left_out(database: Database) -> None:
    """The server was away: one message says that it was missed."""
    made = desk()

    def work(tx: Connection) -> list[tuple[str, bool]]:
        made.call(tx)
        made.fire(tx, NOON + 20 * MINUTE)
        log = [one.event for one in store.events(tx, FIRST)]
        return [(one.commitment, one.missed) for one in log if isinstance(one, ClockWarned)]

    assert await database.write(work) == [("respond", True)]


async def test_what_is_kept_is_not_warned_of(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx)
        made.cases.record(tx, FIRST, CaseResolved(how="restarted"), "person:li", NOON + 1, NOON + 1)
        made.cases.record(tx, FIRST, Fulfilled(commitment="respond", how="call"), "person:li", NOON + 1, NOON + 1)
        made.fire(tx, NOON + DAY)

    await database.write(work)

    assert await database.read(lambda tx: pages(tx, purpose="clock")) == []


async def test_while_the_customer_is_awaited_the_resolve_clock_does_not_ring(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> dict[str, Instant]:
        made.call(tx)
        made.cases.record(tx, FIRST, Waiting(awaited="a log"), "person:li", NOON + MINUTE, NOON + MINUTE)
        assert not [one for one in timers(tx) if "resolve" in one]
        made.cases.record(tx, FIRST, Resumed(), "person:li", NOON + HOUR, NOON + HOUR)
        return timers(tx)

    assert (await database.write(work))[f"{FIRST} resolve:limit"] == NOON + 2 * HOUR + 59 * MINUTE + 1


async def test_a_version_that_lost_the_case_s_level_makes_no_trouble(database: Database) -> None:
    before, after = desk(), desk(customer("acme", agreement(levels=LEVELS[1:])))

    def work(tx: Connection) -> None:
        before.call(tx)
        after.fire(tx, NOON + DAY)
        after.cases.record(tx, FIRST, CaseNoted(text="hm"), "person:li", NOON + DAY, NOON + DAY)

    await database.write(work)

    assert await database.read(timers) == {}


async def test_outside_service_hours_a_case_has_the_clocks_of_the_night(database: Database) -> None:
    night = {"respond": commitment("respond", 30 * MINUTE), "workaround": commitment("workaround", 4 * HOUR)}
    urgent = level(1, commitment("respond", 15 * MINUTE), severities=(1, 2, 3), outside_hours=night)
    made = desk(customer("acme", agreement(levels=(urgent,), hours=office())))

    def work(tx: Connection) -> dict[str, Instant]:
        made.call(tx)  # Friday 20:00 in Shanghai
        return timers(tx)

    found = await database.write(work)

    assert found[f"{FIRST} workaround:limit"] == NOON + 4 * HOUR + 1
    assert found[f"{FIRST} respond:limit"] == NOON + 30 * MINUTE + 1


# resolving


async def test_recovery_resolves_the_cases_and_tells_the_customer(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> Case:
        made.down(tx)
        deliver(tx)
        made.up(tx, NOON + MINUTE)
        return load(tx)

    found = await database.write(work)

    assert (found.progress, found.resolved_at) == (CaseProgress.RESOLVED, NOON + MINUTE)
    told = await database.read(lambda tx: notifications(tx, "customer"))
    assert [one.message.facts["event"] for one in told] == ["case.opened", "case.resolved"]


async def test_a_click_on_resolve_does_not_stop_the_customer_s_clock_while_the_component_still_fails(
    database: Database,
) -> None:
    made = desk()

    def work(tx: Connection) -> list[CaseProgress]:
        made.down(tx)
        made.incidents.resolve(tx, "INC-2026-0001", "person:li", "known", NOON + MINUTE)
        seen = [load(tx).progress]
        made.up(tx, NOON + HOUR)
        return [*seen, load(tx).progress]

    assert await database.write(work) == [CaseProgress.OPEN, CaseProgress.RESOLVED]
    assert (await database.read(load)).fulfilled == {"resolve": NOON + HOUR}


async def test_recovery_ends_the_cases_of_all_the_faults_the_component_had(database: Database) -> None:
    """The second incident opened because it got worse after the first was muted."""
    made = desk()

    def work(tx: Connection) -> set[tuple[str | None, CaseProgress]]:
        see(tx, made.incidents, {"shop/home": U, "shop/api": U}, NOON - HOUR, NOON - HOUR)
        see(tx, made.incidents, {"shop/home": State.DEGRADED}, NOON, NOON)
        made.incidents.resolve(tx, "INC-2026-0001", "person:li", "known", NOON + 1)
        see(tx, made.incidents, {"shop/api": D}, NOON + 2, NOON + 2)
        see(tx, made.incidents, {"shop/home": U, "shop/api": U}, NOON + 3, NOON + 3)
        return {(one.incident, one.progress) for one in store.every(tx)}

    assert await database.write(work) == {
        ("INC-2026-0001", CaseProgress.RESOLVED),
        ("INC-2026-0002", CaseProgress.RESOLVED),
    }


async def test_recovery_leaves_alone_what_a_person_reported(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> Case:
        made.call(tx, component="shop")
        made.down(tx, NOON + 1)
        made.up(tx, NOON + 2)
        return load(tx)

    assert (await database.write(work)).open


async def test_a_clock_set_back_does_not_keep_an_incident_open(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> Case:
        made.down(tx)
        see(tx, made.incidents, {"shop/home": U}, NOON + 1, NOON - HOUR)
        return load(tx)

    found = await database.write(work)

    assert (found.progress, found.resolved_at) == (CaseProgress.RESOLVED, NOON)


async def test_a_case_is_what_its_events_add_up_to(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx)
        steps: list[CaseEvent] = [
            Fulfilled(commitment="respond", how="call"),
            CaseNoted(text="looking"),
            Waiting(awaited="a log"),
            Resumed(),
            CaseResolved(how="restarted"),
            Contested(reason="still broken"),
            CaseResolved(how="repaired"),
            Confirmed(text="thanks"),
        ]
        for minute, event in enumerate(steps, start=1):
            made.cases.record(tx, FIRST, event, "person:li", NOON + minute * MINUTE, NOON + minute * MINUTE)

    await database.write(work)

    row = await database.read(load)
    log = await database.read(lambda tx: store.events(tx, FIRST))
    assert replay_case(FIRST, log) == row
    assert row.progress is CaseProgress.CONFIRMED
    assert all(one.seen_by_customer_at == one.recorded_at for one in log)


async def test_a_case_that_an_earlier_version_kept_is_read_from_its_events(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> tuple[Case, Case]:
        made.call(tx)
        case = made.cases.record(tx, FIRST, CaseNoted(text="looking"), "person:li", NOON + MINUTE, NOON + MINUTE)
        kept = tx.scalar(select(case_table.c.snapshot)) or {}
        older = {key: value for key, value in kept.items() if key not in ("rounds", "written", "beyond_at")}
        tx.execute(update(case_table).values(snapshot={**older, "again": None}))
        return case, load(tx)

    case, read = await database.write(work)
    assert read == case
    assert read.written == (NOON + MINUTE,)


async def test_a_daily_word_that_was_missed_is_told_and_its_next_day_has_timers(database: Database) -> None:
    daily = level(1, commitment("update", DAY, starts="updated"), severities=(1,))
    made = desk(customer("acme", agreement(levels=(daily,))))

    def work(tx: Connection) -> dict[str, Instant]:
        made.call(tx)
        made.fire(tx, NOON + DAY + 1)
        return timers(tx)

    assert (await database.write(work))[f"{FIRST} update.2:limit"] == NOON + 2 * DAY + 1


@pytest.mark.parametrize(
    "event",
    [Resumed(), Confirmed(text="x"), Contested(reason="x"), CaseNoted(text=" ")],
    ids=lambda one: type(one).__name__,
)
async def test_a_fact_that_does_not_fit_an_open_case_is_refused(database: Database, event: Any) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx)
        with pytest.raises(Refused, match=FIRST):
            made.cases.record(tx, FIRST, event, "person:li", NOON, NOON)

    await database.write(work)


@pytest.mark.parametrize("event", [Waiting(awaited="x"), CaseResolved(how="x")], ids=lambda one: type(one).__name__)
async def test_a_fact_that_does_not_fit_a_resolved_case_is_refused(database: Database, event: Any) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx)
        made.cases.record(tx, FIRST, CaseResolved(how="x"), "person:li", NOON, NOON)
        with pytest.raises(Refused, match=FIRST):
            made.cases.record(tx, FIRST, event, "person:li", NOON, NOON)

    await database.write(work)


async def test_a_fact_lies_neither_in_the_future_nor_before_the_case(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx)
        for at in (NOON - 1, NOON + 1):
            with pytest.raises(Refused):
                made.cases.record(tx, FIRST, CaseNoted(text="x"), "person:li", at, NOON)
        with pytest.raises(NoSuchCase):
            made.cases.record(tx, "CASE-2026-0099", CaseNoted(text="x"), "person:li", NOON, NOON)

    await database.write(work)


async def test_the_customer_is_told_what_is_awaited_when_his_clock_stops(database: Database) -> None:
    made = Desk(config(customers={"acme": customer()}))

    def work(tx: Connection) -> list[Notification]:
        case = made.call(tx)
        made.cases.record(tx, case.id, Waiting(awaited="the log of 14:00"), "person:li", NOON + MINUTE, NOON + MINUTE)
        return [told for told in notifications(tx, "customer") if told.message.facts["event"] == "case.waiting"]

    (told,) = await database.write(work)
    assert told.person == "Chen"
    assert "the log of 14:00" in told.message.text
