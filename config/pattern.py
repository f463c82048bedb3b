"""Regular expressions that take time in proportion to the text, whoever wrote it: RE2, which never goes back.

What needs going back (back references, looking around) is refused when the configuration is read.
"""

from functools import lru_cache
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

_MEMORY = 2 << 20
"""Bytes an expression may take; beyond, RE2 forgets what it has built and stays as quick as before, nearly."""


@lru_cache(maxsize=4096)
def pattern(expression: str) -> Any:
    """With `search`, `match` and `fullmatch` as of `re`, over str or UTF-8 in bytes. Raises ValueError."""
    import re2  # with a library in C++, which who writes no expression does without

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        cause = error.args[0] if error.args else ""
        told = cause.decode("utf-8", "replace") if isinstance(cause, bytes) else str(cause)
        raise ValueError(
            f"not a regular expression: {told} (as RE2 has them: github.com/google/re2/wiki/Syntax)"
        ) from error


def _readable(expression: str) -> str:
    pattern(expression)
    return expression


Expression: TypeAlias = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_readable)]
