"""What may be changed of a rota: nothing that was served, nothing that contradicts what somebody changed. Pure."""

from collections.abc import Iterable
from itertools import pairwise

from config.instant import DAY, Instant, Span
from incidents.decide import Refused
from incidents.oncall import Roster
from incidents.rota import Change, Deed, Shift
from sla.interval import Interval

WHY = "say why; whoever reads the plan wants to know"
HORIZON: Span = 366 * DAY
"""As far ahead as shifts are looked for, and as long as a change may last."""


def check(change: Change, roster: Roster, now: Instant) -> None:
    """Raises Refused with what to do instead. `roster` knows the changes that stand."""
    config = roster.config
    if change.rota not in config.rotas:
        raise Refused(f"there is no rota {change.rota!r}; known: {', '.join(config.rotas) or 'none'}")
    for person in (change.person, change.instead_of):
        if person is not None and person not in config.people:
            raise Refused(f"there is no person {person!r}; known: {', '.join(config.people) or 'none'}")
    if change.start < now:
        raise Refused("what was served already cannot be changed; let it begin now or later")
    if not 0 < change.end - change.start <= HORIZON:
        raise Refused("a change ends after it begins, and lasts a year at most")
    if change.person == change.instead_of:
        raise Refused("nobody takes his own place")
    if not change.reason.strip():
        raise Refused(WHY)
    for other in roster.changes:
        if _meet(change, other) and _contradict(change, other):
            raise Refused(f"change {other.id} says otherwise for that time; withdraw it first, or choose another time")


def check_withdrawal(change: Change | None, id: int, now: Instant) -> Change:
    """Raises Refused; what it changed up to now stays as it was served."""
    if change is None:
        raise Refused(f"there is no change {id}; `upheld oncall changes` lists them")
    if change.withdrawn_at is not None:
        raise Refused(f"change {id} is withdrawn already")
    if change.end <= now:
        raise Refused("what was served already cannot be changed; that change is over")
    return change


def swapped(roster: Roster, rota: str, people: tuple[str, str], after: Instant) -> tuple[Interval, Interval]:
    """The next whole shifts of both that begin at `after` or later. Raises Refused."""
    if rota not in roster.config.rotas:
        raise Refused(f"there is no rota {rota!r}; known: {', '.join(roster.config.rotas) or 'none'}")
    shifts = roster.shifts(rota, (after - 1, after + HORIZON))
    return _next(shifts, people[0], after), _next(shifts, people[1], after)


def _next(shifts: Iterable[Shift], person: str, after: Instant) -> Interval:
    """A shift that reaches the end of what was looked at is not known whole."""
    for one, _ in pairwise(shifts):
        if one.start >= after and one.people == (person,):
            return one.start, one.end
    raise Refused(f"{person} has no shift that begins within a year")


def _meet(one: Change, other: Change) -> bool:
    holds = other.holds
    return other.rota == one.rota and holds is not None and one.start < holds[1] and holds[0] < one.end


def _contradict(one: Change, other: Change) -> bool:
    """Both dispose of the same person, both bring in the same, or one of them puts somebody in everybody's place."""
    if _whole(one) or _whole(other):
        return True
    gone, come = _gone(one), _come(one)
    return (gone is not None and gone == _gone(other)) or (come is not None and come == _come(other))


def _whole(one: Change) -> bool:
    return one.deed is Deed.REPLACE and one.instead_of is None


def _gone(one: Change) -> str | None:
    return one.person if one.deed is Deed.REMOVE else one.instead_of


def _come(one: Change) -> str | None:
    return None if one.deed is Deed.REMOVE else one.person
