"""The deliverer, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from db.engine import Database
from db.errors import StoreUnavailable
from notify import outbox
from notify.breaker import Open
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.decision import State
from notify.deliver import LEASE, SLOTS, Channels, Deliverer
from notify.message import Notification, Purpose
from notify.metrics import NotifyMetrics
from notify.outbox import Result, StillWanted
from notify.store import claim as claiming
from notify.store import told as store
from tests.notify.samples import NOON, NoOptions, Spy, notification, wanted

LATER = DeliveryError("451", reason=Reason.THROTTLED)
NEVER = DeliveryError("550", reason=Reason.REJECTED, permanent=True)


class Desk:
    """A deliverer with a clock that a test moves, and what it told others."""

    def __init__(self, database: Database, channels: Channels, still_wanted: StillWanted = wanted) -> None:
        self.now: Instant = NOON
        self.database = database
        self.lost: list[str] = []
        self.sent: list[str] = []
        self.troubles: list[tuple[str, int | None]] = []
        self.began = NOON
        self.registry = CollectorRegistry()
        self.metrics = NotifyMetrics(self.registry)
        self.deliverer = Deliverer(
            database,
            channels,
            now=lambda: self.now,
            still_wanted=still_wanted,
            on_failed=self._lose,
            on_sent=self._note,
            on_trouble=self._mind,
            metrics=self.metrics,
        )

    async def add(self, *keys: str, **changes: object) -> None:
        for key in keys:
            told = notification(key, **{"incident": key, **changes})
            await self.database.write(lambda tx, told=told: outbox.enqueue(tx, told))  # type: ignore[misc]

    async def told(self, incident: str) -> store.Told:
        [one] = await self.database.read(lambda tx: store.history(tx, incident=incident))
        return one

    async def work(self) -> None:
        """Steps until there is nothing to do."""
        while await self.deliverer.step():
            pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.deliverer.run())
        try:
            yield
        finally:
            self.deliverer.stop()
            async with asyncio.timeout(60):
                await task

    def counted(self, channel: str, result: Result) -> float:
        labels = {"channel": channel, "result": result.value}
        return self.registry.get_sample_value("upheld_notifications_total", labels) or 0

    def _lose(self, tx: Connection, told: Notification, now: Instant) -> None:
        self.lost.append(told.idempotency_key)

    def _mind(self, tx: Connection, channel: str, trouble: Open | None, now: Instant) -> None:
        said = (channel, None if trouble is None else 5)
        if said not in self.troubles[-1:]:
            self.troubles.append(said)

    async def take(self, channel: str) -> None:
        """Claimed, and then the process dies."""
        policy, kind = self.deliverer._policy, self.deliverer._kind(channel)
        await self.database.write(
            lambda tx: claiming.claim(tx, channel, limit=4, policy=policy, now=self.now, kind=kind)
        )

    def _note(self, tx: Connection, told: Notification, now: Instant) -> None:
        self.sent.append(told.idempotency_key)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


async def test_what_is_due_is_sent_with_its_key_and_recorded(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a", address="li@example.com")

    assert await desk.deliverer.step()
    assert not await desk.deliverer.step()

    [letter] = spy.letters
    assert (letter.key, letter.address, letter.attempt, letter.repeated) == ("a", "li@example.com", 1, False)
    assert (await desk.told("a")).state is State.SENT
    assert (desk.sent, desk.lost) == (["a"], [])
    assert desk.counted("mail", Result.SENT) == 1


async def test_after_a_passing_trouble_it_is_tried_again_in_time(database: Database) -> None:
    spy = Spy(answers=[LATER, LATER])
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a")

    for pause in (0, 3, 4, 10, 10):
        desk.now += pause * SECOND
        await desk.work()

    assert [letter.now - NOON for letter in spy.letters] == [0, 7 * SECOND, 27 * SECOND]
    assert [letter.attempt for letter in spy.letters] == [1, 2, 3]
    assert [letter.written_at for letter in spy.letters] == [NOON] * 3
    assert desk.counted("mail", Result.RETRY) == 2
    assert desk.lost == []


async def test_mail_down_for_most_of_a_day_arrives_after_all(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add(*(f"I-{number}" for number in range(6)))
    back = NOON + 23 * HOUR

    async def down() -> None:
        while desk.now < back:
            spy.answers.extend([LATER] * 10)
            await desk.work()
            desk.now += 30 * MINUTE

    await down()
    spy.letters.clear()
    spy.answers.clear()
    desk.now += 6 * MINUTE
    await desk.work()

    assert sorted(spy.keys) == [f"I-{number}" for number in range(6)]
    assert sorted(desk.lost) == sorted(spy.keys), "each was handed on once, when the channel ceased to deliver"


async def test_a_final_failure_is_told_to_whoever_goes_on(database: Database) -> None:
    spy = Spy(answers=[NEVER])
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a")

    await desk.work()

    assert desk.lost == ["a"]
    assert desk.counted("mail", Result.FAILED) == 1
    assert (await desk.told("a")).state is State.FAILED


async def test_a_channel_the_configuration_no_longer_has_fails_at_once(database: Database) -> None:
    desk = Desk(database, {})
    await desk.add("a", channel="gone")

    await desk.work()

    assert desk.lost == ["a"]
    assert (await desk.told("a")).outcome == "no-channel"


async def test_after_a_reload_the_new_channels_are_used(database: Database) -> None:
    old, new = Spy(), Spy()
    desk = Desk(database, {"mail": old.channel()})
    desk.deliverer.use({"mail": new.channel()})
    await desk.add("a")

    await desk.work()

    assert (old.keys, new.keys) == ([], ["a"])


async def test_what_became_pointless_before_sending_is_not_sent(database: Database) -> None:
    spy = Spy(answers=[LATER])
    reasons: list[str | None] = [None]
    desk = Desk(database, {"mail": spy.channel()}, lambda tx, told: reasons[0])
    await desk.add("a")
    await desk.work()

    reasons[0] = "resolved"
    desk.now += MINUTE
    await desk.work()

    assert len(spy.letters) == 1
    assert (await desk.told("a")).state is State.SUPPRESSED
    assert desk.counted("mail", Result.SUPPRESSED) == 1


async def test_a_defect_in_a_channel_stays_with_its_message_and_ends(database: Database) -> None:
    spy = Spy(answers=[KeyError("x")] * 5)
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("poison")
    for _ in range(8):
        await desk.work()
        desk.now += 10 * MINUTE
    await desk.add("good")
    await desk.work()

    poison = await desk.told("poison")
    assert (poison.outcome, len(poison.attempts), desk.lost) == ("defect", 5, ["poison"])
    assert (await desk.told("good")).state is State.SENT


async def test_a_channel_that_hangs_holds_up_only_itself(database: Database) -> None:
    spy = Spy()
    let_go = asyncio.Event()
    hanging: list[str] = []

    async def hang(options: NoOptions, letter: Letter) -> Receipt:
        hanging.append(letter.key)
        await let_go.wait()
        return Receipt(detail="at last")

    slow = Channel(options=NoOptions, send=hang, idempotent=True, address=None)
    desk = Desk(database, {"slow": (slow, NoOptions()), "mail": spy.channel()})
    async with desk.running():
        await desk.add(*(f"s{number}" for number in range(10)), channel="slow")
        await until(lambda: len(hanging) == SLOTS)
        await desk.add(*(f"m{number}" for number in range(10)), channel="mail")
        await until(lambda: len(spy.letters) == 10)

        assert len(hanging) == SLOTS
        let_go.set()
        await until(lambda: len(hanging) == 10)


async def test_a_channel_that_never_ends_is_cut_off_and_uncertain(database: Database) -> None:
    async def hang(options: NoOptions, letter: Letter) -> Receipt:
        await asyncio.sleep(60)
        return Receipt(detail="never")

    endless = Channel(options=NoOptions, send=hang, idempotent=True, address=None, timeout=100)
    desk = Desk(database, {"mail": (endless, NoOptions())})
    await desk.add("a")

    await desk.work()

    one = await desk.told("a")
    assert (one.state, one.outcome) == (State.UNKNOWN, "timeout")


async def test_a_commit_wakes_it_up(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel()})
    async with desk.running():
        await asyncio.sleep(0.05)
        for number in range(20):
            await desk.add(f"I-{number}")
            await until(lambda: len(spy.letters) == number + 1)  # noqa: B023

    assert len(spy.letters) == 20


async def test_stopping_lets_what_is_under_way_end(database: Database) -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def slow(options: NoOptions, letter: Letter) -> Receipt:
        begun.set()
        await let_go.wait()
        return Receipt(detail="taken")

    channel = Channel(options=NoOptions, send=slow, idempotent=True, address=None)
    desk = Desk(database, {"mail": (channel, NoOptions())})
    await desk.add("a")
    async with desk.running():
        await begun.wait()
        desk.deliverer.stop()
        asyncio.get_running_loop().call_later(0.05, let_go.set)

    assert (await desk.told("a")).state is State.SENT


async def test_at_the_start_interrupted_attempts_are_taken_up_again(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a")
    await database.write(lambda tx: claiming.claim(tx, "mail", limit=1, policy=desk.deliverer._policy, now=NOON))
    async with desk.running():
        await until(lambda: desk.counted("mail", Result.UNKNOWN) == 1)
        desk.now += MINUTE
        await until(lambda: len(spy.letters) == 1)

    assert [(letter.attempt, letter.repeated) for letter in spy.letters] == [(2, True)]
    assert (await desk.told("a")).state is State.SENT


async def test_beside_other_processes_only_attempts_older_than_the_lease_are_taken_up(database: Database) -> None:
    desk = Desk(database, {"mail": Spy().channel()})
    await desk.add("a")
    await database.write(lambda tx: claiming.claim(tx, "mail", limit=1, policy=desk.deliverer._policy, now=NOON))

    desk.now += LEASE
    assert await desk.deliverer.recover(everything=False) == 0
    desk.now += 1
    assert await desk.deliverer.recover(everything=False) == 1


async def test_two_deliverers_on_one_store_send_each_message_once(database: Database) -> None:
    spy = Spy()
    desks = [Desk(database, {"mail": spy.channel()}) for _ in range(2)]
    await desks[0].add(*(f"I-{number}" for number in range(40)))

    await asyncio.gather(*(desk.work() for desk in desks))
    await asyncio.gather(*(desk.work() for desk in desks))

    assert sorted(spy.keys) == sorted(f"I-{number}" for number in range(40))


class Flaky:
    """A store that is away while `away` is set; what it does otherwise is the real one's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.away = False

    def __getattr__(self, name: str) -> object:
        if self.away and name in ("read", "write"):
            return self._refuse
        return getattr(self._database, name)

    async def _refuse(self, work: object) -> None:
        raise StoreUnavailable("disk full")


