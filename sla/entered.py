"""A figure of an indicator that comes from outside: typed in by a person, with its n and its proof. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from config.agreement import Indicator
from config.instant import Instant

_VALUE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)%?", re.ASCII)
_MOST = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """`value` as typed: per cent of a share, points of a mean, a whole number of a count; of `n`.

    `reason`: why it takes the place of the one before, whose value was `before`.
    """

    agreement: str
    indicator: str
    period: str
    value: str
    n: int
    proof: str
    by: str
    recorded_at: Instant
    reason: str | None = None
    before: str | None = None


def in_force(told: Iterable[Entered]) -> tuple[Entered, ...]:
    """Of each indicator and period the last in the order told, knowing what it took the place of."""
    last: dict[tuple[str, str, str], Entered] = {}
    for one in told:
        place = one.agreement, one.indicator, one.period
        previous = last.get(place)
        last[place] = one if previous is None else replace(one, before=previous.value)
    return tuple(one for _, one in sorted(last.items()))


def value_of(one: Indicator, value: str) -> Fraction:
    """A share of one, a number, or points."""
    return Fraction(value) / (100 if one.measure == "share" else 1)


def value_typed(one: Indicator, text: str, n: int) -> str:
    """The value as it is kept. Raises ValueError saying what to write."""
    found = _VALUE.fullmatch(text)
    if found is None or (text.endswith("%") and one.measure != "share"):
        raise ValueError(f"'{text}' is no figure; write it with a point and at most six places, 98.5")
    value, most = Fraction(found[1]), {"share": 100, "mean": one.out_of, "count": None}[one.measure]
    if most is not None and value > most:
        raise ValueError(f"'{one.id}' is at most {most}; {text} is more")
    if one.measure == "count" and value.denominator != 1:
        raise ValueError(f"'{one.id}' is a count; write a whole number")
    least = 0 if one.measure == "count" else 1
    if not least <= n <= _MOST:
        raise ValueError(f"n says of how many; write --n with a whole number from {least} on")
    return found[1]
