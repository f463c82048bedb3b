"""The calendar's work on statements: every hour whatever is due, once a day whether late facts change what is sealed.

Each firing is claimed by a row first, so that of several processes one does it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from sqlalchemy import Connection

from config.instant import DAY, HOUR, Instant, Span
from db.engine import Database
from db.errors import StoreUnavailable
from sla.parties import NoStatement
from sla.period import Period
from sla.sealing import NotSealed
from upheld import store
from upheld.rules import Rules
from upheld.sealing import Sealer, sealer_of
from upheld.statements import Altered

log = structlog.get_logger(__name__)

STATEMENTS = "statements"
LATE_FACTS = "late-facts"

Due: TypeAlias = Callable[[Sealer, Connection, Instant], list[tuple[str, Period]]]
Work: TypeAlias = Callable[[Database, Sealer, str, Period, Instant], Awaitable[None]]


class Issuer:
    def __init__(self, database: Database, rules: Callable[[], Rules], now: Callable[[], Instant]) -> None:
        self._database = database
        self._rules = rules
        self._now = now

    async def issue(self) -> None:
        """Whatever is due of every statement: drafted, asked about, sealed, mailed. Missed hours need no catching up,
        because what is due follows from the store.
        """
        await self._each(STATEMENTS, HOUR, lambda sealer, tx, now: sealer.due(tx, now), _step)

    async def look_again(self) -> None:
        """Whether late facts change what is sealed."""
        await self._each(LATE_FACTS, DAY, lambda sealer, tx, now: sealer.sealed(tx, now), _look_again)

    async def _each(self, task: str, every: Span, due: Due, work: Work) -> None:
        """One customer's trouble is logged and holds up no other. Of several processes one does it."""
        now = self._now()
        try:
            sealer = sealer_of(self._rules())
            if not await self._database.write(lambda tx: store.claim(tx, task, now - now % every, now)):
                return
            for customer, period in await self._database.read(lambda tx: due(sealer, tx, now)):
                try:
                    await work(self._database, sealer, customer, period, now)
                except StoreUnavailable:
                    raise
                except NoStatement:
                    continue  # no agreement was in force in that month
                except Exception as error:
                    known = isinstance(error, Altered | NotSealed)
                    log.error(
                        "statement not issued",
                        customer=customer,
                        period=str(period),
                        error=str(error),
                        exc_info=not known,
                    )
            await self._database.write(lambda tx: store.done(tx, task, now - now % every, now))
        except StoreUnavailable as error:
            log.error("statements not looked at", task=task, error=str(error))


async def _step(database: Database, sealer: Sealer, customer: str, period: Period, now: Instant) -> None:
    # Looking is done beside the one writer, which would keep senders waiting meanwhile.
    if await database.read(lambda tx: sealer.idle(tx, customer, period, now)):
        return
    standing = await database.write(lambda tx: sealer.step(tx, customer, period, now))
    log.info("statement", customer=customer, period=str(period), revision=standing.revision, mailed=standing.mailings)


async def _look_again(database: Database, sealer: Sealer, customer: str, period: Period, now: Instant) -> None:
    if await database.read(lambda tx: sealer.unchanged(tx, customer, period, now)):
        return
    await database.write(lambda tx: sealer.look_again(tx, customer, period, now))
