"""From news to incidents, pages and timers, in one transaction, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from config.agreement import Category
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.model import Config, Exclusion, ExclusionNotice
from config.oncall import Escalation, Layer, Reach, Rota, Step
from config.state import State
from db.engine import Database, Use, open_database
from db.tables.notify import notification
from incidents.decide import Refused
from incidents.incident import Acknowledged, Escalated, Incident, Noted, Progress, Resolved, replay
from incidents.routing import Routing
from incidents.service import Incidents, NotFound
from incidents.store import case as cases
from incidents.store import incident as store
from incidents.store import timer
from incidents.wanted import still_wanted
from notify.message import Notification, Purpose
from sla.exclusions import Exclusions
from sla.proposal import Proposed
from tests.incidents.samples import (
    BY_SERVICE,
    LI,
    NOON,
    alert,
    component,
    config,
    customer,
    incidents,
    named,
    report,
    see,
)
from tests.incidents.told import deliver, notifications, pages, timers

U, D, X, G = State.UP, State.DOWN, State.UNKNOWN, State.DEGRADED
FIRST = "INC-2026-0001"


def newest(tx: Connection, name: str = "shop") -> Incident:
    found = store.newest_of(tx, name)
    assert found is not None
    return found


def down(tx: Connection, made: Incidents, at: Instant = NOON) -> Incident:
    """The shop goes down."""
    see(tx, made, {"shop/home": U, "shop/api": U}, at - HOUR, at - HOUR)
    see(tx, made, {"shop/home": D}, at - MINUTE, at)
    return newest(tx)


def up(tx: Connection, made: Incidents, at: Instant) -> Incident:
    see(tx, made, {"shop/home": U, "shop/api": U}, at, at)
    return newest(tx)


def fire_all(tx: Connection, made: Incidents, now: Instant) -> int:
    return len(made.fire_all(tx, timer.due(tx, now, 100), now))


def failed(tx: Connection, made: Incidents, now: Instant) -> int:
    """Every page that waits is given up; how many there were."""
    waiting = list(notifications(tx, "page"))
    deliver(tx, state="failed")
    for one in waiting:
        made.not_told(tx, one, now)
    return len(waiting)


# opening


async def test_an_incident_opens_with_its_page_and_its_timer_in_one_transaction(database: Database) -> None:
    made = incidents(config())

    opened = await database.write(lambda tx: down(tx, made))

    assert (opened.id, opened.progress, opened.severity) == (FIRST, Progress.TRIGGERED, 1)
    assert (opened.started_at, opened.opened_at) == (NOON - MINUTE, NOON)
    assert await database.read(pages) == ["li/mail"]
    assert await database.read(timers) == {f"{FIRST} 1.2": NOON + 15 * MINUTE}


async def test_what_fails_on_the_way_leaves_neither_incident_nor_page_nor_timer(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError):
        await database.write(work)

    assert await database.read(store.newest) == []
    assert await database.read(pages) == []
    assert await database.read(timers) == {}


async def test_unknown_opens_nothing_and_ends_nothing(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": X, "shop/api": X}, NOON - DAY, NOON - DAY)
        assert store.newest_of(tx, "shop") is None
        down(tx, made)
        see(tx, made, {"shop/home": X}, NOON + MINUTE, NOON + MINUTE)

    await database.write(work)

    assert (await database.read(newest)).progress is Progress.TRIGGERED


async def test_a_second_failing_check_opens_no_second_incident(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        see(tx, made, {"shop/api": D}, NOON, NOON + MINUTE)

    await database.write(work)

    assert len(await database.read(store.newest)) == 1
    assert await database.read(pages) == ["li/mail"]


async def test_the_row_is_what_its_events_add_up_to(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        fire_all(tx, made, NOON + 15 * MINUTE)
        made.acknowledge(tx, FIRST, "person:li", NOON + 16 * MINUTE, "command")
        made.note(tx, FIRST, "person:li", "restarting", NOON + 17 * MINUTE)
        made.resolve(tx, FIRST, "person:li", "", NOON + 18 * MINUTE)
        up(tx, made, NOON + 19 * MINUTE)

    await database.write(work)

    row = await database.read(newest)
    log = await database.read(lambda tx: store.events(tx, FIRST))
    assert replay(FIRST, log) == row
    assert row.version == len(log) == 8


async def test_two_incidents_of_one_component_are_never_open_at_once_even_if_the_clock_was_set_back(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[Incident]:
        down(tx, made, NOON)
        up(tx, made, NOON + MINUTE)
        see(tx, made, {"shop/home": D}, NOON + 2 * MINUTE, NOON - 10 * MINUTE)
        see(tx, made, {"shop/api": D}, NOON + 2 * MINUTE, NOON - 9 * MINUTE)
        return store.unresolved(tx)

    assert [one.id for one in await database.write(work)] == ["INC-2026-0002"]


async def test_numbers_are_dense_and_unique_whoever_opens_at_once(database: Database) -> None:
    names = [f"c{n}" for n in range(40)]
    made = incidents(config(*(component(name, "x") for name in names)))

    def open_one(name: str, *, broken: bool) -> Callable[[Connection], None]:
        def work(tx: Connection) -> None:
            see(tx, made, {f"{name}/x": D}, NOON, NOON)
            if broken:
                raise RuntimeError(name)

        return work

    await asyncio.gather(
        *(database.write(open_one(name, broken=n % 4 == 0)) for n, name in enumerate(names)),
        return_exceptions=True,
    )

    found = sorted(one.id for one in await database.read(store.newest))
    assert found == [f"INC-2026-{n:04d}" for n in range(1, 31)]


async def test_of_many_who_change_one_incident_at_once_each_decides_on_what_is_there(
    database: Database, database_url: str, database_kind: str
) -> None:
    made, people = incidents(config()), [f"person:p{n}" for n in range(12)]
    await database.write(lambda tx: down(tx, made))

    def takes(by: str) -> Callable[[Connection], str | None]:
        return lambda tx: made.acknowledge(tx, FIRST, by, NOON + MINUTE, "command").acknowledged_by

    def notes(by: str) -> Callable[[Connection], str | None]:
        return lambda tx: made.note(tx, FIRST, by, f"seen by {by}", NOON + MINUTE).id

    def ends(by: str) -> Callable[[Connection], str | None]:
        return lambda tx: made.resolve(tx, FIRST, by, f"mended by {by}", NOON + 2 * MINUTE).acknowledged_by

    async with another_process(database, database_url, database_kind) as other:
        hands = [database, other]

        async def all_at_once(act: Callable[[str], Callable[[Connection], str | None]]) -> list[str | None]:
            return await asyncio.gather(*(hands[n % 2].write(act(by)) for n, by in enumerate(people)))

        had, _ = await asyncio.gather(all_at_once(takes), all_at_once(notes))
        had_at_the_end = await all_at_once(ends)
    log = await database.read(lambda tx: store.events(tx, FIRST))
    (first,) = {*had, *had_at_the_end}
    assert [one.by for one in log if isinstance(one.event, Acknowledged)] == [first]
    assert sorted(one.by for one in log if isinstance(one.event, Noted)) == sorted(people)
    assert len([one for one in log if isinstance(one.event, Resolved)]) == 1
    assert replay(FIRST, log) == await database.read(newest)
    with pytest.raises(Refused, match="already resolved"):
        await database.write(takes("person:late"))


@asynccontextmanager
async def another_process(database: Database, url: str, kind: str) -> AsyncIterator[Database]:
    """A writer as a second process has it; SQLite has one for all."""
    if kind == "sqlite":
        yield database
        return
    other = await open_database(url, Use.READ)
    try:
        yield other
    finally:
        await other.close()


# answering


async def test_acknowledging_stops_the_timer_and_the_pages_that_wait(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> Incident:
        down(tx, made)
        return made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "command")

    taken = await database.write(work)

    assert (taken.progress, taken.acknowledged_by) == (Progress.ACKNOWLEDGED, "person:li")
    assert list(await database.read(timers)) == [f"{FIRST} remind", f"{FIRST} lapse"]
    assert await database.read(lambda tx: pages(tx, state="suppressed")) == ["li/mail"]


async def test_acknowledging_again_changes_nothing_and_what_does_not_fit_is_refused(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        first = made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "command")
        assert made.acknowledge(tx, FIRST, "person:wang", NOON + 2 * MINUTE, "mail") == first
        up(tx, made, NOON + 3 * MINUTE)
        with pytest.raises(Refused):
            made.acknowledge(tx, FIRST, "person:li", NOON + 4 * MINUTE, "command")
        with pytest.raises(NotFound):
            made.acknowledge(tx, "INC-2026-0099", "person:li", NOON, "command")

    await database.write(work)


async def test_only_who_got_a_page_hears_that_it_is_over(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        deliver(tx, "li")
        fire_all(tx, made, NOON + 15 * MINUTE)  # wang's page is still waiting
        up(tx, made, NOON + 16 * MINUTE)

    await database.write(work)

    assert await database.read(lambda tx: pages(tx, purpose="resolved")) == ["li/mail"]
    assert await database.read(lambda tx: pages(tx, state="suppressed")) == ["wang/mail"]


async def test_that_it_is_over_is_told_over_the_ways_it_was_told_and_what_told_nobody_is_over_without_a_word(
    database: Database,
) -> None:
    ways = (Reach(channel="mail"), Reach(channel="ding"), Reach(channel="call", after=5 * MINUTE))
    made = incidents(config(people=named((LI.model_copy(update={"reach": ways}), config().people["wang"]))))

    def work(tx: Connection) -> None:
        down(tx, made)
        deliver(tx, channel="mail")
        deliver(tx, channel="ding", state="failed")  # and the call is not due yet
        up(tx, made, NOON + MINUTE)
        down(tx, made, NOON + 3 * HOUR)
        deliver(tx, channel="mail", state="failed")
        deliver(tx, channel="ding", state="failed")
        up(tx, made, NOON + 3 * HOUR + MINUTE)

    await database.write(work)

    over = await database.read(lambda tx: [(one.incident, one.channel) for one in notifications(tx, "resolved")])
    assert over == [(FIRST, "mail")]
    assert [one.progress for one in await database.read(store.newest)] == [Progress.RESOLVED] * 2
    assert await database.read(lambda tx: pages(tx, state="suppressed")) == ["li/call"] * 2
    assert await database.read(timers) == {}


async def test_a_page_that_may_have_arrived_is_followed_by_the_news_that_it_is_over(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        deliver(tx, "li", state="unknown")
        up(tx, made, NOON + MINUTE)

    await database.write(work)

    assert await database.read(lambda tx: pages(tx, purpose="resolved")) == ["li/mail"]


async def test_what_comes_beside_what_was_resolved_by_hand_is_called_by_its_own_name(database: Database) -> None:
    """The call named the alert that the person had just put away, and called the new one that one again."""
    made = incidents(config())

    def work(tx: Connection) -> tuple[str, str | None]:
        old, new = alert("old", summary="the old one"), alert("new", summary="the new one", at=NOON + HOUR)
        made.alert_news(tx, "am", [old], BY_SERVICE, NOON, NOON)
        made.resolve(tx, FIRST, "person:li", "known", NOON + MINUTE)
        made.alert_news(tx, "am", [new], BY_SERVICE, NOON + HOUR, NOON + HOUR)
        opened = store.newest(tx)[0]
        return opened.title, opened.recurrence_of

    assert await database.write(work) == ("the new one", None)


async def test_resolving_by_hand_mutes_until_recovery_and_the_next_failure_is_a_new_incident(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[tuple[str, bool]]:
        down(tx, made)
        muted = made.resolve(tx, FIRST, "person:li", "known", NOON + MINUTE)
        assert muted.muted
        see(tx, made, {"shop/api": D}, NOON + 2 * MINUTE, NOON + 2 * MINUTE)
        assert len(store.newest(tx)) == 1
        up(tx, made, NOON + 3 * MINUTE)
        assert not newest(tx).muted
        see(tx, made, {"shop/api": D}, NOON + 4 * MINUTE, NOON + 5 * MINUTE)
        return [(one.id, one.unresolved) for one in store.newest(tx)]

    assert await database.write(work) == [("INC-2026-0002", True), (FIRST, False)]


async def test_an_alert_that_comes_after_the_mute_is_heard(database: Database) -> None:
    """The first one was silenced at its sender and will never be resolved."""
    made = incidents(config())

    def work(tx: Connection) -> list[str]:
        made.alert_news(tx, "am", [alert("a")], BY_SERVICE, NOON, NOON)
        made.resolve(tx, FIRST, "person:li", "silenced", NOON + MINUTE)
        made.alert_news(tx, "am", [alert("a")], BY_SERVICE, NOON + HOUR, NOON + HOUR)
        assert len(store.newest(tx)) == 1
        made.alert_news(tx, "am", [alert("b", at=NOON + DAY)], BY_SERVICE, NOON + DAY, NOON + DAY)
        return [one.id for one in store.unresolved(tx)]

    assert await database.write(work) == ["INC-2026-0002"]


# escalating


async def test_nobody_answers_and_the_policy_goes_on_to_its_end(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[tuple[int, int]]:
        down(tx, made)
        for minute in range(1, 100):
            fire_all(tx, made, NOON + minute * MINUTE)
        log = store.events(tx, FIRST)
        return [(one.event.round, one.event.step) for one in log if isinstance(one.event, Escalated)]

    assert await database.write(work) == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 0), (4, 0)]


async def test_an_answer_between_two_steps_ends_the_escalation(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> int:
        down(tx, made)
        late = timer.due(tx, NOON + DAY, 10)
        made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "command")
        for one in late:
            made.fire(tx, one, NOON + DAY)
        return len(pages(tx))

    assert await database.write(work) == 1


async def test_a_timer_that_was_read_twice_fires_once(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> int:
        down(tx, made)
        due = timer.due(tx, NOON + HOUR, 10)
        made.fire_all(tx, [*due, *due], NOON + HOUR)
        return sum(isinstance(one.event, Escalated) for one in store.events(tx, FIRST))

    assert await database.write(work) == 2


async def test_a_timer_that_cannot_be_carried_out_does_not_hold_up_the_others(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> dict[str, Instant]:
        down(tx, made)
        timer.start(tx, timer.Kind.ESCALATION, FIRST, "not a place", NOON, NOON)
        fire_all(tx, made, NOON + 15 * MINUTE)
        return timers(tx)

    left = await database.write(work)

    assert await database.read(pages) == ["li/mail", "wang/mail"]
    assert left == {f"{FIRST} not a place": NOON + 16 * MINUTE, f"{FIRST} 2.1": NOON + 25 * MINUTE}


async def test_a_failed_page_brings_the_next_way_and_then_the_next_step_forward(database: Database) -> None:
    two_ways = LI.model_copy(update={"reach": (Reach(channel="mail"), Reach(channel="ding", after=5 * MINUTE))})
    made = incidents(config(people=named((two_ways, config().people["wang"]))))

    def work(tx: Connection) -> dict[str, Instant]:
        down(tx, made)
        first, second = notifications(tx, "page")
        tx.execute(update(notification).where(notification.c.channel == "mail").values(state="failed"))
        made.not_told(tx, first, NOON + SECOND)
        assert [one.due_at for one in notifications(tx, "page")] == [NOON, NOON + SECOND]
        assert timers(tx) == {f"{FIRST} 1.2": NOON + 15 * MINUTE}
        made.not_told(tx, second, NOON + 2 * SECOND)
        return timers(tx)

    assert await database.write(work) == {f"{FIRST} 1.2": NOON + 2 * SECOND}


async def test_a_failed_page_brings_no_step_forward_that_is_told_anyway_or_need_not_be(database: Database) -> None:
    """A robot that refused everything had the next in line called early at each incident, and the fallback with him."""
    ding = Reach(channel="ding", after=15 * MINUTE)
    two_ways = LI.model_copy(update={"reach": (Reach(channel="mail"), ding)})
    made = incidents(config(people=named((two_ways, config().people["wang"]))))

    def refuse(tx: Connection, number: int, at: Instant) -> dict[str, Instant]:
        robot = notifications(tx, "page")[number]
        deliver(tx, channel="ding", state="failed")
        made.not_told(tx, robot, at)
        return timers(tx)

    def work(tx: Connection) -> None:
        down(tx, made)
        deliver(tx, channel="mail")
        assert refuse(tx, 1, NOON + MINUTE) == {f"{FIRST} 1.2": NOON + 15 * MINUTE}, "he has the mail"
        fire_all(tx, made, NOON + 15 * MINUTE)
        assert refuse(tx, 1, NOON + 15 * MINUTE) == {f"{FIRST} 2.1": NOON + 25 * MINUTE}
        fire_all(tx, made, NOON + 25 * MINUTE)
        deliver(tx, channel="mail", state="failed")
        assert refuse(tx, 1, NOON + 25 * MINUTE) == {f"{FIRST} 2.2": NOON + 40 * MINUTE}, "of a step before this one"

    await database.write(work)


@pytest.mark.parametrize("repeat", [None, 100])
async def test_a_wrong_address_is_not_told_again_and_again_without_end(database: Database, repeat: int | None) -> None:
    """Every page bounces at once, and nothing ever waits but the policy itself."""
    alone = Escalation(id="default", steps=(Step(notify=("li",)),), repeat=repeat, fallback=("li",))
    made = incidents(config(escalations=named((alone,))))

    def work(tx: Connection) -> int:
        down(tx, made)
        for second in range(120):
            failed(tx, made, NOON + second * SECOND)
            fire_all(tx, made, NOON + second * SECOND)
        return len(pages(tx))

    assert await database.write(work) <= 3


async def test_a_policy_without_any_waiting_goes_round_once_a_minute_and_no_faster(database: Database) -> None:
    restless = Escalation(id="default", steps=(Step(notify=("li",)),), repeat=None, pause=0)
    made = incidents(config(escalations=named((restless,))))

    def work(tx: Connection) -> int:
        down(tx, made)
        for second in range(0, 180, 10):
            fire_all(tx, made, NOON + second * SECOND)
        return len(pages(tx))

    assert await database.write(work) == 3


async def test_a_rota_in_the_fallback_is_no_person(database: Database) -> None:
    """When it gets worse and the first step reaches nobody, whoever the fallback's rota names is told."""
    rota = Rota(id="night", layers=(Layer(people=("wang",)),))
    ghostly = Escalation(id="default", steps=(Step(notify=("rota:empty",)),), fallback=("rota:night",))
    empty = Rota(id="empty", layers=(Layer(people=("nobody",)),))
    made = incidents(config(escalations=named((ghostly,)), rotas=named((rota, empty))))

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert(severity_word="warning")], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(severity_word="critical")], BY_SERVICE, NOON + 1, NOON + 1)

    await database.write(work)

    assert await database.read(pages) == ["wang/mail", "wang/mail"]


