"""What senders told us of their alerts: one open row a (source, key)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, desc, exists, func, insert, select, update

from config.instant import Instant
from config.state import State
from db.prepared import Prepared, always
from db.tables.incidents import alert as table
from db.tables.incidents import transition as line
from incidents.source import AlertNews

FIRING = "firing"
ENDED = "resolved"
_REMEMBERED = 20
LABELS_LIMIT, LABEL_LIMIT = 60, 300
"""So many labels are kept of an alert, and of each so many letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    id: int
    source: str
    key: str
    status: str
    component: str
    severity_word: str | None
    state: State
    summary: str
    link: str | None
    starts_at: Instant
    stamp: str
    first_received_at: Instant
    last_received_at: Instant
    count: int
    labels: Mapping[str, str]
    split_into: str | None = None
    """The incident of its component that it was split into."""

    @property
    def name(self) -> str:
        return f"{self.source}:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An occurrence that is over; `received_at` is when we heard of its end."""

    stamp: str
    ends_at: Instant
    received_at: Instant
    split_into: str | None = None


_SAME = and_(table.c.source == bindparam("source"), table.c.key == bindparam("key"))
_IS_FIRING, _IS_OVER = table.c.status == always(FIRING), table.c.status == always(ENDED)
_OPEN = Prepared(select(table).where(_SAME, _IS_FIRING))
_ENDED = Prepared(
    select(table.c.stamp, table.c.ends_at, table.c.last_received_at, table.c.split_into)
    .where(_SAME, _IS_OVER)
    .order_by(desc(table.c.ends_at), desc(table.c.id))
    .limit(_REMEMBERED)
)
_latest_state = (
    select(line.c.state)
    .where(line.c.component == bindparam("of"))
    .order_by(desc(line.c.happened_at), desc(line.c.id))
    .limit(1)
    .scalar_subquery()
)
_AGAIN = Prepared(
    update(table)
    .where(
        table.c.source == bindparam("sender"),
        table.c.key == bindparam("called"),
        _IS_FIRING,
        table.c.component == bindparam("of"),
        table.c.state == bindparam("said"),
        table.c.severity_word.is_not_distinct_from(bindparam("word", type_=table.c.severity_word.type)),
        _latest_state != State.UNKNOWN.value,
    )
    .values(count=table.c.count + 1, last_received_at=bindparam("received_at"), summary=bindparam("words"))
)
"""Most of what comes says again what is known: looked up and written down in one statement."""
_HEARD_AT = Prepared(select(func.max(table.c.last_received_at)).where(table.c.component == bindparam("of")))
_REPEAT = Prepared(
    update(table)
    .where(table.c.id == bindparam("alert"))
    .values(
        count=table.c.count + 1,
        last_received_at=bindparam("received_at"),
        severity_word=bindparam("word"),
        state=bindparam("said"),
        summary=bindparam("words"),
    )
)


