"""What ends on a date and is renewed before it: a certificate, a domain. Pure.

That it ends soon is a warning among the facts of a good answer, never a state: nobody's service is worse for it today.
"""

from typing import Annotated, TypeAlias

from pydantic import Field

from config.instant import DAY, Instant, Span
from config.value import Duration
from probe.result import Plain, Reason

WarnBefore: TypeAlias = Annotated[Duration, Field(ge=0, le=366 * DAY)]
"""How long before the end a warning begins."""


def expiry_facts(expires_at: Instant, now: Instant, warn_before: Span, warning: Reason) -> dict[str, Plain]:
    """`expires_at`, `expires_in_days` (whole ones, below 0 when it is over); `warning` once it is near."""
    facts: dict[str, Plain] = {"expires_at": expires_at, "expires_in_days": (expires_at - now) // DAY}
    if now >= expires_at - warn_before:
        facts["warning"] = warning.value
    return facts
