"""What a link says by which one person countersigns one revision of a statement, without an account. Pure. ADR 0112."""

from dataclasses import dataclass

from config.instant import DAY, SECOND, Instant, Span
from incidents.link import Links

PATH = "/countersign/"
LASTING: Span = 7 * DAY
_PURPOSE = "countersign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`signer`: the address of whose word it is; `record_sha256`: of the record he was mailed."""

    customer: str
    period: str
    revision: int
    record_sha256: str
    signer: str
    expires_at: Instant


def expiry(now: Instant) -> Instant:
    """A link holds whole seconds."""
    return (now + LASTING) // SECOND * SECOND


def address(links: Links, asked: Asked) -> str | None:
    """None where our pages have no address, or nothing signs."""
    said = [asked.customer, asked.period, asked.revision, asked.record_sha256, asked.signer, asked.expires_at]
    return links.signed(PATH, _PURPOSE, said)


def read(links: Links, token: str) -> Asked | None:
    """None for what we did not sign; whether it has ended is for the reader to say."""
    said = links.said(_PURPOSE, token)
    if said is None:
        return None
    customer, period, revision, record_sha256, signer, expires_at = said
    return Asked(
        customer=customer,
        period=period,
        revision=revision,
        record_sha256=record_sha256,
        signer=signer,
        expires_at=expires_at,
    )
