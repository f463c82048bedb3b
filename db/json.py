"""JSON as the store keeps it. Python's own writer was a tenth of the price of whatever is appended."""

import json
from typing import Any

import orjson

_PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def written(value: Any) -> str:
    """Raises TypeError for what is no JSON."""
    try:
        return orjson.dumps(value, option=_PLAIN).decode()
    except TypeError:  # a number beyond 64 bits, half a character, a key that is no text
        return json.dumps(value)
