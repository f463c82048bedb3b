"""A login that lasts: a random reference in a cookie, of which only the hash is stored. Pure but for the dice."""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from config.instant import DAY, HOUR, MINUTE, Instant, Span
from console.user import User

IDLE: Span = 8 * HOUR
ABSOLUTE: Span = 7 * DAY
TOUCH: Span = MINUTE
"""A session's last use is written at most this often."""

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`form_token` stands in every form of the session."""

    token_hash: str
    form_token: str
    created_at: Instant
    seen_at: Instant
    user: User

    def alive(self, now: Instant) -> bool:
        return now < self.seen_at + IDLE and now < self.created_at + ABSOLUTE

    def owns_form(self, token: str) -> bool:
        return hmac.compare_digest(self.form_token.encode(), token.encode("utf-8", "replace"))


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
