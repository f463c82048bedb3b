"""A leaf of the ledger with its words, as far as they are still known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.ledger.leaf import Entry


class Erased(str):
    """A word of a leaf that nobody knows any more. A kind of its own: no text that a leaf or a record holds is one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A leaf and what its private hash stands for; empty where nothing is private. `erased`: it was, and is gone."""

    entry: Entry
    private: Mapping[str, Any]
    erased: bool = False

    @property
    def subject(self) -> str:
        """What the stream is about: `shop` of `transition/shop`."""
        return self.entry.stream.partition("/")[2]


def erased(one: Told) -> Erased:
    """Stands for each of a leaf's erased words: whoever spoke in it is nobody else's namesake."""
    return Erased(f"erased {one.entry.stream}#{one.entry.n}")
