"""Which level of a case stands. Pure.

The supplier may say another level; he measures, so until the customer confirms it the stricter of all that was said
stands (sla-definition.md, "correction by people"). An agreement lists its levels most severe first, whatever their
numbers.
"""

from collections.abc import Sequence

from config.agreement import Agreement, CaseKind, Level
from incidents.case import Case, CaseEvent, LevelChanged, LevelConfirmed, LevelContested
from incidents.decide import Refused
from incidents.scope import Scope, Urgency, severity_of


def readings(case: Case, agreement: Agreement) -> Sequence[int]:
    """The levels that stand beside one another, most severe first; one, unless the customer has to confirm another."""
    said = {case.level, *case.claims}
    return [one.number for one in agreement.levels if one.number in said]


def standing(case: Case, agreement: Agreement | None) -> int:
    """The number of the most severe of them; the case's own where the agreement does not know any."""
    return next(iter([] if agreement is None else readings(case, agreement)), case.level)


def lowers(before: int, after: int, agreement: Agreement) -> bool:
    """Whether the second is the milder one."""
    order = [one.number for one in agreement.levels]
    return before in order and after in order and order.index(after) > order.index(before)


def opening(
    agreement: Agreement, kind: CaseKind, said: int | None, scope: Scope | None, urgency: Urgency | None
) -> Level:
    """The level of a case that a person opens: as said, from scope and urgency, else the kind's own. Raises Refused."""
    if (scope is None) is not (urgency is None):
        raise Refused("scope and urgency are said together")
    if scope is not None and kind is not CaseKind.FAULT:
        raise Refused(f"only a fault has scope and urgency; a {kind.value} has its own level")
    by_system = agreement.handling is not None and agreement.handling.level == "system"
    if said is not None and kind is CaseKind.FAULT and by_system:
        raise Refused("here the level follows from scope and urgency; say them, and change it with a reason")
    if said is not None:
        return _numbered(agreement, said)
    if scope is not None and urgency is not None:
        found = agreement.level_for(severity_of(scope, urgency))
        if found is not None:
            return found
    fitting = [one for one in agreement.levels if kind in one.kinds] or list(agreement.levels)
    if not fitting:
        raise Refused("the agreement defines no levels; name a profile in it")
    return fitting[0] if kind is CaseKind.FAULT else fitting[-1]


def _numbered(agreement: Agreement, number: int) -> Level:
    try:
        return agreement.level(number)
    except KeyError:
        numbers = ", ".join(str(one.number) for one in agreement.levels)
        raise Refused(f"the agreement has no level {number}; it has {numbers}") from None


def unfit(case: Case, event: CaseEvent, by: str, agreement: Agreement | None) -> str | None:
    """Why a word about the level does not fit the case; None: it does, or it is about something else."""
    match event:
        case LevelChanged() if by.startswith("customer:"):
            return "the level is the supplier's to say; a customer confirms or contests it"
        case LevelChanged(reason=reason) if not reason.strip():
            return "another level needs a reason; the customer reads it"
        case LevelChanged(level=level) if level == (case.level, *case.claims)[-1]:
            return "that is its level already"
        case LevelChanged(level=level):
            known = [] if agreement is None else [one.number for one in agreement.levels]
            numbers = ", ".join(map(str, known)) or "none"
            return None if level in known else f"the agreement has no level {level}; it has {numbers}"
        case LevelConfirmed() | LevelContested() if not by.startswith("customer:"):
            return "its level is the customer's to confirm, in the room"
        case LevelConfirmed() | LevelContested() if not case.claims:
            return "no other level waits for a word"
        case LevelContested() if case.claim_contested:
            return "that level is contested already; the stricter one stands"
        case _:
            return None
