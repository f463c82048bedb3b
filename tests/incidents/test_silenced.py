"""Calls that a person holds for a time: which, how long, and that they come when it is over. On both databases."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import DAY, HOUR, MINUTE, Instant
from config.state import State
from db.engine import Database
from incidents import household
from incidents.decide import Refused
from incidents.incident import Held, Incident, Progress, Released, replay
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.silence import Silence, check, matchers
from incidents.store import case as cases
from incidents.store import incident as store
from incidents.store import silence as silences
from incidents.store import timer
from incidents.why import explain
from notify.store import told as telling
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, customer, incidents, named, see
from tests.incidents.told import deliver, line, pages

FIRST = "INC-2026-0001"


def silence(*texts: str, **changes: Any) -> Silence:
    given: dict[str, Any] = {"start": NOON, "end": NOON + HOUR, "reason": "the cellar is moved", "by": "person:li"}
    return Silence(**{"id": 0, "matchers": matchers(texts), "recorded_at": NOON, **given, **changes})


def said(made: Incidents, tx: Connection, word: str, at: Instant, key: str = "5ef1", **labels: str) -> None:
    news = alert(key, severity_word=word, at=at, labels={"service": "crm", **labels})
    made.alert_news(tx, "am", [news], BY_SERVICE, at, at)


def until(tx: Connection, made: Incidents, now: Instant) -> None:
    for due in timer.due(tx, now, 100):
        made.fire(tx, due, now)


def the(tx: Connection, id: str = FIRST) -> Incident:
    found = store.find(tx, id)
    assert found is not None
    return found


def holding(tx: Connection) -> list[object]:
    found = [one.event for one in store.events(tx, FIRST)]
    return [one for one in found if isinstance(one, (Held, Released))]


async def test_what_is_silenced_opens_counts_and_has_its_case_and_calls_when_the_silence_ends(
    database: Database,
) -> None:
    made = incidents(config(customers=named((customer(),))))

    def work(tx: Connection) -> None:
        made.silence(tx, silence("component=shop", worst_too=True), NOON)
        see(tx, made, {"shop/home": State.DOWN}, NOON + 1, NOON + 2)
        until(tx, made, NOON + HOUR - 1)

    await database.write(work)
    held = await database.read(the)
    assert (held.progress, held.severity, held.held_by) == (Progress.TRIGGERED, 1, ("silence:1",))
    assert await database.read(pages) == []
    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON + 1, State.DOWN)]
    assert [one.incident for one in await database.read(lambda tx: cases.of_incident(tx, FIRST))] == [FIRST]
    assert await database.read(lambda tx: household.neglected(tx, Paging(config(), "log"), NOON + HOUR - 1)) == ()

    await database.write(lambda tx: until(tx, made, NOON + HOUR))

    released = await database.read(the)
    assert await database.read(pages) == ["li/mail"]
    assert await database.read(holding) == [Held(holders=("silence:1",), because="the cellar is moved"), Released()]
    log = await database.read(lambda tx: store.events(tx, FIRST))
    assert replay(FIRST, log) == released and released.held_by == ()
    told = await database.read(lambda tx: telling.history(tx, incident=FIRST))
    because = [one.said("en") for one in explain(log, told, lambda name: (name,))]
    assert "Its calls are held by silence 1: the cellar is moved." in because
    assert "Nothing held its calls any more: they went on." in because
    assert told[0].notification.message.facts["event"] == "incident.page"
    assert "Nobody has answered yet" not in told[0].notification.message.text


async def test_severity_1_is_held_only_where_that_was_said(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[int]:
        made.silence(tx, silence("component=crm"), NOON)
        said(made, tx, "high", NOON)
        before = len(pages(tx))
        said(made, tx, "critical", NOON + MINUTE)
        return [before, len(pages(tx))]

    assert await database.write(work) == [0, 1]
    freed = await database.read(the)
    assert (freed.severity, freed.held_by, freed.progress) == (1, (), Progress.TRIGGERED)
    assert [*await database.read(lambda tx: timer.earliest(tx, timer.Kind.ESCALATION))] == [FIRST]


async def test_an_alert_that_is_not_silenced_calls_and_one_that_comes_and_goes_does_not(database: Database) -> None:
    made = incidents(config())

    def fires(tx: Connection, at: Instant, key: str, host: str, *, firing: bool = True) -> int:
        news = alert(key, severity_word="high", at=at, firing=firing, labels={"service": "crm", "host": host})
        made.alert_news(tx, "am", [news], BY_SERVICE, at, at)
        return len(pages(tx))

    def work(tx: Connection) -> Sequence[int]:
        made.silence(tx, silence('host=~"db-.*"', "source=am"), NOON)
        counts = [fires(tx, NOON, "one", "db-1"), fires(tx, NOON + 1, "one", "db-1", firing=False)]
        counts += [fires(tx, NOON + 2, "one", "db-1"), fires(tx, NOON + 3, "one", "db-1", firing=False)]
        counts += [fires(tx, NOON + 4, "two", "db-2"), fires(tx, NOON + 5, "three", "web-1")]
        return [*counts, fires(tx, NOON + 6, "three", "web-1", firing=False)]

    assert await database.write(work) == [0, 0, 0, 0, 0, 1, 1]
    last = await database.read(lambda tx: store.unresolved(tx)[0])
    assert last.held_by == ("silence:1",)


async def test_what_was_called_before_is_called_no_more_until_somebody_ends_the_silence(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        said(made, tx, "high", NOON)
        deliver(tx)
        made.silence(tx, silence("customer=", "component!=shop", "source=am", start=NOON + 1), NOON + 1)
        until(tx, made, NOON + 30 * MINUTE)

    await database.write(work)
    assert await database.read(pages) == ["li/mail"]
    with pytest.raises(Refused):
        await database.write(lambda tx: made.escalate(tx, FIRST, "person:li", NOON + 30 * MINUTE))

    await database.write(lambda tx: made.end_silence(tx, 1, "person:wang", "done early", NOON + 31 * MINUTE))

    assert await database.read(pages) == ["li/mail", "li/mail"]
    ended = await database.read(lambda tx: silences.find(tx, 1))
    assert ended is not None and (ended.ended_at, ended.ended_by) == (NOON + 31 * MINUTE, "person:wang")
    with pytest.raises(Refused):
        await database.write(lambda tx: made.end_silence(tx, 1, "person:wang", "again", NOON + 32 * MINUTE))


async def test_what_somebody_has_is_not_told_again_when_a_silence_ends_and_not_asked_after_meanwhile(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        said(made, tx, "high", NOON)
        deliver(tx)
        made.acknowledge(tx, FIRST, "person:li", NOON + 1, "desk")
        made.silence(tx, silence("component=crm", start=NOON + 1, end=NOON + 5 * HOUR), NOON + 1)
        until(tx, made, NOON + 4 * HOUR - MINUTE)

    await database.write(work)
    assert await database.read(pages) == ["li/mail"]

    await database.write(lambda tx: until(tx, made, NOON + 4 * HOUR + MINUTE))
    forgotten = await database.read(the)
    assert (forgotten.progress, await database.read(pages)) == (Progress.TRIGGERED, ["li/mail"])

    await database.write(lambda tx: until(tx, made, NOON + 5 * HOUR))
    assert await database.read(pages) == ["li/mail", "li/mail"]


async def test_a_silence_to_come_holds_from_its_beginning(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[tuple[str, ...]]:
        said(made, tx, "high", NOON)
        made.silence(tx, silence("severity=2", start=NOON + MINUTE), NOON)
        before = the(tx).held_by
        until(tx, made, NOON + MINUTE)
        return [before, the(tx).held_by]

    assert await database.write(work) == [(), ("silence:1",)]


async def test_where_two_customers_are_concerned_a_silence_for_one_holds_nothing(database: Database) -> None:
    made = incidents(config(customers=named((customer(), customer("bolt")))))

    def work(tx: Connection) -> None:
        made.silence(tx, silence("customer=acme", worst_too=True), NOON)
        see(tx, made, {"shop/home": State.DOWN}, NOON + 1, NOON + 2)

    await database.write(work)

    assert await database.read(pages) == ["li/mail"]


@pytest.mark.parametrize(
    "wrong",
    [
        silence(),
        silence('host!="db-1"'),
        silence("severity=critical"),
        silence("component=shop", start=NOON - 1),
        silence("component=shop", end=NOON),
        silence("component=shop", end=NOON + 31 * DAY + 1),
        silence("component=shop", reason=" "),
    ],
)
def test_what_silences_all_or_nothing_for_ever_or_without_a_reason_is_refused(wrong: Silence) -> None:
    with pytest.raises(Refused):
        check(wrong, NOON)
    with pytest.raises(Refused, match="bad matcher"):
        matchers(["component"])
    check(silence('severity=~"2|3"', "component=shop", end=NOON + 31 * DAY), NOON)
