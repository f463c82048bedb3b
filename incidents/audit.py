"""Whether every open incident of severity 1 or 2 has something to come: a step, a page, or somebody who is asked again.

Pure. Escalation is rows worked off by one loop; this looks at the rows from outside, so that a lost one is noticed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.instant import MINUTE, Instant, Span
from incidents.escalation import URGENT
from incidents.incident import Incident, Progress

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
    incident: Incident
    why: str


def audit(outlooks: Iterable[Outlook], now: Instant) -> tuple[Violation, ...]:
    """Each incident nothing comes of, with the reason."""
    found = ((one, _wrong(one, now)) for one in outlooks)
    return tuple(Violation(incident=one.incident, why=why) for one, why in found if why is not None)


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
