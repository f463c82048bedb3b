"""What the configuration says of the life of incidents: which explain which, and which were never over."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from config import matcher
from config.instant import DAY, Span
from config.value import Duration, Value


def _readable(text: str) -> str:
    matcher.parse(text)
    return text


Matching: TypeAlias = Annotated[str, AfterValidator(_readable)]
"""`alertname="DcDown"`, as Alertmanager writes them."""


class Inhibition(Value):
    """While something open fits all of `source`, nobody is called for what fits all of `target` with `equal` labels."""

    source: tuple[Matching, ...]
    target: tuple[Matching, ...]
    equal: tuple[str, ...] = ()


def _short(span: Span) -> Span:
    if not 0 < span <= DAY:
        raise ValueError("write more than nothing, and 1d at most")
    return span


class Life(Value):
    inhibit: tuple[Inhibition, ...] = ()
    reopen_within: Annotated[Duration, AfterValidator(_short)] | None = None
    """What is back so soon after its end is the same incident; None: it is a new one."""
