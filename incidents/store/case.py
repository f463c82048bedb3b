"""Cases and their events."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, bindparam, desc, insert, select, tuple_, update

from config.agreement import CaseKind
from config.counting import Category
from config.instant import Instant
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.prepared import Prepared, always
from db.tables.incidents import case as table
from db.tables.incidents import case_event
from incidents.case import Case, CaseEvent, CaseProgress, CaseRecorded, Round, replay_case
from incidents.fact import case_event as event_of
from incidents.fact import facts_of, impersonal, kind_of, word_of
from incidents.finding import FindingState
from incidents.incident import Incident
from incidents.review import ReviewState
from incidents.store.incident import Conflict, root_of

TOPIC = "case"
_OPEN = table.c.state.in_([always(CaseProgress.OPEN.value), always(CaseProgress.WAITING.value)])
_NEWEST_FIRST = (desc(table.c.opened_at), desc(table.c.id))
_OF_INCIDENT = Prepared(select(table).where(table.c.incident == bindparam("of")).order_by(*_NEWEST_FIRST))
_OF_COMPONENT = Prepared(select(table).where(table.c.component == bindparam("of"), _OPEN).order_by(*_NEWEST_FIRST))


def find(tx: Connection, case_id: str) -> Case | None:
    row = tx.execute(select(table).where(table.c.id == case_id)).one_or_none()
    return None if row is None else _case(tx, row)


def of_incident(tx: Connection, incident_id: str) -> list[Case]:
    return [_case(tx, row) for row in _OF_INCIDENT.all(tx, {"of": incident_id})]


def of_fault(tx: Connection, incident: Incident) -> list[Case]:
    """Those that wait for it: what was split from another one has its cases with that."""
    return of_incident(tx, root_of(tx, incident).id)


def of_customer(tx: Connection, customer: str) -> list[Case]:
    return _all(tx, table.c.customer == customer)


def open_cases(tx: Connection) -> list[Case]:
    return _all(tx, _OPEN)


def open_of_component(tx: Connection, component: str) -> list[Case]:
    return [_case(tx, row) for row in _OF_COMPONENT.all(tx, {"of": component})]


def every(tx: Connection) -> list[Case]:
    return _all(tx)


def newest(tx: Connection, limit: int, before: Case | None = None) -> list[Case]:
    """The last ones opened, or the last ones opened before that one."""
    wanted = select(table).order_by(*_NEWEST_FIRST).limit(limit)
    if before is not None:
        wanted = wanted.where(tuple_(table.c.opened_at, table.c.id) < (before.opened_at, before.id))
    return [_case(tx, row) for row in tx.execute(wanted)]


def of_period(tx: Connection, customer: str, start: Instant, end: Instant) -> list[Case]:
    """The customer's cases that were open at any time of [start, end), or of which something was written since."""
    written = table.c.id.in_(select(case_event.c.case).where(case_event.c.recorded_at >= start))
    still = (table.c.closed_at.is_(None)) | (table.c.closed_at >= start) | written
    return _all(tx, table.c.customer == customer, table.c.reported_at < end, still)


def events(tx: Connection, case_id: str) -> list[CaseRecorded]:
    rows = tx.execute(select(case_event).where(case_event.c.case == case_id).order_by(case_event.c.seq))
    return [_recorded(row) for row in rows]


def logs(tx: Connection, customer: str) -> dict[str, list[CaseRecorded]]:
    """All events of each of the customer's cases, as `events` gives those of one."""
    own = select(case_event).join(table, table.c.id == case_event.c.case).where(table.c.customer == customer)
    found: dict[str, list[CaseRecorded]] = {}
    for row in tx.execute(own.order_by(case_event.c.case, case_event.c.seq)):
        found.setdefault(row.case, []).append(_recorded(row))
    return found


def spoken(
    tx: Connection, kinds: Iterable[type[CaseEvent]], of: Collection[str] | None = None
) -> dict[str, list[CaseRecorded]]:
    """Case -> its events of these kinds, of these cases or of every one."""
    words = [word_of(kind) for kind in kinds]
    wanted = select(case_event).where(case_event.c.kind.in_(words)).order_by(case_event.c.case, case_event.c.seq)
    if of is not None:
        wanted = wanted.where(case_event.c.case.in_(of))
    found: dict[str, list[CaseRecorded]] = {}
    for row in tx.execute(wanted):
        found.setdefault(row.case, []).append(_recorded(row))
    return found


