"""Brings what the outbox holds to its addresses: few at a time for each channel, no channel waiting for another."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import structlog
from pydantic import BaseModel
from sqlalchemy import Connection

from config.instant import SECOND, Instant, Span
from db.engine import Database
from db.errors import StoreUnavailable
from db.gathered import Gathered
from notify import outbox
from notify.bundle import Address, together
from notify.channel import Attachment, Channel, DeliveryError, Letter, Reason, Receipt
from notify.decision import After, Entry
from notify.metrics import NotifyMetrics
from notify.outbox import OnFailed, OnSent, OnTrouble, Policy, StillWanted, unminded
from notify.store.claim import LOOK, Parcel, channels_due, claim, hand_on, join

log = structlog.get_logger(__name__)

Channels: TypeAlias = Mapping[str, tuple[Channel[Any], BaseModel]]
"""The operator's name of a channel -> its kind and options."""

Enclose: TypeAlias = Callable[[Connection, str], Attachment]
"""Makes what a message names as enclosed; the same bytes in every attempt."""

SLOTS = 4
"""Sent at once over one channel; as few as that, because a crash makes each of them uncertain."""

LEASE: Span = 90 * SECOND
"""After so long without an end an attempt's process must be dead; longer than any channel may take."""

HELD: Span = SECOND // 5
"""Between two looks at a channel all of whose receivers have had what they can bear: in a storm each look is dear."""

_REST_S = 1.0
_GRACE_S = 10.0
_SWEEP_S = 15.0
_PATIENCE = 1.5


def _nothing_enclosed(tx: Connection, name: str) -> Attachment:
    raise LookupError(f"nobody makes {name}")


