"""Senders that fall silent: a word that ran out, an end that the operator put, a call that did not come."""

from collections.abc import Callable

from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, SECOND, Instant
from config.model import Config, Source
from config.state import State
from db.engine import Database
from incidents.routing import Routing
from incidents.service import Incidents
from incidents.source import Called
from incidents.store import alert as alerts
from incidents.store import incident as store
from incidents.store import timer
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents, named
from tests.incidents.told import line, pages

LATER = NOON + 4 * MINUTE
ON_CRM = Routing(component="crm")


def with_night() -> Config:
    """The source `night` calls for crm."""
    return config(sources=named((Source(id="night", kind="deadman", options={"component": "crm"}),)))


def ring(tx: Connection, made: Incidents, at: Instant) -> None:
    for one in timer.due(tx, at, 50):
        if one.kind in (timer.Kind.LAPSE, timer.Kind.CALL):
            made.fire(tx, one, at)


def states(tx: Connection) -> tuple[list[bool], list[tuple[Instant, State]]]:
    """Of crm: whether each incident is unresolved, newest first, and its line."""
    return [one.unresolved for one in store.newest(tx) if one.component == "crm"], line(tx, "crm")


def calls(made: Incidents, at: Instant) -> Callable[[Connection], None]:
    return lambda tx: made.alert_news(tx, "night", [Called(due_at=at + HOUR)], ON_CRM, at, at)


async def test_an_alert_whose_sender_s_word_ran_out_leaves_unknown_from_his_last_word_on(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "prom", [alert(lapses_at=LATER)], BY_SERVICE, NOON, NOON)
        again = alert(lapses_at=LATER + MINUTE)
        made.alert_news(tx, "prom", [again], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        ring(tx, made, LATER + SECOND)
        assert states(tx) == ([True], [(NOON, State.DOWN)])
        ring(tx, made, LATER + MINUTE + SECOND)

    await database.write(work)

    assert await database.read(states) == ([True], [(NOON, State.DOWN), (NOON + MINUTE, State.UNKNOWN)])
    assert await database.read(lambda tx: alerts.open_alert(tx, "prom", "5ef1")) is None


async def test_an_alert_that_the_operator_lets_end_is_over(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "kuma", [alert(over_at=LATER)], BY_SERVICE, NOON, NOON)
        ring(tx, made, LATER + SECOND)

    await database.write(work)

    assert await database.read(states) == ([False], [(NOON, State.DOWN), (LATER, State.UP)])


async def test_an_end_that_is_said_needs_no_silence(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "prom", [alert(lapses_at=LATER)], BY_SERVICE, NOON, NOON)
        over = alert(firing=False, at=NOON + MINUTE)
        made.alert_news(tx, "prom", [over], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        ring(tx, made, LATER + SECOND)

    await database.write(work)

    assert await database.read(states) == ([False], [(NOON, State.DOWN), (NOON + MINUTE, State.UP)])


async def test_another_alert_on_the_component_keeps_it_down(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "prom", [alert("a", lapses_at=LATER), alert("b")], BY_SERVICE, NOON, NOON)
        ring(tx, made, LATER + SECOND)

    await database.write(work)

    assert await database.read(states) == ([True], [(NOON, State.DOWN)])


async def test_what_ran_out_while_we_were_away_gets_its_whole_time_again(database: Database) -> None:
    made = incidents(config())
    back = NOON + HOUR

    def work(tx: Connection) -> None:
        made.alert_news(tx, "prom", [alert(lapses_at=LATER)], BY_SERVICE, NOON, NOON)
        ring(tx, made, back)
        assert states(tx) == ([True], [(NOON, State.DOWN)])
        ring(tx, made, back + 5 * MINUTE)

    await database.write(work)

    assert (await database.read(states))[1] == [(NOON, State.DOWN), (NOON, State.UNKNOWN)][1:]


async def test_a_sender_that_does_not_call_opens_an_incident_and_its_next_call_ends_it(database: Database) -> None:
    made = incidents(with_night())
    due, back = NOON + HOUR, NOON + 3 * HOUR

    await database.write(calls(made, NOON))
    await database.write(lambda tx: ring(tx, made, due - SECOND))
    assert await database.read(states) == ([], [(NOON, State.UP)])

    await database.write(lambda tx: ring(tx, made, due + SECOND))
    assert await database.read(states) == ([True], [(NOON, State.UP), (due, State.DOWN)])
    assert await database.read(pages) == ["li/mail"]

    await database.write(calls(made, back))
    assert await database.read(states) == ([False], [(NOON, State.UP), (due, State.DOWN), (back, State.UP)])

    await database.write(lambda tx: ring(tx, made, back + HOUR + SECOND))
    assert (await database.read(states))[0] == [True, False]


async def test_each_call_puts_the_next_one_off(database: Database) -> None:
    made = incidents(with_night())

    def work(tx: Connection) -> None:
        for hours in range(5):
            calls(made, NOON + hours * HOUR - MINUTE)(tx)
            ring(tx, made, NOON + hours * HOUR + SECOND)

    await database.write(work)

    assert (await database.read(states))[0] == []


async def test_a_sender_that_has_never_called_is_missed_too(database: Database) -> None:
    made = incidents(with_night())

    def work(tx: Connection) -> None:
        made.expect_call(tx, "night", Called(due_at=NOON + HOUR), NOON)
        made.expect_call(tx, "night", Called(due_at=NOON + 2 * HOUR), NOON + HOUR)
        ring(tx, made, NOON + HOUR + SECOND)

    await database.write(work)

    assert await database.read(states) == ([True], [(NOON + HOUR, State.DOWN)])


async def test_a_call_that_may_have_come_while_we_were_away_is_waited_for_once_more(database: Database) -> None:
    made = incidents(with_night())
    back = NOON + HOUR + 2 * MINUTE

    await database.write(calls(made, NOON))
    await database.write(lambda tx: ring(tx, made, back))
    assert (await database.read(states))[0] == []

    await database.write(lambda tx: ring(tx, made, back + HOUR))
    assert (await database.read(states))[0] == [True]


async def test_a_source_that_is_gone_misses_nobody(database: Database) -> None:
    await database.write(calls(incidents(with_night()), NOON))
    without = incidents(config())

    await database.write(lambda tx: ring(tx, without, NOON + HOUR + SECOND))

    assert (await database.read(states))[0] == []
