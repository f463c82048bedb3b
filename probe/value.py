"""What the value a system answered with must be: the options `expect`, `contains`, `at_least`, `at_most`."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from config.value import Value
from probe.fault import Fault, down
from probe.result import Plain, Reason

SHOWN = 100
"""Characters of a value that facts and details show."""
_LONGEST_NUMBER = 64

Text: TypeAlias = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value), Field(max_length=8192)
]
"""`1` means the text 1."""
Figure: TypeAlias = Annotated[Decimal, Field(allow_inf_nan=False)]


class Wanted(Value):
    """Of one value, as text. Nothing given: any value will do."""

    expect: Text | None = None
    """The value itself."""
    contains: Text | None = None
    """A part of it."""
    at_least: Figure | None = None
    """It is a number, and no smaller one."""
    at_most: Figure | None = None
    """It is a number, and no greater one."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is above at_most")
        return self

    @property
    def anything(self) -> bool:
        return (self.expect, self.contains, self.at_least, self.at_most) == (None, None, None, None)

    def fault(self, value: str | None) -> Fault | None:
        """Why that value will not do; None stands for no value."""
        if self.anything:
            return None
        if value is None:
            return down(Reason.BODY, "there is no value")
        if self.expect is not None and value != self.expect:
            return down(Reason.BODY, f"{self.expect[:SHOWN]!r} is expected, the value is {value[:SHOWN]!r}")
        if self.contains is not None and self.contains not in value:
            return down(Reason.BODY, f"{self.contains[:SHOWN]!r} is not in the value {value[:SHOWN]!r}")
        return self._within(value)

    def _within(self, value: str) -> Fault | None:
        if self.at_least is None and self.at_most is None:
            return None
        number = _number(value)
        if number is None:
            return down(Reason.BODY, f"the value {value[:SHOWN]!r} is no number")
        if self.at_least is not None and number < self.at_least:
            return down(Reason.OUT_OF_RANGE, f"the value is {number}, at least {self.at_least} is expected")
        if self.at_most is not None and number > self.at_most:
            return down(Reason.OUT_OF_RANGE, f"the value is {number}, at most {self.at_most} is expected")
        return None


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip()) if len(value) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def shown(value: str | None) -> dict[str, Plain]:
    """The fact `value`, short and storable."""
    return {} if value is None else {"value": value[:SHOWN].replace("\0", "\ufffd")}


def secret(text: SecretStr | None) -> str:
    return "" if text is None else text.get_secret_value()
