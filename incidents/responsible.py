"""The one person who has a case: he takes it, and hands it over to somebody who takes it in turn. Pure. ADR 0095."""

from collections.abc import Container

from config.agreement import Agreement
from incidents.case import Case, CaseEvent, CaseProgress, Fulfilled, HandedOver, Taken


def unfit_responsible(
    case: Case, event: CaseEvent, by: str, agreement: Agreement | None, people: Container[str]
) -> str | None:
    """Why a word about who has the case does not fit it; None: it does, or it is about something else."""
    match event:
        case Taken() | HandedOver() if by.startswith("customer:"):
            return "who has it is the supplier's to say"
        case Taken() | HandedOver() if case.progress is CaseProgress.CONFIRMED:
            return "it is over; nobody has to have it"
        case Taken(person=person) | HandedOver(to=person) if person not in people:
            return f"nobody called {person!r} is among the people of the configuration"
        case Taken(person=person) | HandedOver(to=person) if person == case.responsible:
            return f"{person} has it already"
        case Taken(person=person) if case.responsible is not None and case.offered != person:
            return f"{case.responsible} has it; it is handed over first"
        case HandedOver() if case.responsible is None:
            return "nobody has it yet; take it"
        case HandedOver(next_action=text) if not text.strip():
            return "a hand-over says what is to be done next"
        case Fulfilled(commitment=name) if case.responsible is None and _needs_one(agreement, case, name):
            return "the agreement wants one responsible person; take the case, and it is accepted"
        case _:
            return None


def _needs_one(agreement: Agreement | None, case: Case, commitment: str) -> bool:
    if agreement is None or agreement.handling is None or not agreement.handling.one_responsible:
        return False
    levels = [one for one in agreement.levels if one.number == case.level]
    return any(commitment in one.commitments and one.commitments[commitment].stops == "accepted" for one in levels)
