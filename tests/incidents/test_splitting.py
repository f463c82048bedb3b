"""Alerts of one incident that a person says are a fault of their own. On both databases."""

import pytest
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, Instant
from config.matcher import parse
from config.state import State
from db.engine import Database
from incidents.decide import Refused
from incidents.incident import Acknowledged, Incident, Progress, SplitFrom, SplitInto, replay
from incidents.performing import performed
from incidents.routing import Routing
from incidents.service import Incidents, NotFound
from incidents.source import Taken
from incidents.store import alert as alerts
from incidents.store import case as cases
from incidents.store import incident as store
from incidents.store import timer
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
from tests.incidents.told import deliver, line, pages

WHOLE, OWN, NEXT = "INC-2026-0001", "INC-2026-0002", "INC-2026-0003"
DISK, SWITCH, FAN = "disk", "switch", "fan"


def house(**changes: object) -> Incidents:
    covered = customer("acme", agreement("acme", covers=("crm", "shop")))
    made = (component("crm"), component("shop", "home"), component("till", after=("crm",)))
    return incidents(config(*made, customers=named((covered,)), **changes))


def reopening(span: int) -> Incidents:
    return house(incidents=config().incidents.model_copy(update={"reopen_within": span}))


def says(
    made: Incidents,
    tx: Connection,
    key: str,
    at: Instant,
    *,
    firing: bool = True,
    word: str = "high",
    service: str = "crm",
    stamp: str = "first",
) -> None:
    labels = {"service": service, "room": "b2" if key == DISK else "a1"}
    news = alert(key, severity_word=word, at=at, firing=firing, labels=labels, stamp=stamp, summary=key)
    made.alert_news(tx, "am", [news], BY_SERVICE, at, at)


def the(tx: Connection, id: str) -> Incident:
    found = store.find(tx, id)
    assert found is not None
    return found


def number(tx: Connection, key: str) -> int:
    found = alerts.open_alert(tx, "am", key)
    assert found is not None
    return found.id


def failing(made: Incidents, tx: Connection) -> None:
    """Two alerts make the CRM one incident, and somebody was called."""
    says(made, tx, SWITCH, NOON)
    says(made, tx, DISK, NOON + MINUTE, word="warning")
    deliver(tx)


def split(made: Incidents, tx: Connection, at: Instant = NOON + 2 * MINUTE, *keys: str) -> Incident:
    numbers = [number(tx, key) for key in keys or (DISK,)]
    return made.split_out(tx, WHOLE, numbers, (), "person:li", "its disk is full, too", at)


