"""Two incidents that a person says are one fault, and one that is its own again. On both databases."""

import pytest
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, Instant
from config.state import State
from db.engine import Database
from incidents import household
from incidents.decide import Refused
from incidents.incident import Acknowledged, Escalated, Incident, Progress, replay
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import case as cases
from incidents.store import incident as store
from incidents.store import timer
from incidents.wanted import still_wanted
from tests.incidents.samples import (
    BY_SERVICE,
    NOON,
    agreement,
    alert,
    component,
    config,
    customer,
    incidents,
    named,
    see,
)
from tests.incidents.told import deliver, line, notifications, pages

WHOLE, PART, THIRD = "INC-2026-0001", "INC-2026-0002", "INC-2026-0003"


def house() -> Incidents:
    bolts = customer("bolt", agreement("bolt", covers=("crm",)))
    made = (component("shop", "home"), component("crm"), component("mail"))
    return incidents(config(*made, customers=named((customer(), bolts))))


def said(made: Incidents, tx: Connection, service: str, word: str, at: Instant, *, firing: bool = True) -> None:
    news = alert(service, severity_word=word, at=at, firing=firing, labels={"service": service})
    made.alert_news(tx, "am", [news], BY_SERVICE, at, at)


def shop(made: Incidents, tx: Connection, state: State, at: Instant) -> None:
    see(tx, made, {"shop/home": state}, at, at)


def both(made: Incidents, tx: Connection) -> None:
    """The shop is down and somebody was called; the CRM is degraded, and another was."""
    shop(made, tx, State.DEGRADED, NOON)
    said(made, tx, "crm", "high", NOON + 1)
    deliver(tx)


def the(tx: Connection, id: str) -> Incident:
    found = store.find(tx, id)
    assert found is not None
    return found


def until(tx: Connection, made: Incidents, now: Instant) -> None:
    for due in timer.due(tx, now, 100):
        made.fire(tx, due, now)


def steps(tx: Connection, id: str) -> list[tuple[int, int]]:
    """Round and step of all that was carried out of its policy."""
    told = [one.event for one in store.events(tx, id)]
    return [(one.round, one.step) for one in told if isinstance(one, Escalated)]


async def test_two_that_are_one_are_called_taken_and_ended_as_one(database: Database) -> None:
    made = house()

    def merges(tx: Connection) -> Incident:
        both(made, tx)
        made.merge(tx, PART, WHOLE, "person:li", "the same switch", NOON + 2)
        return the(tx, WHOLE)

    whole = await database.write(merges)
    part = await database.read(lambda tx: the(tx, PART))
    assert (part.progress, part.merged_into, part.unresolved) == (Progress.MERGED, WHOLE, True)
    assert (whole.severity, whole.parts, whole.progress) == (2, (PART,), Progress.TRIGGERED)
    facts = await database.read(lambda tx: [pages(tx), [*timer.earliest(tx, timer.Kind.ESCALATION)]])
    assert facts == [["li/mail", "li/mail", "li/mail"], [WHOLE]]  # the whole is worse now, and told again
    assert await database.read(lambda tx: household.neglected(tx, Paging(config(), "log"), NOON + MINUTE)) == ()

    def takes(tx: Connection) -> list[str]:
        deliver(tx)
        taken = made.acknowledge(tx, PART, "person:wang", NOON + MINUTE, "desk")
        assert taken.id == WHOLE
        return pages(tx, purpose="customer")

    told = await database.write(takes)
    assert sorted({one for one in told if one.startswith("Chen")}) == ["Chen/mail"]
    log = await database.read(lambda tx: store.events(tx, PART))
    assert [one.by for one in log if isinstance(one.event, Acknowledged)] == ["person:wang"]
    assert replay(PART, log) == await database.read(lambda tx: the(tx, PART))

    def shop_is_well(tx: Connection) -> list[Progress]:
        shop(made, tx, State.UP, NOON + HOUR)
        return [the(tx, one).progress for one in (WHOLE, PART)]

    assert await database.write(shop_is_well) == [Progress.ACKNOWLEDGED, Progress.MERGED]

    def all_is_well(tx: Connection) -> list[bool]:
        said(made, tx, "crm", "high", NOON + 2 * HOUR, firing=False)
        return [the(tx, one).recovered for one in (WHOLE, PART)]

    assert await database.write(all_is_well) == [True, True]
    ended = await database.read(lambda tx: [the(tx, one).resolved_at for one in (WHOLE, PART)])
    assert ended == [NOON + 2 * HOUR] * 2
    open_cases = await database.read(lambda tx: [one.open for id in (WHOLE, PART) for one in cases.of_incident(tx, id)])
    assert open_cases == [False, False]
    assert await database.read(lambda tx: pages(tx, purpose="resolved")) == ["li/mail"]  # once, for both
    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, State.DEGRADED), (NOON + HOUR, State.UP)]


