"""What stops a case's resolve clock, and that the customer may contest it. Pure. ADR 0123."""

from collections.abc import Mapping

from config.agreement import Agreement
from config.counting import Category
from incidents.case import Case, CaseEvent, CaseProgress, StopContested, Waiting

WAITS: Mapping[Category, tuple[str, str]] = {
    Category.CUSTOMER: ("Case {number} waits for you", "We wait for you: {awaited}"),
    Category.THIRD_PARTY: ("Case {number} waits for a third party", "We wait for a third party: {awaited}"),
    Category.MAINTENANCE: ("Case {number} waits for agreed maintenance", "We wait for agreed maintenance: {awaited}"),
}
"""What a clock can stop for -> subject and first sentence of the customer's mail."""


def unfit_stop(case: Case, event: CaseEvent, by: str, agreement: Agreement | None) -> str | None:
    """Why a word about a stopped clock does not fit the case; None: it does, or it is about something else."""
    match event:
        case Waiting() if by.startswith("customer:"):
            return "whether it waits is the supplier's to say; a customer contests it"
        case Waiting(awaited=awaited) if not awaited.strip():
            return "say what is awaited; the customer reads it"
        case Waiting(waits_for=waits_for, evidence=evidence) if waits_for is not Category.CUSTOMER:
            if waits_for not in stops(agreement):
                return "the agreement does not leave that out of what counts; the clock runs on"
            return None if evidence.strip() else "say where it can be seen: a number of theirs, or a file of the case"
        case StopContested() if not by.startswith("customer:"):
            return "a stop is the customer's to contest, in the room"
        case StopContested() if case.progress is CaseProgress.CONFIRMED:
            return "it is over; he has confirmed it"
        case StopContested(reason=reason) if not reason.strip():
            return "say why the clock should not have stopped"
        case StopContested(since=since) if since not in [begun for begun, _ in case.pauses]:
            return "no clock of it stopped then, or that is contested already"
        case _:
            return None


def stops(agreement: Agreement | None) -> tuple[Category, ...]:
    """Waiting for the customer always; for others only where the agreement leaves their faults out."""
    left_out = () if agreement is None else agreement.availability.exclusions
    return tuple(one for one in WAITS if one is Category.CUSTOMER or one in left_out)
