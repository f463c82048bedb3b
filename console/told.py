"""Who was told over which channel, and with what result. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.instant import Instant
from console import words
from console.voice import Voice
from notify.decision import LOGGED, State
from notify.store.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`told` is False for what was not, or not yet, sent."""

    at: Instant
    time: str
    day: str
    person: str
    detail: str
    told: bool


def messages(history: Sequence[Told], voice: Voice) -> list[Message]:
    """Newest first."""
    return [_message(one, voice) for one in reversed(history)]


def _message(one: Told, voice: Voice) -> Message:
    sent = one.notification
    at = one.done_at or (sent.due_at if one.state is State.QUEUED else sent.created_at)
    why = voice.code(words.PURPOSES, sent.purpose.value)
    later = [voice.code(words.HEARD, heard.what.value) for heard, _ in one.heard]
    detail = voice.stop.join([why, voice.comma.join([sent.channel, _result(one, voice), *later])])
    return Message(
        at=at,
        time=voice.time(at),
        day=voice.day(at),
        person=voice.person(sent.person),
        detail=detail,
        told=one.state in (State.SENT, State.UNKNOWN) and one.outcome != LOGGED,
    )


def _result(one: Told, voice: Voice) -> str:
    tries = len(one.attempts)
    match one.state:
        case State.SENT if one.outcome == LOGGED:
            return voice.t("written to the log, nobody was told")
        case State.SENT:
            delivered = voice.t("delivered")
            return delivered if tries < 2 else voice.t("delivered at try {n}", n=tries)
        case State.QUEUED:
            planned = voice.t("planned for {time}", time=voice.clock(one.notification.due_at))
            return planned if tries == 0 else voice.t("{n} tries failed: {why}", n=tries, why=_trouble(one, voice))
        case State.SENDING:
            return voice.t("being sent")
        case State.UNKNOWN:
            return voice.t("perhaps arrived: {why}", why=_trouble(one, voice))
        case State.FAILED:
            return voice.t("failed: {why}", why=_trouble(one, voice))
        case State.EXPIRED:
            return voice.t("too late, not sent")
        case State.SUPPRESSED:
            return voice.t("not sent: {why}", why=voice.code(words.OUTCOMES, one.outcome))


def _trouble(one: Told, voice: Voice) -> str:
    last = next((attempt.reason for attempt in reversed(one.attempts) if attempt.reason), one.outcome)
    return voice.code(words.TROUBLES, last)
