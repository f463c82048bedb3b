"""What an agreement says of the people's side: reports, ratings, records, standing duties, who confirms what.

Source: requirements.md 1, 3 and 5.
"""

from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge
from pydantic import Field, Strict, model_validator

from config.level import Limit
from config.value import Count, Duration, Flag, Percent, Text, Value

Number = Annotated[int, Strict(), Ge(1)]
Rhythm: TypeAlias = Literal["month", "quarter", "half-year", "year"]
Word: TypeAlias = Literal["open", "waiting", "testing", "resolved", "confirmed"]
Form: TypeAlias = Literal["acceptance", "progress", "completion", "satisfaction"]


class Report(Value):
    """What is delivered without asking: `within` after the resolution, or by the end of `day` of the next month."""

    kind: Literal["incident", "completion", "statement", "quarterly", "inspection", "brief", "audit"]
    within: Duration | None = None
    day: Number | None = None
    months: Number | None = None
    """Every so many months; None: as its kind says."""
    holds: tuple[Text, ...] = ()
    """What it contains beside what the program puts into it anyway."""


class Rating(Value):
    """The customer's word after each case: 1 to `best`, overall or by several scores."""

    best: Literal[5] = 5
    scores: tuple[Literal["overall", "speed", "skill", "manner"], ...] = ("overall",)
    follow_up_below: Number | None = None
    """A rating below it is followed up, with cause and measure."""


class Records(Value):
    """Kept until the later of the two: years from the record, years after the service ends."""

    years: Number | None = None
    after_end: Number | None = None

    @model_validator(mode="after")
    def _something(self) -> "Records":
        if self.years is None and self.after_end is None:
            raise ValueError("records are kept for some time; write {years: 5}, {after_end: 3} or both")
        return self


class Duty(Value):
    """Something owed again and again, or before something else is done."""

    id: str
    text: Text
    every: Rhythm | None = None
    ahead: Limit | None = None
    """Announced so long before."""
    share: Percent | None = None
    """Of closed cases, where a sample is read again."""
    hours: str | None = None
    """When it may be done, `01:00-05:00`."""
    within_days: Count | None = None


class Handling(Value):
    """Who says what of a case, and in which words it is told."""

    level: Literal["supplier", "both", "system"] = "supplier"
    """Who sets the level: the supplier, both sides, or the system by itself from scope and urgency."""
    result: Literal["supplier", "customer"] = "customer"
    """Whose word closes a case."""
    one_responsible: Flag = False
    """One person is named for each case."""
    customer_log: Flag = False
    """The customer may keep a log of his own on a case."""
    progress: dict[Word, Text] = Field(default_factory=dict)
    """The agreement's own words for how far a case is."""
    forms: tuple[Form, ...] = ()
    """Printed from the facts of a case."""
