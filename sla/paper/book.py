"""A workbook as plain data: tables of texts, exact numbers, instants and formulas. A text is never a formula."""

from dataclasses import dataclass
from fractions import Fraction

from config.instant import Instant, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A wall-clock time in the workbook's zone."""

    instant: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    span: Span | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of one, shown per hundred with eight places: beside it stands the exact fraction."""

    of_one: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Minor units of an ISO 4217 currency; the currency stands in a column of its own."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """Live; `{row}` is its own row. `value` is what it gives, for programs that do not calculate."""

    text: str
    value: Seconds | Share | Money


Value = str | int | bool | At | Seconds | Share | Money | Formula | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column; `width` in letters."""

    title: str
    width: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One table. Its first row is the head and stays in view."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    title: str
    author: str
    zone: str
    made_at: Instant
    tabs: tuple[Tab, ...]
