"""What may be said of a case by those who look after quality. Pure."""

from incidents.case import Case, CaseEvent
from incidents.sample import Drawn, Reread

HOUSE = "upheld"


def unfit_quality(case: Case, event: CaseEvent, by: str) -> str | None:
    """Why a word about quality does not fit the case; None: it does, or it is about something else."""
    match event:
        case Drawn() if by != HOUSE:
            return "nobody chooses the sample"
        case Reread() if by.startswith("customer:"):
            return "the sample is the supplier's to read"
        case Reread(turn=turn) if case.sampled != turn:
            return "it is in no sample that waits to be read"
        case Reread(sound=False, findings=findings) if not findings.strip():
            return "say what was found"
        case _:
            return None
