"""What an event says beside what stands in columns of its own. Pure."""

from collections.abc import Mapping
from typing import Any

_COLUMNS = frozenset(("event", "happened_at", "recorded_at", "by", "entered_by", "seen_by_customer_at"))
_LONG = frozenset(("terms",))
"""Whole sheets, which have commands of their own."""


def facts_beside(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in _COLUMNS | _LONG and value not in (None, "")}
