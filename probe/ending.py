"""What is known of a coming end, of a certificate or a domain. Sticky: a failed probe does not make it unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.instant import Instant
from probe.result import Reason, Result

_WARNINGS = frozenset((Reason.CERTIFICATE_EXPIRING, Reason.DOMAIN_EXPIRING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """As the newest answer that named it says. `warning`: why it is near; None while it is not."""

    expires_at: Instant
    warning: Reason | None
    seen_at: Instant

    def to_dict(self) -> dict[str, object]:
        warning = self.warning.value if self.warning else None
        return {"expires_at": self.expires_at, "warning": warning, "seen_at": self.seen_at}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Ending":
        warning = Reason(stored["warning"]) if stored["warning"] else None
        return cls(expires_at=stored["expires_at"], warning=warning, seen_at=stored["seen_at"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A warning of a check began, or is over, at `at`."""

    check: str
    warning: Reason
    on: bool
    at: Instant


def seen_end(before: Ending | None, result: Result) -> Ending | None:
    """After one more result; one that names no end changes nothing."""
    facts = result.answer.facts
    expires_at = facts.get("expires_at")
    if not isinstance(expires_at, int):
        return before
    warning = next((one for one in _WARNINGS if facts.get("warning") == one.value), None)
    if before is not None and (before.expires_at, before.warning) == (expires_at, warning):
        return before
    return Ending(expires_at=expires_at, warning=warning, seen_at=result.started_at)


def warned(check: str, before: Ending | None, after: Ending | None, at: Instant) -> tuple[Warned, ...]:
    """What began and what is over."""
    old, new = before.warning if before else None, after.warning if after else None
    if old is new:
        return ()
    over = (Warned(check=check, warning=old, on=False, at=at),) if old is not None else ()
    begun = (Warned(check=check, warning=new, on=True, at=at),) if new is not None else ()
    return over + begun
