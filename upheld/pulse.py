"""Whether the house does its work: only then does its heartbeat leave it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.instant import MINUTE, Instant, Span

STALE: Span = MINUTE
"""How old the newest sign of each part may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The newest sign of each part; None: none yet."""

    ticked_at: Instant | None
    """When timers were last looked at."""
    written_at: Instant | None
    """When the store last took something."""
    waiting_since: Instant | None
    """Since when the message waits that should have left first; None: none does."""
    audited_at: Instant | None
    violations: int
    """Severe incidents of which nothing comes."""


def ailing(pulse: Pulse, now: Instant) -> tuple[str, ...]:
    """What is wrong, in a few words each; empty: the heart may beat."""
    return tuple(_wrong(pulse, now))


def _wrong(pulse: Pulse, now: Instant) -> Iterator[str]:
    if _old(pulse.ticked_at, now):
        yield "timers are not looked at"
    if _old(pulse.written_at, now):
        yield "the store takes nothing"
    if pulse.waiting_since is not None and now - pulse.waiting_since > STALE:
        yield "messages wait that should have left"
    if _old(pulse.audited_at, now):
        yield "incidents are not looked through"
    if pulse.violations:
        yield f"{pulse.violations} severe incidents nothing comes of"


def _old(at: Instant | None, now: Instant) -> bool:
    return at is None or now - at > STALE
