"""Indicators of service quality as data: what is divided by what, the figure promised, and for which period."""

from typing import Literal, TypeAlias

from pydantic import model_validator

from config.counting import Period
from config.level import CaseKind
from config.value import Amount, Duration, Flag, Text, Value

Over: TypeAlias = Literal["cases", "components", "incidents", "ratings", "calls", "records"]
"""What is counted. Calls of the service desk and records of data are entered by people, with proof."""

That: TypeAlias = Literal[
    "any", "in_time", "at_first_contact", "resolved", "confirmed", "repeated", "target_met", "serious", "accurate"
]
"""Which of them count: all, those whose `commitment` was met, solved at first contact…"""


class Indicator(Value):
    """`share` of those that are `that` among all of the kind, their `count`, or the `mean` of ratings; n is printed."""

    id: str
    name: Text
    meaning: Text | None = None
    measure: Literal["share", "count", "mean"]
    over: Over = "cases"
    kinds: tuple[CaseKind, ...] = ()
    """Only cases of these kinds; none named: all."""
    that: That = "any"
    commitment: str | None = None
    """Of `in_time`: whose clock."""
    within: Duration | None = None
    """Of `in_time` without a commitment: the time itself."""
    at_least: Amount | None = None
    at_most: Amount | None = None
    """Per cent of a share, points of a mean. Neither: reported, nothing promised."""
    out_of: Literal[5, 100] | None = None
    """Of a mean: the scale it stands on."""
    period: Period = Period.MONTH
    entered: Flag = False
    """A figure from outside the program: it is typed in, with proof."""

    @model_validator(mode="after")
    def _whole(self) -> "Indicator":
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("an indicator has a floor or a ceiling; keep `at_least` or `at_most`")
        if (self.measure == "mean") != (self.out_of is not None):
            raise ValueError("a mean, and only a mean, says its scale; write `out_of: 5` or `out_of: 100`")
        if (self.that == "in_time") != (self.commitment is not None or self.within is not None):
            raise ValueError("what is in time needs a clock; write `commitment: respond` or `within: 2m`")
        return self
