"""What comes from outside, tamed once: JSON and forms to plain values, each fault with its path.

Nothing here raises anything but Unreadable.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import orjson

from config.instant import MINUTE, SECOND, Instant, Span, instant_of, parse_rfc3339
from incidents.source import Unreadable

NONE = "0001-01-01T00:00:00Z"
"""Go's word for no time at all."""
BELIEVED: Span = 5 * MINUTE
"""A stated start counts if it lies within this of receipt (sla-definition.md, webhook-only component)."""
SUMMARY_LIMIT = 200
KEY_LIMIT = 255
STAMP_LIMIT = 40
LINK_LIMIT = 2000
FIELDS_LIMIT = 2000
"""Of a form."""
_DOTTED = re.compile(r"^([0-9]{4})\.([0-9]{2})\.([0-9]{2})")
SEVERITIES = ("severity", "priority", "level")


def json_of(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        _letters(body)
        raise Unreadable(f"not JSON: {error}") from error


def form_of(body: bytes) -> dict[str, str]:
    """A form's fields; of one that stands twice the last counts."""
    try:
        pairs = parse_qsl(_letters(body), keep_blank_values=True, strict_parsing=True, max_num_fields=FIELDS_LIMIT)
    except ValueError as error:
        raise Unreadable("neither JSON nor a form") from error
    return {clean(name): clean(value) for name, value in pairs}


def _letters(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 from byte {error.start} on; send the post in UTF-8") from error


def object_of(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: must be an object")
    return value


def list_of(value: object, path: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise Unreadable(f"{path}: must be a list")
    return value


def text_of(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{path}: must be a text that is not empty")
    return clean(value)


def optional_text(value: object) -> str | None:
    """A text that says something, or a number as one; all else is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return clean(value) if isinstance(value, str) and value.strip() else None


def link_of(*values: object) -> str | None:
    """The first that leads into the web; whatever else an address can do is not wanted on a page."""
    texts = (clean(value) for value in values if isinstance(value, str))
    return next((text[:LINK_LIMIT] for text in texts if text.startswith(("http://", "https://"))), None)


def texts_of(value: object, path: str) -> dict[str, str]:
    """An object of texts alone."""
    found: dict[str, str] = {}
    for key, item in object_of(value, path).items():
        if not isinstance(item, str):
            raise Unreadable(f"{path}.{clean(key[:60])}: must be a text")
        found[clean(key)] = clean(item)
    return found


def flat(value: object) -> dict[str, str]:
    """What in an object is a text or a number; what is nested says nothing to a label."""
    items = value.items() if isinstance(value, dict) else ()
    return {clean(key): text for key, item in items if (text := optional_text(item)) is not None}


def one_of(value: object, path: str, words: Iterable[str]) -> str:
    known = list(words)
    if not isinstance(value, str) or value not in known:
        raise Unreadable(f"{path}: {shown(value)} is none of {', '.join(known)}")
    return value


def must_be(wanted: str, value: object, path: str, what: str) -> None:
    if value != wanted:
        raise Unreadable(f"{path}: {'is missing' if value is None else 'is ' + shown(value)}, and '{wanted}' is {what}")


def shown(value: object) -> str:
    """What was sent instead, never more than a line of it, in JSON's words; a nested value by its type alone."""
    match value:
        case None:
            return "nothing"
        case str():
            return repr(clean(value[:60]))
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)[:60]
        case list():
            return "a list"
        case _:
            return "an object"


def clean(text: str) -> str:
    """NUL is accepted by SQLite and refused by PostgreSQL: the same alert must not be poison on one of them."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def summary_of(*texts: str | None) -> str:
    """The first that says something, in one line: in a mail a second one would pass for our own."""
    return cut(next((" ".join(text.split()) for text in texts if text and text.strip()), "alert"), SUMMARY_LIMIT)


def key_of(key: str) -> str:
    """As sent; its digest where it is longer than the store holds, so that two of them stay two."""
    cleaned = clean(key)
    return cleaned if len(cleaned) <= KEY_LIMIT else sha256(cleaned.encode()).hexdigest()


def digest(labels: Mapping[str, str]) -> str:
    """The same for the same labels, in whatever order."""
    return sha256(orjson.dumps(labels, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def word_in(labels: Mapping[str, str]) -> str | None:
    """How bad the sender says it is."""
    return next((labels[name] for name in SEVERITIES if name in labels), None)


def stated(text: str, path: str) -> Instant | None:
    """RFC 3339, or Go's word for none."""
    if text == NONE:
        return None
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{path}: {shown(text)} is not an RFC 3339 time") from error


def loosely(text: str | None, zone: str = "UTC") -> Instant | None:
    """A time as senders write it who keep to no standard, in this zone where they name none; None if it is no time."""
    written = _DOTTED.sub(r"\1-\2-\3", (text or "").strip())
    try:
        moment = datetime.fromisoformat(written)
        return instant_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone)))
    except (OverflowError, ValueError):
        return None


def epoch(value: object) -> Instant | None:
    """POSIX seconds or milliseconds, as a number or a text of digits."""
    text = optional_text(value) or ""
    if not text.isascii() or not text.isdigit() or len(text) > 13:
        return None
    return int(text) if len(text) > 11 else int(text) * SECOND


def believed(stated: Instant | None, received_at: Instant) -> Instant:
    if stated is None or abs(received_at - stated) > BELIEVED:
        return received_at
    return min(stated, received_at)