_ADD = Prepared(insert(table))
_FIND = Prepared(select(table).where(table.c.id == bindparam("alert")))
_END = Prepared(
    update(table)
    .where(table.c.id == bindparam("alert"))
    .values(status=ENDED, ends_at=bindparam("over_at"), last_received_at=bindparam("received_at"))
)
_FIRING = and_(table.c.component == bindparam("of"), _IS_FIRING)
_STRAND = table.c.split_into.is_not_distinct_from(bindparam("strand", type_=table.c.split_into.type))
"""Those split into one incident, or (None) those that are their component's."""
_WHAT = (table.c.source, table.c.state, table.c.severity_word)
_FIRING_ON = Prepared(
    select(*_WHAT, func.min(table.c.starts_at).label("since"), func.max(table.c.first_received_at).label("newest"))
    .where(_FIRING, _STRAND)
    .group_by(*_WHAT)
    .order_by(*_WHAT)
)
_ENDS = Prepared(
    select(table.c.source, table.c.key, table.c.last_received_at).where(
        table.c.component == bindparam("of"),
        _STRAND,
        _IS_OVER,
        table.c.state != State.UP.value,
        table.c.last_received_at > bindparam("since"),
        table.c.first_received_at < table.c.last_received_at,  # an end that came first was no going
    )
)
_FAILS = table.c.state != State.UP.value
_LATER = table.c.first_received_at > bindparam("after")
_FIRST_FIRING = Prepared(select(table).where(_FIRING, _STRAND, _FAILS, _LATER).order_by(table.c.id).limit(1))
_FAILING_OF = Prepared(select(table).where(_FIRING, _STRAND, _FAILS).order_by(table.c.id).limit(bindparam("most")))
_SPLIT = Prepared(update(table).where(table.c.id == bindparam("alert")).values(split_into=bindparam("into")))
_GIVE_BACK = Prepared(
    update(table).where(table.c.split_into == bindparam("incident"), _IS_FIRING).values(split_into=None)
)
_FIRES_OF = Prepared(select(table.c.id).where(table.c.split_into == bindparam("incident"), _IS_FIRING).limit(1))
_FIRING_OF = Prepared(
    select(table)
    .where(table.c.source == bindparam("from"), _IS_FIRING)
    .order_by(desc(table.c.id))
    .limit(bindparam("most"))
)
_NEWEST_ON = Prepared(
    select(table)
    .where(table.c.component == bindparam("of"))
    .order_by(table.c.status, desc(table.c.id))
    .limit(bindparam("most"))
)
_FAILING = (State.DOWN, State.PARTIAL, State.DEGRADED)
_FAILING_ON = Prepared(select(table.c.source, table.c.labels).where(_FIRING, _STRAND, _FAILS))
_WORST = Prepared(
    select(
        case(
            *((exists().where(_FIRING, table.c.state == always(one.value)), one.value) for one in _FAILING),
            else_=State.UP.value,
        )
    )
)
"""Looked up and not counted: a storm of alerts is thousands of rows."""


def open_alert(tx: Connection, source: str, key: str) -> Alert | None:
    row = _OPEN.first(tx, {"source": source, "key": key})
    return None if row is None else _alert(row)


