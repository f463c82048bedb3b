"""A component that nobody probes: its senders' words hold a day, and a sign of life keeps them."""

from sqlalchemy import Connection

from config.instant import DAY, HOUR, MINUTE
from config.state import State
from db.engine import Database
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer, transition
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents


def _fire(tx: Connection, made: Incidents, at: int) -> None:
    for one in timer.due(tx, at, 50):
        if one.kind is timer.Kind.SILENCE:
            made.fire(tx, one, at)


def _state(tx: Connection) -> tuple[State, int]:
    newest = transition.newest(tx, "crm")
    assert newest is not None
    return newest.state, newest.happened_at


async def test_a_day_without_a_word_makes_it_unknown_from_that_instant(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> tuple[State, int]:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        over = alert(firing=False, at=NOON + HOUR)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + HOUR, NOON + HOUR)
        _fire(tx, made, NOON + DAY)
        assert _state(tx)[0] is State.UP
        _fire(tx, made, NOON + HOUR + DAY + MINUTE)
        newest = transition.newest(tx, "crm")
        assert newest is not None and newest.bound_at == NOON + HOUR, "the last word that said otherwise"
        return _state(tx)

    assert await database.write(work) == (State.UNKNOWN, NOON + HOUR + DAY)


async def test_a_watchdog_keeps_it_known_opens_nothing_and_brings_it_back(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[State]:
        seen: list[State] = []
        for at in (NOON, NOON + 20 * HOUR):
            watchdog = alert("dog", severity_word="none", at=NOON)
            made.alert_news(tx, "am", [watchdog], BY_SERVICE, at, at)
        _fire(tx, made, NOON + DAY + HOUR)
        seen.append(_state(tx)[0])
        _fire(tx, made, NOON + 2 * DAY)
        seen.append(_state(tx)[0])
        again = NOON + 3 * DAY
        made.alert_news(tx, "am", [alert("dog", severity_word="none", at=NOON)], BY_SERVICE, again, again)
        assert _state(tx) == (State.UP, again)
        assert store.newest(tx) == []
        return seen

    assert await database.write(work) == [State.UP, State.UNKNOWN]


async def test_silence_ends_no_incident_and_a_real_alert_beside_a_watchdog_counts_from_its_own_start(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> tuple[int, bool, State]:
        made.alert_news(tx, "am", [alert("dog", severity_word="none", at=NOON)], BY_SERVICE, NOON, NOON)
        at = NOON + HOUR
        made.alert_news(tx, "am", [alert("real", at=at)], BY_SERVICE, at, at)
        _fire(tx, made, at + 2 * DAY)
        (incident,) = store.newest(tx)
        return incident.started_at, incident.unresolved, _state(tx)[0]

    assert await database.write(work) == (NOON + HOUR, True, State.UNKNOWN)