async def test_a_component_without_an_escalation_pages_nobody(database: Database) -> None:
    made = incidents(config(component("shop", "home", "api", escalation=None)))

    opened = await database.write(lambda tx: down(tx, made))

    assert opened.unresolved
    assert await database.read(pages) == []


# alerts


async def test_an_alert_opens_pages_and_its_end_resolves(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(firing=False, at=NOON + MINUTE)], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)

    await database.write(work)

    found = await database.read(lambda tx: newest(tx, "crm"))
    assert (found.title, found.cause, found.recovered) == ("crm does not answer", "am:5ef1", True)


async def test_a_repeat_of_an_alert_does_nothing_but_count(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        for hour in range(4):
            made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON + hour * HOUR, NOON + hour * HOUR)

    await database.write(work)

    assert (await database.read(lambda tx: newest(tx, "crm"))).version == 3
    assert await database.read(pages) == ["li/mail"]


async def test_an_end_without_a_beginning_opens_nothing_nor_does_the_beginning_that_comes_after_it(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert(firing=False)], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(at=NOON - MINUTE)], BY_SERVICE, NOON + SECOND, NOON + SECOND)

    await database.write(work)

    assert await database.read(store.newest) == []


@pytest.mark.parametrize("began", [NOON, NOON - 30 * DAY])
async def test_a_late_copy_of_an_alert_that_is_over_does_not_open_it_again(database: Database, began: Instant) -> None:
    """The other Alertmanager of a pair was slow; for a long alert the believed start is receipt, the stamp is not."""
    made = incidents(config())
    believed = began if began == NOON else NOON + HOUR + SECOND

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        over = alert(firing=False, at=NOON + HOUR)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + HOUR, NOON + HOUR)
        late = alert(at=believed)
        made.alert_news(tx, "am", [late], BY_SERVICE, NOON + HOUR + SECOND, NOON + HOUR + SECOND)

    await database.write(work)

    assert await database.read(store.unresolved) == []


