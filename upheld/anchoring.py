"""The newest daily head and the third parties that confirm it: asked until they do, never waited for."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import structlog
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Anchor as Entry
from config.model import Config
from config.options import parse
from db.engine import Database
from db.errors import StoreUnavailable
from db.ledger import checkpoint, outside, store
from db.ledger.note import read_note
from db.ledger.outside import Anchored, DayHead
from sla.anchor import Anchor, AnchorError, Head, Receipt

log = structlog.get_logger(__name__)

Kinds: TypeAlias = Mapping[str, Anchor[Any]]


class Anchoring:
    """`ask` is one round: every configured anchor that has not confirmed the newest daily head."""

    def __init__(
        self,
        database: Database,
        config: Callable[[], Config],
        kinds: Kinds,
        now: Callable[[], Instant],
        registry: CollectorRegistry,
    ) -> None:
        self._database = database
        self._config = config
        self._kinds = kinds
        self._now = now
        self._failures = Counter(
            "upheld_anchor_failures",
            "Times an anchor did not confirm the newest daily head.",
            ["anchor"],
            registry=registry,
        )
        self._troubled: set[str] = set()

    async def ask(self) -> None:
        """All at once, none waiting for another; what fails comes again with the next round."""
        anchors = self._config().anchors
        if not anchors:
            return
        try:
            due = await self._database.read(partial(_due, names=tuple(anchors)))
        except StoreUnavailable as error:
            log.error("anchors not asked", error=str(error))
            return
        await asyncio.gather(*(self._one(anchors[name], day, last) for name, day, last in due))

    async def _one(self, entry: Entry, day: DayHead, last: int) -> None:
        try:
            kind = self._kinds[entry.kind]
            head = Head(
                note=day.note,
                size=day.size,
                last=last,
                prove=partial(self._prove, day.size),
                folder=self._config().folder,
            )
            receipt = await kind.submit(parse(kind.options, entry.options), head)
            await self._database.write(partial(_keep, entry=entry, day=day, receipt=receipt, now=self._now()))
        except (AnchorError, StoreUnavailable) as error:
            self._failed(entry.id, str(error))
        except Exception as error:  # one anchor's defect is no other's
            self._failed(entry.id, f"a defect of {entry.kind}: {error!r}")
        else:
            self._troubled.discard(entry.id)
            log.info("head anchored", anchor=entry.id, size=day.size)

    async def _prove(self, size: int, first: int) -> list[bytes]:
        return await self._database.read(lambda tx: store.consistency_of(tx, first, size))

    def _failed(self, anchor: str, error: str) -> None:
        """Counted each time, said once until it works again."""
        self._failures.labels(anchor).inc()
        if anchor not in self._troubled:
            self._troubled.add(anchor)
            log.warning("head not anchored; asked again every ten minutes", anchor=anchor, error=error)


def _due(tx: Connection, names: tuple[str, ...]) -> list[tuple[str, DayHead, int]]:
    """Anchors that have not confirmed the newest daily head, with what each confirmed last."""
    newest = outside.days(tx, 1)
    if not newest:
        return []
    last = {name: outside.last_anchored(tx, name) for name in names}
    return [(name, newest[0], size) for name, size in last.items() if size < newest[0].size]


def _keep(tx: Connection, entry: Entry, day: DayHead, receipt: Receipt, now: Instant) -> None:
    answer = Anchored(
        anchor=entry.id,
        kind=entry.kind,
        size=day.size,
        note=day.note,
        at=receipt.at,
        content_type=receipt.content_type,
        receipt=receipt.body,
    )
    outside.keep_anchored(tx, answer, now)
    if receipt.signatures:
        checkpoint.add_signatures(tx, day.size, read_note(day.note).with_signatures(receipt.signatures))
