"""What each local day of a statement's period shows: one mark a day, the worst that happened."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from config.instant import Instant, Span
from config.state import State
from sla.account import Class
from sla.calendar import local, midnight
from sla.interval import Interval, clip, total
from sla.line import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`shows` is a state, `excluded` (down, but excluded), `maintenance`, or `inactive` (nothing counted that day)."""

    number: int
    start: Instant
    shows: str


def marks(found: Counted, zone: str) -> tuple[Mark, ...]:
    """One for each local day of the window."""
    place = ZoneInfo(zone)
    start, end = found.account.window
    by_class = {one: found.account.ledger.where(one) for one in Class}
    by_state = {state: found.line.where(state) for state in State}
    day = local(start, place).date()
    made: list[Mark] = []
    while (first := midnight(day, place)) < end:
        day += timedelta(days=1)
        span = max(first, start), min(midnight(day, place), end)
        made.append(Mark(number=len(made) + 1, start=span[0], shows=_shows(span, by_class, by_state)))
    return tuple(made)


def hollow(unobserved: Span, lasted: Span) -> bool:
    """Whether a day's bar says that it was not measured: more than a hundredth of it was not (docs/adr/0034)."""
    return unobserved * 100 > lasted


def _shows(span: Interval, by_class: dict[Class, list[Interval]], by_state: dict[State, list[Interval]]) -> str:
    counted = clip(by_class[Class.COUNTED], span)
    excluded = clip(by_class[Class.EXCLUDED], span)
    for state in (State.DOWN, State.PARTIAL, State.DEGRADED):
        if any(clip(by_state[state], piece) for piece in counted):
            return state.value
    if counted:
        return State.DOWN.value  # unknown between two downs, inferred
    if any(clip(by_state[State.DOWN], piece) for piece in excluded):
        return "excluded"
    if hollow(total(clip(by_class[Class.UNOBSERVED], span)), span[1] - span[0]):
        return State.UNKNOWN.value
    if excluded:
        return "maintenance"
    if clip(by_class[Class.REST], span):
        return State.UP.value
    return State.UNKNOWN.value if clip(by_class[Class.UNOBSERVED], span) else "inactive"
