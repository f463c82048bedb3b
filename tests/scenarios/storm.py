"""Two hundred webhooks a second about many components that fail and recover all the time, and what became of each."""

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psutil
from sqlalchemy import Row, Table, select

from config.instant import Instant
from db.engine import Use, open_database
from db.tables.incidents import inbox, incident, incident_event, timer, transition
from db.tables.ledger import leaf
from db.tables.notify import delivery, notification
from tests.scenarios import town
from tests.servers.process import Upheld
from tests.servers.program import until
from tests.servers.receiver import Post, Receiver
from tests.servers.sender import Sender, alert, alert_post

RATE, THREADS = 200, 8
COMPONENTS = 48
"""A multiple of THREADS: all posts about one component go over one thread, one after the other."""
LONG, SHORT = (14, 6), (4, 4)
"""Rounds a component fires and rests. A round of all components takes COMPONENTS / RATE seconds."""
ESCALATES_AFTER = 2
NUMBER = "post"
PATIENCE = round(town.PATIENCE * 1000)
LEASE = 110_000
"""A PostgreSQL may have other senders: an attempt without an end counts as lost only after so many milliseconds."""

ESCALATION = "escalation"
FALLBACK = ".0"
"""How the places end that come after the last step, long after every storm."""


def configuration(store: str, receiver: Receiver) -> dict[str, Any]:
    """Li is paged at once, Wang two seconds later, both over the webhook channel; nobody after that."""
    reach = [{"channel": "hook"}]
    steps = [{"notify": ["li"]}, {"after": f"{ESCALATES_AFTER}s", "notify": ["wang"]}]
    return {
        "store": {"url": store},
        "sources": town.alertmanager(),
        "channels": {"hook": {"kind": "webhook", "url": receiver.url}},
        "people": {name: {"name": name.title(), "reach": reach, "language": "en"} for name in ("li", "wang")},
        "escalations": {"default": {"steps": steps, "repeat": 1, "fallback": ["li"]}},
        "components": {name_of(number): {"name": name_of(number)} for number in range(COMPONENTS)},
    }


def name_of(component: int) -> str:
    return f"c{component:02d}"


class Story:
    """`make(n)` is post n. Every third component recovers before its escalation is due, the others after it.

    Each failure is another alert: of one that came and went again and again the recovery would be held.
    """

    def __init__(self) -> None:
        self._since: dict[int, str] = {}

    def make(self, number: int) -> dict[str, Any]:
        turn, component = divmod(number, COMPONENTS)
        fires, rests = SHORT if component % 3 == 0 else LONG
        place = (turn + component) % (fires + rests)
        at = town.rfc3339(town.now())
        if place == 0 or component not in self._since:
            self._since[component] = at
        firing = place < fires
        one = alert(
            f"f{component}-{self._since[component]}",
            status="firing" if firing else "resolved",
            starts_at=self._since[component],
            ends_at="" if firing else at,
            component=name_of(component),
        )
        one["annotations"][NUMBER] = str(number)
        return alert_post([one])


def sender(upheld: Upheld) -> Sender:
    return Sender(upheld.port, "/hooks/am", Story().make, token=town.TOKEN, rate=RATE, threads=THREADS)


