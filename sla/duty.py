"""Standing duties with a rhythm that the program itself sees kept: what is owed in which turn, until when. Pure.

A turn is a whole month, quarter, half or year of the agreement's own zone. The first one owed is the first that began
under the agreement: nobody owes a quarter's duty for its last week.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from config.agreement import Agreement, Duty
from config.conduct import Rhythm
from config.instant import Instant
from sla.booking import DUTY, Obligation
from sla.calendar import local, midnight

DRILL = "drill"
"""The duty that a drill keeps, by the id that profiles give it."""
SAMPLE = "sample"
"""The duty to read a share of closed cases again."""
_MONTHS: dict[Rhythm, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`name`: `2026-11`, `2026-Q4`, `2026-H2`, `2026`. [start, end)"""

    name: str
    start: Instant
    end: Instant


def turn_at(rhythm: Rhythm, zone: str, at: Instant) -> Turn:
    """The one that runs at an instant."""
    clock, length = ZoneInfo(zone), _MONTHS[rhythm]
    today = local(at, clock)
    number = (today.month - 1) // length
    names = {"month": f"-{today.month:02d}", "quarter": f"-Q{number + 1}", "half-year": f"-H{number + 1}", "year": ""}
    first = today.year * 12 + number * length
    start, end = (midnight(date(month // 12, month % 12 + 1, 1), clock) for month in (first, first + length))
    return Turn(name=f"{today.year}{names[rhythm]}", start=start, end=end)


def owed_now(agreements: Iterable[Agreement], duty: str, now: Instant) -> list[Obligation]:
    """What this duty asks for in the turn that runs, of every agreement that has it and had begun with the turn."""
    known = list(agreements)
    found = []
    for agreement in known:
        one = agreement.duties.get(duty)
        if one is None or one.every is None or not agreement.in_force(now):
            continue
        turn = turn_at(one.every, agreement.availability.timezone, now)
        if any(each.id == agreement.id and each.in_force(turn.start) for each in known):
            found.append(owed(agreement, one, turn.name, turn.end))
    return found


def owed(agreement: Agreement, duty: Duty, turn: str, due_at: Instant) -> Obligation:
    return Obligation(
        id=f"{agreement.id}/{duty.id}/{turn}",
        agreement=agreement.id,
        rule=duty.id,
        month=turn,
        then=duty.text,
        gives=DUTY,
        due_at=due_at,
    )
