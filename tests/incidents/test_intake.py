"""From the inbox to decisions: what was accepted is understood or set aside, and holds up nothing."""

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import OperationalError

from config.instant import DAY, HOUR
from db.engine import Database, open_database
from db.errors import StoreUnavailable
from db.tables.incidents import counter, quarantine
from incidents import intake
from incidents.intake import Entrance, Intake, Overloaded, OwnInbox
from incidents.reading import INTAKE, SLICE, UNHEARD, process
from incidents.routing import Routing
from incidents.source import AlertNews, Sent, Source
from incidents.sources.alertmanager import SOURCE, Options
from incidents.store import inbox
from incidents.store import incident as store
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents, sent
from tests.incidents.test_alertmanager import POST
from tests.incidents.told import bodies, occurrences, outcomes, pages, set_aside

GOOD = json.dumps(POST).encode()


def entrance(read: Callable[[Routing, Sent], list[AlertNews]]) -> Entrance:
    """A source whose reader does that."""
    return Entrance(id="own", source=Source(options=Routing, read=read), options=BY_SERVICE)


def am() -> Entrance:
    return Entrance(id="am", source=SOURCE, options=Options(token="secret", component_from=("service",)))


def put(tx: Connection, *posts: tuple[str, bytes]) -> None:
    inbox.accept(tx, [inbox.row_of(source, sent(body), {}) for source, body in posts])


def work_off(*entrances: Entrance, limit: int = 1000) -> Callable[[Connection], int]:
    """At most so many posts."""
    made = incidents(config())
    known = {one.id: one for one in entrances or (am(),)}
    asked = itertools.count(1)
    return lambda tx: process(tx, made, known, NOON + 1, lambda: next(asked) >= limit)


async def test_a_post_with_the_senders_own_id_is_judged_once_a_day(database: Database) -> None:
    def read(options: Routing, told: Sent) -> list[AlertNews]:
        return [alert(firing=told.body == b"ALARM")]

    own = entrance(read)
    incidents_ = incidents(config())

    def work(tx: Connection) -> list[int]:
        for key, body, at in (("m1", b"ALARM", NOON), ("m2", b"OK", NOON + 1), ("m1", b"ALARM", NOON + DAY),
                              ("m1", b"ALARM", NOON + 2 * DAY + 1)):  # fmt: skip
            inbox.accept(tx, [{**inbox.row_of("own", sent(body, received_at=at), {}), "key": key}])
            process(tx, incidents_, {"own": own}, at)
        return [len(store.newest(tx))]

    await database.write(work)
    assert await database.read(outcomes) == ["done", "done", "came before", "done"]


async def test_a_post_becomes_an_incident_and_is_done_in_one_transaction(database: Database) -> None:
    await database.write(lambda tx: put(tx, ("am", GOOD)))

    assert await database.write(work_off()) == 1

    assert await database.read(outcomes) == ["done"]
    assert [one.component for one in await database.read(store.unresolved)] == ["crm"]
    assert await database.read(pages) == ["li/mail"]
    assert await database.read(inbox.waiting_count) == 0
    assert await database.write(work_off()) == 0


async def test_what_is_not_committed_is_not_done(database: Database) -> None:
    await database.write(lambda tx: put(tx, ("am", GOOD)))

    def stops(tx: Connection) -> None:
        work_off()(tx)
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError):
        await database.write(stops)

    assert await database.read(inbox.waiting_count) == 1
    assert await database.read(store.newest) == []


async def test_posts_are_taken_in_the_order_they_came_and_not_more_than_asked_for(database: Database) -> None:
    over = orjson.dumps({**POST, "alerts": [{**POST["alerts"][0], "status": "resolved"}]})
    await database.write(lambda tx: put(tx, ("am", GOOD), ("am", over), ("am", b"{}")))

    assert await database.write(work_off(limit=2)) == 2

    assert await database.read(outcomes) == ["done", "done", None]
    assert await database.read(store.unresolved) == []


@pytest.mark.parametrize(
    "error", [RecursionError("deep"), KeyError("x"), MemoryError(), UnicodeError("\ud800"), ValueError("\0")]
)
async def test_a_post_the_reader_stumbles_over_is_set_aside_and_the_others_go_on(
    database: Database, error: Exception
) -> None:
    def stumbles(options: Routing, post: Sent) -> list[AlertNews]:
        raise error

    await database.write(lambda tx: put(tx, ("own", b"{}"), ("am", GOOD)))

    assert await database.write(work_off(entrance(stumbles), am())) == 2

    assert await database.read(outcomes) == ["set aside", "done"]
    assert len(await database.read(set_aside)) == 1
    assert [one.component for one in await database.read(store.unresolved)] == ["crm", INTAKE]


