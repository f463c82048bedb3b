"""Exclusions: what was said of them, appended; what they are is its sum."""

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, select

from config.instant import Instant
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.prepared import Prepared
from db.tables.exclusion import exclusion_component, exclusion_event
from sla.proposal import ExclusionEvent, Proposal, Proposed, evolve, proposal_of, replay
from sla.saying import exclusion_event as event_of
from sla.saying import facts_of, kind_of
from sla.telling import tellings
from sla.word import Said, recorded

TOPIC = "exclusion"

_E = exclusion_event.c
_OF: BindParameter[list[str]] = bindparam("of", expanding=True)
_CONCERNED = select(exclusion_component.c.exclusion).where(exclusion_component.c.component.in_(_OF))
_ALL = select(exclusion_event).where(_E.recorded_at <= bindparam("until")).order_by(_E.exclusion, _E.seq)
_OF_SOME = _ALL.where(_E.exclusion.in_(_CONCERNED))
_OF_ONE = Prepared(
    _ALL.where(
        _E.exclusion.in_(
            select(exclusion_component.c.exclusion).where(exclusion_component.c.component == bindparam("of"))
        )
    )
)
_ONE = Prepared(select(exclusion_event).where(_E.exclusion == bindparam("id")).order_by(_E.seq))
_EVER = 2**62


def proposals(
    tx: Connection, components: Collection[str] | None = None, until: Instant | None = None
) -> tuple[Proposal, ...]:
    """Of any of these components (None: all), as recorded up to `until` (None: now), by id."""
    wanted: dict[str, object] = {"until": _EVER if until is None else until}
    rows: Iterable[Any]
    match components:
        case None:
            rows = tx.execute(_ALL, wanted)
        case [component]:
            rows = _OF_ONE.all(tx, {**wanted, "of": component})
        case _:
            rows = tx.execute(_OF_SOME, {**wanted, "of": [*components]})
    return tuple(replay(id, events) for id, events in _by_exclusion(rows))


def find(tx: Connection, id: str) -> Proposal | None:
    events = events_of(tx, id)
    return replay(id, events) if events else None


def events_of(tx: Connection, id: str) -> list[Said[ExclusionEvent]]:
    """In the order recorded."""
    return [_said(row) for row in _ONE.all(tx, {"id": id})]


def append(tx: Connection, id: str, before: Proposal | None, said: Said[ExclusionEvent]) -> Proposal:
    """One more event; of two at the same moment the store takes one."""
    said = recorded(said, ledger.stamped(tx, said.recorded_at))
    after = proposal_of(id, said) if before is None else evolve(before, said)
    told = tellings(TOPIC, id, said, [one.by for one in events_of(tx, id)])
    tx.execute(
        insert(exclusion_event).values(
            exclusion=id,
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
    if isinstance(said.event, Proposed):
        known = frozenset[str]() if before is None else before.components
        new = [name for name in dict.fromkeys(said.event.components) if name not in known]
        if new:
            tx.execute(insert(exclusion_component), [{"exclusion": id, "component": name} for name in new])
    leaves = [Leaf(kind=one.kind, stream=one.stream, body=one.body, private=one.private) for one in told]
    ledger.append_all(tx, leaves, said.recorded_at)
    announce(tx, TOPIC)
    return after


def _by_exclusion(rows: Iterable[Any]) -> list[tuple[str, list[Said[ExclusionEvent]]]]:
    return [(id, [_said(row) for row in several]) for id, several in groupby(rows, key=attrgetter("exclusion"))]


def _said(row: Any) -> Said[ExclusionEvent]:
    return Said(
        event=event_of(row.kind, row.facts),
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        by=row.by,
        entered_by=row.entered_by,
        seen_by_customer_at=row.seen_by_customer_at,
    )