def ended(tx: Connection, source: str, key: str) -> list[Ended]:
    """The last occurrences of this alert that are over, the newest end first."""
    rows = _ENDED.all(tx, {"source": source, "key": key})
    return [
        Ended(stamp=row.stamp, ends_at=row.ends_at, received_at=row.last_received_at, split_into=row.split_into)
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """Open alerts of one component that say the same of it; `since` is the earliest start, `newest_at` the last receipt
    of a new one."""

    source: str
    state: State
    severity_word: str | None
    since: Instant
    newest_at: Instant


def firing_on(tx: Connection, component: str, strand: str | None = None) -> list[Firing]:
    """A storm of alerts is a handful of rows here. `strand`: those split into that incident, not the component's."""
    rows = _FIRING_ON.all(tx, {"of": component, "strand": strand})
    return [
        Firing(
            source=row.source,
            state=State(row.state),
            severity_word=row.severity_word,
            since=row.since,
            newest_at=row.newest,
        )
        for row in rows
    ]


def failing_on(tx: Connection, component: str, strand: str | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Source and labels of every open alert, signs of life apart."""
    for row in _FAILING_ON.all(tx, {"of": component, "strand": strand}):
        yield row.source, row.labels or {}


def firing_count(tx: Connection, component: str) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(_FIRING), {"of": component}) or 0


def first_firing(tx: Connection, component: str, strand: str | None, after: Instant = 0) -> Alert | None:
    """The open alert that came first, or first after that, signs of life apart."""
    row = _FIRST_FIRING.first(tx, {"of": component, "strand": strand, "after": after})
    return None if row is None else _alert(row)


def failing_of(tx: Connection, component: str, strand: str | None, limit: int) -> list[Alert]:
    """Open alerts in the order they came, signs of life apart."""
    return [_alert(row) for row in _FAILING_OF.all(tx, {"of": component, "strand": strand, "most": limit})]


def split(tx: Connection, alerts: Iterable[Alert], into: str) -> None:
    """They are that incident's from here on."""
    _SPLIT.run_all(tx, [{"alert": one.id, "into": into} for one in alerts])


def give_back(tx: Connection, incident: str) -> None:
    """Those of it that fire are their component's again."""
    _GIVE_BACK.run(tx, {"incident": incident})


def fires_of(tx: Connection, incident: str) -> bool:
    """Whether an alert that was split into it fires."""
    return _FIRES_OF.first(tx, {"incident": incident}) is not None


def firing_of(tx: Connection, source: str, limit: int) -> list[Alert]:
    """Open alerts of one source, the newest first."""
    return [_alert(row) for row in _FIRING_OF.all(tx, {"from": source, "most": limit})]


def comes_and_goes(tx: Connection, component: str, strand: str | None, since: Instant) -> Instant | None:
    """When the last but one end came of the alert that ended at least twice since then; None: no alert did."""
    ends: dict[tuple[str, str], list[Instant]] = {}
    for row in _ENDS.all(tx, {"of": component, "strand": strand, "since": since}):
        ends.setdefault((row.source, row.key), []).append(row.last_received_at)
    return max((sorted(one)[-2] for one in ends.values() if len(one) > 1), default=None)


def newest_on(tx: Connection, component: str, limit: int) -> list[Alert]:
    """Alerts on a component, those that still fire first, then the newest."""
    return [_alert(row) for row in _NEWEST_ON.all(tx, {"of": component, "most": limit})]


def worst_firing(tx: Connection, component: str) -> State:
    """Up when nothing fires."""
    return State(_WORST.scalar(tx, {"of": component}))


def find(tx: Connection, alert_id: int) -> Alert | None:
    row = _FIND.first(tx, {"alert": alert_id})
    return None if row is None else _alert(row)


def add(
    tx: Connection,
    source: str,
    news: AlertNews,
    component: str,
    state: State,
    received_at: Instant,
    split_into: str | None = None,
) -> int:
    """Firing, or already over when we first hear of it; its number."""
    return _ADD.add(
        tx,
        {
            "source": source,
            "key": news.key,
            "status": FIRING if news.firing else ENDED,
            "ends_at": None if news.firing else news.ends_at or received_at,
            "component": component,
            "severity_word": _word(news),
            "state": state.value,
            "summary": news.summary,
            "link": news.link,
            "labels": _kept(news.labels) or None,
            "starts_at": news.starts_at,
            "stamp": news.stamp,
            "first_received_at": received_at,
            "last_received_at": received_at,
            "count": 1,
            "split_into": split_into,
        },
    )


def say_again(tx: Connection, source: str, news: AlertNews, component: str, state: State, received_at: Instant) -> bool:
    """Whether it fires already, on this component and as bad, and the component's state is known: then it is noted, and
    nothing else follows."""
    said = {
        "sender": source,
        "called": news.key,
        "of": component,
        "said": state.value,
        "word": _word(news),
        "received_at": received_at,
        "words": news.summary,
    }
    return _AGAIN.run(tx, said) == 1


def heard_at(tx: Connection, component: str) -> Instant | None:
    """When a sender last spoke of it; None: none did."""
    at: Instant | None = _HEARD_AT.scalar(tx, {"of": component})
    return at


def repeat(tx: Connection, alert: Alert, news: AlertNews, state: State, received_at: Instant) -> None:
    _REPEAT.run(
        tx,
        {
            "alert": alert.id,
            "received_at": received_at,
            "word": _word(news),
            "said": state.value,
            "words": news.summary,
        },
    )


def end(tx: Connection, alert: Alert, ends_at: Instant, received_at: Instant) -> None:
    over_at = max(ends_at, alert.starts_at)
    _END.run(tx, {"alert": alert.id, "over_at": over_at, "received_at": received_at})


def _kept(labels: Mapping[str, str]) -> dict[str, str]:
    """Enough to see what an alert was about, whatever was sent."""
    return {name[:LABEL_LIMIT]: value[:LABEL_LIMIT] for name, value in list(labels.items())[:LABELS_LIMIT]}


def _word(news: AlertNews) -> str | None:
    return None if news.severity_word is None else news.severity_word[:60]


def _alert(row: Any) -> Alert:
    return Alert(
        id=row.id,
        source=row.source,
        key=row.key,
        status=row.status,
        component=row.component,
        severity_word=row.severity_word,
        state=State(row.state),
        summary=row.summary,
        link=row.link,
        starts_at=row.starts_at,
        stamp=row.stamp,
        first_received_at=row.first_received_at,
        last_received_at=row.last_received_at,
        count=row.count,
        labels=row.labels or {},
        split_into=row.split_into,
    )
