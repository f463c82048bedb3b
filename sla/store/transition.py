"""A component's stored transitions, as sla's own records or, for many components at once, as bare columns.

Only what a window needs is read, not the history: whole outages count (sla-definition.md, 'Loss and outages'), so it is
read back from the window, and on after it, until a stretch without any loss is longer than what could join outages or
bridge a hole over it. What a correction will be laid over is no such stretch. A change after the window that leaves a
part of it in doubt is read too.
"""

import json
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import lt
from typing import Any, TypeAlias

import orjson
from sqlalchemy import JSON, Connection, Select, String, bindparam, cast, column, desc, func, literal_column, select

from config.instant import DAY, Instant, Span
from config.state import State
from db.tables.incidents import transition as table
from sla.interval import Interval, subtract, union
from sla.record import Changes, Transition

_STATES = {state.value: state for state in State}
_LOSSLESS = frozenset({State.UP, State.UNKNOWN})
_FIRST_STEP = DAY
Laid: TypeAlias = Mapping[str, Sequence[Interval]]
"""Component -> where corrections of it lie, whatever they say."""
NOTHING_LAID: Laid = {}


def transitions(
    tx: Connection,
    components: Collection[str],
    window: Interval,
    until: Instant,
    slack: Span,
    laid: Laid = NOTHING_LAID,
) -> dict[str, tuple[Transition, ...]]:
    """Component -> its facts, in the order recorded: of several at one instant the last one holds.

    `until`: what was recorded later is not known yet. `slack`: the longest that may lie between two losses and still
    join them, the longer of `merge_gap` and `bridge_max` of the agreements concerned. `laid`: where corrections lie.
    """
    reached = dict[str, Interval]()
    for end, names in _doubted(tx, components, window[1], until).items():
        reached |= _reached(tx, names, (window[0], end), until, slack, laid)
    found: dict[str, tuple[Transition, ...]] = dict.fromkeys(components, ())
    for edges in sorted(set(reached.values())):
        names = [name for name, reach in reached.items() if reach == edges]
        rows = tx.execute(_queries(tx.dialect.name).rows, _asked(names, edges, until))
        told: dict[str, list[Transition]] = {}
        for row in rows:
            told.setdefault(row.component, []).append(
                Transition(
                    state=_STATES[row.state],
                    happened_at=row.happened_at,
                    recorded_at=row.recorded_at,
                    cause=row.cause,
                    reason=row.reason,
                    bound_at=row.bound_at,
                )
            )
        found |= {name: tuple(facts) for name, facts in told.items()}
    return found


def changes(
    tx: Connection,
    components: Collection[str],
    window: Interval,
    until: Instant,
    slack: Span,
    laid: Laid = NOTHING_LAID,
) -> dict[str, Changes]:
    """The same as bare columns, for counting hundreds of components at once. One without any fact is left out."""
    return {
        name: told
        for _, _, found in _rounds(tx, components, window, until, slack, laid)
        for name, told in found.items()
        if told is not None
    }


def _doubted(tx: Connection, components: Collection[str], end: Instant, until: Instant) -> dict[Instant, list[str]]:
    """The components by the end of what a window up to `end` needs: before it somebody saw last what ended after it."""
    column = table.c
    later = select(column.component, func.max(column.happened_at)).where(
        column.component.in_(components),
        column.happened_at >= end,
        column.bound_at < end,
        column.recorded_at <= until,
    )
    last: dict[str, Instant] = {name: at + 1 for name, at in tx.execute(later.group_by(column.component))}
    found: dict[Instant, list[str]] = {}
    for name in components:
        found.setdefault(last.get(name, end), []).append(name)
    return found


def _reached(
    tx: Connection, components: Collection[str], window: Interval, until: Instant, slack: Span, laid: Laid
) -> dict[str, Interval]:
    """How far around the window each component has to be read."""
    rounds = _rounds(tx, components, window, until, slack, laid)
    return {name: (start, end) for start, end, found in rounds for name in found}


def _rounds(
    tx: Connection, components: Collection[str], window: Interval, until: Instant, slack: Span, laid: Laid
) -> Iterator[tuple[Instant, Instant, Mapping[str, Changes | None]]]:
    """(start, end, the components for which that is enough), wider each time: by a day, four, sixteen…"""
    waiting, wider = list(dict.fromkeys(components)), 0
    while waiting:
        start, end = window[0] - wider, window[1] + slack + 1 + wider
        read = _columns(tx, waiting, (start, end), until)
        enough = {
            name: told
            for name in waiting
            if (told := read.get(name)) is None or _sure(told, window, (start, end), until, slack, laid.get(name, ()))
        }
        yield start, end, enough
        waiting = [name for name in waiting if name not in enough]
        wider = wider * 4 or _FIRST_STEP


