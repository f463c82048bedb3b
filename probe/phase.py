"""When a check is due: ticks on a fixed grid of the wall clock, shifted by the check's own phase.

The phase is a hash of the id, so checks spread evenly, two processes agree, and a restart moves nobody.
"""

from hashlib import blake2b

from config.instant import Instant, Span

GRAIN: Span = 20
"""Phases are multiples of it, so that checks begin together: to be woken costs as much as to ask (docs/adr/0122)."""


def phase_of(check: str, interval: Span) -> Span:
    """0 <= phase < interval, in steps of `GRAIN`; stable for ever for the same id and interval."""
    digest = blake2b(check.encode(), digest_size=8).digest()
    phase = int.from_bytes(digest, "big") % interval
    return phase - phase % GRAIN


def tick_of(instant: Instant, interval: Span, phase: Span) -> Instant:
    """The newest tick at or before the instant. A tick is named by the instant it is due."""
    return (instant - phase) // interval * interval + phase