@pytest.mark.parametrize(
    "poison",
    [alert(at=2**70), alert(key="k" * 300), alert(summary=7), alert(labels=None), alert(summary="\ud800")],
    ids=["no such instant", "a key too long for one of them", "no text", "no labels", "a lone surrogate"],
)
async def test_news_the_store_cannot_take_are_set_aside_and_leave_nothing_half_done(
    database: Database, poison: AlertNews
) -> None:
    await database.write(lambda tx: put(tx, ("own", b"{}"), ("am", GOOD)))

    both = entrance(lambda options, post: [alert("good", labels={"service": "shop"}), poison])
    await database.write(work_off(both, am()))

    found = await database.read(outcomes)
    assert found[1] == "done"
    components = [one.component for one in await database.read(store.unresolved)]
    assert components == (["crm", INTAKE] if found[0] == "set aside" else ["crm", "shop"])


async def test_the_store_s_own_trouble_leaves_the_post_where_it_is(database: Database) -> None:
    def trouble(options: Routing, post: Sent) -> list[AlertNews]:
        raise OperationalError("SELECT 1", {}, Exception("the server goes away"))

    await database.write(lambda tx: put(tx, ("own", b"{}")))

    with pytest.raises((OperationalError, StoreUnavailable)):
        await database.write(work_off(entrance(trouble)))

    assert await database.read(outcomes) == [None]


async def test_a_post_of_a_source_that_is_gone_is_set_aside(database: Database) -> None:
    await database.write(lambda tx: put(tx, ("gone", GOOD)))

    await database.write(work_off())

    assert await database.read(outcomes) == ["no such source any more"]
    assert await database.read(set_aside) == ["the source was removed before this was read"]


async def test_somebody_hears_of_a_post_that_was_accepted_and_is_not_understood(database: Database) -> None:
    """Its sender was answered 202 and will not come again; a line in our log calls nobody."""
    made = incidents(config())

    def work(tx: Connection) -> None:
        put(tx, ("gone", GOOD), ("gone", GOOD))
        process(tx, made, {}, NOON)
        (told,) = store.unresolved(tx)
        assert (told.component, told.title, told.severity) == (INTAKE, UNHEARD, 2)
        assert pages(tx) == ["li/mail"] and inbox.unheard(tx, NOON - DAY)
        made.own_news(tx, INTAKE, UNHEARD, "major", NOON + HOUR, on=True)
        inbox.release(tx, [one.id for one in inbox.set_aside(tx, None, 0, 9)])
        assert not inbox.unheard(tx, NOON - DAY)
        made.own_news(tx, INTAKE, UNHEARD, "major", NOON + HOUR, on=False)
        assert store.unresolved(tx) == []

    await database.write(work)


async def test_what_was_refused_was_never_promised(database: Database) -> None:
    def work(tx: Connection) -> bool:
        inbox.put_into_quarantine(tx, inbox.row_of("am", sent(b"x"), {}), "no JSON")
        return inbox.unheard(tx, 0)

    assert not await database.write(work)


async def test_the_quarantine_keeps_the_newest_of_each_source_and_no_more(database: Database) -> None:
    def fill(tx: Connection) -> list[tuple[str, str]]:
        inbox.put_into_quarantine(tx, inbox.row_of("quiet", sent(b"x"), {}), "the only one")
        for number in range(inbox.QUARANTINE_LIMIT + 5):
            inbox.put_into_quarantine(tx, inbox.row_of("loud", sent(b"x"), {}), str(number))
        return [(row.source, row.reason) for row in tx.execute(select(quarantine).order_by(quarantine.c.id))]

    kept = await database.write(fill)

    assert kept[0] == ("quiet", "the only one")
    assert [reason for _, reason in kept[1:]] == [str(number) for number in range(5, inbox.QUARANTINE_LIMIT + 5)]


async def test_the_quarantine_takes_any_reason_and_cuts_what_is_too_much(database: Database) -> None:
    def fill(tx: Connection) -> tuple[int, int]:
        row = inbox.row_of("am", sent(b"\0" * (inbox.QUARANTINE_BYTES + 9)), {})
        inbox.put_into_quarantine(tx, row, "\0\ud800" + "x" * 9000)
        kept = tx.execute(select(quarantine)).one()
        return len(kept.reason), len(kept.body)

    assert await database.write(fill) == (2000, inbox.QUARANTINE_BYTES)


async def test_a_slice_with_a_beginning_and_its_end_still_opens_what_it_closes(database: Database) -> None:
    """The component is judged once a slice, but never so that an incident is overlooked."""
    over = orjson.dumps({**POST, "alerts": [{**POST["alerts"][0], "status": "resolved"}]})
    await database.write(lambda tx: put(tx, ("am", GOOD), ("am", over)))

    await database.write(work_off())

    assert [one.unresolved for one in await database.read(store.newest)] == [False]


async def test_what_is_more_than_a_slice_is_read_in_several(database: Database) -> None:
    await database.write(lambda tx: put(tx, *[("am", GOOD)] * (SLICE + 1)))

    assert [await database.write(work_off()) for _ in range(3)] == [SLICE, 1, 0]
    assert await database.read(occurrences) == [("firing", SLICE + 1)]


