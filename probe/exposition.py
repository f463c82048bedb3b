"""The text Prometheus reads, for families with a row for each of thousands of checks.

Written line by line and given out in pieces: what a client library holds of such a family, an object for each sample,
is more than all that upheld keeps, and it held the loop for seconds (docs/adr/0116).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

from prometheus_client.utils import floatToGoString

ROWS = 100
"""Of one family in one piece: a few thousand lines at most, some milliseconds."""
_NOT_OF_A_NAME = re.compile("[^a-zA-Z0-9_]|^(?=[0-9])")

Row = TypeVar("Row")
Samples: TypeAlias = Iterable[tuple[str, str, float]]
"""What follows the family's name, more labels as `label` writes them, the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(Generic[Row]):
    name: str
    text: str
    samples: Callable[[Row], Samples]
    """Of one row."""
    kind: str = "gauge"


def label(name: str, value: str) -> str:
    """One more label, behind its comma."""
    if "\\" in value or '"' in value or "\n" in value:
        value = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f',{name}="{value}"'


def label_name(said: str) -> str:
    """What somebody outside has named, as a name that Prometheus takes."""
    return _NOT_OF_A_NAME.sub("_", said)


def written(family: Family[Row], rows: Sequence[tuple[str, Row]]) -> Iterator[str]:
    """Each row with the labels all its samples have, as `label` writes them. Some pieces are empty: those are for
    breathing between. A family without a sample is left out.
    """
    name, samples = family.name, family.samples
    head: str | None = _head(family)
    for start in range(0, len(rows), ROWS):
        lines = [
            f"{name}{ending}{{{(common + more)[1:]}}} {_number(value)}\n"
            if common or more
            else f"{name}{ending} {_number(value)}\n"
            for common, row in rows[start : start + ROWS]
            for ending, more, value in samples(row)
        ]
        if lines and head is not None:
            lines.insert(0, head)
            head = None
        yield "".join(lines)


def _head(family: Family[Row]) -> str:
    name = family.name + ("_total" if family.kind == "counter" else "")
    return f"# HELP {name} {family.text}\n# TYPE {name} {family.kind}\n"


@lru_cache(maxsize=512)
def _number(value: float) -> str:
    written: str = floatToGoString(value)  # type: ignore[no-untyped-call]
    return written
