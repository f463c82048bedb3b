"""Votes on both databases: what is written, drawn, lapsed and said of others is the same."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from config.instant import MINUTE, SECOND, Instant
from config.location import LOCAL, Location, Panel, Quorum
from config.state import State
from db.engine import Database
from probe import store
from probe.batch import Batch, OpenRun, Snapshot
from probe.flap import Flap
from probe.health import Word
from probe.observation import Run
from probe.panel.service import BEHIND, Panels
from probe.panel.store import check_line, flapping, newest
from probe.result import Outcome, Reason
from probe.verdict import CheckChange, CheckState

CHECK, NOON = "shop/home", 1_788_523_200_000
U, D, X = State.UP, State.DOWN, State.UNKNOWN
TWO = Panel(locations={"branch": Location()}, quorum=Quorum(bad=2))
HOLDS = 2 * MINUTE + 10 * SECOND


def panels(panel: Panel = TWO) -> Panels:
    return Panels(lambda: panel, lambda check: True)


def follow(tx: Connection, changes: Sequence[CheckChange], now: Instant) -> None:
    store.add_changes(tx, changes, now)


def learn(tx: Connection, location: str, state: State, at: Instant, check: str = CHECK) -> None:
    change = CheckChange(check=check, state=state, happened_at=at, reason=Reason.STATUS if state is D else None)
    follow(tx, panels().hear(tx, [change], at, location), at)


def ran(location: str, first: Instant, last: Instant, outcome: Outcome = Outcome.UP, check: str = CHECK) -> Batch:
    run = Run(
        check=check, location=location, outcome=outcome, first_at=first, last_at=last, last_tick=last, count=2,
        missing=(), interval=MINUTE, timeout=10 * SECOND, latency_sum_us=2, latency_max_us=1,
    )  # fmt: skip
    state = CheckState(state=U if outcome.valid else X)
    return Batch(
        runs=((OpenRun(run=run), run),),
        snapshots=(Snapshot(check=check, location=location, definition="d", state=state),),
    )


def line(tx: Connection) -> list[tuple[int, State]]:
    """Seconds after noon."""
    return [((at - NOON) // SECOND, state) for at, state in check_line(tx, CHECK, NOON - MINUTE)]


async def test_the_line_of_a_check_is_drawn_from_its_votes(database: Database) -> None:
    def work(tx: Connection) -> list[tuple[int, State]]:
        follow(tx, [CheckChange(check=CHECK, state=U, happened_at=NOON)], NOON)
        follow(tx, panels().begin(tx, [CHECK], NOON + MINUTE), NOON + MINUTE)
        assert set(newest(tx)) == {(CHECK, LOCAL), (CHECK, "branch")}
        learn(tx, "branch", U, NOON + 70 * SECOND)
        learn(tx, LOCAL, D, NOON + 80 * SECOND)
        learn(tx, "branch", D, NOON + 75 * SECOND)
        learn(tx, "elsewhere", D, NOON)
        learn(tx, LOCAL, U, NOON + 100 * SECOND)
        return line(tx)

    assert await database.write(work) == [(0, U), (60, X), (70, U), (80, D), (100, U)]


async def test_a_silent_place_lapses_once_and_comes_back_where_it_was(database: Database) -> None:
    def work(tx: Connection) -> list[tuple[int, State]]:
        follow(tx, panels().begin(tx, [CHECK], NOON), NOON)
        for location in (LOCAL, "branch"):
            learn(tx, location, U, NOON)
        store.save(tx, ran(LOCAL, NOON, NOON + 10 * MINUTE), NOON)
        store.save(tx, ran("branch", NOON, NOON), NOON)
        for at in (NOON + HOLDS + BEHIND - 1, NOON + HOLDS + BEHIND, NOON + HOLDS + BEHIND + 1):
            follow(tx, panels().tend(tx, at), at)
        assert newest(tx)[CHECK, "branch"].reason is Reason.LAPSED
        store.save(tx, ran("branch", NOON + 5 * MINUTE, NOON + 6 * MINUTE), NOON + 6 * MINUTE)
        for at in (NOON + 6 * MINUTE, NOON + 7 * MINUTE):
            follow(tx, panels().tend(tx, at), at)
        return line(tx)

    assert await database.write(work) == [(0, U), (130, X), (300, U)]


async def test_who_contradicts_has_newer_answers_of_nearly_all_and_they_are_good(database: Database) -> None:
    checks = [f"shop{number}/home" for number in range(5)]

    def work(tx: Connection) -> None:
        say = partial(panels().contradiction, tx, LOCAL, checks, NOON)
        assert say(NOON) == Word()
        for check in checks:
            store.save(tx, ran("branch", NOON - MINUTE, NOON - 1, check=check), NOON)
            store.save(tx, ran(LOCAL, NOON, NOON, Outcome.DOWN, check=check), NOON)
        assert say(NOON) == Word(awaited=True)
        for check in checks[:4]:
            store.save(tx, ran("branch", NOON, NOON + 1, check=check), NOON)
        assert say(NOON).contradicted_by is None, "four are too few"
        store.save(tx, ran("branch", NOON, NOON + 1, Outcome.DEGRADED, check=checks[4]), NOON)
        assert say(NOON).contradicted_by == "branch"
        assert say(NOON + HOLDS + 2).contradicted_by is None, "its answers are old by then"

    await database.write(work)


async def test_a_check_flaps_where_half_of_its_places_say_so(database: Database) -> None:
    def flaps(tx: Connection, location: str, on: bool) -> bool:
        (known,) = ran(location, NOON, NOON).snapshots
        store.save(tx, Batch(snapshots=(replace(known, flap=Flap(on=on)),)), NOON)
        return flapping(tx, [CHECK])

    story = [
        (LOCAL, False, False),
        (LOCAL, True, True),
        ("branch", False, True),  # half of two
        ("probes", False, False),  # one of three
        ("branch", True, True),
    ]
    for location, on, together in story:
        assert await database.write(partial(flaps, location=location, on=on)) is together


async def test_each_place_goes_on_with_its_own_streaks(database: Database) -> None:
    def work(tx: Connection) -> None:
        store.save(tx, ran(LOCAL, NOON, NOON + MINUTE), NOON)
        store.save(tx, ran("branch", NOON, NOON + 2 * MINUTE, Outcome.INVALID), NOON)
        here, there = store.load(tx, LOCAL)[CHECK], store.load(tx, "branch")[CHECK]
        assert here.run is not None and there.run is not None
        assert (here.run.run.last_at, here.snapshot.state.state) == (NOON + MINUTE, U)
        assert (there.run.run.last_at, there.snapshot.state.state) == (NOON + 2 * MINUTE, X)
        assert store.load(tx, "probes") == {}

    await database.write(work)
