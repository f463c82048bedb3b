"""Statutory days of a country, as shipped: which weekdays are off, which weekend days are worked instead, and until
when that is published. Sources stand in the files."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Statutory:
    """Dates as `2026-10-01`; a make-up day has a Monday's hours."""

    days_off: tuple[str, ...]
    make_up_days: tuple[str, ...]
    published_until: str


@cache
def statutory(country: str) -> Statutory | None:
    """None: nothing is shipped for that country, so every day of it is provisional."""
    source = files("config") / "calendars" / f"{country}.yaml"
    if not country.isalpha() or not source.is_file():
        return None
    found = yaml.safe_load(source.read_text(encoding="utf-8"))
    return Statutory(
        days_off=tuple(found["days_off"]),
        make_up_days=tuple(found["make_up_days"]),
        published_until=found["published_until"],
    )