def kill_again_and_again(upheld: Upheld, times: int, *, seed: int) -> None:
    """Mostly while it works, every fourth time while it is still starting; as often the porter goes just before."""
    chance = random.Random(seed)
    for number in range(times):
        if number % 4 == 3:
            time.sleep(chance.uniform(0.02, 0.4))
        else:
            upheld.wait_ready()
            time.sleep(chance.uniform(0.05, 1.2))
        if number % 4 == 2:
            for porter in psutil.Process(upheld.pid).children():
                porter.kill()
            time.sleep(chance.uniform(0.0, 0.5))
        upheld.kill9()
        upheld.start()
    upheld.wait_ready()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the store holds at the end."""

    posts: Sequence[Row[Any]]
    incidents: Sequence[Row[Any]]
    escalated: frozenset[tuple[str, int]]
    """Incident and step of everything that was carried out."""
    timers: Sequence[Row[Any]]
    """Of escalations; one that waits for a day of silence is due tomorrow."""
    notifications: Sequence[Row[Any]]
    deliveries: dict[int, list[Row[Any]]]
    transitions: Sequence[Row[Any]]
    leaves: Sequence[Row[Any]]


async def account_of(store: str) -> Account:
    """Read beside the running server."""
    database = await open_database(store, Use.READ)

    async def rows(table: Table) -> Sequence[Row[Any]]:
        keys = list(table.primary_key)
        return await database.read(lambda tx: tx.execute(select(table).order_by(*keys)).all())

    try:
        deliveries: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in await rows(delivery):
            deliveries[row.notification].append(row)
        events = await rows(incident_event)
        return Account(
            posts=await rows(inbox),
            incidents=await rows(incident),
            escalated=frozenset((one.incident, one.facts["step"]) for one in events if one.kind == "escalated"),
            timers=[row for row in await rows(timer) if row.kind == ESCALATION and not row.step.endswith(FALLBACK)],
            notifications=await rows(notification),
            deliveries=deliveries,
            transitions=await rows(transition),
            leaves=await rows(leaf),
        )
    finally:
        await database.close()


def number_of(post: Row[Any]) -> int:
    return int(json.loads(post.body)["alerts"][0]["annotations"][NUMBER])


def openings(posts: Sequence[Row[Any]]) -> Counter[str]:
    """How often each component began to fire, in the order in which its posts were accepted."""
    found: Counter[str] = Counter()
    firing: dict[str, bool] = {}
    for post in posts:
        (one,) = json.loads(post.body)["alerts"]
        component, fires = one["labels"]["component"], one["status"] == "firing"
        found[component] += fires and not firing.get(component, False)
        firing[component] = fires
    return found


def message_id(key: str) -> str:
    """What the webhook channel's `webhook-id` is made of (Standard Webhooks)."""
    return f"msg_{sha256(key.encode()).hexdigest()[:32]}"


def received(receiver: Receiver) -> dict[str, list[Post]]:
    """All that came, by `webhook-id`."""
    found: dict[str, list[Post]] = defaultdict(list)
    for post in receiver.posts:
        found[post.headers["webhook-id"]].append(post)
    return found


def after_its_end(account: Account, came: dict[str, list[Post]]) -> list[str]:
    """Pages that came after their incident was resolved, though no attempt was under way then."""
    resolved: dict[str, Instant | None] = {one.id: one.resolved_at for one in account.incidents}
    wrong = []
    for told in account.notifications:
        end = resolved[told.incident]
        if told.purpose != "page" or end is None:
            continue
        under_way = [
            one for one in account.deliveries[told.id] if one.started_at <= end and (one.ended_at or end) >= end
        ]
        late = [post for post in came[message_id(told.idempotency_key)] if post.at > end]
        if len(late) > len(under_way):
            wrong.append(told.idempotency_key)
    return wrong


async def settled(store: str, *, all_told: bool = False) -> None:
    """Nothing waits any more: no post, no timer, no notification, not even for its next attempt.

    That an incident has ended is held back for a while, in case it returns; only `all_told` waits for that too.
    """
    end = town.now() + PATIENCE + LEASE
    while waiting := [row for row in await waiting_rows(store) if all_told or not held_back(row)]:
        assert town.now() < end, f"at {town.now()} still wait: {[row._mapping for row in waiting]}"
        end = max([end, *(row.due_at + PATIENCE for row in waiting if "due_at" in row._mapping)])
        time.sleep(0.5)


def held_back(row: Row[Any]) -> bool:
    return row._mapping.get("purpose") == "resolved" and row.attempts == 0 and row.due_at > town.now()


async def waiting_rows(store: str) -> list[Row[Any]]:
    """Only these are read, and not all that has come: it is asked every half second, beside a server that works."""
    ours = timer.c.kind == ESCALATION, timer.c.step.not_like(f"%{FALLBACK}")
    asked = select(inbox), select(timer).where(*ours), select(notification)
    database = await open_database(store, Use.READ)
    try:
        return await database.read(
            lambda tx: [row for one in asked for row in tx.execute(one.where(one.selected_columns.done_at.is_(None)))]
        )
    finally:
        await database.close()


def wait_for_traffic(running: Sender) -> None:
    before = len(running.taken)
    until(lambda: len(running.taken) > before + COMPONENTS, "posts are taken")
