"""The component's line, and the lines of its checks it is made of. Later recorded wins at one instant."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, desc, func, insert, select

from config.instant import Instant
from config.state import State
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.prepared import Prepared
from db.tables.incidents import transition as table
from probe.result import Reason

TOPIC = "transition"
SENDER = "source:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    component: str
    state: State
    happened_at: Instant
    by: str
    cause: str | None = None
    reason: str | None = None
    bound_at: Instant | None = None
    """The other bound of the measuring error: the last observation before that said otherwise."""

    @property
    def repeats(self) -> bool:
        """It changes nothing: the state went on, but nobody had seen that since `bound_at` (docs/adr/0118)."""
        return self.reason == Reason.MISSED


_OF = table.c.component == bindparam("of")
_LATEST_FIRST = (desc(table.c.happened_at), desc(table.c.id))
_ADD = Prepared(insert(table))
_NEWEST = Prepared(
    select(table).where(_OF, func.coalesce(table.c.reason, "") != Reason.MISSED.value).order_by(*_LATEST_FIRST).limit(1)
)
_LATEST_STATE = Prepared(select(table.c.state).where(_OF).order_by(*_LATEST_FIRST).limit(1))
_RECENT = Prepared(select(table.c.happened_at, table.c.state).where(_OF).order_by(*_LATEST_FIRST).limit(200))
_AT = Prepared(
    select(table.c.state).where(_OF, table.c.happened_at <= bindparam("at")).order_by(*_LATEST_FIRST).limit(1)
)
_FIRST = (
    select(func.min(table.c.component).label("name"))
    .where(table.c.component > bindparam("after"))
    .cte("named", recursive=True)
)
_NEXT = select(func.min(table.c.component)).where(table.c.component > _FIRST.c.name).scalar_subquery()
_NAMED = _FIRST.union_all(select(_NEXT).where(_FIRST.c.name.is_not(None)))
"""Every name, each found in the index after the one before: the table itself holds years."""
_ITS_STATE = select(table.c.state).where(table.c.component == _NAMED.c.name).order_by(*_LATEST_FIRST).limit(1)
_LATEST_STATES = (
    select(_NAMED.c.name, _ITS_STATE.scalar_subquery()).where(_NAMED.c.name.is_not(None)).limit(bindparam("most"))
)
_AFTER = Prepared(
    select(table.c.happened_at, table.c.state)
    .where(_OF, table.c.happened_at > bindparam("at"))
    .order_by(table.c.happened_at, table.c.id)
)


def append(tx: Connection, transition: Transition, now: Instant) -> None:
    """The public page shows it from this commit on, so this is also when the customer could see it."""
    now = ledger.record(tx, _leaf(transition), now)
    _ADD.run(
        tx,
        {
            "component": transition.component,
            "state": transition.state.value,
            "happened_at": transition.happened_at,
            "recorded_at": now,
            "by": transition.by,
            "cause": transition.cause,
            "reason": transition.reason,
            "bound_at": transition.bound_at,
            "seen_by_customer_at": now,
        },
    )
    announce(tx, TOPIC)


def _leaf(transition: Transition) -> Leaf:
    """What a sender wrote of it may name people; a check's id does not."""
    said = transition.cause if transition.by.startswith(SENDER) else None
    return Leaf(
        kind="transition",
        stream=f"transition/{transition.component}",
        body={
            "component": transition.component,
            "state": transition.state.value,
            "happened_at": transition.happened_at,
            "by": transition.by,
            "cause": transition.cause if said is None else None,
            "reason": transition.reason,
            "bound_at": transition.bound_at,
        },
        private=None if said is None else {"cause": said},
    )


def state_at(tx: Connection, component: str, at: Instant) -> State | None:
    """None: nothing is recorded at or before that instant."""
    word = _AT.scalar(tx, {"of": component, "at": at})
    return None if word is None else State(word)


def newest(tx: Connection, component: str) -> Transition | None:
    """The newest that changed something."""
    row = _NEWEST.first(tx, {"of": component})
    if row is None:
        return None
    return Transition(
        component=row.component,
        state=State(row.state),
        happened_at=row.happened_at,
        by=row.by,
        cause=row.cause,
        reason=row.reason,
        bound_at=row.bound_at,
    )


def latest_state(tx: Connection, component: str) -> State | None:
    """None: nothing is recorded."""
    word = _LATEST_STATE.scalar(tx, {"of": component})
    return None if word is None else State(word)


def latest_states(tx: Connection, after: str = "", most: int = 10_000_000) -> dict[str, State]:
    """Of so many components of which anything is recorded, in the order of their names, from behind this one on."""
    return {name: State(word) for name, word in tx.execute(_LATEST_STATES, {"after": after, "most": most})}


def failing_since(tx: Connection, component: str) -> Instant:
    """The start of the stretch in which the component has been failing until now."""
    rows = _RECENT.all(tx, {"of": component})
    since, seen = 0, 0
    for row in rows:
        if row.happened_at == seen:
            continue  # superseded by a later record of the same instant
        if not State(row.state).failing:
            break
        since = seen = row.happened_at
    return since


def changes_after(tx: Connection, component: str, since: Instant) -> list[tuple[Instant, State]]:
    """The component's recorded line strictly after that instant."""
    rows = _AFTER.all(tx, {"of": component, "at": since})
    return list({row.happened_at: State(row.state) for row in rows}.items())
