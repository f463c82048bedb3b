"""Two people change a shift for another: one asks, the other accepts by a link in his mail. Pure. ADR 0125.

Nothing is kept of it until it is accepted: the link says what was asked, and holds for the plan as it was then.
"""

from dataclasses import dataclass

from config.instant import DAY, SECOND, Instant, Span
from incidents.link import Links
from sla.interval import Interval

PATH = "/oncall/swaps/"
LASTING: Span = 7 * DAY
_PURPOSE = "swap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`person` asks that `other` serve his shift, and serves the other's: `theirs`, in that order."""

    rota: str
    person: str
    other: str
    theirs: tuple[Interval, Interval]
    reason: str
    expires_at: Instant

    @property
    def people(self) -> tuple[str, str]:
        return self.person, self.other


def expiry(theirs: tuple[Interval, Interval], now: Instant) -> Instant:
    """A week, and never after one of the shifts began; a link holds whole seconds."""
    return min(now + LASTING, *(start for start, _ in theirs)) // SECOND * SECOND


def address(links: Links, offer: Offer) -> str | None:
    said = [offer.rota, *offer.people, *offer.theirs, offer.reason, offer.expires_at]
    return links.signed(PATH, _PURPOSE, said)


def read(links: Links, token: str) -> Offer | None:
    """None for what we did not sign; whether it has ended is for the reader to say."""
    said = links.said(_PURPOSE, token)
    if said is None:
        return None
    rota, person, other, first, second, reason, expires_at = said
    theirs = (first[0], first[1]), (second[0], second[1])
    return Offer(rota=rota, person=person, other=other, theirs=theirs, reason=reason, expires_at=expires_at)
