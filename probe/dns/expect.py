"""What a good answer of a name server is: options, without knowing a single type of record."""

from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints, model_validator

from config.pattern import Expression
from config.value import Value


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Texts: TypeAlias = Annotated[tuple[_Text, ...], BeforeValidator(_several), Field(max_length=100)]
Rcodes: TypeAlias = Annotated[tuple[_Text, ...], BeforeValidator(_several), Field(min_length=1, max_length=30)]


class Section(Value):
    """Values are what stands behind the type, as in a zone file; expressions are tried on whole records.

    A record is written `shop.example.com. 300 IN A 192.0.2.10`.
    """

    includes: Texts = ()
    """Each must be there, of the type that was asked for."""
    only: Texts = ()
    """Nothing else of that type may be there."""
    any_matches: Expression | None = None
    """One record at least."""
    all_match: Expression | None = None
    """Every record; with none there it holds."""
    none_matches: Expression | None = None
    """No record."""
    at_least: Annotated[StrictInt, Field(ge=0, le=1000)] = 0
    """Records of the type that was asked for."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.only and set(self.includes) - set(self.only):
            raise ValueError("what is in includes must be in only as well")
        return self


class Answered(Section):
    at_least: Annotated[StrictInt, Field(ge=0, le=1000)] = 1


def _short(value: object) -> object:
    return {"includes": value} if isinstance(value, str | list | tuple) else value


class Expect(Value):
    """`answer: 192.0.2.10` is short for `answer: {includes: [192.0.2.10]}`."""

    rcode: Rcodes = ("NOERROR",)
    """One of these."""
    answer: Annotated[Answered, BeforeValidator(_short)] = Answered()
    """Its rules hold for a NOERROR only; another rcode that is expected is good as it is."""
    authority: Annotated[Section, BeforeValidator(_short)] = Section()
    additional: Annotated[Section, BeforeValidator(_short)] = Section()
