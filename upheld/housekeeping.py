"""What the calendar asks of the house itself: retention, once a day. Nothing that pages people or counts.

APScheduler drops late one-shot jobs, so it never carries an escalation; here a late firing is welcome (no misfire
limit, missed ones rolled into one). Each firing is claimed by a row first, so that of several processes one does it.
"""

from collections.abc import Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection

from config.instant import DAY, HOUR, Instant
from config.model import Config
from db.engine import Database
from db.errors import StoreUnavailable
from incidents.store import inbox
from probe import store as probes
from upheld import store

log = structlog.get_logger(__name__)

RETENTION = "retention"
INBOX_KEPT = 30 * DAY


class Housekeeping:
    """`start` and `stop` on the event loop; `tidy` is one day's work."""

    def __init__(self, database: Database, config: Callable[[], Config], now: Callable[[], Instant]) -> None:
        self._database = database
        self._config = config
        self._now = now
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        self._scheduler.add_job(self.tidy, CronTrigger(hour=3, minute=17, timezone="UTC"), id=RETENTION)
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tidy(self) -> None:
        """Results and finished posts beyond their time go. Transitions, incidents and cases stay."""
        now = self._now()
        scheduled_for = now - now % DAY + 3 * HOUR
        kept = self._config().retention

        def work(tx: Connection) -> int | None:
            if not store.claim(tx, RETENTION, scheduled_for, now):
                return None
            gone = probes.prune(tx, now - kept.results, now - kept.rollups) + inbox.prune(tx, now - INBOX_KEPT)
            store.done(tx, RETENTION, scheduled_for, now)
            return gone

        try:
            gone = await self._database.write(work)
        except StoreUnavailable as error:
            log.error("retention not done", error=str(error))
            return
        if gone is not None:
            log.info("retention done", rows=gone)
