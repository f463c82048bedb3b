"""Instants and spans: whole milliseconds, POSIX time, no zone. Zones exist only at the calendar's edge (sla/).

An `Instant` is an int so that it is exact, sorts, stores and prints the same everywhere; sla-definition.md asks for it.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

Span: TypeAlias = int
"""A length of time in milliseconds."""

SECOND: Span = 1000
MINUTE: Span = 60 * SECOND
HOUR: Span = 60 * MINUTE
DAY: Span = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime; below a millisecond is cut off. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(instant: Instant) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(milliseconds=instant)


def rfc3339(instant: Instant) -> str:
    """`2026-11-22T12:38:15.250Z`, always with milliseconds, always UTC."""
    return moment_of(instant).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_rfc3339(text: str) -> Instant:
    """Raises ValueError. Go prints nine digits of fraction; what lies below a millisecond is cut off."""
    return instant_of(datetime.fromisoformat(text))
