"""A failing exchange as it stands on the page of its incident."""

from collections.abc import Mapping

from config.look.reason import reason_text
from config.look.state import Shown, word
from console.voice import Voice
from probe.evidence import Exchange
from probe.result import Attempt

_LONGEST = 500


def exchange(first: Exchange | None, voice: Voice) -> Mapping[str, object] | None:
    """Its rows in the order they were learned; phases in milliseconds."""
    if first is None:
        return None
    answer = first.answer
    phases = [(name, _spent(spent)) for name, spent in answer.phases.items() if spent]
    facts = [(name, str(fact)[:_LONGEST]) for name, fact in answer.facts.items() if fact is not None]
    return {
        "check": first.check,
        "location": first.location,
        "at": voice.clock(first.started_at),
        "reason": reason_text(answer.reason, voice.language) or answer.reason,
        "detail": answer.detail[:_LONGEST],
        "rows": [*(_try(number, one, voice) for number, one in enumerate(answer.attempts, 1)), *phases, *facts],
    }


def _try(number: int, one: Attempt, voice: Voice) -> tuple[str, str]:
    said = reason_text(one.reason, voice.language) or word(Shown(one.outcome.value), voice.language)
    told = [said, *([one.address] if one.address else []), _spent(one.latency_us)]
    return voice.t("Try {n}", n=number), voice.comma.join(told)


def _spent(microseconds: int) -> str:
    return f"{microseconds / 1000:.1f} ms"
