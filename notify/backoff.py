"""When to try again: 5, 15, 45, 120 s, then every 300 s, each 20 % more or less, until the notification expires."""

from hashlib import sha256

from config.instant import HOUR, SECOND, Instant, Span

STEPS: tuple[Span, ...] = (5 * SECOND, 15 * SECOND, 45 * SECOND, 120 * SECOND, 300 * SECOND)
LONGEST_WISH: Span = HOUR


def pause(key: str, attempt: int) -> Span:
    """How long to wait after that attempt (1 is the first). The jitter comes from the key: no two in step."""
    step = STEPS[min(attempt, len(STEPS)) - 1]
    dice = int.from_bytes(sha256(f"{key}#{attempt}".encode()).digest()[:8], "big")
    return step * (800 + dice % 401) // 1000


def next_attempt(
    *, key: str, attempt: int, now: Instant, expires_at: Instant, retry_after: Span | None = None
) -> Instant | None:
    """None when the time is over before. A receiver's own wish only lengthens the pause, up to an hour."""
    wish = min(retry_after or 0, LONGEST_WISH)
    at = now + max(pause(key, attempt), wish)
    return at if at < expires_at else None