async def test_one_that_is_merged_while_it_is_called_about_calls_no_more_and_the_whole_goes_on_where_it_stood(
    database: Database,
) -> None:
    made = house()

    def merges(tx: Connection) -> list[str | None]:
        shop(made, tx, State.DOWN, NOON)
        said(made, tx, "crm", "high", NOON + 10 * MINUTE)
        deliver(tx)
        said(made, tx, "crm", "critical", NOON + 11 * MINUTE)
        in_hand = notifications(tx, "page")[-1]  # a channel has it already and asks once more whether it is wanted
        read_before = [one for one in timer.due(tx, NOON + HOUR, 100) if one.subject == PART]
        wanted = [still_wanted(tx, in_hand)]
        made.merge(tx, PART, WHOLE, "person:li", "the same switch", NOON + 12 * MINUTE)
        made.fire_all(tx, read_before, NOON + 12 * MINUTE)
        return [*wanted, still_wanted(tx, in_hand)]

    assert await database.write(merges) == [None, "merged"]
    assert await database.read(lambda tx: pages(tx, state="suppressed")) == ["li/mail"]
    due = await database.read(lambda tx: timer.earliest(tx, timer.Kind.ESCALATION))
    assert due == {WHOLE: NOON + 15 * MINUTE}

    def goes_on(tx: Connection) -> list[tuple[str | None, str]]:
        before = len(notifications(tx, "page"))
        for minute in range(12, 41):
            until(tx, made, NOON + minute * MINUTE)
        return [(one.incident, one.person) for one in notifications(tx, "page")[before:]]

    assert await database.write(goes_on) == [(WHOLE, "wang"), (WHOLE, "li"), (WHOLE, "wang")]
    assert await database.read(lambda tx: steps(tx, WHOLE)) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert await database.read(lambda tx: steps(tx, PART)) == [(1, 1)]


async def test_a_part_that_gets_worse_makes_the_whole_worse_and_calls_again(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> Incident:
        both(made, tx)
        made.merge(tx, PART, WHOLE, "person:li", "the same switch", NOON + 2)
        made.acknowledge(tx, WHOLE, "person:li", NOON + 3, "desk")
        deliver(tx)
        said(made, tx, "crm", "critical", NOON + MINUTE)
        return the(tx, WHOLE)

    whole = await database.write(work)

    assert (whole.severity, whole.progress, whole.state) == (1, Progress.ACKNOWLEDGED, State.DOWN)
    assert len(await database.read(pages)) == 4
    assert len(await database.read(store.unresolved)) == 2


async def test_what_was_no_part_is_told_by_itself_again_and_what_is_well_meanwhile_is_over(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> None:
        both(made, tx)
        made.merge(tx, PART, WHOLE, "person:li", "the same switch", NOON + 2)
        made.acknowledge(tx, WHOLE, "person:li", NOON + 3, "desk")
        deliver(tx)
        shop(made, tx, State.UP, NOON + MINUTE)
        made.split(tx, PART, "person:li", "its disk is full", NOON + 2 * MINUTE)

    await database.write(work)

    whole, part = await database.read(lambda tx: (the(tx, WHOLE), the(tx, PART)))
    assert (whole.progress, whole.parts, whole.resolved_at) == (Progress.RESOLVED, (), NOON + 2 * MINUTE)
    assert (part.progress, part.merged_into, part.acknowledged_by) == (Progress.TRIGGERED, None, None)
    assert (await database.read(pages))[3:] == ["li/mail"]
    assert [*await database.read(lambda tx: timer.earliest(tx, timer.Kind.ESCALATION))] == [PART]


async def test_what_is_ended_by_hand_ends_its_parts_and_what_is_part_of_a_part_moves_along(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> None:
        both(made, tx)
        said(made, tx, "mail", "high", NOON + 2)
        made.merge(tx, THIRD, PART, "person:li", "one", NOON + 3)
        made.merge(tx, PART, WHOLE, "person:li", "one", NOON + 4)
        for wrong in ((PART, THIRD), (WHOLE, WHOLE), (WHOLE, PART)):
            with pytest.raises(Refused):
                made.merge(tx, *wrong, "person:li", "one", NOON + 5)
        with pytest.raises(Refused):
            made.resolve(tx, PART, "person:li", "over", NOON + 5)
        shop(made, tx, State.UP, NOON + MINUTE)
        made.resolve(tx, WHOLE, "person:li", "a false alarm", NOON + HOUR)

    await database.write(work)

    found = await database.read(lambda tx: [the(tx, one) for one in (WHOLE, PART, THIRD)])
    assert [one.merged_into for one in found] == [None, WHOLE, WHOLE]
    assert [(one.progress, one.recovered) for one in found] == [
        (Progress.RESOLVED, True),
        (Progress.RESOLVED, False),
        (Progress.RESOLVED, False),
    ]
    assert len(await database.read(lambda tx: store.newest(tx))) == 3
