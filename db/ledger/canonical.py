"""One value, one text: the canonical JSON of RFC 8785, for values without floats."""

import json
from typing import Any

import orjson
import rfc8785

LARGEST = 2**53 - 1
"""Beyond it other programs round."""


class NotCanonical(ValueError):
    """The text says which value cannot be written, or that a text is not in the canonical form."""


def canonical(value: Any) -> bytes:
    """Mappings with text keys, lists, tuples, texts, integers, true, false, null. Raises NotCanonical for others."""
    plain = _check(value)
    try:
        # orjson sorts keys by code points, the canonical form by UTF-16 units: for plain keys they agree.
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if plain else rfc8785.dumps(value)
    except (TypeError, ValueError) as error:
        raise NotCanonical(f"cannot be written as JSON: {error}") from error


def parse(data: bytes) -> Any:
    """The value of a text that is its own canonical form byte for byte. Raises NotCanonical."""
    try:
        value = json.loads(data)
        own = canonical(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not canonical JSON: {error}") from error
    if own != data:
        raise NotCanonical("not canonical JSON: the same value is written differently")
    return value


def _check(value: Any) -> bool:
    """Whether all keys are ASCII."""
    match value:
        case None | bool() | str():
            return True
        case int():
            if not -LARGEST <= value <= LARGEST:
                raise NotCanonical(f"{value} is beyond 2^53; write it as a text")
            return True
        case dict():
            for key in value:
                if not isinstance(key, str):
                    raise NotCanonical(f"the key {key!r} is not a text")
            plain = [_check(one) for one in value.values()]
            return all(plain) and all(key.isascii() for key in value)
        case list() | tuple():
            plain = [_check(one) for one in value]
            return all(plain)
        case float():
            raise NotCanonical(f"{value} is a float; write it as an integer or as a text")
        case _:
            raise NotCanonical(f"{type(value).__name__} has no canonical form")
