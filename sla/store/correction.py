"""Corrections: what was said of them, appended; what they are is its sum."""

from collections.abc import Collection
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from config.instant import Instant
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.tables.exclusion import correction_event
from sla.correction import Correction, CorrectionEvent, correction_of, evolve, replay
from sla.saying import correction_event as event_of
from sla.saying import facts_of, kind_of
from sla.telling import tellings
from sla.word import Said, recorded

TOPIC = "correction"

_C = correction_event.c


def corrections(
    tx: Connection, components: Collection[str] | None = None, until: Instant | None = None
) -> tuple[Correction, ...]:
    """Of any of these components (None: all), as recorded up to `until` (None: now), by id."""
    asked = select(correction_event)
    if components is not None:
        asked = asked.where(_C.component.in_(components))
    if until is not None:
        asked = asked.where(_C.recorded_at <= until)
    return tuple(replay(id, events) for id, events in _by_correction(tx, asked))


def find(tx: Connection, id: str) -> Correction | None:
    events = events_of(tx, id)
    return replay(id, events) if events else None


def events_of(tx: Connection, id: str) -> list[Said[CorrectionEvent]]:
    """In the order recorded."""
    found = _by_correction(tx, select(correction_event).where(_C.correction == id))
    return found[0][1] if found else []


def append(tx: Connection, id: str, before: Correction | None, said: Said[CorrectionEvent]) -> Correction:
    """One more event; of two at the same moment the store takes one."""
    said = recorded(said, ledger.stamped(tx, said.recorded_at))
    after = correction_of(id, said) if before is None else evolve(before, said)
    told = tellings(TOPIC, id, said, [one.by for one in events_of(tx, id)])
    tx.execute(
        insert(correction_event).values(
            correction=id,
            component=after.component,
            seq=after.version,
            kind=kind_of(said.event),
            happened_at=said.happened_at,
            recorded_at=said.recorded_at,
            by=said.by,
            entered_by=said.entered_by,
            seen_by_customer_at=said.seen_by_customer_at,
            facts=facts_of(said.event),
        )
    )
    leaves = [Leaf(kind=one.kind, stream=one.stream, body=one.body, private=one.private) for one in told]
    ledger.append_all(tx, leaves, said.recorded_at)
    announce(tx, TOPIC)
    return after


def _by_correction(tx: Connection, asked: Select[Any]) -> list[tuple[str, list[Said[CorrectionEvent]]]]:
    rows = tx.execute(asked.order_by(_C.correction, _C.seq))
    return [(id, [_said(row) for row in several]) for id, several in groupby(rows, key=attrgetter("correction"))]


def _said(row: Row[Any]) -> Said[CorrectionEvent]:
    return Said(
        event=event_of(row.kind, row.facts),
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        by=row.by,
        entered_by=row.entered_by,
        seen_by_customer_at=row.seen_by_customer_at,
    )