async def test_while_the_store_is_away_nothing_is_sent_twice_and_nothing_forgotten(database: Database) -> None:
    flaky = Flaky(database)
    sent: list[str] = []

    async def send(options: NoOptions, letter: Letter) -> Receipt:
        sent.append(letter.key)
        flaky.away = len(sent) == 1
        return Receipt(detail="taken")

    channel = Channel(options=NoOptions, send=send, idempotent=True, address=None)
    desk = Desk(flaky, {"mail": (channel, NoOptions())})  # type: ignore[arg-type]
    await Desk(database, {}).add("a")
    async with desk.running():
        await until(lambda: flaky.away)
        await asyncio.sleep(0.1)
        flaky.away = False
        await desk.add("b")
        await until(lambda: desk.counted("mail", Result.SENT) == 2)

    assert sent == ["a", "b"]
    assert (await desk.told("a")).state is State.SENT


async def test_an_expired_page_is_given_up_and_counted(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a")
    desk.now += DAY

    await desk.work()

    assert (spy.letters, desk.lost) == ([], ["a"])
    assert desk.counted("mail", Result.EXPIRED) == 1


@pytest.mark.parametrize("given", [(), ("mail", "ding")])
async def test_the_queue_is_shown_for_every_channel(database: Database, given: tuple[str, ...]) -> None:
    desk = Desk(database, {})
    await desk.add("a", "b", channel="mail")
    await desk.metrics.refresh(database, {name: Spy().channel() for name in given}, NOON + 90 * SECOND)

    value = desk.registry.get_sample_value
    assert value("upheld_notification_queue_length", {"channel": "mail"}) == 2
    assert value("upheld_notification_queue_length", {"channel": "ding"}) == (0 if given else None)
    assert value("upheld_notification_oldest_queued_seconds") == 90
    assert value("upheld_channel_failing", {"channel": "ding"}) == (0 if given else None)

    await desk.database.write(
        lambda tx: [outbox.suppress(tx, incident=one, purposes=Purpose, reason="resolved", now=NOON) for one in "ab"]
    )
    await desk.metrics.refresh(database, {name: Spy().channel() for name in given}, NOON + 90 * SECOND)
    assert value("upheld_notification_oldest_queued_seconds") == 0


async def test_no_more_begin_than_the_receiver_takes_whichever_process_sends(database: Database) -> None:
    spy = Spy()
    rate = Rate(count=20, per=MINUTE)
    desk, other = (Desk(database, {"mail": spy.channel(rate=rate)}) for _ in range(2))
    await desk.add(*(f"I-{number}" for number in range(50)))

    begun: list[int] = []
    for seconds in (0, 30, 59, 61, 62, 125):
        desk.now = other.now = NOON + seconds * SECOND
        await desk.work()
        await other.work()
        begun.append(len(spy.letters))

    assert begun == [20, 20, 20, 40, 40, 50]
