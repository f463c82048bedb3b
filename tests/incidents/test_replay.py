"""Posts read again: what would become of them is said first, and done only when it is wanted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, Instant
from config.model import Tier
from db.engine import Database
from incidents.intake import Entrance
from incidents.reading import process
from incidents.replay import Replayed, refused, rehearse, replay
from incidents.store import alert as alerts
from incidents.store import inbox
from incidents.store import incident as store
from incidents.store.inbox import Post
from tests.incidents.samples import NOON, component, config, incidents, sent
from tests.incidents.sources.doors import entrance
from tests.incidents.told import line, occurrences, pages

CONFIG = config(component("crm", tier=Tier.IMPORTANT))
BLIND = entrance("generic", "own", token="t")
SEEING = entrance("generic", "own", token="t", known_as={"customers": "crm"})
LATER = NOON + HOUR


def said(status: str, at: Instant, key: str = "a", **more: Any) -> dict[str, Any]:
    body = {"dedup_key": key, "status": status, "component": "customers", "summary": "crm is gone", **more}
    return inbox.row_of("own", sent(body, received_at=at), {})


def hear(tx: Connection, *rows: dict[str, Any], by: Entrance = BLIND) -> None:
    inbox.accept(tx, rows)
    process(tx, incidents(CONFIG), {"own": by}, rows[-1]["received_at"])


def everything(tx: Connection) -> Sequence[Post]:
    return inbox.kept(tx, None, 0, 100)


def by_component(tx: Connection) -> list[tuple[str, bool]]:
    return [(one.component, one.unresolved) for one in store.newest(tx)]


async def test_a_mended_name_moves_the_alert_to_its_component(database: Database) -> None:
    await database.write(lambda tx: hear(tx, said("firing", NOON)))
    assert await database.read(by_component) == [("unrouted", True)]

    def rehearsed(tx: Connection) -> Replayed:
        return rehearse(tx, incidents(CONFIG), {"own": SEEING}, everything(tx), LATER)

    told = await database.write(rehearsed)
    assert (told.posts, len(told.opened), len(told.resolved), told.unreadable) == (1, 1, 1, {})
    assert await database.read(by_component) == [("unrouted", True)]
    assert await database.read(lambda tx: line(tx, "crm")) == []

    done = await database.write(lambda tx: replay(tx, incidents(CONFIG), {"own": SEEING}, everything(tx), LATER))
    assert (done.opened, done.resolved) == (told.opened, told.resolved)
    assert sorted(await database.read(by_component)) == [("crm", True), ("unrouted", False)]


async def test_what_was_understood_is_not_understood_twice(database: Database) -> None:
    posts = [said("firing", NOON), said("ok", NOON + MINUTE), said("firing", NOON + 2 * MINUTE, summary="again")]

    def work(tx: Connection) -> tuple[Replayed, list[tuple[str, int]]]:
        for post in posts:
            hear(tx, post, by=SEEING)
        before = line(tx, "crm")
        done = replay(tx, incidents(CONFIG), {"own": SEEING}, everything(tx), LATER)
        assert line(tx, "crm") == before
        return done, occurrences(tx)

    done, found = await database.write(work)

    assert (done.posts, done.opened, done.resolved, done.changed) == (3, [], [], [])
    assert found == [("resolved", 1), ("firing", 2)]
    assert await database.read(pages) == ["li/mail", "li/mail"]


async def test_what_failed_and_ended_in_between_calls_nobody(database: Database) -> None:
    def work(tx: Connection) -> Replayed:
        for number, status in enumerate(("firing", "ok")):
            inbox.put_into_quarantine(tx, said(status, NOON + number * MINUTE), "not JSON")
        return replay(tx, incidents(CONFIG), {"own": SEEING}, inbox.set_aside(tx, "own", 0, 10), LATER)

    done = await database.write(work)

    assert (done.posts, done.opened) == (2, [])
    assert await database.read(pages) == []


async def test_what_could_be_read_leaves_the_quarantine_and_the_rest_stays_with_a_reason(database: Database) -> None:
    def work(tx: Connection) -> tuple[Replayed, list[str]]:
        inbox.put_into_quarantine(tx, said("firing", NOON), "the reader stumbled")
        inbox.put_into_quarantine(tx, inbox.row_of("own", sent(b"{}"), {}), "nothing stands at status")
        inbox.put_into_quarantine(tx, inbox.row_of("gone", sent(b"{}"), {}), "x")
        posts = inbox.set_aside(tx, None, 0, 10)
        done = replay(tx, incidents(CONFIG), {"own": SEEING}, posts, LATER)
        refused(tx, done, posts)
        return done, [one.outcome or "" for one in inbox.set_aside(tx, None, 0, 10)]

    done, left = await database.write(work)

    assert len(done.opened) == 1
    assert left == ["nothing stands at status", "x"]
    assert sorted(done.unreadable.values()) == [
        "no source is named 'gone' any more",
        "the post: nothing stands at status, where the source's `status` looks for it",
    ]


async def test_of_the_inbox_one_source_and_a_time_can_be_chosen(database: Database) -> None:
    def work(tx: Connection) -> list[int]:
        hear(tx, said("firing", NOON))
        hear(tx, said("firing", NOON + HOUR))
        chosen = (("own", NOON, 10), ("own", NOON + 1, 10), ("other", 0, 10), (None, 0, 1))
        return [len(inbox.kept(tx, *one)) for one in chosen]

    assert await database.write(work) == [2, 1, 0, 1]
    assert (await database.read(lambda tx: alerts.newest_on(tx, "unrouted", 5)))[0].count == 2
