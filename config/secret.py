"""Values that must never be printed: what `${env:NAME}` and `${file:path}` stand for, and literal passwords."""

from collections.abc import Mapping

from typing_extensions import override

HIDDEN = "(hidden)"


class Secret:
    """Shows where the value comes from; `reveal()` is the only way to the value itself.

    No dataclass on purpose: whatever walks over fields (dataclasses.asdict, pydantic, a pretty printer) must find none.
    """

    __slots__ = ("_reference", "_value")

    def __init__(self, value: str, reference: str = HIDDEN) -> None:
        self._value = value
        self._reference = reference

    @property
    def reference(self) -> str:
        """The text as written, such as `${env:SMTP_PASSWORD}`; `(hidden)` for a value written out."""
        return self._reference

    def reveal(self) -> str:
        return self._value

    @override
    def __str__(self) -> str:
        return self._reference

    @override
    def __repr__(self) -> str:
        return f"Secret({self._reference!r})"

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self._value, self._reference) == (other._value, other._reference)

    @override
    def __hash__(self) -> int:
        return hash((Secret, self._reference))


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
