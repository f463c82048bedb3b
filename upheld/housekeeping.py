"""What the calendar asks of the house itself: the ledger's leaves of the day before and its signed head, retention, and
every hour the statements that are due. Nothing that pages people.

APScheduler drops late one-shot jobs, so it never carries an escalation; here a late firing is welcome (no misfire
limit, missed ones rolled into one). Each firing is claimed by a row first, so that of several processes one does it;
the ledger's needs none, because it does only what is not done yet, and therefore also runs at the start.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.instant import DAY, HOUR, Instant
from db.engine import Database
from db.errors import StoreUnavailable
from probe import days
from upheld import keeping, ledger, outgoing, signing, store
from upheld.anchoring import Anchoring
from upheld.issuer import LATE_FACTS, STATEMENTS, Issuer
from upheld.rules import Rules

log = structlog.get_logger(__name__)

ANCHORS = "anchors"
RETENTION = "retention"
LEDGER = "ledger"
REMINDERS = "reminders"


Work: TypeAlias = Callable[[], Awaitable[None]]
Remind: TypeAlias = Callable[[Connection, Instant], int]
"""Calls to mind what is near; how many were. It remembers what it has told."""


class Housekeeping:
    """`start` and `stop` on the event loop; `keep_ledger` and `tidy` are one day's work."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        now: Callable[[], Instant],
        key: Ed25519PrivateKey,
        issuer: Issuer,
        anchoring: Anchoring,
        remind: Remind,
    ) -> None:
        self._database = database
        self._rules = rules
        self._now = now
        self._key = key
        self._issuer = issuer
        self._anchoring = anchoring
        self._remind = remind
        self._keeping = asyncio.Lock()
        self._stopping = False
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        self._add(f"{LEDGER}-at-start", self.keep_ledger)
        self._add(LEDGER, self.keep_ledger, CronTrigger(hour=0, minute=10, timezone="UTC"))
        self._add(ANCHORS, self._anchoring.ask, CronTrigger(minute="3-59/10", timezone="UTC"))
        self._add(RETENTION, self.tidy, CronTrigger(hour=3, minute=17, timezone="UTC"))
        self._add(f"{STATEMENTS}-at-start", self._issuer.issue)
        self._add(STATEMENTS, self._issuer.issue, CronTrigger(minute=2, timezone="UTC"))
        self._add(LATE_FACTS, self._issuer.look_again, CronTrigger(hour=1, minute=32, timezone="UTC"))
        self._add(REMINDERS, self.remind, CronTrigger(minute=7, timezone="UTC"))
        self._scheduler.start()

    def _add(self, name: str, work: Work, trigger: CronTrigger | None = None) -> None:
        """Without a trigger at once."""
        self._scheduler.add_job(partial(self._until_stopped, work), trigger, id=name)

    async def _until_stopped(self, work: Work) -> None:
        """Whatever is stored is whole at any time, so what `stop` breaks off is no trouble to write a log about."""
        try:
            await work()
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    async def stop(self) -> None:
        """What is half done of the ledger ends with its piece, all else at once; the next start goes on."""
        self._stopping = True
        async with self._keeping:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)

    async def keep_ledger(self) -> None:
        """Every day that is over has its leaves, however long nobody was here; then the head is signed and goes out."""
        written, rules, key_id = 0, self._rules(), signing.key_id(self._key)
        async with self._keeping:
            try:
                asked = [check.id for check in rules.config.checks()]
                pieces = await self._database.read(lambda tx: days.due(tx, asked, self._now()))
                for piece in pieces:
                    if self._stopping:
                        return
                    written += await self._database.write(partial(days.write, piece=piece, now=self._now()))
                head = await ledger.head(self._database, rules.config, self._key, self._now)
                sent = await self._database.write(lambda tx: outgoing.send(tx, rules, head, key_id, self._now()))
            except StoreUnavailable as error:
                log.error("ledger not kept", error=str(error))
                return
        log.info("ledger kept", leaves=written, size=head.size, sent=sent)

    async def remind(self) -> None:
        """Agreements whose end has come near; also at the start, for what came near while nothing ran."""
        now = self._now()
        try:
            told = await self._database.write(lambda tx: self._remind(tx, now))
        except StoreUnavailable as error:
            log.error("reminders not stored", error=str(error))
            return
        if told:
            log.info("agreements called to mind", agreements=told)

    async def tidy(self) -> None:
        """What nothing rests on any more goes, in pieces, each a transaction; the ledger's leaves never do."""
        now, gone = self._now(), 0
        scheduled_for = now - now % DAY + 3 * HOUR
        try:
            if not await self._database.write(lambda tx: store.claim(tx, RETENTION, scheduled_for, now)):
                return
            for step in await self._database.read(lambda tx: keeping.steps(tx, self._rules().config, now)):
                while not self._stopping and (rows := await self._database.write(step)):
                    gone += rows
            await self._database.write(lambda tx: store.done(tx, RETENTION, scheduled_for, now))
        except StoreUnavailable as error:
            log.error("retention not done", error=str(error))
            return
        log.info("retention done", rows=gone)