async def test_an_alert_that_is_split_out_is_an_incident_of_its_own_and_called_as_one(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> Incident:
        failing(made, tx)
        made.acknowledge(tx, WHOLE, "person:wang", NOON + MINUTE, "desk")
        return split(made, tx)

    own = await database.write(work)

    assert (own.id, own.split_from, own.component, own.progress) == (OWN, WHOLE, "crm", Progress.TRIGGERED)
    assert (own.severity, own.title, own.cause, own.started_at) == (3, DISK, "am:disk", NOON + MINUTE)
    whole = await database.read(lambda tx: the(tx, WHOLE))
    assert (whole.progress, whole.severity, whole.split_from) == (Progress.ACKNOWLEDGED, 2, None)
    logs = await database.read(lambda tx: {id: store.events(tx, id) for id in (WHOLE, OWN)})
    names, because = ("am:disk",), "its disk is full, too"
    into = SplitInto(incident=OWN, alerts=names, because=because)
    apart = SplitFrom(incident=WHOLE, alerts=names, because=because)
    assert into in [one.event for one in logs[WHOLE]]
    assert (logs[OWN][1].event, logs[OWN][1].by) == (apart, "person:li")
    assert [replay(id, log) for id, log in logs.items()] == [whole, own]
    assert await database.read(lambda tx: [*pages(tx), *timer.earliest(tx, timer.Kind.ESCALATION)]) == [
        "li/mail",
        "li/mail",
        OWN,
    ]


async def test_what_is_said_later_of_the_alert_goes_to_the_incident_it_was_split_into(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> None:
        failing(made, tx)
        split(made, tx)
        made.acknowledge(tx, OWN, "person:li", NOON + 3 * MINUTE, "desk")
        deliver(tx)
        says(made, tx, DISK, NOON + HOUR, word="critical")

    await database.write(work)
    own, whole = await database.read(lambda tx: (the(tx, OWN), the(tx, WHOLE)))
    assert (own.severity, own.progress, own.state) == (1, Progress.ACKNOWLEDGED, State.DOWN)
    assert (whole.severity, whole.state) == (2, State.DOWN)
    assert (await database.read(pages))[2:] == ["li/mail"]  # worse is told again, of the one that is worse

    def others(tx: Connection) -> None:
        made.alert_news(tx, "am", [Taken(key=DISK)], Routing(), NOON + HOUR, NOON + HOUR)
        says(made, tx, FAN, NOON + HOUR, word="critical")
        says(made, tx, SWITCH, NOON + HOUR + 1, firing=False)

    await database.write(others)
    whole = await database.read(lambda tx: the(tx, WHOLE))
    assert (whole.severity, whole.unresolved) == (1, True)  # what is new is its component's
    assert len(await database.read(store.unresolved)) == 2

    def ends(tx: Connection) -> list[Progress]:
        says(made, tx, DISK, NOON + 2 * HOUR, firing=False)
        return [the(tx, one).progress for one in (WHOLE, OWN)]

    assert await database.write(ends) == [Progress.TRIGGERED, Progress.RESOLVED]


async def test_one_alert_of_several_that_comes_again_is_still_of_the_incident_it_was_split_into(
    database: Database,
) -> None:
    made = house()

    def work(tx: Connection) -> tuple[str | None, int]:
        failing(made, tx)
        says(made, tx, FAN, NOON + MINUTE)
        split(made, tx, NOON + 2 * MINUTE, DISK, FAN)
        says(made, tx, DISK, NOON + HOUR, firing=False)
        says(made, tx, DISK, NOON + 2 * HOUR, stamp="second")
        again = alerts.open_alert(tx, "am", DISK)
        assert again is not None
        return again.split_into, len(store.unresolved(tx))

    assert await database.write(work) == (OWN, 2)


async def test_an_alert_that_is_said_to_be_about_another_component_is_that_ones(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> list[tuple[str, str | None]]:
        failing(made, tx)
        says(made, tx, FAN, NOON + MINUTE)
        split(made, tx, NOON + 2 * MINUTE, DISK, FAN)
        says(made, tx, DISK, NOON + HOUR, service="shop")
        says(made, tx, FAN, NOON + HOUR, firing=False)
        says(made, tx, FAN, NOON + 2 * HOUR, service="shop", stamp="second")
        found = (alerts.open_alert(tx, "am", key) for key in (DISK, FAN))
        return [(one.component, one.split_into) for one in found if one is not None]

    assert await database.write(work) == [("shop", None)] * 2
    assert await database.read(lambda tx: [one.component for one in store.unresolved(tx)]) == ["shop", "crm"]


async def test_the_line_of_which_downtime_is_counted_is_the_same_with_and_without_a_split(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> None:
        failing(made, tx)
        says(made, tx, "till-switch", NOON, service="till")
        says(made, tx, "till-disk", NOON + MINUTE, word="warning", service="till")
        split(made, tx)
        for key, at in ((SWITCH, NOON + HOUR), (DISK, NOON + 2 * HOUR)):
            says(made, tx, key, at, firing=False)
            says(made, tx, f"till-{key}", at, firing=False, service="till")

    await database.write(work)

    split_line, plain_line = await database.read(lambda tx: (line(tx, "crm"), line(tx, "till")))
    whole = [(NOON, State.DOWN), (NOON + HOUR, State.DEGRADED), (NOON + 2 * HOUR, State.UP)]
    assert split_line == plain_line == whole


async def test_the_cases_of_a_split_incident_stay_one_and_end_when_the_last_of_its_faults_does(
    database: Database,
) -> None:
    made = house()

    def work(tx: Connection) -> list[bool]:
        failing(made, tx)
        split(made, tx)
        says(made, tx, SWITCH, NOON + HOUR, firing=False)
        return [the(tx, WHOLE).unresolved, *(one.open for one in cases.of_customer(tx, "acme"))]

    assert await database.write(work) == [False, True]

    def takes(tx: Connection) -> list[str]:
        made.acknowledge(tx, OWN, "person:li", NOON + HOUR + 1, "desk")
        return pages(tx, purpose="customer")

    told = await database.write(takes)
    assert len(told) == 2  # that it was opened, and that somebody has it

    def ends(tx: Connection) -> list[tuple[str | None, bool]]:
        made.resolve(tx, OWN, "person:li", "it can wait", NOON + 2 * HOUR)
        before = [(one.incident, one.open) for one in cases.of_customer(tx, "acme")]
        says(made, tx, DISK, NOON + 3 * HOUR, firing=False)
        assert the(tx, OWN).recovered
        return [*before, *((one.incident, one.open) for one in cases.of_fault(tx, the(tx, OWN)))]

    assert await database.write(ends) == [(WHOLE, True), (WHOLE, False)]


async def test_what_was_ended_by_hand_and_gets_worse_is_its_components_again(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> Incident:
        failing(made, tx)
        split(made, tx)
        made.resolve(tx, OWN, "person:li", "it can wait", NOON + 5 * MINUTE)
        says(made, tx, DISK, NOON + 6 * MINUTE, word="warning")
        assert len(store.unresolved(tx)) == 1
        says(made, tx, DISK, NOON + HOUR, word="critical")
        return the(tx, WHOLE)

    whole = await database.write(work)

    assert (whole.severity, whole.unresolved) == (1, True)
    assert await database.read(lambda tx: [one.id for one in store.newest(tx)]) == [OWN, WHOLE]


async def test_after_its_end_the_alert_is_its_components_unless_it_is_back_so_soon_that_it_was_never_over(
    database: Database,
) -> None:
    made = reopening(10 * MINUTE)

    def work(tx: Connection) -> tuple[Progress, int]:
        failing(made, tx)
        split(made, tx)
        says(made, tx, SWITCH, NOON + HOUR, firing=False)
        says(made, tx, DISK, NOON + HOUR, firing=False)
        says(made, tx, DISK, NOON + HOUR + 5 * MINUTE, stamp="second")
        return the(tx, OWN).progress, sum(one.open for one in cases.of_customer(tx, "acme"))

    assert await database.write(work) == (Progress.TRIGGERED, 1)

    def later(tx: Connection) -> list[tuple[str, str | None]]:
        says(made, tx, DISK, NOON + 2 * HOUR, firing=False, stamp="second")
        says(made, tx, DISK, NOON + 5 * HOUR, stamp="third")
        return [(one.id, one.split_from) for one in store.unresolved(tx)]

    assert await database.write(later) == [(NEXT, None)]


async def test_a_split_is_undone_by_merging_and_done_again_by_splitting(database: Database) -> None:
    made = house()

    def merges(tx: Connection) -> tuple[Incident, Incident]:
        failing(made, tx)
        split(made, tx)
        made.merge(tx, OWN, WHOLE, "person:li", "the disk filled because of the switch", NOON + 3 * MINUTE)
        made.acknowledge(tx, OWN, "person:li", NOON + 4 * MINUTE, "desk")
        says(made, tx, DISK, NOON + 5 * MINUTE, word="critical")
        return the(tx, WHOLE), the(tx, OWN)

    whole, own = await database.write(merges)
    assert (whole.parts, whole.severity, whole.progress) == ((OWN,), 1, Progress.ACKNOWLEDGED)
    assert (own.progress, own.merged_into) == (Progress.MERGED, WHOLE)
    taken = await database.read(lambda tx: [one.event for one in store.events(tx, OWN)])
    assert Acknowledged(channel="desk") in taken

    def switch_is_well(tx: Connection) -> list[bool]:
        says(made, tx, SWITCH, NOON + HOUR, firing=False)
        return [the(tx, one).unresolved for one in (WHOLE, OWN)]

    assert await database.write(switch_is_well) == [True, True]

    def apart(tx: Connection) -> list[Progress]:
        made.split(tx, OWN, "person:li", "it was full before", NOON + 2 * HOUR)
        return [the(tx, one).progress for one in (WHOLE, OWN)]

    assert await database.write(apart) == [Progress.RESOLVED, Progress.TRIGGERED]

    def ends(tx: Connection) -> list[bool]:
        says(made, tx, DISK, NOON + 3 * HOUR, firing=False)
        return [the(tx, OWN).unresolved, *(one.open for one in cases.of_customer(tx, "acme"))]

    assert await database.write(ends) == [False, False]


async def test_the_own_incident_can_be_made_part_of_what_was_split_from_it(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> list[tuple[Progress, bool]]:
        failing(made, tx)
        split(made, tx)
        made.merge(tx, WHOLE, OWN, "person:li", "it is the disk after all", NOON + 3 * MINUTE)
        says(made, tx, DISK, NOON + HOUR, firing=False)
        assert [the(tx, one).unresolved for one in (WHOLE, OWN)] == [True, True]
        says(made, tx, SWITCH, NOON + 2 * HOUR, firing=False)
        found = [the(tx, one) for one in (WHOLE, OWN)]
        return [(one.progress, one.recovered) for one in found]

    assert await database.write(work) == [(Progress.RESOLVED, True)] * 2
    assert await database.read(lambda tx: [one.open for one in cases.of_customer(tx, "acme")]) == [False]


async def test_all_alerts_with_a_label_are_split_out_of_what_a_check_sees_too(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> list[str]:
        see(tx, made, {"shop/home": State.DOWN}, NOON, NOON)
        for key in (DISK, SWITCH, FAN):
            says(made, tx, key, NOON + 1, service="shop")
        made.split_out(tx, WHOLE, (), (parse("room=a1"),), "person:li", "another room", NOON + 2)
        taken = [one.key for one in alerts.failing_of(tx, "shop", OWN, 10)]
        made.split_out(tx, OWN, [number(tx, FAN)], (), "person:li", "and a fan", NOON + 3)
        made.split_out(tx, WHOLE, [number(tx, DISK)], (), "person:li", "and a disk", NOON + 3)
        see(tx, made, {"shop/home": State.UP}, NOON + HOUR, NOON + HOUR)
        return taken

    assert await database.write(work) == [SWITCH, FAN]
    found = await database.read(lambda tx: [(one.id, one.split_from, one.cause) for one in store.unresolved(tx)])
    assert sorted(found) == [
        (OWN, WHOLE, "am:switch"),
        (NEXT, OWN, "am:fan"),
        ("INC-2026-0004", WHOLE, "am:disk"),
    ]


async def test_what_a_component_depends_on_still_fails_while_what_was_split_from_it_does(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> tuple[int, int]:
        failing(made, tx)
        split(made, tx)
        says(made, tx, SWITCH, NOON + HOUR, firing=False)
        says(made, tx, FAN, NOON + HOUR, service="till")
        held = len(store.unresolved(tx))
        says(made, tx, DISK, NOON + 2 * HOUR, firing=False)
        return held, len(store.unresolved(tx))

    assert await database.write(work) == (1, 1)
    assert await database.read(lambda tx: [one.component for one in store.unresolved(tx)]) == ["till"]


async def test_what_cannot_be_split_is_refused_and_nothing_is_changed(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> int:
        failing(made, tx)
        disk = number(tx, DISK)
        both = [disk, number(tx, SWITCH)]
        for numbers, fits, because, wrong in (
            (both, (), "two", "nothing else fails"),
            ((), (parse("room=c3"),), "two", "choose at least one"),
            ([disk + 100], (), "two", "no alert of that number"),
            ([disk], (), " ", "say what makes the two"),
        ):
            with pytest.raises(Refused, match=wrong):
                made.split_out(tx, WHOLE, numbers, fits, "person:li", because, NOON + HOUR)
        with pytest.raises(NotFound):
            made.split_out(tx, NEXT, [disk], (), "person:li", "two", NOON + HOUR)
        for key in (DISK, SWITCH):
            says(made, tx, key, NOON + HOUR, firing=False)
        with pytest.raises(Refused, match="already resolved"):
            made.split_out(tx, WHOLE, (), (parse("room=a1"),), "person:li", "two", NOON + HOUR)
        return len(store.newest(tx))

    assert await database.write(work) == 1


async def test_a_split_incident_was_noticed_when_that_was_which_it_was_split_from(database: Database) -> None:
    made = house()

    def work(tx: Connection) -> list[tuple[int, str, int]]:
        failing(made, tx)
        split(made, tx, NOON + 5 * HOUR)
        found = performed(tx, (NOON, NOON + 6 * HOUR), None, NOON + 6 * HOUR)
        return [(one.severity, one.of.value, one.n) for one in found.times if one.of in ("detect", "resolve")]

    assert await database.write(work) == [(2, "detect", 1), (2, "resolve", 1), (3, "detect", 0), (3, "resolve", 1)]
