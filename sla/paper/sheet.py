"""What stands on paper, as plain data in one language: the template sets it and decides nothing.

Texts are what people read, never markup. Everything here becomes JSON, so it holds only texts, numbers and lists.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from config.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`share` 0 is as wide as its words need, otherwise its part of what is left of the line."""

    title: str
    right: bool = False
    share: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    mark: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`lines` and then `small` ones stand under `text`. `glyph` is a state's shape, `span` how many columns it takes.

    `mark` is a verdict or an outcome: `met` gets a tick, `missed` a cross, all else nothing.
    """

    text: str = ""
    lines: tuple[Line, ...] = ()
    small: tuple[str, ...] = ()
    strong: bool = False
    soft: bool = False
    mark: str = ""
    glyph: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Its head is repeated on every page, no row breaks, and no row is left alone on the last page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One service's days: what each of them shows (`sla.days.Mark.shows`), and the same in words."""

    name: str
    days: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strips:
    strips: tuple[Strip, ...]
    named: tuple[int, ...]
    """The days that are numbered below."""
    kind: str = "strips"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A small paragraph."""

    text: str
    kind: str = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A paragraph in the size of the text."""

    text: str
    kind: str = "prose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """So many lines to write on by hand, under what is asked for."""

    text: str
    lines: int
    kind: str = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Name and value, values in the type of machines."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """A place for each party to sign and to stamp. `sides` are their names as the contract has them."""

    sides: tuple[str, ...]
    signature: str
    date: str
    stamp: str
    kind: str = "signatures"


Block = Table | Strips | Note | Prose | Blank | Pairs | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`fresh`: it begins a page of its own. `joined`: it stays on the page of the section before it."""

    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    fresh: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the large figures: what it is, itself, what it is of."""

    title: str
    text: str
    small: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the PDF, the same bytes as elsewhere."""

    name: str
    text: str
    media_type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`number` stands on every page; so do `provisional` and `demo` where they say anything."""

    language: str
    title: str
    subtitle: str
    running: str
    number: str
    author: str
    made_at: Instant
    facts: tuple[tuple[str, str], ...]
    notices: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    calm: bool = False
    """Its figures are lengths of several words: all in one modest size."""
    summary: str = ""
    measured: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    provisional: str = ""
    demo: str = ""
    foot: str = ""
    page: str = ""
    """`Page {page} of {pages}`, filled in by the template."""
    attachment: Attachment | None = field(default=None)

    def plain(self) -> dict[str, Any]:
        return asdict(self)
