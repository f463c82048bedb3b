"""Transitions from the store: in the order recorded, and no more of them than the window's count can depend on."""

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from config.instant import DAY, HOUR, MINUTE
from config.state import State
from db.engine import Database
from db.tables.incidents import transition as table
from sla.account import Account, account
from sla.cases import CASE_TERMS
from sla.correction import Correction
from sla.doubt import uncertainty
from sla.line import line_of, raw_line
from sla.overlay import Corrected, corrected
from sla.record import Changes, Transition
from sla.store.transition import changes, transitions
from sla.timeline import timeline

WINDOW = 50 * DAY, 60 * DAY
TERMS = replace(
    CASE_TERMS, merge_gap=6 * HOUR, bridge_max=2 * HOUR, min_outage=9 * HOUR, degraded_weight=Fraction(1, 4)
)
SLACK = 6 * HOUR
LATEST = 130 * DAY


def row(component: str, state: State | str, happened: int, recorded: int) -> dict[str, Any]:
    return {
        "component": component,
        "state": str(state),
        "happened_at": happened,
        "recorded_at": recorded,
        "by": "probe:local",
        "cause": "pay/home",
        "reason": "timeout",
        "bound_at": happened - 1,
    }


async def stored(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    def write(tx: Connection) -> None:
        tx.execute(insert(table), list(rows))

    await database.write(write)


async def test_transitions_come_in_the_order_recorded_up_to_an_instant(database: Database) -> None:
    rows = [("pay", "up", 10, 20), ("pay", "down", 5, 30), ("shop", "down", 1, 30), ("pay", "up", 40, 41)]
    await stored(database, [row(*one) for one in rows])
    found = await database.read(lambda tx: transitions(tx, ["pay", "search"], (0, 50), 30, 0))
    assert found == {
        "pay": (
            Transition(state=State.UP, happened_at=10, recorded_at=20, cause="pay/home", reason="timeout", bound_at=9),
            Transition(state=State.DOWN, happened_at=5, recorded_at=30, cause="pay/home", reason="timeout", bound_at=4),
        ),
        "search": (),
    }


def restless(chance: random.Random) -> list[tuple[int, State, int]]:
    """(happened, state, recorded): a hundred days, quiet or wild, some of it told late or twice."""
    longest = chance.choice([8 * HOUR, 2 * DAY, 5 * DAY, 60 * DAY])
    told, at = [], chance.randrange(90 * DAY)
    while at < 100 * DAY:
        recorded = at + chance.choice([MINUTE, MINUTE, 40 * DAY])
        told.append((at, chance.choice(list(State)), recorded))
        at += chance.choice([0, chance.randrange(1, longest), chance.randrange(1, longest)])
    return sorted(told, key=lambda one: one[2])


def counted(line: Changes, until: int) -> Account:
    events = list(zip(line.starts, line.states, strict=True))
    whole = timeline(
        State.UNKNOWN, events, observed_from=min([WINDOW[0], *line.starts]), observed_to=max(until, WINDOW[1])
    )
    return account(whole, WINDOW, [], [], TERMS)


@pytest.mark.parametrize("until", [60 * DAY, 75 * DAY, LATEST])
async def test_what_is_read_counts_as_the_whole_history_does(database: Database, until: int) -> None:
    chance = random.Random(until)
    told = {f"c{number}": restless(chance) for number in range(20)}
    rows = [row(name, state, at, recorded) for name, line in told.items() for at, state, recorded in line]
    await stored(database, rows)
    bare = await database.read(lambda tx: changes(tx, list(told), WINDOW, until, SLACK))
    whole = await database.read(lambda tx: transitions(tx, list(told), WINDOW, until, SLACK))
    fewer = 0
    for name, line in told.items():
        known = [(at, state) for at, state, recorded in line if recorded <= until]
        last = dict(sorted(known, key=lambda one: one[0]))
        everything = Changes(starts=list(last), states=list(last.values()))
        read = bare.get(name, Changes(starts=[], states=[]))
        assert counted(read, until) == counted(everything, until)
        fewer += len(read.starts) < len(everything.starts)
        one_by_one = {one.happened_at: one.state for one in sorted(whole[name], key=lambda one: one.happened_at)}
        assert one_by_one == dict(zip(read.starts, read.states, strict=True))
    assert fewer > 3


@pytest.mark.parametrize("until", [60 * DAY, 75 * DAY, LATEST])
async def test_what_is_read_leaves_as_much_in_doubt_as_the_whole_history_does(database: Database, until: int) -> None:
    chance = random.Random(until)
    rows = [
        row(f"c{number}", state, at, recorded) | {"bound_at": at - chance.randrange(1, chance.choice([HOUR, 9 * DAY]))}
        for number in range(40)
        for at, state, recorded in restless(chance)
    ]
    await stored(database, rows)
    names = sorted({one["component"] for one in rows})
    window = await database.read(lambda tx: transitions(tx, names, WINDOW, until, SLACK))
    everything = await database.read(lambda tx: transitions(tx, names, (0, LATEST), until, SLACK))
    found = [doubted(window[name], until) for name in names]
    assert found == [doubted(everything[name], until) for name in names]
    assert sum(map(len, window.values())) < sum(map(len, everything.values()))
    assert len(set(found)) > 10


def doubted(told: Sequence[Transition], until: int) -> int:
    line = raw_line(told, WINDOW, until)
    return uncertainty(line, told, [(TERMS, WINDOW)], [], account(line, WINDOW, [], [], TERMS))


def adjudged(chance: random.Random, number: int) -> Correction:
    start = chance.randrange(30 * DAY, 75 * DAY)
    return Correction(
        id=f"C-{number}",
        component="pay",
        start=start,
        end=start + chance.randrange(1, 12 * DAY),
        state=chance.choice(list(State)),
        reason="seen otherwise",
        evidence="log",
        requested_by="person:li",
        requested_at=number,
        approved_by=chance.choice([None, "person:wang"]),
        words=(("acme", True, number),) if chance.random() < 0.7 else (),
    )


@pytest.mark.parametrize("seed", range(12))
async def test_with_corrections_over_it_too_what_is_read_counts_as_the_whole_history_does(
    database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    told = {f"c{number}": restless(chance) for number in range(8)}
    laid = {name: [adjudged(chance, number) for number in range(chance.randrange(5))] for name in told}
    rows = [row(name, state, at, at) for name, line in told.items() for at, state, _ in line]
    await stored(database, rows)
    spans = {name: [one.interval for one in some] for name, some in laid.items()}
    bare = await database.read(lambda tx: changes(tx, list(told), WINDOW, LATEST, SLACK, spans))

    def settled(line: Changes, corrections: Sequence[Correction]) -> tuple[Account, tuple[Corrected, ...]]:
        whole = line_of(line, WINDOW, LATEST)
        after, found = corrected(whole, corrections, "acme", WINDOW, lambda one: account(one, WINDOW, [], [], TERMS))
        return account(after, WINDOW, [], [], TERMS), found

    for name, line in told.items():
        last = {at: state for at, state, _ in sorted(line, key=lambda one: one[0])}
        everything = Changes(starts=list(last), states=list(last.values()))
        read = bare.get(name, Changes(starts=[], states=[]))
        assert settled(read, laid[name]) == settled(everything, laid[name])


@pytest.mark.parametrize(
    ("before", "first"),
    [(State.UP, 40 * DAY), (State.UNKNOWN, 40 * DAY), (State.DOWN, 20 * DAY), (State.DEGRADED, 20 * DAY)],
)
async def test_it_is_read_back_to_a_quiet_stretch_and_no_further(database: Database, before: State, first: int) -> None:
    """Down on day 0, up from day 20 on, and from day 40 into the window what is asked."""
    facts = [(0, State.DOWN), (20 * DAY, State.UP), (40 * DAY, before), (55 * DAY, State.UP)]
    await stored(database, [row("pay", state, at, at) for at, state in facts])
    found = await database.read(lambda tx: changes(tx, ["pay"], WINDOW, 60 * DAY, SLACK))
    assert found["pay"].starts[0] == first
    assert found["pay"].starts[-1] == 55 * DAY
