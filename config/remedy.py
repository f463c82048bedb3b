"""What a breach costs, as data: the consequences an agreement states. `sla/remedy.py` works them out.

Every entry of `remedies` is a plain sentence, or one of five forms that its own key tells apart: `tiers` and `each`
give money or days, `cap` bounds money, `missed` counts months, `same_outage` says what one outage may cost twice.
A percentage always names the amount it is a part of; nothing is filled in. requirements.md, 'Breach'.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    Tag,
    field_validator,
    model_serializer,
    model_validator,
)
from typing_extensions import override

from config.value import Amount, Count, Currency, Text, Value, schema_of

TARGET = "target"
CONFIDENTIALITY = "confidentiality"
FEE = "fee"
"""The name by which `of:` means the agreement's own `fee`."""
REPAIRS = frozenset({"resolve", "workaround"})
"""The time limits that one outage can miss together with the target."""

_DAYS = re.compile(r"([1-9][0-9]{0,2})(d|wd)")
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?")


def _percentage(value: object) -> object:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        raise ValueError('a percentage is a number in quotes, exact: "5" or "99.5"')
    if not 0 < Fraction(value) <= 100:
        raise ValueError(f"a percentage lies above 0 and is at most 100, not {value}")
    return value


Percentage: TypeAlias = Annotated[str, BeforeValidator(_percentage), schema_of("string", examples=["5"])]
"""An exact decimal, `5` or `99.5`."""

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""What bookings call a remedy for ever; stable over the agreement's versions."""


class Unit(StrEnum):
    CALENDAR = "d"
    WORKING = "wd"


