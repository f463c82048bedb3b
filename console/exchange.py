"""A failing exchange as it stands on the page of its incident."""

from collections.abc import Mapping

from config.language import say
from config.look.detail import detail_text
from config.look.fact import ROOM, attempt_told, told
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
    answer, language = first.answer, voice.language
    tries = [_try(number, one, language) for number, one in enumerate(answer.attempts, 1)]
    phases = [(say(ROOM, language, name), _spent(spent)) for name, spent in answer.phases.items() if spent]
    facts = [(name, value[:_LONGEST]) for name, value in told(answer.facts, voice.zone, language)]
    return {
        "check": first.check,
        "location": first.location,
        "at": voice.clock(first.started_at),
        "reason": reason_text(answer.reason, language) or answer.reason,
        "detail": detail_text(answer.detail[:_LONGEST], language),
        "rows": [*tries, *phases, *facts],
    }


def _try(number: int, one: Attempt, language: str) -> tuple[str, str]:
    said = reason_text(one.reason, language) or word(Shown(one.outcome.value), language)
    return attempt_told(number, said, one.address, _spent(one.latency_us), language)


def _spent(microseconds: int) -> str:
    return f"{microseconds / 1000:.1f} ms"