async def test_a_poisoned_slice_takes_only_the_poison_along(database: Database) -> None:
    posts = [("am", GOOD), ("gone", GOOD), ("am", b"no JSON"), ("am", GOOD)]
    await database.write(lambda tx: put(tx, *posts))

    assert await database.write(work_off()) == 4

    assert await database.read(outcomes) == ["done", "no such source any more", "unreadable", "done"]
    assert await database.read(occurrences) == [("firing", 2), ("firing", 1)]  # the second is our own word
    assert await database.read(pages) == ["li/mail"] * 2  # the alert's, and that others were not understood


# accepting


async def test_what_is_accepted_is_committed(database: Database) -> None:
    door = Intake(OwnInbox(database))

    await asyncio.gather(*(door.accept(am(), sent(b"%d" % number)) for number in range(500)))

    assert sorted(await database.read(bodies)) == sorted(b"%d" % number for number in range(500))


async def test_a_group_that_cannot_be_committed_is_refused_and_the_next_one_is_taken(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/a.db")
    door = Intake(OwnInbox(database))
    pages_now = await database.write(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar())
    await database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count={pages_now}") and None)

    big = [door.accept(am(), sent(b"x" * 100_000)) for _ in range(3)]
    assert [type(error) for error in await asyncio.gather(*big, return_exceptions=True)] == [StoreUnavailable] * 3

    await database.write(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count=1000000") and None)
    await door.accept(am(), sent(b"x" * 100_000))
    assert len(await database.read(bodies)) == 1
    await database.close()


class Stuck:
    """A store that does not answer until it is let go."""

    def __init__(self, database: Database) -> None:
        self.go = asyncio.Event()
        self._database = database

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        await self.go.wait()
        return await self._database.write(work)

    async def read(self, work: Callable[[Connection], Any]) -> Any:
        raise NotImplementedError

    def listen(self, listener: object) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(("limit", "size"), [("WAITING_LIMIT", 1), ("WAITING_BYTES", 100)])
async def test_no_more_waits_for_its_commit_than_can_be_promised(
    limit: str, size: int, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(intake, limit, 10 * size)
    store_ = Stuck(database)
    door = Intake(OwnInbox(store_))
    first = asyncio.create_task(door.accept(am(), sent(b"x")))
    await asyncio.sleep(0)  # the writer takes it and waits
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(door.accept(am(), sent(b"x" * size))) for _ in range(12)]
    await asyncio.sleep(0)

    refused = [task for task in waiting if task.done()]
    store_.go.set()
    results = await asyncio.gather(first, *waiting, return_exceptions=True)

    assert {type(error) for error in results if error is not None} == {Overloaded}
    assert len(refused) == sum(error is not None for error in results) >= 2
    await door.accept(am(), sent(b"x" * size))


async def test_what_comes_while_the_store_is_busy_is_committed_at_its_next_turn(database: Database) -> None:
    store_ = Stuck(database)
    door = Intake(OwnInbox(store_))
    waiting = [asyncio.create_task(door.accept(am(), sent(b"%d" % number))) for number in range(3)]
    await asyncio.sleep(0.01)
    waiting += [asyncio.create_task(door.accept(am(), sent(b"%d" % number))) for number in range(3, 6)]
    await asyncio.sleep(0.01)
    turns: list[int] = []
    database.listen(lambda topics: turns.append(len(topics)))

    store_.go.set()
    await asyncio.gather(*waiting)

    assert len(turns) == 1
    assert await database.read(bodies) == [b"%d" % number for number in range(6)]


async def test_a_store_that_is_away_is_asked_once_for_all_who_wait(database: Database) -> None:
    class Away(Stuck):
        asked = 0

        async def write(self, work: Callable[[Connection], Any]) -> Any:
            self.asked += 1
            await self.go.wait()
            raise StoreUnavailable("gone")

    store_ = Away(database)
    door = Intake(OwnInbox(store_))
    waiting = [asyncio.create_task(door.accept(am(), sent(b"%d" % number))) for number in range(3)]
    await asyncio.sleep(0.01)

    store_.go.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(one) for one in results] == [StoreUnavailable] * 3
    assert store_.asked == 1


async def test_a_sender_that_hung_up_does_not_trouble_the_others(database: Database) -> None:
    door = Intake(OwnInbox(database))
    tasks = [asyncio.create_task(door.accept(am(), sent(b"%d" % number))) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()

    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert results[0] is None and results[2] is None
    assert {b"0", b"2"} <= set(await database.read(bodies))


async def test_the_counter_of_numbers_is_one_row_a_year(database: Database) -> None:
    await database.write(lambda tx: tx.execute(insert(counter).values(name="INC-2026", value=9998)) and None)
    await database.write(lambda tx: put(tx, ("am", GOOD)))
    await database.write(work_off())

    def shop(tx: Connection) -> list[str]:
        made = incidents(config())
        made.alert_news(tx, "am", [alert("x", labels={"service": "shop"})], BY_SERVICE, NOON, NOON + 1)
        return [one.id for one in store.newest(tx)]

    assert sorted(await database.write(shop)) == ["INC-2026-10000", "INC-2026-9999"]
