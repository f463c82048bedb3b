"""The components' lines kept in memory: changes are only ever appended, so only the new ones are read."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from config.instant import Instant
from statuspage.facts import Change

Place: TypeAlias = tuple[Instant, int]


class Lines:
    """Changes by component, by instant and then by number; `seen` is the newest number taken in."""

    def __init__(self) -> None:
        self.seen = 0
        self._lines: dict[str, list[tuple[Instant, int, Change]]] = defaultdict(list)
        self._made: dict[str, tuple[Change, ...]] = {}

    def take(self, component: str, number: int, change: Change) -> None:
        """One more; a back-dated one finds its place."""
        insort(self._lines[component], (change.at, number, change), key=lambda one: one[:2])
        self._made.pop(component, None)
        self.seen = max(self.seen, number)

    def forget(self, before: Instant) -> None:
        """Drop what is older, but for the change in force then."""
        for component, line in self._lines.items():
            old = [place for place, one in enumerate(line) if one[0] < before]
            if len(old) > 1:
                del line[: old[-1]]
                self._made.pop(component, None)

    def changes(self, components: Iterable[str]) -> dict[str, tuple[Change, ...]]:
        for component in components:
            if component not in self._made:
                self._made[component] = tuple(change for _, _, change in self._lines.get(component, ()))
        return self._made
