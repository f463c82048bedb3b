"""Incidents and their events."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Text, bindparam, cast, desc, exists, func, insert, or_, select, update

from config.instant import Instant
from config.state import State
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.prepared import Prepared, always
from db.tables.incidents import incident as table
from db.tables.incidents import incident_event
from incidents.before import Past
from incidents.fact import facts_of, fields_of, kind_of, word_of
from incidents.fact import incident_event as event_of
from incidents.incident import Event, Incident, Progress, Recorded, Recovered

TOPIC = "incident"

E = TypeVar("E", bound=Event)


class Conflict(Exception):
    """The row was changed by somebody else meanwhile; load it and decide again."""


_LATEST = 100
_OWN = table.c.split_from.is_(None)
_FIND = Prepared(select(table.c.snapshot).where(table.c.id == bindparam("incident")))
_PROGRESS = Prepared(select(table.c.state).where(table.c.id == bindparam("incident")))
_of_it = select(table.c.id).where(table.c.component == bindparam("of"), _OWN).limit(1).correlate(None)
_apart = table.alias()
_was_split = exists().where(_apart.c.component == bindparam("of"), _apart.c.split_from.is_not(None))
_WAS_SPLIT = Prepared(select(_was_split))
_NEWEST_OF = Prepared(
    select(table.c.snapshot, _was_split.label("was_split")).where(
        table.c.id
        == func.coalesce(
            _of_it.where(table.c.state != always(Progress.RESOLVED.value)).scalar_subquery(),
            _of_it.order_by(desc(table.c.opened_at), desc(func.length(table.c.id)), desc(table.c.id)).scalar_subquery(),
        )
    )
)
"""The open one, else the newest; and whether anything was ever split from one."""
_NAMING = Prepared(
    select(table.c.snapshot)
    .where(
        table.c.state != always(Progress.RESOLVED.value), cast(table.c.snapshot, Text).contains(bindparam("incident"))
    )
    .order_by(desc(table.c.opened_at), desc(table.c.id))
)
"""Asked after every alert: the store looks through the open ones without our reading each of them."""
_SPLIT_OF = Prepared(
    select(table.c.snapshot)
    .where(table.c.component == bindparam("of"), table.c.split_from.is_not(None))
    .order_by(desc(table.c.opened_at))
    .limit(_LATEST)
)
_PAST_OF = Prepared(
    select(table.c.id, table.c.opened_at, table.c.title, table.c.snapshot["cause"].as_string().label("cause"))
    .where(
        table.c.component == bindparam("of"),
        table.c.state == Progress.RESOLVED.value,
        table.c.opened_at <= bindparam("until"),
    )
    .order_by(desc(table.c.opened_at))
    .limit(bindparam("most"))
)
_LAST = Prepared(
    select(incident_event.c.kind, incident_event.c.facts)
    .where(incident_event.c.incident == bindparam("of"), incident_event.c.kind == bindparam("what"))
    .order_by(desc(incident_event.c.seq))
    .limit(1)
)
_ADD = Prepared(insert(table))
_ADD_EVENT = Prepared(insert(incident_event))
_CHANGE = Prepared(update(table).where(table.c.id == bindparam("same"), table.c.version == bindparam("as_read")))


def find(tx: Connection, incident_id: str) -> Incident | None:
    row = _FIND.first(tx, {"incident": incident_id})
    return None if row is None else _incident(row)


def parts_of(tx: Connection, incident: Incident) -> list[Incident]:
    found = (find(tx, id) for id in incident.parts)
    return [one for one in found if one is not None]


def whole_of(tx: Connection, incident: Incident) -> Incident:
    """The one it is part of, while it is; else itself."""
    whole = find(tx, incident.merged_into) if incident.unresolved and incident.merged_into is not None else None
    return incident if whole is None else whole


def progress_of(tx: Connection, incident_id: str) -> Progress | None:
    word = _PROGRESS.scalar(tx, {"incident": incident_id})
    return None if word is None else Progress(word)


def newest_of(tx: Connection, component: str) -> Incident | None:
    """The component's own newest incident, not one that was split from it; an unresolved one always is the newest,
    whatever the clock said."""
    return newest_and_split(tx, component)[0]


def newest_and_split(tx: Connection, component: str) -> tuple[Incident | None, bool]:
    """`newest_of`, and whether there may be any in `split_of`."""
    row = _NEWEST_OF.first(tx, {"of": component})
    return (None, True) if row is None else (_incident(row), bool(row.was_split))


def was_split(tx: Connection, component: str) -> bool:
    """Whether there are any in `split_of`."""
    return bool(_WAS_SPLIT.scalar(tx, {"of": component}))


def held_because_of(tx: Connection, incident: Incident) -> list[Incident]:
    """Unresolved ones whose calls it holds."""
    found = [_incident(row) for row in _NAMING.all(tx, {"incident": incident.id})]
    return [one for one in found if incident.id in one.held_by]


def split_of(tx: Connection, component: str) -> list[Incident]:
    """Those that were split from incidents of the component, the newest first, resolved ones too."""
    return [_incident(row) for row in _SPLIT_OF.all(tx, {"of": component})]


def fails(tx: Connection, component: str) -> bool:
    """Whether an incident of it is unresolved, its own or one that was split from it."""
    own = newest_of(tx, component)
    return (own is not None and own.unresolved) or any(one.unresolved for one in split_of(tx, component))


def root_of(tx: Connection, incident: Incident) -> Incident:
    """The one it was split from in the end, else itself."""
    origin = None if incident.split_from is None else find(tx, incident.split_from)
    return incident if origin is None else root_of(tx, origin)


def unresolved(tx: Connection) -> list[Incident]:
    """Newest first, all of them."""
    rows = tx.execute(
        select(table)
        .where(table.c.state != Progress.RESOLVED.value)
        .order_by(desc(table.c.opened_at), desc(table.c.id))
    )
    return [_incident(row) for row in rows]


def open_between(tx: Connection, components: Collection[str], start: Instant, end: Instant) -> list[Incident]:
    """Those that were unresolved at some moment of [start, end), oldest first."""
    rows = tx.execute(
        select(table)
        .where(
            table.c.component.in_(components),
            table.c.started_at < end,
            or_(table.c.resolved_at.is_(None), table.c.resolved_at > start),
        )
        .order_by(table.c.started_at, table.c.id)
    )
    return [_incident(row) for row in rows]


def opened_between(tx: Connection, start: Instant, end: Instant) -> list[Incident]:
    """Opened in [start, end), oldest first."""
    rows = tx.execute(
        select(table).where(table.c.opened_at >= start, table.c.opened_at < end).order_by(table.c.opened_at, table.c.id)
    )
    return [_incident(row) for row in rows]


def recovered_at(tx: Connection, incidents: Collection[str]) -> dict[str, Instant]:
    """Of those that were resolved by hand while they still failed: when they were well again."""
    rows = tx.execute(
        select(incident_event.c.incident, incident_event.c.happened_at).where(
            incident_event.c.incident.in_(incidents), incident_event.c.kind == word_of(Recovered)
        )
    )
    return {row.incident: row.happened_at for row in rows}


def newest(tx: Connection, limit: int | None = None) -> list[Incident]:
    """Resolved ones too, newest first."""
    rows = tx.execute(select(table).order_by(desc(table.c.opened_at), desc(table.c.id)).limit(limit))
    return [_incident(row) for row in rows]


def latest_of(tx: Connection, component: str, since: Instant) -> list[Incident]:
    """Of a component: those that are not over, or ended since then, newest first."""
    open_then = or_(table.c.resolved_at.is_(None), table.c.resolved_at >= since)
    rows = tx.execute(
        select(table).where(table.c.component == component, open_then).order_by(desc(table.c.opened_at)).limit(_LATEST)
    )
    return [_incident(row) for row in rows]


def past_of(tx: Connection, component: str, until: Instant, limit: int) -> list[Past]:
    """Of a component, resolved ones that were opened up to `until`, newest first."""
    rows = _PAST_OF.all(tx, {"of": component, "until": until, "most": limit})
    return [Past(id=row.id, opened_at=row.opened_at, cause=row.cause, title=row.title) for row in rows]


def on_subjects(tx: Connection, prefix: str) -> list[Incident]:
    """On whatever begins so, newest first."""
    wanted = table.c.component.startswith(prefix, autoescape=True)
    rows = tx.execute(select(table).where(wanted).order_by(desc(table.c.opened_at), desc(table.c.id)))
    return [_incident(row) for row in rows]


def events(tx: Connection, incident_id: str) -> list[Recorded]:
    rows = tx.execute(
        select(incident_event).where(incident_event.c.incident == incident_id).order_by(incident_event.c.seq)
    )
    return [_recorded(row) for row in rows]


def last(tx: Connection, incident_id: str, kind: type[E]) -> E | None:
    """The newest event of this kind."""
    row = _LAST.first(tx, {"of": incident_id, "what": word_of(kind)})
    if row is None:
        return None
    event = event_of(row.kind, row.facts)
    assert isinstance(event, kind)
    return event


def add(tx: Connection, incident: Incident, recorded: Recorded, more: Sequence[Recorded] = ()) -> None:
    """A new incident with its first event, and what was known of it at once."""
    _ADD.run(tx, {"id": incident.id, **_fixed(incident), **_changing(incident)})
    _append(tx, incident.id, enumerate((recorded, *more), start=1))
    ledger.append(tx, _leaf(incident), recorded.recorded_at)
    announce(tx, TOPIC)


def append(tx: Connection, before: Incident, after: Incident, recorded: Sequence[Recorded]) -> None:
    """Events that lead from one to the other. Raises Conflict."""
    if not recorded:
        return
    if _CHANGE.run(tx, {"same": before.id, "as_read": before.version, **_changing(after)}) != 1:
        raise Conflict(before.id)
    _append(tx, before.id, list(enumerate(recorded, start=before.version + 1)))
    if before.resolved_at != after.resolved_at:
        ledger.append(tx, _leaf(after), recorded[-1].recorded_at)
    announce(tx, TOPIC)


def _leaf(incident: Incident) -> Leaf:
    """What a statement says of it: which incident was open over which time."""
    return Leaf(
        kind=TOPIC,
        stream=f"{TOPIC}/{incident.component}",
        body={
            "incident": incident.id,
            "started_at": incident.started_at,
            "resolved_at": incident.resolved_at,
        },
    )


def _append(tx: Connection, incident_id: str, recorded: Iterable[tuple[int, Recorded]]) -> None:
    _ADD_EVENT.run_all(
        tx,
        [
            {
                "incident": incident_id,
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


def _fixed(incident: Incident) -> dict[str, Any]:
    """Columns no event changes: each one that is written costs the indexes it stands in."""
    return {
        "component": incident.component,
        "title": incident.title,
        "opened_at": incident.opened_at,
        "started_at": incident.started_at,
        "split_from": incident.split_from,
    }


def _changing(incident: Incident) -> dict[str, Any]:
    return {
        "state": incident.progress.value,
        "severity": incident.severity,
        "version": incident.version,
        "acknowledged_at": incident.acknowledged_at,
        "resolved_at": incident.resolved_at,
        "snapshot": fields_of(incident),
    }


def _incident(row: Any) -> Incident:
    snapshot = dict(row.snapshot)
    return Incident(
        **{
            **snapshot,
            "progress": Progress(snapshot["progress"]),
            "state": State(snapshot["state"]),
            "held_by": tuple(snapshot.get("held_by", ())),
            "parts": tuple(snapshot.get("parts", ())),
        }
    )


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        event=event_of(row.kind, row.facts),
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        by=row.by,
        seen_by_customer_at=row.seen_by_customer_at,
    )
