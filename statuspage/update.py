"""What of an incident's log is public: the opening, the call, the work, changes of state, the end. Notes are not."""

from collections.abc import Iterable
from dataclasses import replace

from config.instant import MINUTE
from config.look.state import Shown
from incidents.incident import (
    Acknowledged,
    Escalated,
    Opened,
    Recorded,
    Reopened,
    Resolved,
    StateChanged,
)
from statuspage.facts import Cause, Phase, Update

_SOON = 5 * MINUTE


def updates_of(log: Iterable[Recorded]) -> tuple[Update, ...]:
    """Oldest first; numbers are those of the log, so that an address of an update stays the same."""
    updates: list[Update] = []
    for seq, recorded in enumerate(log, start=1):
        at = recorded.recorded_at
        match recorded.event:
            case Opened():
                updates.append(Update(seq=seq, at=at, phase=Phase.INVESTIGATING, cause=Cause.OPENED))
            case Escalated(paged=paged):
                first = updates[0] if len(updates) == 1 else None
                if paged and first is not None and first.cause is Cause.OPENED and at - first.at <= _SOON:
                    updates[0] = replace(first, cause=Cause.CALLED)
            case Acknowledged() if not any(one.cause is Cause.ACKNOWLEDGED for one in updates):
                updates.append(Update(seq=seq, at=at, phase=Phase.INVESTIGATING, cause=Cause.ACKNOWLEDGED))
            case StateChanged(state=state) | Reopened(state=state):
                updates.append(
                    Update(seq=seq, at=at, phase=Phase.INVESTIGATING, cause=Cause.CHANGED, state=Shown(state))
                )
            case Resolved(recovered=recovered):
                cause = Cause.RESOLVED if recovered else Cause.CLOSED
                updates.append(Update(seq=seq, at=at, phase=Phase.RESOLVED, cause=cause))
            case _:
                continue  # ours alone, or said before
    return tuple(updates)
