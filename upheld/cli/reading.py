"""Rows as a person reads them on a terminal: times of the site's own clock, reasons in words. Pure.

Programs have `--json`, whose instants are RFC 3339 in UTC and whose words are stable.
"""

from collections.abc import Mapping
from typing import Any

from config.instant import Instant, parse_rfc3339, rfc3339
from config.look.figure import local
from config.look.reason import reason_text

_FURTHER = frozenset({"at", "since", "until", "start", "end", "occurrence", "given", "effective", "ends"})
_REASONS = frozenset({"title", "summary"})


def readable(row: Mapping[str, Any], zone: str | None, language: str) -> dict[str, Any]:
    """The row with every `…_at` as `2026-11-27 23:14:30` in that zone, without one as RFC 3339, also inside of it, and
    a title that is a reason of ours in words; whatever it says else stays as it is."""
    return {key: _value(key, value, zone, language) for key, value in row.items()}


def _value(key: str, value: Any, zone: str | None, language: str) -> Any:
    instant = key.endswith("_at") or key in _FURTHER
    match value:
        case dict():
            return readable(value, zone, language)
        case list():
            return [_value(key, item, zone, language) for item in value]
        case str() if key in _REASONS:
            return reason_text(value, language) or value
        case str() if instant:
            return _written(value, zone)
        case int() if instant and not isinstance(value, bool):
            return _instant(value, zone)
        case _:
            return value


def _written(text: str, zone: str | None) -> str:
    """A sender's label may be called as a time of ours is."""
    try:
        return _instant(parse_rfc3339(text), zone)
    except ValueError:
        return text


def _instant(at: Instant, zone: str | None) -> str:
    return rfc3339(at) if zone is None else f"{local(at, zone):%Y-%m-%d %H:%M:%S}"
