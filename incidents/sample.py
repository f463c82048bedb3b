"""The monthly sample of closed cases that is read again: which ones, so that nobody can choose. Pure.

Source: requirements.md 1 (a monthly 10 % sample of closed cases is re-read with findings).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """For the sample of `turn`, the time in which it was closed; by upheld alone."""

    turn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What a person found who read it again: `sound`, or what is wrong in it."""

    turn: str
    sound: bool
    findings: str


def drawn(turn: str, closed: Iterable[str], percent: str) -> tuple[str, ...]:
    """So many per cent of these cases, at least one where there is any.

    In the order of the hash of turn and number: the same for whoever draws, so that anybody can check it and nobody can
    choose.
    """
    ranked = sorted(set(closed), key=lambda case: sha256(f"{turn}/{case}".encode()).digest())
    share = Fraction(percent) * len(ranked) / 100
    return tuple(ranked[: -(-share.numerator // share.denominator)])