def add(tx: Connection, case: Case, recorded: CaseRecorded) -> None:
    """A new case with its first event."""
    tx.execute(insert(table).values(id=case.id, **_columns(case)))
    _append(tx, case, [(1, recorded)])
    announce(tx, TOPIC)


def append(tx: Connection, before: Case, after: Case, recorded: Sequence[CaseRecorded]) -> None:
    """Events that lead from one to the other. Raises Conflict."""
    changed = tx.execute(
        update(table).where(table.c.id == before.id, table.c.version == before.version).values(**_columns(after))
    )
    if changed.rowcount != 1:
        raise Conflict(before.id)
    _append(tx, before, list(enumerate(recorded, start=before.version + 1)))
    announce(tx, TOPIC)


def _all(tx: Connection, *conditions: Any) -> list[Case]:
    rows = tx.execute(select(table).where(*conditions).order_by(*_NEWEST_FIRST))
    return [_case(tx, row) for row in rows]


def _append(tx: Connection, case: Case, recorded: Sequence[tuple[int, CaseRecorded]]) -> None:
    tx.execute(
        insert(case_event),
        [
            {
                "case": case.id,
                "seq": seq,
                "kind": kind_of(one.event),
                "facts": facts_of(one.event),
                "happened_at": one.happened_at,
                "recorded_at": one.recorded_at,
                "by": one.by,
                "seen_by_customer_at": one.seen_by_customer_at,
            }
            for seq, one in recorded
        ],
    )
    for seq, one in recorded:
        ledger.append(tx, _leaf(case, seq, one), one.recorded_at)


def _leaf(case: Case, seq: int, recorded: CaseRecorded) -> Leaf:
    """Who it was and what was written is personal; that a supplier's person did something, what and when is not."""
    facts, personal = impersonal(facts_of(recorded.event))
    return Leaf(
        kind="case",
        stream=f"case/{case.id}",
        body={
            "case": case.id,
            "seq": seq,
            "kind": kind_of(recorded.event),
            "customer": case.customer,
            "agreement": case.agreement,
            "agreement_version": case.agreement_version,
            "happened_at": recorded.happened_at,
            "seen_by_customer_at": recorded.seen_by_customer_at,
            "by": recorded.by.partition(":")[0],
            "facts": facts,
        },
        private={"by": recorded.by, "facts": personal},
    )


def _columns(case: Case) -> dict[str, Any]:
    return {
        "customer": case.customer,
        "agreement": case.agreement,
        "agreement_version": case.agreement_version,
        "kind": case.kind.value,
        "level": str(case.level),
        "component": case.component,
        "incident": case.incident,
        "title": case.title,
        "state": case.progress.value,
        "version": case.version,
        "reported_at": case.reported_at,
        "opened_at": case.opened_at,
        # a low rating is owed a follow-up: the case goes nowhere, and stands on statements, until it has one
        "closed_at": None if case.low_rating else case.confirmed_at or case.resolved_at,
        "snapshot": asdict(case),
    }


def _case(tx: Connection, row: Any) -> Case:
    snapshot = dict(row.snapshot)
    rated = (snapshot.get("rated_by") or "").startswith("customer:")
    if "rounds" not in snapshot or (rated and "rated" not in snapshot["rounds"][-1]):
        # an earlier version kept less: its events tell the rest
        return replay_case(row.id, events(tx, row.id))
    return Case(
        **{
            **snapshot,
            "kind": CaseKind(snapshot["kind"]),
            "progress": CaseProgress(snapshot["progress"]),
            "review": ReviewState(snapshot.get("review", ReviewState.NONE)),
            "finding": FindingState(snapshot.get("finding", FindingState.NONE)),
            "waits_for": None if snapshot.get("waits_for") is None else Category(snapshot["waits_for"]),
            "pauses": tuple((start, end) for start, end in snapshot["pauses"]),
            "claims": tuple(snapshot["claims"]),
            "rounds": tuple(Round(**one) for one in snapshot["rounds"]),
            "written": tuple(snapshot["written"]),
        }
    )


def _recorded(row: Row[Any]) -> CaseRecorded:
    return CaseRecorded(
        event=event_of(row.kind, row.facts),
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        by=row.by,
        seen_by_customer_at=row.seen_by_customer_at,
    )
