"""The official days of a country, year by year as they were published: which days are off, which are worked instead.

Data with a version: what is known is pinned by a hash over its content, and nothing is known of a year that is absent.
"""

import json
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import TypeAlias

from pydantic import Field, field_validator, model_validator

from config.hours import check_date
from config.value import Value

Country: TypeAlias = str
"""`CN`, or a name of the operator's own for days of his own."""


class Year(Value):
    """Dates `2026-10-01`. A day off counts where the weekly hours would hold; a working day has a Monday's hours."""

    source: str = Field(min_length=1)
    """Where it was published: the address or number of the notice."""
    published_at: str
    off: tuple[str, ...] = ()
    work: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> "Year":
        for date in (self.published_at, *self.off, *self.work):
            check_date(date)
        if both := sorted(set(self.off) & set(self.work)):
            raise ValueError(f"{both[0]} is a day off and a working day at once; keep one")
        return self


class OfficialDays(Value):
    country: Country = Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,31}$")
    years: dict[str, Year] = Field(min_length=1)

    @field_validator("years")
    @classmethod
    def _whole(cls, years: dict[str, Year]) -> dict[str, Year]:
        for name, year in years.items():
            if not (len(name) == 4 and name.isascii() and name.isdigit()):
                raise ValueError(f"'{name}' is no year; write 2026")
            strange = [date for date in (*year.off, *year.work) if date[:4] != name]
            if strange:
                raise ValueError(f"{strange[0]} does not lie in {name}")
        for first, second in pairwise(sorted(years)):
            if int(second) != int(first) + 1:
                raise ValueError(f"{int(first) + 1} is missing between {first} and {second}; years follow one another")
        return dict(sorted(years.items()))

    @cached_property
    def sha256(self) -> str:
        """Over the content alone: a comment or another order of lines changes nothing."""
        content = self.model_dump(mode="json")
        for year in content["years"].values():
            year["off"], year["work"] = sorted(year["off"]), sorted(year["work"])
        return sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest()

    @property
    def days_off(self) -> tuple[str, ...]:
        return tuple(date for year in self.years.values() for date in year.off)

    @property
    def make_up_days(self) -> tuple[str, ...]:
        return tuple(date for year in self.years.values() for date in year.work)

    @property
    def published_from(self) -> str:
        return f"{next(iter(self.years))}-01-01"

    @property
    def published_until(self) -> str:
        return f"{next(reversed(self.years))}-12-31"
