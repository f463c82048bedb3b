"""Values that must never be printed: what `${env:NAME}` and `${file:path}` stand for, and literal passwords."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Secret:
    """Shows where the value comes from; `reveal()` is the only way to the value itself."""

    value: str = field(repr=False)
    reference: str = HIDDEN
    """The text as written, such as `${env:SMTP_PASSWORD}`; `(hidden)` for a value written out."""

    def reveal(self) -> str:
        return self.value

    @override
    def __str__(self) -> str:
        return self.reference


def revealed(value: object) -> object:
    """The same tree with each secret replaced by its value: what a plug-in's options model is given."""
    match value:
        case Secret():
            return value.reveal()
        case Mapping():
            return {key: revealed(inner) for key, inner in value.items()}
        case list() | tuple():
            return [revealed(inner) for inner in value]
        case _:
            return value


def referenced(value: object) -> object:
    """The same tree with each secret replaced by its reference: what may be printed, compared and digested."""
    match value:
        case Secret():
            return value.reference
        case Mapping():
            return {key: referenced(inner) for key, inner in value.items()}
        case list() | tuple():
            return [referenced(inner) for inner in value]
        case _:
            return value
