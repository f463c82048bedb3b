"""When a commitment that still runs is warned of, and who of ours is told then. Pure. Source: ADR 0094.

By the share of its time that is used up, so that waiting and closed hours do not count; at its internal target; and to
the customer before it is likely to be missed.
"""

from collections.abc import Mapping

from config.instant import Instant, Span
from config.oncall import Person, Role
from incidents.clock import Clock

TARGET, CUSTOMER, LIMIT = "target", "customer", "limit"
SHARES: Mapping[str, int] = {"50": 50, "75": 75, "90": 90, LIMIT: 100}
"""Step -> per cent used up; the next one says more than all before it."""
_LIKELY = 90

_ROLES: Mapping[str, frozenset[Role]] = {
    "50": frozenset(),
    "75": frozenset({Role.SERVICE_MANAGER}),
    "90": frozenset({Role.SERVICE_MANAGER}),
    TARGET: frozenset({Role.SERVICE_MANAGER}),
    LIMIT: frozenset({Role.SERVICE_MANAGER, Role.EXECUTIVE}),
}


def marks(clock: Clock, warn_before: Span) -> dict[str, Instant]:
    """Step -> its instant; none of what is done, waits for the customer, or has no end.

    The customer hears of it at nine tenths, or `warn_before` the end if that is earlier, but not in the first half.
    """
    if clock.done_at is not None or clock.due_at is None:
        return {}
    found = {step: at for step, share in SHARES.items() if (at := clock.limit.at(share)) is not None}
    # what is done exactly at the end is in time
    found[LIMIT] = clock.due_at + 1
    likely, half = clock.limit.at(_LIKELY), clock.limit.at(50)
    if likely is not None and half is not None:
        found[CUSTOMER] = min(likely, max(clock.due_at - warn_before, half))
    if clock.target_at is not None and clock.target_at < clock.due_at:
        found[TARGET] = clock.target_at + 1
    return found


def overtaken(step: str, found: Mapping[str, Instant], now: Instant) -> str | None:
    """The step that says more and is reached too; only the highest of several is told."""
    order = list(SHARES)
    later = order[order.index(step) + 1 :] if step in SHARES else [LIMIT]
    reached = [one for one in later if one in found and found[one] <= now]
    return reached[-1] if reached else None


def told(step: str, people: Mapping[str, Person], responsible: str | None) -> tuple[str, ...]:
    """Whoever has the case, and by how far it is who else; where nobody has that part, the managers, else everybody."""
    having = {one.id for one in people.values() if one.role in _ROLES[step]}
    if responsible is not None and responsible in people:
        having.add(responsible)
    managers = {one.id for one in people.values() if one.role is Role.SERVICE_MANAGER}
    chosen = having or managers or set(people)
    return tuple(one for one in people if one in chosen)
