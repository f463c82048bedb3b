"""The calendar's work on statements and reports: every hour whatever is due, once a day whether late facts change what
is sealed.

Each firing is claimed by a row first, so that of several processes one does it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from config.instant import DAY, HOUR, Instant, Span
from db.engine import Database
from db.errors import StoreUnavailable
from sla.duereport import DueReport
from sla.parties import NoStatement
from sla.period import Period
from sla.sealing import NotSealed
from upheld import store
from upheld.reports.due import due
from upheld.reports.making import NoReport
from upheld.reports.reporter import Reporter
from upheld.rules import Rules
from upheld.sealing import Sealer, sealer_of
from upheld.statements import Altered

log = structlog.get_logger(__name__)

STATEMENTS = "statements"
LATE_FACTS = "late-facts"
REPORTS = "reports"

_KNOWN = (Altered, NotSealed, NoReport)
"""Troubles whose text says all there is to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One customer's statement or report. Looking (`idle`) is done beside the one writer, which would keep senders
    waiting meanwhile.
    """

    what: str
    customer: str
    subject: str
    idle: Callable[[Connection], bool]
    work: Callable[[Connection], object]


class Issuer:
    def __init__(self, database: Database, rules: Callable[[], Rules], now: Callable[[], Instant]) -> None:
        self._database = database
        self._rules = rules
        self._now = now

    async def issue(self) -> None:
        """Whatever is due of every statement, then of every report that rests on them: issued, asked about, mailed.
        Missed hours need no catching up, because what is due follows from the store.
        """
        await self._each(STATEMENTS, HOUR, self._statements)
        await self._each(REPORTS, HOUR, self._reports)

    async def look_again(self) -> None:
        """Whether late facts change what is sealed."""
        await self._each(LATE_FACTS, DAY, self._sealed)

    def _statements(self, tx: Connection, now: Instant) -> Sequence[Job]:
        sealer = sealer_of(self._rules())
        return [_step(sealer, customer, period, now) for customer, period in sealer.due(tx, now)]

    def _sealed(self, tx: Connection, now: Instant) -> Sequence[Job]:
        sealer = sealer_of(self._rules())
        return [_look_again(sealer, customer, period, now) for customer, period in sealer.sealed(tx, now)]

    def _reports(self, tx: Connection, now: Instant) -> Sequence[Job]:
        reporter = Reporter(self._rules())
        return [_report(reporter, one, now) for one in due(tx, self._rules().config, now)]

    async def _each(self, task: str, every: Span, jobs: Callable[[Connection, Instant], Sequence[Job]]) -> None:
        """One customer's trouble is logged and holds up no other. Of several processes one does it."""
        now = self._now()
        try:
            if not await self._database.write(lambda tx: store.claim(tx, task, now - now % every, now)):
                return
            for job in await self._database.read(lambda tx: jobs(tx, now)):
                await self._one(job)
            await self._database.write(lambda tx: store.done(tx, task, now - now % every, now))
        except StoreUnavailable as error:
            log.error("the calendar's work was not done", task=task, error=str(error))

    async def _one(self, job: Job) -> None:
        try:
            if await self._database.read(job.idle):
                return
            await self._database.write(job.work)
            log.info(job.what, customer=job.customer, subject=job.subject)
        except StoreUnavailable:
            raise
        except NoStatement:
            return  # no agreement was in force in that month
        except Exception as error:
            log.error(
                f"{job.what} not issued",
                customer=job.customer,
                subject=job.subject,
                error=str(error),
                exc_info=not isinstance(error, _KNOWN),
            )


def _step(sealer: Sealer, customer: str, period: Period, now: Instant) -> Job:
    return Job(
        what="statement",
        customer=customer,
        subject=str(period),
        idle=lambda tx: sealer.idle(tx, customer, period, now),
        work=lambda tx: sealer.step(tx, customer, period, now),
    )


def _look_again(sealer: Sealer, customer: str, period: Period, now: Instant) -> Job:
    return Job(
        what="statement",
        customer=customer,
        subject=str(period),
        idle=lambda tx: sealer.unchanged(tx, customer, period, now),
        work=lambda tx: sealer.look_again(tx, customer, period, now),
    )


def _report(reporter: Reporter, one: DueReport, now: Instant) -> Job:
    return Job(
        what=f"{one.kind} report",
        customer=one.customer,
        subject=one.subject,
        idle=lambda tx: reporter.idle(tx, one, now),
        work=lambda tx: reporter.step(tx, one, now),
    )
