"""A component that was taken out of the configuration. Its agreement stands in the store and counts its time on, so
that what was said of it last must not hold for ever."""

from collections.abc import Iterable

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from config.state import State
from incidents.store import transition
from incidents.store.transition import Transition
from probe.verdict import CheckChange

REMOVED = "component_removed"


def forget(tx: Connection, config: Config, by: str, now: Instant) -> None:
    """From now on nothing is known of those that are gone."""
    known = transition.latest_states(tx)
    for gone in [name for name, state in known.items() if name not in config.components and state is not State.UNKNOWN]:
        newest = transition.newest(tx, gone)
        at = now if newest is None else max(now, newest.happened_at)
        _unknown(tx, gone, at, by, now)


def ceased(tx: Connection, component: str, changes: Iterable[CheckChange], by: str, now: Instant) -> None:
    """One that is gone is unknown from the first of its checks on that nobody asks any more."""
    first = min((one for one in changes if one.state is State.UNKNOWN), key=lambda one: one.happened_at, default=None)
    if first is None or transition.state_at(tx, component, first.happened_at) in (None, State.UNKNOWN):
        return
    _unknown(tx, component, first.happened_at, by, now, first)


def _unknown(
    tx: Connection, component: str, at: Instant, by: str, now: Instant, because: CheckChange | None = None
) -> None:
    transition.append(
        tx,
        Transition(
            component=component,
            state=State.UNKNOWN,
            happened_at=at,
            by=by,
            cause=None if because is None else because.check,
            reason=REMOVED,
            bound_at=None if because is None else because.bound_at,
        ),
        now,
    )
