"""Business hours as they are written: weekly hours of the local clock, and the dates that differ from them."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, field_validator, model_validator
from typing_extensions import override

from config.hours import check_date, check_days, check_pieces, check_week, check_weekday
from config.official import OfficialDays
from config.value import Value, Zone

ALWAYS: Literal["24x7"] = "24x7"
SERVICE_HOURS: Literal["service_hours"] = "service_hours"


class Calendar(Value):
    """Hours by the local clock, in the notation of the deadline cases (`mon-fri: ["09:00-18:00"]`)."""

    id: str
    timezone: Zone = "UTC"
    country: str | None = None
    """Statutory holidays and make-up days of this country; None: the weekly hours alone."""
    hours: dict[str, tuple[str, ...]]
    off: tuple[str, ...] = ()
    """Dates `2026-10-01`."""
    work: dict[str, str] = Field(default_factory=dict)
    """Date -> weekday whose hours it has."""
    shifts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    breaks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    published_until: str | None = None
    official: OfficialDays | None = Field(default=None, exclude=True)
    """What is known of the country's days. Not part of the terms: new years are published while an agreement runs."""

    @override
    def __eq__(self, other: object) -> bool:
        """By its terms alone, so that an agreement stays the same when a year is published."""
        return isinstance(other, Calendar) and self._terms() == other._terms()

    def _terms(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in Calendar.model_fields if name != "official"}

    @field_validator("hours")
    @classmethod
    def _weekly(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for days, pieces in hours.items():
            check_days(days)
            check_pieces(pieces)
        check_week(hours)
        return hours

    @field_validator("shifts", "breaks")
    @classmethod
    def _dated(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for date, pieces in hours.items():
            check_date(date)
            check_pieces(pieces)
        return hours

    @model_validator(mode="after")
    def _dates(self) -> "Calendar":
        for date in (*self.off, *self.work, *filter(None, [self.published_until])):
            check_date(date)
        for day in self.work.values():
            check_weekday(day)
        if both := sorted(set(self.off) & set(self.work)):
            raise ValueError(f"{both[0]} is a day off and a working day at once; keep one")
        return self


def _form(value: object) -> str:
    return "clock" if isinstance(value, str) else "calendar"


ServiceHours: TypeAlias = Annotated[
    Annotated[Literal["24x7"], Tag("clock")] | Annotated[Calendar, Tag("calendar")], Discriminator(_form)
]
