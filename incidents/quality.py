"""What may be said of a case by those who look after quality: findings of audits, the sample read again. Pure."""

from incidents.case import Case, CaseEvent
from incidents.finding import FindingClosed, FindingRaised, FindingState
from incidents.sample import Drawn, Reread

HOUSE = "upheld"


def unfit_quality(case: Case, event: CaseEvent, by: str) -> str | None:
    """Why a word about quality does not fit the case; None: it does, or it is about something else."""
    match event:
        case Drawn() if by != HOUSE:
            return "nobody chooses the sample"
        case FindingRaised() | FindingClosed() | Reread() if by.startswith("customer:"):
            return "the sample and the findings are the supplier's to write"
        case Reread(turn=turn) if case.sampled != turn:
            return "it is in no sample that waits to be read"
        case Reread(sound=False, findings=findings) if not findings.strip():
            return "say what was found"
        case FindingRaised() if case.finding is not FindingState.NONE:
            return "it is a finding already"
        case FindingRaised(source=source, clause=clause) if not (source.strip() and clause.strip()):
            return "a finding names the audit and the clause"
        case FindingClosed() if case.finding is not FindingState.OPEN:
            return "no finding is open in it"
        case FindingClosed(evidence=evidence) if not evidence.strip():
            return "a finding is closed with evidence: where it can be seen"
        case _:
            return None