class Days(Value):
    """Calendar days (written `15d`) or working days (`15wd`)."""

    count: Count
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if found := _DAYS.fullmatch(value):
            return {"count": int(found[1]), "unit": found[2]}
        raise ValueError("days are calendar days like 15d, or working days like 15wd")

    @model_serializer(mode="wrap")
    def _print(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> object:
        return str(self) if info.mode == "json" else handler(self)

    @override
    def __str__(self) -> str:
        return f"{self.count}{self.unit.value}"


class NamedAmount(Value):
    """A fee or a total that percentages are taken of: which one it is, in words, and how much."""

    name: Text
    amount: Amount
    currency: Currency


class RemedyTier(Value):
    """Holds for an availability below `below` per cent, in place of the tiers above it."""

    below: Percentage
    percent: Percentage | None = None
    extend: Days | None = None

    @model_validator(mode="after")
    def _one(self) -> "RemedyTier":
        _either(self.percent, self.extend)
        return self


class Scale(Value):
    """A percentage for each level, inside a range where the contract states one: 5 to 10 per cent."""

    levels: dict[Annotated[int, Ge(1)], Percentage] = Field(default_factory=dict)
    otherwise: Percentage
    """For the levels not named, and for breaches that have none."""
    within: tuple[Percentage, Percentage] | None = None

    @model_validator(mode="after")
    def _inside(self) -> "Scale":
        if self.within is None:
            return self
        low, high = map(Fraction, self.within)
        if low > high:
            raise ValueError(
                f"the range ends below its beginning; write [{self.within[1]}, {self.within[0]}] in quotes"
            )
        for percent in (*self.levels.values(), self.otherwise):
            if not low <= Fraction(percent) <= high:
                raise ValueError(f"{percent} % lies outside the range {self.within[0]} to {self.within[1]} %")
        return self


def _scale(value: object) -> str:
    return "scale" if isinstance(value, Mapping | Scale) else "fixed"


class Tiers(Value):
    """By how far the exact availability of a target's period lies below: the lowest tier that holds counts."""

    id: Name
    tiers: tuple[RemedyTier, ...] = Field(min_length=1)
    of: str | None = None
    """The amount's name; needed where a tier gives a percentage."""

    @field_validator("tiers")
    @classmethod
    def _falling(cls, tiers: tuple[RemedyTier, ...]) -> tuple[RemedyTier, ...]:
        limits = [Fraction(tier.below) for tier in tiers]
        if limits != sorted(set(limits), reverse=True):
            raise ValueError("tiers stand in falling order of `below`, each once")
        if len({tier.percent is None for tier in tiers}) > 1:
            raise ValueError("the tiers of one remedy all give a percentage, or all extend the term")
        return tiers


class PerBreach(Value):
    """So much for each breach: of the target, of a named time limit of a case, of confidentiality."""

    id: Name
    each: tuple[str, ...] = Field(min_length=1)
    """`target`, `confidentiality`, or commitments by their names: respond, resolve…"""
    percent: (
        Annotated[Annotated[Percentage, Tag("fixed")] | Annotated[Scale, Tag("scale")], Discriminator(_scale)] | None
    ) = None
    of: str | None = None
    extend: Days | None = None

    @model_validator(mode="after")
    def _one(self) -> "PerBreach":
        _either(self.percent, self.extend)
        return self

    def percent_at(self, level: int | None) -> str | None:
        """For a case of that level; None where the term is extended instead."""
        if not isinstance(self.percent, Scale):
            return self.percent
        return self.percent.otherwise if level is None else self.percent.levels.get(level, self.percent.otherwise)


class Window(StrEnum):
    """What a cap is counted over. Contract years and the term begin when the first version comes into force."""

    MONTH = "month"
    CONTRACT_YEAR = "contract_year"
    CONTRACT_TERM = "contract_term"


class Cap(Value):
    """All that is booked in one window is at most so many per cent of a named total."""

    id: Name = "cap"
    cap: Percentage
    of: str
    per: Window
    covers: tuple[str, ...] = ()
    """The remedies it bounds; none named: all that give money."""


class Streak(Value):
    """Months missed in a row, or out of the last `in_last`: what is then owed, and by when."""

    id: Name
    missed: Count
    in_last: Count | None = None
    """None: in a row."""
    then: Text
    gives: Literal["obligation", "right"] = "obligation"
    """What the provider must do by the due date, or what the customer may do until it."""
    due: Days | None = None
    """From the sealing of the statement that completes it, to the end of the last day."""
    calendar: str | None = None
    """Whose working days count; `Agreement.calendars` holds it."""
    missed_month: Literal["month", "year_so_far"] | None = None
    """Where the target is not a month's: which figure makes a month missed."""

    @model_validator(mode="after")
    def _whole(self) -> "Streak":
        if self.in_last is not None and self.in_last < self.missed:
            raise ValueError(f"{self.missed} missed months never lie in the last {self.in_last}")
        if self.gives == "obligation" and self.due is None:
            raise ValueError("an obligation needs its due date; write `due: 15d`, or `due: 15wd` for working days")
        return self


class Settlement(Value):
    """What holds for all remedies of the agreement."""

    same_outage: Literal["highest", "both"]
    """A missed target and the missed resolution of an outage inside it: only the dearer side, or each."""
    claims: Literal["automatic"] = "automatic"
    """Booked with the seal, without the customer's asking."""


FORMS: Mapping[str, type[Value]] = {
    "tiers": Tiers,
    "each": PerBreach,
    "cap": Cap,
    "missed": Streak,
    "same_outage": Settlement,
}
"""The key that tells a form from the others."""


SENTENCE = "sentence"


def form(value: object) -> str:
    """The name of an entry's form, written or finished; `sentence` for a text."""
    for key, model in FORMS.items():
        if isinstance(value, model) or (isinstance(value, Mapping) and key in value):
            return model.__name__
    return SENTENCE


Remedy: TypeAlias = Annotated[
    Annotated[Text, Tag(SENTENCE)]
    | Annotated[Tiers, Tag("Tiers")]
    | Annotated[PerBreach, Tag("PerBreach")]
    | Annotated[Cap, Tag("Cap")]
    | Annotated[Streak, Tag("Streak")]
    | Annotated[Settlement, Tag("Settlement")],
    Discriminator(form),
]


def money(one: Tiers | PerBreach | Cap) -> bool:
    """Whether it gives a percentage, not days."""
    match one:
        case Tiers():
            return one.tiers[0].percent is not None
        case PerBreach():
            return one.percent is not None
        case Cap():
            return True


def _either(percent: object, extend: Days | None) -> None:
    if (percent is None) == (extend is None):
        raise ValueError("a consequence is either `percent: …` of an amount or `extend: …` of the term")
    if extend is not None and extend.unit is Unit.WORKING:
        raise ValueError("a term is extended by calendar days; write 3d")
