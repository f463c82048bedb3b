"""A failing exchange as it stands on the page of its incident."""

from collections.abc import Mapping

from config.look.reason import reason_text
from console.voice import Voice
from probe.inspection.store import Failure

_LONGEST = 500


def exchange(first: Failure | None, voice: Voice) -> Mapping[str, object] | None:
    """Its rows in the order they were learned; phases in milliseconds."""
    if first is None:
        return None
    phases = [(name, f"{spent / 1000:.1f} ms") for name, spent in first.phases.items() if spent]
    facts = [(name, str(fact)[:_LONGEST]) for name, fact in first.facts.items() if fact is not None]
    return {
        "check": first.check,
        "location": first.location,
        "at": voice.clock(first.started_at),
        "reason": reason_text(first.reason, voice.language) or first.reason,
        "detail": first.detail[:_LONGEST],
        "rows": [*phases, *facts],
    }
