"""JSON as the store keeps it. Python's own writer was a tenth of the price of whatever is appended."""

import json
from math import isfinite
from typing import Any

import orjson

_PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def written(value: Any) -> str:
    """Raises TypeError for what is no JSON, ValueError for a number that is none."""
    try:
        text = orjson.dumps(value, option=_PLAIN).decode()
    except TypeError:  # a number beyond 64 bits, half a character, a key that is no text
        return json.dumps(value, allow_nan=False)
    # orjson writes null for NaN: a fact would become the lack of one
    if "null" in text and type(value) in _WITHIN and not _finite(value):
        raise ValueError("a number that is not finite is no JSON")
    return text


_WITHIN = frozenset((float, dict, list, tuple))
"""In which a number that is none can be, or which is one."""


def _finite(value: Any) -> bool:
    if type(value) is float:
        return isfinite(value)
    for one in value.values() if type(value) is dict else value:
        if type(one) in _WITHIN and not _finite(one):
            return False
    return True
