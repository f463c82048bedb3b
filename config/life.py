"""What the configuration says of the life of incidents: which explain which."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from config import matcher
from config.value import Value


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


class Life(Value):
    inhibit: tuple[Inhibition, ...] = ()
