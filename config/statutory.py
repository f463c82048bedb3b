"""Official days as data files: those shipped in `config/calendars/`, and the operator's own in `calendars/` beside his
configuration, which go before them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from config.agreement import Agreement, Calendar, ServiceHours
from config.document import compose
from config.node import ConfigError, Mark
from config.official import Country, OfficialDays
from config.reader import Report, read


@cache
def shipped_days() -> Mapping[Country, OfficialDays]:
    found: dict[Country, OfficialDays] = {}
    for file in (files("config") / "calendars").iterdir():
        if file.name.endswith(".yaml"):
            node = compose(file.read_bytes(), file.name)
            days = OfficialDays.model_validate(node.content())
            found[days.country] = days
    return found


def statutory(country: Country) -> OfficialDays | None:
    """None: nothing is shipped for that country, so every day of it is provisional."""
    return shipped_days().get(country)


def official_days(folder: Path, report: Report) -> dict[Country, OfficialDays]:
    """By country; what is wrong with an own file is reported."""
    own: dict[Country, OfficialDays] = {}
    for file in sorted((folder / "calendars").glob("*.y*ml")):
        days = _own(file, report)
        if days is not None and days.country in own:
            report.add(Mark(str(file), 1, 1), f"the days of '{days.country}' stand in two files; keep one")
        elif days is not None:
            own[days.country] = days
    return {**shipped_days(), **own}


def _own(file: Path, report: Report) -> OfficialDays | None:
    try:
        return read(OfficialDays, compose(file.read_bytes(), str(file)), report)
    except ConfigError as error:
        report.problems.extend(error.problems)
    except OSError as error:
        report.add(Mark(str(file), 1, 1), f"cannot be read: {error.strerror}")
    return None


def dated(calendar: Calendar, days: Mapping[Country, OfficialDays]) -> Calendar:
    """The calendar with its country's days; one that writes its days out keeps those."""
    if calendar.country is None or calendar.off or calendar.work:
        return calendar
    return calendar.model_copy(update={"official": days.get(calendar.country)})


def with_days(agreement: Agreement, days: Mapping[Country, OfficialDays]) -> Agreement:
    """The same terms, counted on these days."""

    def hours(written: ServiceHours) -> ServiceHours:
        return dated(written, days) if isinstance(written, Calendar) else written

    terms = agreement.availability
    return agreement.model_copy(
        update={
            "availability": terms.model_copy(update={"service_hours": hours(terms.service_hours)}),
            "hours": hours(agreement.hours),
            "calendars": {name: dated(one, days) for name, one in agreement.calendars.items()},
        }
    )


def official_of(agreement: Agreement) -> tuple[OfficialDays, ...]:
    """The days its calendars rest on, one a country."""
    hours = (agreement.availability.service_hours, agreement.hours, *agreement.calendars.values())
    found = {one.official.country: one.official for one in hours if isinstance(one, Calendar) and one.official}
    return tuple(found[country] for country in sorted(found))