def _sure(
    told: Changes, window: Interval, read: Interval, until: Instant, slack: Span, laid: Sequence[Interval]
) -> bool:
    """Whether nothing outside what was read can change the count inside the window.

    True where a stretch without loss longer than `slack` holds at its start (or there is no earlier fact), and another
    or the same after its end (or nothing later is known).
    """
    starts, states = told.starts, told.states
    first, last = starts[0] > read[0], read[1] > until
    at = bisect_right(starts, window[0]) - 1
    if not first and not laid and states[at] in _LOSSLESS:  # the usual case, without a look at the rest
        first = (starts[at + 1] if at + 1 < len(starts) else read[1]) - starts[at] > slack
    if first and last:
        return True
    quiet = _lossless(told, read[1])
    for start, end in subtract(list(quiet), union(laid)) if laid else quiet:
        if end - start > slack:
            first = first or start <= window[0]
            last = last or end >= window[1]
    return first and last


def _lossless(told: Changes, end: Instant) -> Iterator[Interval]:
    """Maximal stretches of states that cost under no agreement."""
    begun: Instant | None = None
    for start, state in zip(told.starts, told.states, strict=True):
        if state in _LOSSLESS:
            begun = start if begun is None else begun
        elif begun is not None:
            yield begun, start
            begun = None
    if begun is not None:
        yield begun, end


def _columns(tx: Connection, components: Sequence[str], read: Interval, until: Instant) -> dict[str, Changes]:
    """The newest fact at or before the start, and every one after it up to the end: a row for each component."""
    rows = tx.execute(_queries(tx.dialect.name).columns, _asked(components, read, until))
    return {name: _ordered(*text.split(";")) for name, text in rows if text is not None}


def _ordered(instants: str, ids: str, states: str) -> Changes:
    """From three columns, each joined by commas; in what order they come is the store's affair, mostly by time."""
    starts: list[Instant] = orjson.loads(f"[{instants}]")  # faster than splitting
    words = states.split(",")
    if not all(map(lt, starts, islice(starts, 1, None))):
        last = {at: word for at, _, word in sorted(zip(starts, map(int, ids.split(",")), words, strict=True))}
        starts, words = list(last), list(last.values())
    return Changes(starts=starts, states=[_STATES[word] for word in words])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """`rows` gives whole facts in the order recorded, `columns` one row a component: a store hands out one long text
    much faster than many small rows."""

    rows: Select[Any]
    columns: Select[Any]


@cache
def _queries(dialect: str) -> _Queries:
    """Made once: making them costs more than running them for one component."""
    asked = bindparam("names", type_=String)
    if dialect == "sqlite":
        listed = func.json_each(asked).table_valued(column("value", String), name="asked")
    else:
        listed = (
            func.json_array_elements_text(cast(asked, JSON))
            .table_valued(column("value", String), name="asked")
            .render_derived()
        )
    earlier = table.alias("earlier")
    newest = (
        select(earlier.c.happened_at)
        .where(
            earlier.c.component == listed.c.value,
            earlier.c.happened_at <= bindparam("start"),
            earlier.c.recorded_at <= bindparam("until"),
        )
        .order_by(desc(earlier.c.happened_at))
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    first = func.coalesce(newest, bindparam("start")).label("first")
    needed = select(listed.c.value.label("name"), first).cte("needed").prefix_with("MATERIALIZED")
    inside = (
        (table.c.component == needed.c.name)
        & (table.c.happened_at >= needed.c.first)
        & (table.c.happened_at < bindparam("end"))
        & (table.c.recorded_at <= bindparam("until"))
    )
    told = (cast(table.c.happened_at, String), cast(table.c.id, String), table.c.state)
    instants, ids, states = (func.aggregate_strings(one, ",") for one in told)
    facts = select(instants + ";" + ids + ";" + states).where(inside).correlate(needed).scalar_subquery()
    return _Queries(
        rows=select(table).select_from(needed.join(table, inside)).order_by(table.c.id),
        columns=select(needed.c.name, facts),
    )


def _asked(components: Sequence[str], read: Interval, until: Instant) -> dict[str, object]:
    return {"names": json.dumps(list(components)), "start": read[0], "end": read[1], "until": until}
