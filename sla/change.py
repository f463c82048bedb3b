"""What the provider changed in how it measures: the definitions of checks, one after the other, compared.

A slower interval or a longer timeout shaves what is counted; so every change of the period stands on the statement.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from config.instant import Instant
from config.location import Panel
from sla.interval import Interval

ASKED = "asked"
_NAMES = ("check", "component", ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How a check asked from an instant on, as its leaf in the ledger says it. `values` has `asked`, spans in ms."""

    check: str
    component: str
    recorded_at: Instant
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value of a check, before and after; None where there was none. `name` is the leaf's key."""

    check: str
    component: str
    at: Instant
    name: str
    before: Any
    after: Any


def changes(definitions: Iterable[Definition], window: Interval) -> tuple[Change, ...]:
    """Those recorded within the window, in order. A check that is new in it, or gone, is a change of `asked`."""
    by_check = groupby(sorted(definitions, key=lambda one: (one.check, one.recorded_at)), key=lambda one: one.check)
    found = [change for _, line in by_check for change in _along(list(line))]
    return tuple(sorted((one for one in found if window[0] <= one.at < window[1]), key=lambda one: (one.at, one.check)))


def panel_in_force(definitions: Iterable[Definition], until: Instant) -> Panel:
    """The places that were asked from at the end of a period; a check that reports by itself is heard at one only."""
    newest = {one.check: one for one in sorted(definitions, key=lambda one: one.recorded_at) if one.recorded_at < until}
    told = [Panel.of_leaf(one.values) for one in newest.values() if one.values.get(ASKED)]
    return max(told, key=lambda panel: len(panel.locations), default=Panel())


def _along(line: list[Definition]) -> Iterator[Change]:
    before: Mapping[str, Any] = {}  # nobody said how it asked before its first definition
    for one in line:
        for name, was, now in _different(before, one.values):
            yield Change(check=one.check, component=one.component, at=one.recorded_at, name=name, before=was, after=now)
        before = one.values


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if before.get(ASKED) != after.get(ASKED):
        yield ASKED, before.get(ASKED), after.get(ASKED)
    if not before.get(ASKED) or not after.get(ASKED):
        return
    for name in sorted({*before, *after} - {*_NAMES}):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)
