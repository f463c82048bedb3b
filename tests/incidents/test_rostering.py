"""People change the rotas: what is refused, what is stored, and whom it pages, on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import DAY, HOUR, SECOND, Instant
from config.model import Config
from config.oncall import Escalation, Every, Layer, Rota, Step, Unit
from config.state import State
from db.engine import Database
from incidents import rostering
from incidents.decide import Refused
from incidents.rota import Change, Deed
from incidents.store import duty
from tests.incidents.samples import NOON, config, incidents, named, see
from tests.incidents.told import pages

ROTA = Rota(
    id="primary", layers=(Layer(people=("li", "wang"), rotate=Every(unit=Unit.DAYS), handoff="12:00", start=NOON),)
)


def house() -> Config:
    policy = Escalation(id="default", steps=(Step(notify=("rota:primary",)),), fallback=("wang",))
    return config(rotas=named((ROTA,)), escalations=named((policy,)))


def change(**given: Any) -> Change:
    plain: dict[str, Any] = {
        "id": 0,
        "rota": "primary",
        "deed": Deed.REPLACE,
        "person": "wang",
        "instead_of": "li",
        "start": NOON,
        "end": NOON + DAY,
        "reason": "ill",
        "by": "person:li",
        "recorded_at": NOON,
    }
    return Change(**{**plain, **given})


def on_call(tx: Connection, at: Instant) -> str:
    return " ".join(rostering.roster_of(tx, house(), at, at + 1).on_call("primary", at))


async def test_whoever_takes_a_place_is_paged_from_then_on(database: Database) -> None:
    def work(tx: Connection) -> tuple[str, list[str]]:
        rostering.record(tx, house(), change())
        made = incidents(house())
        see(tx, made, {"shop/home": State.UP}, NOON - HOUR, NOON - HOUR)
        see(tx, made, {"shop/home": State.DOWN}, NOON, NOON)
        return on_call(tx, NOON), pages(tx)

    assert await database.write(work) == ("wang", ["wang/mail"])


async def test_a_change_keeps_who_wrote_it_and_why_and_a_withdrawal_ends_it(database: Database) -> None:
    def work(tx: Connection) -> tuple[Change | None, list[str]]:
        made = rostering.record(tx, house(), change())
        rostering.withdraw(tx, made.id, "well again", "person:wang", NOON + HOUR)
        return duty.find(tx, made.id), [on_call(tx, at) for at in (NOON, NOON + HOUR)]

    found, who = await database.write(work)

    assert found == replace(change(), id=1, withdrawn_at=NOON + HOUR)
    assert who == ["wang", "li"]


async def test_two_people_exchange_their_next_shifts_and_take_it_back(database: Database) -> None:
    days = [NOON + n * DAY for n in range(4)]

    def swap(tx: Connection) -> tuple[Change, Change]:
        return rostering.swap(
            tx,
            house(),
            rota="primary",
            people=("li", "wang"),
            after=NOON,
            reason="concert",
            by="person:li",
            now=NOON - HOUR,
        )

    first, second = await database.write(swap)
    assert await database.read(lambda tx: [on_call(tx, day) for day in days]) == ["wang", "li", "li", "wang"]
    assert first.swap == second.swap == 1

    withdrawn = await database.write(lambda tx: rostering.withdraw(tx, second.id, "no concert", "person:li", NOON - 1))
    assert [one.id for one in withdrawn] == [first.id, second.id]
    assert await database.read(lambda tx: [on_call(tx, day) for day in days]) == ["li", "wang", "li", "wang"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"start": NOON - 1}, "what was served already cannot be changed"),
        ({"end": NOON}, "a change ends after it begins"),
        ({"end": NOON + 400 * DAY}, "lasts a year at most"),
        ({"rota": "night"}, "there is no rota 'night'; known: primary"),
        ({"person": "zhao"}, "there is no person 'zhao'; known: li, wang"),
        ({"instead_of": "zhao"}, "there is no person 'zhao'"),
        ({"person": "li"}, "nobody takes his own place"),
        ({"reason": " "}, "say why"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_nothing_stored(
    database: Database, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        await database.write(lambda tx: rostering.record(tx, house(), change(**wrong)))
    assert await database.read(lambda tx: duty.changes(tx, 0, NOON + 1000 * DAY)) == ()


@pytest.mark.parametrize(
    "second",
    [
        {},
        {"person": "wang", "deed": Deed.ADD, "instead_of": None},
        {"person": "li", "deed": Deed.REMOVE, "instead_of": None},
        {"person": "li", "instead_of": None},
    ],
)
async def test_two_changes_that_contradict_each_other_are_refused(database: Database, second: dict[str, Any]) -> None:
    """G24 overrideconflict."""

    def work(tx: Connection) -> None:
        rostering.record(tx, house(), change())
        rostering.record(tx, house(), change(start=NOON + HOUR, **second))

    with pytest.raises(Refused, match="change 1 says otherwise"):
        await database.write(work)


async def test_a_withdrawn_change_stands_in_nobody_s_way(database: Database) -> None:
    def work(tx: Connection) -> None:
        rostering.record(tx, house(), change())
        rostering.withdraw(tx, 1, "wrong day", "person:li", NOON)
        rostering.record(tx, house(), change())

    await database.write(work)
    assert await database.read(lambda tx: on_call(tx, NOON)) == "wang"


async def test_what_was_served_stays_as_it_was(database: Database) -> None:
    def refused(tx: Connection, id: int, now: Instant) -> str:
        with pytest.raises(Refused) as found:
            rostering.withdraw(tx, id, "too late", "person:li", now)
        return str(found.value)

    def work(tx: Connection) -> list[str]:
        rostering.record(tx, house(), change())
        over = refused(tx, 1, NOON + DAY)
        rostering.withdraw(tx, 1, "early", "person:li", NOON + HOUR)
        return [over, refused(tx, 1, NOON + 2 * HOUR), refused(tx, 9, NOON)]

    assert await database.write(work) == [
        "what was served already cannot be changed; that change is over",
        "change 1 is withdrawn already",
        "there is no change 9; `upheld oncall changes` lists them",
    ]


async def test_one_half_of_a_swap_that_has_begun_is_not_taken_back(database: Database) -> None:
    def work(tx: Connection) -> None:
        given: dict[str, Any] = {"rota": "primary", "after": NOON, "reason": "r", "by": "person:li", "now": NOON}
        rostering.swap(tx, house(), people=("li", "wang"), **given)
        rostering.withdraw(tx, 2, "no", "person:li", NOON + HOUR)

    with pytest.raises(Refused, match="one shift of this swap has begun"):
        await database.write(work)


async def test_somebody_without_a_shift_cannot_swap(database: Database) -> None:
    alone = Rota(id="primary", layers=(Layer(people=("li",)),))
    house = config(rotas=named((alone,)))
    given: dict[str, Any] = {"rota": "primary", "after": NOON, "reason": "r", "by": "person:li", "now": NOON}

    with pytest.raises(Refused, match="has no shift that begins within a year"):
        await database.write(lambda tx: rostering.swap(tx, house, people=("li", "wang"), **given))


async def test_who_served_is_kept_as_it_was_whatever_the_configuration_says_later(database: Database) -> None:
    def note(tx: Connection, made: Config, at: Instant) -> None:
        for one in rostering.served(tx, made, at):
            duty.serve(tx, one)

    def work(tx: Connection) -> list[tuple[tuple[str, ...], Instant]]:
        later = config(rotas=named((Rota(id="primary", layers=(Layer(people=("wang",)),)),)))
        for seconds in (0, 10, 20):
            note(tx, house(), NOON + seconds * SECOND)
        note(tx, house(), NOON + DAY + 7 * SECOND)
        note(tx, house(), NOON + 2 * DAY + 7 * SECOND)
        note(tx, later, NOON + 2 * DAY + 17 * SECOND)
        return [(one.people, one.since) for one in duty.served(tx, "primary", NOON, NOON + 9 * DAY)]

    assert await database.write(work) == [
        (("li",), NOON),
        (("wang",), NOON + DAY),
        (("li",), NOON + 2 * DAY),
        (("wang",), NOON + 2 * DAY + 17 * SECOND),
    ]
