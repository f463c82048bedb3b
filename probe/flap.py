"""Whether a check changes its answer too often: Icinga's formula, over its newest 21 valid results.

Each of the 20 places between them that holds a change weighs 0.8 (the oldest) to 1.18 (the newest); their sum is a
share of 20. Flapping begins above 30 % and ends below 25 %. It is about whom to call: the line, the votes and the
downtime know nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from probe.result import Outcome

PLACES = 20
ENTER, LEAVE = Fraction(30), Fraction(25)
_ALL = (1 << PLACES) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """`changes`: bit 0 is the newest place."""

    changes: int = 0
    last: Outcome | None = None
    on: bool = False

    def to_dict(self) -> dict[str, object]:
        return {"changes": self.changes, "last": self.last.value if self.last else None, "on": self.on}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Flap":
        last = stored["last"]
        return cls(changes=stored["changes"], last=Outcome(last) if last else None, on=stored["on"])


def feel(before: Flap, outcome: Outcome) -> Flap:
    """After one more result; `invalid` and `missed` say nothing."""
    if not outcome.valid or (outcome is before.last and not before.changes):
        return before
    changed = before.last is not None and outcome is not before.last
    changes = (before.changes << 1 | changed) & _ALL
    percent = percent_of(changes)
    return Flap(changes=changes, last=outcome, on=percent >= LEAVE if before.on else percent > ENTER)


def percent_of(changes: int) -> Fraction:
    """Exact; 0 to 99."""
    hundredths = sum(80 + 2 * (PLACES - 1 - place) for place in range(PLACES) if changes >> place & 1)
    return Fraction(hundredths, PLACES)