async def test_the_same_alert_that_fires_long_after_its_end_is_meant(database: Database) -> None:
    """Alertmanager had not heard of it for a while and ended it by itself; it keeps its first start."""
    made = incidents(config())
    again = NOON + HOUR + 10 * MINUTE

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        over = alert(firing=False, at=NOON + HOUR)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + HOUR, NOON + HOUR)
        made.alert_news(tx, "am", [alert(at=again)], BY_SERVICE, again, again)

    await database.write(work)

    assert len(await database.read(store.unresolved)) == 1


async def test_an_alert_that_fires_anew_right_after_its_end_is_meant(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        over = alert(firing=False, at=NOON + MINUTE)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        anew = alert(at=NOON + MINUTE, stamp="second")
        made.alert_news(tx, "am", [anew], BY_SERVICE, NOON + 2 * MINUTE, NOON + 2 * MINUTE)

    await database.write(work)

    assert len(await database.read(store.unresolved)) == 1


async def test_an_alert_that_gets_worse_pages_again_also_what_was_acknowledged(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> Incident:
        made.alert_news(tx, "am", [alert(severity_word="warning")], BY_SERVICE, NOON, NOON)
        made.acknowledge(tx, FIRST, "person:li", NOON + 1, "command")
        made.alert_news(tx, "am", [alert(severity_word="critical")], BY_SERVICE, NOON + 2, NOON + 2)
        return newest(tx, "crm")

    raised = await database.write(work)

    assert (raised.severity, raised.state, raised.progress) == (1, D, Progress.ACKNOWLEDGED)
    assert await database.read(pages) == ["li/mail", "li/mail"]
    again = (await database.read(lambda tx: notifications(tx, "page")))[1]
    assert await database.read(lambda tx: still_wanted(tx, again)) is None


async def test_an_incident_ends_with_the_last_of_its_alerts(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[bool]:
        made.alert_news(tx, "am", [alert("a"), alert("b")], BY_SERVICE, NOON, NOON)
        seen = []
        for minute, key in enumerate("ab", start=1):
            over = alert(key, firing=False, at=NOON + minute * MINUTE)
            made.alert_news(tx, "am", [over], BY_SERVICE, NOON + minute * MINUTE, NOON + minute * MINUTE)
            seen.append(newest(tx, "crm").unresolved)
        return seen

    assert await database.write(work) == [True, False]


async def test_an_alert_that_names_no_component_we_know_pages_the_default_policy(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert(labels={"service": "nothing we know"})], BY_SERVICE, NOON, NOON)

    await database.write(work)

    assert (await database.read(lambda tx: newest(tx, "unrouted"))).unresolved
    assert await database.read(pages) == ["li/mail"]


async def test_labels_are_tried_in_turn(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        labels = {"job": "crm", "instance": "shop", "service": "?"}
        made.alert_news(
            tx, "am", [alert(labels=labels)], Routing(component_from=("service", "job", "instance")), NOON, NOON
        )

    await database.write(work)

    assert (await database.read(lambda tx: newest(tx, "crm"))).unresolved


async def test_an_alert_that_moves_to_another_component_leaves_none_failing_behind(database: Database) -> None:
    """A reload made its labels name another component."""
    made = incidents(config())

    def work(tx: Connection) -> list[str]:
        made.alert_news(tx, "am", [alert(labels={"service": "?"})], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        return [one.component for one in store.unresolved(tx)]

    assert await database.write(work) == ["crm"]


async def test_two_sources_with_one_fingerprint_are_two_alerts(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> bool:
        for source in ("am", "other"):
            made.alert_news(tx, source, [alert()], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(firing=False)], BY_SERVICE, NOON + 1, NOON + 1)
        return newest(tx, "crm").unresolved

    assert await database.write(work)


# depending on another


def family() -> Config:
    return config(
        component("page", "x", after=("shop",)),
        component("shop", "x", after=("database",)),
        component("database", "x"),
    )


async def test_a_failing_parent_holds_the_incidents_below_it_in_whatever_order_the_news_comes(
    database: Database,
) -> None:
    made = incidents(family())

    def work(tx: Connection) -> None:
        news = [report(tx, f"{name}/x", D, NOON, NOON) for name in ("page", "shop", "database")]
        made.check_news(tx, news, "probe:local", NOON)

    await database.write(work)

    assert [one.component for one in await database.read(store.unresolved)] == ["database"]


async def test_what_was_held_opens_when_the_parent_is_well_and_it_is_not(database: Database) -> None:
    made = incidents(family())

    def work(tx: Connection) -> Incident:
        see(tx, made, {"database/x": D}, NOON, NOON)
        see(tx, made, {"shop/x": D}, NOON + 1, NOON + 1)
        see(tx, made, {"database/x": U}, NOON + MINUTE, NOON + MINUTE)
        return newest(tx)

    freed = await database.write(work)

    assert (freed.component, freed.unresolved, freed.started_at) == ("shop", True, NOON + 1)


async def test_a_grandchild_is_freed_too_when_what_lies_between_is_well(database: Database) -> None:
    made = incidents(family())

    def work(tx: Connection) -> None:
        see(tx, made, {"database/x": D, "shop/x": U}, NOON, NOON)
        see(tx, made, {"page/x": D}, NOON + 1, NOON + 1)
        assert store.newest_of(tx, "page") is None
        see(tx, made, {"database/x": U}, NOON + MINUTE, NOON + MINUTE)

    await database.write(work)

    assert [one.component for one in await database.read(store.unresolved)] == ["page"]


async def test_what_recovers_while_it_is_held_never_opens(database: Database) -> None:
    made = incidents(family())

    def work(tx: Connection) -> None:
        see(tx, made, {"database/x": D, "shop/x": D}, NOON, NOON)
        see(tx, made, {"shop/x": U}, NOON + 1, NOON + 1)
        see(tx, made, {"database/x": U}, NOON + 2, NOON + 2)

    await database.write(work)

    assert [one.component for one in await database.read(store.newest)] == ["database"]


# agreed work


def work_on(name: str = "shop", *, given: Instant | None = NOON - DAY, until: Instant = NOON + HOUR) -> Exclusion:
    notice = None if given is None else ExclusionNotice(given=given)
    return Exclusion(
        id="w", components=(name,), category=Category.MAINTENANCE, start=NOON - HOUR, end=until, notice=notice
    )


async def test_agreed_work_holds_the_incident_and_its_end_opens_what_still_fails(database: Database) -> None:
    made = incidents(config(exclusions=named((work_on(),))))

    def work(tx: Connection) -> Incident:
        see(tx, made, {"shop/home": D}, NOON, NOON)
        assert store.newest_of(tx, "shop") is None
        assert pages(tx) == []
        fire_all(tx, made, NOON + HOUR - 1)
        assert store.newest_of(tx, "shop") is None
        fire_all(tx, made, NOON + HOUR)
        return newest(tx)

    opened = await database.write(work)

    assert (opened.opened_at, opened.started_at) == (NOON + HOUR, NOON)
    assert await database.read(pages) == ["li/mail"]


async def test_what_is_well_again_when_the_work_ends_calls_nobody(database: Database) -> None:
    made = incidents(config(exclusions=named((work_on(),))))

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": D, "shop/api": U}, NOON, NOON)
        see(tx, made, {"shop/home": U}, NOON + 1, NOON + 1)
        fire_all(tx, made, NOON + DAY)

    await database.write(work)

    assert await database.read(store.newest) == []


@pytest.mark.parametrize("given", [None, NOON - HOUR + 1])
async def test_work_that_nobody_announced_in_time_holds_nothing(database: Database, given: Instant | None) -> None:
    made = incidents(config(exclusions=named((work_on(given=given),))))

    assert (await database.write(lambda tx: down(tx, made))).unresolved


async def test_work_on_one_component_holds_no_other(database: Database) -> None:
    made = incidents(config(exclusions=named((work_on("crm"),))))

    assert (await database.write(lambda tx: down(tx, made))).unresolved


async def test_work_that_is_prolonged_holds_until_its_new_end(database: Database) -> None:
    before = incidents(config(exclusions=named((work_on(),))))
    after = incidents(config(exclusions=named((work_on(until=NOON + 2 * HOUR),))))

    def work(tx: Connection) -> list[str]:
        see(tx, before, {"shop/home": D}, NOON, NOON)
        fire_all(tx, after, NOON + HOUR)
        assert store.newest_of(tx, "shop") is None
        fire_all(tx, after, NOON + 2 * HOUR)
        return pages(tx)

    assert await database.write(work) == ["li/mail"]


def move(until: Instant = NOON + HOUR) -> Proposed:
    return Proposed(components=("shop",), category=Category.MAINTENANCE, start=NOON - HOUR, end=until)


@pytest.mark.parametrize(
    ("by", "asked_at", "approved", "held"),
    [
        ("person:li", NOON - DAY, False, True),
        ("person:li", NOON - HOUR + 1, False, False),
        ("customer:acme", NOON - DAY, False, False),
        ("customer:acme", NOON - DAY, True, True),
    ],
)
async def test_work_that_people_plan_holds_if_the_house_knew_of_it_before_it_began(
    database: Database, by: str, asked_at: Instant, approved: bool, held: bool
) -> None:
    settings = config(customers=named((customer(),)))
    made, plans = incidents(settings), Exclusions(settings)

    def work(tx: Connection) -> Incident | None:
        id = plans.propose(tx, move(), by, asked_at).id
        if approved:
            plans.approve(tx, id, "person:wang", NOON - 2 * HOUR)
        see(tx, made, {"shop/home": D}, NOON, NOON)
        return store.newest_of(tx, "shop")

    assert (await database.write(work) is None) is held


async def test_work_that_is_withdrawn_holds_nothing_any_more(database: Database) -> None:
    settings = config()
    made, plans = incidents(settings), Exclusions(settings)

    def work(tx: Connection) -> list[str]:
        id = plans.propose(tx, move(), "person:li", NOON - DAY).id
        see(tx, made, {"shop/home": D}, NOON, NOON)
        assert store.newest_of(tx, "shop") is None
        plans.withdraw(tx, id, "not needed", "person:li", NOON + MINUTE)
        made.judge(tx, {"shop": "person:li"}, NOON + MINUTE)
        return pages(tx)

    assert await database.write(work) == ["li/mail"]


@pytest.mark.parametrize("page", [False, True])
async def test_work_may_let_incidents_open_and_hold_their_calls_until_its_end_or_not(
    database: Database, page: bool
) -> None:
    settings = config(customers=named((customer(),)))
    made, plans = incidents(settings), Exclusions(settings)

    def work(tx: Connection) -> Incident:
        plans.propose(tx, replace(move(), open=True, page=page), "person:li", NOON - DAY)
        see(tx, made, {"shop/home": D}, NOON, NOON)
        fire_all(tx, made, NOON + HOUR - 1)
        found = store.newest_of(tx, "shop")
        assert found is not None
        return found

    opened = await database.write(work)
    assert opened.held_by == (() if page else ("work:X-1",))
    assert len(await database.read(lambda tx: cases.of_incident(tx, opened.id))) == 1
    called = await database.read(pages)
    assert bool(called) is page

    await database.write(lambda tx: fire_all(tx, made, NOON + HOUR))

    assert (await database.read(pages)) == (called if page else ["li/mail"])


# the outbox asks


async def test_a_page_is_wanted_until_somebody_answers(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[str | None]:
        down(tx, made)
        (page,) = notifications(tx, "page")
        answers = [still_wanted(tx, page)]
        made.acknowledge(tx, FIRST, "person:li", NOON + 1, "command")
        answers.append(still_wanted(tx, page))
        up(tx, made, NOON + MINUTE)
        answers.append(still_wanted(tx, page))
        return answers

    assert await database.write(work) == [None, "the incident is acknowledged", "the incident is resolved"]


async def test_other_notifications_are_always_wanted(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> str | None:
        down(tx, made)
        deliver(tx)
        up(tx, made, NOON + 1)
        (over,) = notifications(tx, "resolved")
        return still_wanted(tx, over)

    assert await database.write(work) is None


async def test_a_delivery_that_failed_for_what_is_long_over_or_never_was_changes_nothing(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        (page,) = notifications(tx, "page")
        up(tx, made, NOON + 1)
        made.not_told(tx, page, NOON + 2)
        made.not_told(tx, _of_nothing(page), NOON + 2)

    await database.write(work)

    assert await database.read(timers) == {}


def _of_nothing(page: Notification) -> Notification:
    return replace(page, incident=None, purpose=Purpose.CUSTOMER)
