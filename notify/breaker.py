"""Whether a channel still delivers, from how its last attempts ended. Pure.

Five bad ends in a row open the breaker: nothing more is begun but one attempt every five minutes, until one succeeds.
Who asked never to be called again (410) is asked once a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.instant import DAY, MINUTE, Instant, Span
from notify.channel import Reason

LIMIT = 5
PROBE: Span = 5 * MINUTE
PROBE_GONE: Span = DAY
LOOK_BACK = 20
"""Ends of attempts that are looked at."""


class Sign(StrEnum):
    """What an end says of the channel: that it works, that it does not, or nothing."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`reason` is None where the receiver took it."""

    at: Instant
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """`began_at`: the first bad end of the run that is looked at; `fails`: how many there are."""

    began_at: Instant
    last_at: Instant
    reason: Reason
    fails: int

    @property
    def is_news(self) -> bool:
        """Said again while the run is young, because two ends at once may each have missed the fifth."""
        return self.fails < 2 * LIMIT

    @property
    def probes_at(self) -> Instant:
        return self.last_at + (PROBE_GONE if self.reason is Reason.GONE else PROBE)


def sign(reason: Reason | None, *, personal: bool) -> Sign:
    """`personal`: each address is one person's, so a refusal of it says that the channel works."""
    match reason:
        case None:
            return Sign.GOOD
        case Reason.REJECTED | Reason.GONE if personal:
            return Sign.GOOD
        case Reason.BAD_ADDRESS | Reason.DEFECT | Reason.INTERRUPTED | Reason.NO_CHANNEL:
            return Sign.NONE
        case _:
            return Sign.BAD


def standing(ends: Sequence[End], *, personal: bool) -> Open | None:
    """`ends` newest first; None while the channel delivers."""
    bad: list[tuple[End, Reason]] = []
    for end in ends:
        said = sign(end.reason, personal=personal)
        if said is Sign.GOOD:
            break
        if said is Sign.BAD and end.reason is not None:
            bad.append((end, end.reason))
    if not bad or (len(bad) < LIMIT and bad[0][1] is not Reason.GONE):
        return None
    (newest, reason), (oldest, _) = bad[0], bad[-1]
    return Open(began_at=oldest.at, last_at=newest.at, reason=reason, fails=len(bad))
