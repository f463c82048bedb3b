"""A drill: an incident that is none. Pure.

It goes the true path, over the policy and the channels of its component, on a subject of its own. So nothing that asks
for the component meets it: no case, no downtime, no statement, no page of the public; and a real fault that comes
meanwhile opens the component's own incident.
"""

from config.state import State
from incidents.decide import Refused
from incidents.incident import Incident, Opened
from incidents.severity import MILDEST

NUMBER = "DRILL"
PREFIX = "drill:"
SIGN = "[DRILL 演练]"
"""In front of every message, in both languages whatever the reader's: nobody is to take it for the real thing."""
LONGEST = 100 - len(PREFIX)


def subject_of(component: str) -> str:
    return f"{PREFIX}{component}"


def of_drill(subject: str) -> bool:
    return subject.startswith(PREFIX)


def drilled(subject: str) -> str:
    """The component behind it; any other subject is its own."""
    return subject.removeprefix(PREFIX)


def opened(component: str, severity: int, now: int) -> Opened:
    return Opened(
        component=subject_of(component),
        state=State.DOWN,
        severity=severity,
        because="",
        cause="drill",
        title="drill",
        started_at=now,
    )


def urgency(incident: Incident) -> int:
    """Of its messages: a drill waits for every real one, and never gives its subject to one it is told with."""
    return MILDEST + 1 if of_drill(incident.component) else incident.severity


def check_result(incident: Incident, reason: str) -> None:
    """Raises Refused for the end of a drill that says nothing of how it went."""
    if of_drill(incident.component) and incident.unresolved and not reason.strip():
        raise Refused("a drill ends with its result: say how it went, and what is done about it")


def result_of(incident: Incident, reason: str) -> str:
    """One line for the record: who took it after how many seconds, and how it went."""
    if incident.acknowledged_at is None:
        answered = "nobody answered"
    else:
        seconds = (incident.acknowledged_at - incident.opened_at) // 1000
        answered = f"{incident.acknowledged_by or 'somebody'} answered after {seconds} s"
    return f"{incident.id}: {answered}; {' '.join(reason.split())}"
