"""Whether every open incident of severity 1 or 2 has something to come: a step, a page, or somebody who is asked again.

One that no policy tells anybody of has not, and nothing would mend that: it is reported (ADR 0124).

Pure. Escalation is rows worked off by one loop; this looks at the rows from outside, so that a lost one is noticed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.instant import MINUTE, Instant, Span
from incidents.escalation import URGENT
from incidents.incident import Incident, Progress

ON_CALL = "on-call"
"""The subject of what upheld finds wrong with its calls; of an incident on it nothing more is said."""
LATE: Span = MINUTE
"""What was due longer ago than this is not coming by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to come of an incident."""

    incident: Incident
    step_at: Instant | None = None
    """When the next step of its policy is due."""
    answer_at: Instant | None = None
    """When it is nobody's again unless whoever has it says otherwise."""
    page_at: Instant | None = None
    """When the earliest page that waits in the outbox is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`untold`: no policy says what should follow, so that nothing can be set again."""

    incident: Incident
    why: str
    untold: bool = False


def audit(outlooks: Iterable[Outlook], now: Instant) -> tuple[Violation, ...]:
    """Each incident nothing comes of, with the reason."""
    found = ((one, _wrong(one, now)) for one in outlooks)
    return tuple(Violation(incident=one.incident, why=why) for one, why in found if why is not None)


def without_a_policy(one: Violation) -> Violation | None:
    """What the violation is where no policy is for the incident; None for one that somebody took without a call."""
    if one.incident.progress is Progress.ACKNOWLEDGED or one.incident.component == ON_CALL:
        return None
    return Violation(incident=one.incident, why="no policy tells anybody of it", untold=True)


def _wrong(one: Outlook, now: Instant) -> str | None:
    incident = one.incident
    if not incident.unresolved or incident.severity > URGENT or incident.progress is Progress.MERGED:
        return None
    if incident.progress is Progress.ACKNOWLEDGED:
        return _missing(one.answer_at, "whoever has it is never asked again", now)
    steps = [at for at in (one.step_at, one.page_at) if at is not None]
    return _missing(max(steps, default=None), "nobody is to be told next", now)


def _missing(at: Instant | None, nothing: str, now: Instant) -> str | None:
    if at is None:
        return nothing
    return f"overdue since {(now - at) // 1000} s" if at < now - LATE else None