class Deliverer:
    """`alone`: no other process sends, so that at the start every attempt without an end is known to be interrupted."""

    def __init__(
        self,
        database: Database,
        channels: Channels,
        *,
        now: Callable[[], Instant],
        still_wanted: StillWanted,
        on_failed: OnFailed,
        on_sent: OnSent,
        metrics: NotifyMetrics,
        on_trouble: OnTrouble = unminded,
        alone: bool = True,
        enclose: Enclose = _nothing_enclosed,
    ) -> None:
        self._database = database
        self._enclose = enclose
        self._channels = channels
        self._now = now
        self._metrics = metrics
        self._alone = alone
        self._policy = Policy(
            still_wanted=still_wanted,
            on_failed=on_failed,
            on_sent=on_sent,
            on_trouble=on_trouble,
            idempotent=self._is_idempotent,
            kind=self._kind,
        )
        self._sending: dict[asyncio.Task[None], str] = {}
        self._troubled: set[str] = set()
        self._held: dict[str, Instant] = {}
        """Channel -> when to look again for whom it may bring a message."""
        self._told: dict[str, dict[Address, Instant]] = {}
        """Channel -> when each address was last told many in one message. Forgotten by a restart: one message more."""
        self._joining: dict[int, str] = {}
        """Leader of a message that gathers all that waits for its person -> channel; meanwhile nothing else begins."""
        self._awake = asyncio.Event()
        self._stopping = False

    def use(self, channels: Channels) -> None:
        """From now on, after a reload; what is under way ends as it began."""
        self._channels = channels
        self.wake()

    def wake(self) -> None:
        """There may be something to send."""
        self._awake.set()

    def stop(self) -> None:
        """Begin nothing more; `run` returns once what is under way has ended."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Until `stop` or cancellation; then gives what is under way 10 s and leaves the rest to `recover`."""
        self._database.listen(Gathered(outbox.TOPIC, self.wake))
        await self._clear_up(everything=self._alone)
        sweep = asyncio.create_task(self._sweep())
        try:
            while not self._stopping:
                self._awake.clear()
                if not await self._begin():
                    await self._rest()
        finally:
            sweep.cancel()
            under_way = set(self._sending)
            if under_way:
                _, late = await asyncio.wait(under_way, timeout=_GRACE_S)
                for task in late:
                    task.cancel()
            await asyncio.gather(sweep, *under_way, return_exceptions=True)

    async def step(self) -> bool:
        """Send what is due now, a few of each channel, and wait for the ends; True if there was anything."""
        before = set(self._sending)
        busy = await self._begin()
        begun = set(self._sending) - before
        if begun:
            await asyncio.wait(begun)
        return busy

    async def recover(self, *, everything: bool) -> int:
        """Make attempts uncertain that never ended: all of them, or those older than the lease. How many."""
        now = self._now()
        before = None if everything else now - LEASE
        lost = await self._database.write(
            lambda tx: outbox.recover(tx, started_before=before, policy=self._policy, now=now)
        )
        for channel in lost:
            self._metrics.count(channel, outbox.Result.UNKNOWN)
        if lost:
            log.warning("attempts without an end", count=len(lost))
            self.wake()
        return len(lost)

    async def _begin(self) -> bool:
        try:
            now = self._now()
            due = await self._database.read(lambda tx: channels_due(tx, now))
        except StoreUnavailable as error:
            log.warning("outbox not readable", error=str(error))
            return False
        begun = await asyncio.gather(*(self._begin_channel(name) for name in sorted(due)))
        return any(begun)

    async def _begin_channel(self, channel: str) -> bool:
        free = SLOTS - sum(name == channel for name in self._sending.values())
        now, kind = self._now(), self._kind(channel)
        if free <= 0 or channel in self._joining.values():
            return False
        if now < self._held.get(channel, now) <= now + HELD:  # longer: the clock was set back
            return False
        try:
            claimed = await self._database.write(
                lambda tx: claim(
                    tx, channel, limit=free, policy=self._policy, now=now, kind=kind, told=self._told.get(channel, {})
                )
            )
        except StoreUnavailable as error:
            log.warning("outbox not writable", channel=channel, error=str(error))
            return False
        except Exception:
            # A defect met by one channel's rows must not keep the other channels from sending.
            log.exception("claim failed", channel=channel)
            return False
        for result in claimed.stopped:
            self._metrics.count(channel, result)
        if claimed.held:
            self._held[channel] = now + HELD
            asyncio.get_running_loop().call_later(HELD / SECOND, self.wake)
        for parcel in claimed.parcels:
            if parcel.others:
                self._told.setdefault(channel, {})[_address_of(parcel.leader)] = now
            if parcel.others and claimed.more:
                self._joining[parcel.leader.id] = channel
            task = asyncio.create_task(self._deliver(parcel), name=f"deliver {parcel.leader.id}")
            self._sending[task] = channel
            task.add_done_callback(self._forget)
        return bool(claimed.parcels or claimed.stopped)

    async def _deliver(self, parcel: Parcel) -> None:
        if parcel.leader.id in self._joining:
            parcel = await self._joined(parcel)
        result = await self._send(parcel)
        if parcel.others and isinstance(result, DeliveryError) and not result.uncertain:  # nobody was told
            self._told.get(parcel.leader.notification.channel, {}).pop(_address_of(parcel.leader), None)
        for verdict in await self._record(parcel, result):
            if verdict is not None:
                self._metrics.count(parcel.leader.notification.channel, outbox.attempt_result(result, verdict))
        self._tell_of_trouble(parcel.leader, result)

    async def _joined(self, parcel: Parcel) -> Parcel:
        """With all that waits for its person, some in each of the writer's turns, so that nobody waits long for one."""
        leader, others, more = parcel.leader, [*parcel.others], True
        try:
            while more and not self._stopping:
                take = partial(join, leader=leader, policy=self._policy, now=self._now())
                joined, more = await self._database.write(take)
                others += joined.entries
                for result in joined.stopped:
                    self._metrics.count(leader.notification.channel, result)
        except StoreUnavailable as error:
            log.warning("outbox not writable", channel=leader.notification.channel, error=str(error))
        except Exception:
            log.exception("not all could go along", channel=leader.notification.channel, notification=leader.id)
        finally:
            del self._joining[leader.id]
            self.wake()
        return Parcel(leader=leader, others=tuple(others))

    async def _send(self, parcel: Parcel) -> Receipt | DeliveryError:
        entry, told = parcel.leader, parcel.leader.notification
        configured = self._channels.get(told.channel)
        if configured is None:
            return DeliveryError(f"no channel {told.channel}", reason=Reason.NO_CHANNEL, permanent=True)
        channel, options = configured
        try:
            attachments = await self._enclosed(told.message.enclosures)
        except StoreUnavailable as error:
            return DeliveryError(str(error), reason=Reason.UNAVAILABLE)
        except Exception as error:
            log.exception("enclosure not made", channel=told.channel, notification=entry.id)
            return DeliveryError(f"{type(error).__name__}: {error}", reason=Reason.DEFECT)
        letter = Letter(
            key=told.idempotency_key,
            address=told.address,
            message=together(told.message, [other.notification.message for other in parcel.others]),
            written_at=told.created_at,
            now=self._now(),
            attempt=entry.attempts,
            repeated=entry.repeated,
            attachments=attachments,
        )
        try:
            async with asyncio.timeout(channel.timeout * _PATIENCE / SECOND):
                return await channel.send(options, letter)
        except DeliveryError as error:
            return error
        except TimeoutError:
            return DeliveryError("the channel did not end in time", reason=Reason.TIMEOUT, uncertain=True)
        except Exception as error:
            # A defect in one channel or one message stays with that notification, where everybody can see it.
            log.exception("channel failed", channel=told.channel, notification=entry.id)
            return DeliveryError(f"{type(error).__name__}: {error}", reason=Reason.DEFECT, uncertain=True)

    async def _enclosed(self, names: tuple[str, ...]) -> tuple[Attachment, ...]:
        if not names:
            return ()
        return await self._database.read(lambda tx: tuple(self._enclose(tx, name) for name in names))

    async def _record(self, parcel: Parcel, result: Receipt | DeliveryError) -> list[After | None]:
        now, channel = self._now(), parcel.leader.notification.channel

        def finish(tx: Connection, some: Sequence[Entry]) -> list[After | None]:
            done = [
                outbox.finish(tx, entry, result, policy=self._policy, now=now, carried=entry is not parcel.leader)
                for entry in some
            ]
            kind = self._kind(channel)
            if kind is not None and isinstance(result, DeliveryError):
                hand_on(tx, channel, kind, self._policy, now)
            return done

        found: list[After | None] = []
        for start in range(0, len(parcel.entries), LOOK):
            found += await self._certainly(parcel, partial(finish, some=parcel.entries[start : start + LOOK]))
        return found

    async def _certainly(
        self, parcel: Parcel, finish: Callable[[Connection], list[After | None]]
    ) -> list[After | None]:
        while True:
            try:
                return await self._database.write(finish)
            except StoreUnavailable as error:
                # Giving up here would send again what may have been delivered.
                log.warning("attempt not recorded yet", notification=parcel.leader.id, error=str(error))
                await asyncio.sleep(_REST_S)

    def _tell_of_trouble(self, entry: Entry, result: Receipt | DeliveryError) -> None:
        channel = entry.notification.channel
        fields = {"channel": channel, "notification": entry.id, "attempt": entry.attempts}
        if isinstance(result, Receipt):
            if channel in self._troubled:
                self._troubled.discard(channel)
                log.info("channel delivers again", **fields)
            return
        tell = log.debug if channel in self._troubled else log.warning
        self._troubled.add(channel)
        tell("delivery failed", **fields, reason=result.reason.value, permanent=result.permanent, detail=result.detail)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_REST_S):
                await self._awake.wait()
        except TimeoutError:
            return

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            await self._clear_up(everything=False)

    async def _clear_up(self, *, everything: bool) -> None:
        while not self._stopping:
            try:
                await self.recover(everything=everything)
                return
            except StoreUnavailable as error:
                log.warning("outbox not writable", error=str(error))
                await asyncio.sleep(_REST_S)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._sending[task]
        self.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("attempt not recorded", task=task.get_name(), exc_info=error)

    def _kind(self, channel: str) -> Channel[Any] | None:
        configured = self._channels.get(channel)
        return None if configured is None else configured[0]

    def _is_idempotent(self, channel: str) -> bool:
        configured = self._channels.get(channel)
        return configured is None or configured[0].idempotent


def _address_of(entry: Entry) -> Address:
    return entry.notification.person, entry.notification.address
