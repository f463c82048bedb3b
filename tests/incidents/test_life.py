"""An incident's life beside opening and ending: what people and senders make of it meanwhile, on both databases."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, update

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.oncall import Escalation, Step
from db.engine import Database
from db.tables.notify import notification
from incidents.decide import Refused
from incidents.incident import Incident, Progress, SeverityLowered, SeverityRaised, Woken, replay
from incidents.recalling import before
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer
from tests.incidents.samples import BY_SERVICE, NOON, alert, component, config, incidents, named
from tests.incidents.told import deliver, notifications, pages, timers

FIRST = "INC-2026-0001"


async def run(database: Database, *works: Callable[[Connection], object]) -> None:
    for work in works:
        await database.write(work)


def said(made: Incidents, tx: Connection, word: str, at: int, key: str = "5ef1", *, firing: bool = True) -> None:
    made.alert_news(tx, "am", [alert(key, severity_word=word, at=at, firing=firing)], BY_SERVICE, at, at)


def the(tx: Connection, id: str = FIRST) -> Incident:
    found = store.find(tx, id)
    assert found is not None
    return found


# how bad it is


async def test_what_a_person_lowered_stays_so_and_what_a_person_raised_pages_again(database: Database) -> None:
    made = incidents(config())

    await run(
        database,
        lambda tx: said(made, tx, "critical", NOON),
        lambda tx: deliver(tx),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", NOON + 1, "desk"),
        lambda tx: made.reclassify(tx, FIRST, 3, "person:li", "one customer", NOON + 2),
        lambda tx: said(made, tx, "critical", NOON + MINUTE, "another"),
    )

    lowered = await database.read(the)
    assert (lowered.severity, lowered.progress) == (3, Progress.ACKNOWLEDGED)
    assert await database.read(pages) == ["li/mail"]
    assert [one for one in await database.read(timers) if one.startswith(FIRST)] == []

    await database.write(lambda tx: made.reclassify(tx, FIRST, 1, "person:li", "all of them", NOON + HOUR))

    raised = await database.read(the)
    assert (raised.severity, raised.progress, raised.acknowledged_by) == (1, Progress.ACKNOWLEDGED, "person:li")
    assert await database.read(pages) == ["li/mail", "li/mail"]
    log = await database.read(lambda tx: store.events(tx, FIRST))
    assert [one.event for one in log if isinstance(one.event, (SeverityLowered, SeverityRaised))] == [
        SeverityLowered(severity=3, because="one customer"),
        SeverityRaised(severity=1, because="all of them"),
    ]
    assert replay(FIRST, log) == raised


async def test_a_severity_that_is_reached_twice_pages_twice(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        said(made, tx, "high", NOON)
        for minute, severity in enumerate((1, 3, 1), start=1):
            made.reclassify(tx, FIRST, severity, "person:li", "it comes and goes", NOON + minute * MINUTE)

    await database.write(work)

    facts = [one.message.facts["event"] for one in await database.read(lambda tx: notifications(tx, "page"))]
    assert facts == ["incident.page", "incident.severity_raised", "incident.severity_raised"]


async def test_what_was_lowered_pages_when_something_worse_than_was_known_comes(database: Database) -> None:
    made = incidents(config())

    await run(
        database,
        lambda tx: said(made, tx, "high", NOON),
        lambda tx: made.reclassify(tx, FIRST, 3, "person:li", "a side room", NOON + 1),
        lambda tx: said(made, tx, "high", NOON + MINUTE, "another"),
        lambda tx: said(made, tx, "critical", NOON + 2 * MINUTE, "a third"),
    )

    assert (await database.read(the)).severity == 1
    assert await database.read(pages) == ["li/mail", "li/mail"]


async def test_a_severity_with_an_identity_number_in_its_reason_is_refused(database: Database) -> None:
    made = incidents(config())
    await database.write(lambda tx: said(made, tx, "high", NOON))

    with pytest.raises(Refused):
        await database.write(lambda tx: made.reclassify(tx, FIRST, 1, "person:li", "of 11010519491231002X", NOON))

    assert (await database.read(the)).severity == 2


# what senders leave out


async def test_of_ten_alerts_the_seven_that_a_truncated_post_does_not_show_go_on(database: Database) -> None:
    """U5: an end ends what it names; the incident ends with the last of the ten."""
    made = incidents(config())
    keys = [f"a{n}" for n in range(10)]

    def ends(tx: Connection, some: list[str], at: int) -> None:
        made.alert_news(tx, "am", [alert(key, firing=False, at=at) for key in some], BY_SERVICE, at, at)

    await run(
        database,
        lambda tx: made.alert_news(tx, "am", [alert(key) for key in keys], BY_SERVICE, NOON, NOON),
        lambda tx: ends(tx, keys[:3], NOON + MINUTE),
    )
    assert (await database.read(the)).progress is Progress.TRIGGERED

    await database.write(lambda tx: ends(tx, keys[3:], NOON + 2 * MINUTE))

    assert (await database.read(the)).progress is Progress.RESOLVED
    assert await database.read(pages) == ["li/mail"]


# what comes and goes

HALF = 15 * SECOND


def until(tx: Connection, made: Incidents, now: Instant) -> None:
    """Timers fire, and whatever is due by then is sent."""
    for due in timer.due(tx, now, 100):
        made.fire(tx, due, now)
    waiting = update(notification).where(notification.c.state == "queued", notification.c.due_at <= now)
    tx.execute(waiting.values(state="sent", done_at=now))


def flaps(tx: Connection, made: Incidents, times: int) -> Instant:
    """So often on and off within ten minutes; when the last end came."""
    at = NOON
    for n in range(times):
        at = NOON + 2 * n * HALF
        made.alert_news(tx, "am", [alert(at=at, stamp=f"s{n}")], BY_SERVICE, at, at)
        until(tx, made, at + SECOND)
        at += HALF
        made.alert_news(tx, "am", [alert(firing=False, at=at, stamp=f"s{n}")], BY_SERVICE, at, at)
        until(tx, made, at + SECOND)
    return at


def sent(tx: Connection) -> list[str]:
    """What li was told, by the number of the incident."""
    told = [*notifications(tx, "page"), *notifications(tx, "resolved")]
    known = set(tx.scalars(select(notification.c.idempotency_key).where(notification.c.state == "sent")))
    theirs = [one for one in told if one.idempotency_key in known and one.person == "li"]
    return [f"{one.message.facts['event']} {one.incident}" for one in theirs]


async def test_twenty_flaps_in_ten_minutes_are_three_messages_and_the_last_says_that_it_is_over(
    database: Database,
) -> None:
    """U14."""
    made = incidents(config())

    def work(tx: Connection) -> None:
        last = flaps(tx, made, 20)
        for minute in range(1, 13):
            until(tx, made, last + minute * MINUTE)

    await database.write(work)

    assert await database.read(sent) == [
        "incident.page INC-2026-0001",
        "incident.page INC-2026-0002",
        "incident.resolved INC-2026-0002",
    ]
    both = await database.read(lambda tx: store.newest(tx))
    assert [(one.id, one.progress, one.recurrence_of) for one in both] == [
        ("INC-2026-0002", Progress.RESOLVED, FIRST),
        (FIRST, Progress.RESOLVED, None),
    ]


async def test_what_flapped_and_stays_down_was_told_and_nothing_says_that_it_is_over(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        at = flaps(tx, made, 19) + HALF
        said(made, tx, "critical", at)
        for minute in range(1, 13):
            until(tx, made, at + minute * MINUTE)

    await database.write(work)

    messages = await database.read(sent)
    assert messages[:2] == ["incident.page INC-2026-0001", "incident.page INC-2026-0002"]
    assert [one for one in messages if one.startswith("incident.resolved")] == []
    assert (await database.read(lambda tx: the(tx, "INC-2026-0002"))).progress is Progress.TRIGGERED


async def test_what_came_and_went_in_a_moment_is_told_to_be_over_when_it_has_not_come_back(database: Database) -> None:
    made = incidents(config())

    over_at = await database.write(lambda tx: flaps(tx, made, 1))
    assert await database.read(sent) == ["incident.page INC-2026-0001"]

    await database.write(lambda tx: until(tx, made, over_at + 31 * SECOND))

    assert await database.read(sent) == ["incident.page INC-2026-0001", "incident.resolved INC-2026-0001"]


async def test_whoever_is_not_called_again_still_hears_that_it_was_over(database: Database) -> None:
    steps = (Step(notify=("li",), severity=(1,)), Step(notify=("wang",), severity=(2,)))
    policy = Escalation(id="default", steps=steps, fallback=("wang",))
    made = incidents(config(escalations=named((policy,))))

    def work(tx: Connection) -> None:
        last = flaps(tx, made, 1)
        said(made, tx, "high", last + HALF)
        until(tx, made, last + MINUTE)

    await database.write(work)

    assert "incident.resolved INC-2026-0001" in await database.read(sent)
    assert set(await database.read(lambda tx: pages(tx)[1:])) == {"wang/mail"}


# put off


async def test_what_is_put_off_calls_nobody_until_then_and_goes_on_where_it_stood(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        said(made, tx, "critical", NOON)
        deliver(tx)
        made.snooze(tx, FIRST, NOON + 2 * HOUR, "person:li", "a test system", NOON + MINUTE)
        until(tx, made, NOON + 2 * HOUR - 1)

    await database.write(work)
    put_off = await database.read(the)
    assert (put_off.snoozed_until, put_off.acknowledged_by) == (NOON + 2 * HOUR, "person:li")
    assert put_off.acknowledged_at is None
    assert await database.read(pages) == ["li/mail"]

    await database.write(lambda tx: until(tx, made, NOON + 2 * HOUR))

    log = await database.read(lambda tx: store.events(tx, FIRST))
    woken = await database.read(the)
    assert [one.event for one in log if isinstance(one.event, Woken)] == [Woken()]
    assert (woken.progress, woken.snoozed_until, woken.acknowledged_by) == (Progress.TRIGGERED, None, None)
    assert await database.read(pages) == ["li/mail", "li/mail"]
    assert replay(FIRST, log) == woken


async def test_whoever_takes_what_is_put_off_is_not_woken(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> Incident:
        said(made, tx, "critical", NOON)
        made.snooze(tx, FIRST, NOON + HOUR, "person:li", "later", NOON + 1)
        made.acknowledge(tx, FIRST, "person:wang", NOON + 2, "desk")
        until(tx, made, NOON + HOUR)
        return the(tx)

    taken = await database.write(work)

    assert (taken.progress, taken.acknowledged_by, taken.snoozed_until) == (Progress.ACKNOWLEDGED, "person:wang", None)


async def test_what_is_put_off_calls_when_it_gets_worse_and_still_wakes(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[Progress]:
        said(made, tx, "high", NOON)
        deliver(tx)
        made.snooze(tx, FIRST, NOON + HOUR, "person:li", "later", NOON + 1)
        said(made, tx, "critical", NOON + MINUTE)
        called, before = pages(tx), the(tx).progress
        assert called == ["li/mail", "li/mail"]
        until(tx, made, NOON + HOUR)
        return [before, the(tx).progress]

    assert await database.write(work) == [Progress.ACKNOWLEDGED, Progress.TRIGGERED]


async def test_what_is_over_put_off_is_over_and_wakes_nobody(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> Progress:
        said(made, tx, "critical", NOON)
        deliver(tx)
        made.snooze(tx, FIRST, NOON + HOUR, "person:li", "later", NOON + 1)
        said(made, tx, "critical", NOON + MINUTE, firing=False)
        until(tx, made, NOON + HOUR)
        return the(tx).progress

    assert await database.write(work) is Progress.RESOLVED
    assert await database.read(pages) == ["li/mail"]


@pytest.mark.parametrize(("until_at", "reason"), [(NOON, "why"), (NOON + 25 * HOUR, "why"), (NOON + HOUR, " ")])
async def test_nothing_is_put_off_for_ever_into_the_past_or_without_a_reason(
    database: Database, until_at: Instant, reason: str
) -> None:
    made = incidents(config())
    await database.write(lambda tx: said(made, tx, "critical", NOON))

    with pytest.raises(Refused):
        await database.write(lambda tx: made.snooze(tx, FIRST, until_at, "person:li", reason, NOON))

    assert (await database.read(the)).progress is Progress.TRIGGERED


# what happened before


async def test_the_past_is_of_this_component_over_and_older(database: Database) -> None:
    made = incidents(config(component("crm"), component("erp")))

    def happen(tx: Connection) -> None:
        for day, hours in enumerate((1, 1, 0)):
            at = NOON + day * DAY
            said(made, tx, "critical", at)
            elsewhere = alert("b", at=at, labels={"service": "erp"})
            made.alert_news(tx, "am", [elsewhere], BY_SERVICE, at, at)
            for one in [alert(at=at + HOUR, firing=False), replace(elsewhere, firing=False)] * hours:
                made.alert_news(tx, "am", [one], BY_SERVICE, at + HOUR, at + HOUR)

    await database.write(happen)

    every = await database.read(lambda tx: store.newest(tx))
    last, middle, first = (one for one in every if one.component == "crm")
    past = await database.read(lambda tx: store.past_of(tx, "crm", last.opened_at, 9))
    assert [(one.id, one.opened_at, one.cause, one.title) for one in past] == [
        (one.id, one.opened_at, "am:5ef1", "crm does not answer") for one in (middle, first)
    ]
    assert [one.id for one in await database.read(lambda tx: store.past_of(tx, "crm", NOON, 9))] == [first.id]
    assert [one.id for one in await database.read(lambda tx: before(tx, last))] == [middle.id, first.id]
    assert [one.id for one in await database.read(lambda tx: before(tx, middle))] == [first.id]
