"""`upheld calendar`: official days as files, read from a published notice or from a library of holidays."""

from pathlib import Path
from typing import NoReturn

import click

from config.load import folder_of
from config.node import ConfigError
from config.official import OfficialDays
from config.plan import yaml_text
from config.reader import Report
from config.statutory import official_days
from upheld.almanac import LIBRARIES, Unpublished, from_library, from_notice, joined, years_of
from upheld.cli.incident import as_json
from upheld.cli.shared import fail, show
from upheld.cli.tongue import tell


@click.group()
def calendar() -> None:
    """Official days off and the working days made up for them."""


@calendar.command("list")
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), envvar="UPHELD_CONFIG", default="upheld.yaml")
@as_json
def list_(path: Path, as_json: bool) -> None:
    """What is known, of which years, from where."""
    report = Report()
    found = official_days(folder_of(path), report)
    if report.problems:
        _refuse(report)
    rows = [
        {
            "country": days.country,
            "year": int(year),
            "days_off": len(one.off),
            "made_up": len(one.work),
            "published_at": one.published_at,
            "source": one.source,
            "sha256": days.sha256,
        }
        for days in found.values()
        for year, one in days.years.items()
    ]
    show(rows, as_json=as_json, columns=("country", "year", "days_off", "made_up", "published_at", "source"))


@calendar.command("import")
@click.option("--country", required=True, help="CN, DE…; or a name of your own with a notice of your own")
@click.option("--years", required=True, help="2027, or 2024-2026")
@click.option("--from", "origin", required=True, help=f"{', '.join(LIBRARIES)}, or the file of a notice")
@click.option("--source", help="where a library's days were published")
@click.option("--published-at", help="when, 2025-11-04")
@click.option("--replace", is_flag=True, help="a year that is known already is taken anew")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="default: calendars/COUNTRY.yaml beside the configuration"
)
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), envvar="UPHELD_CONFIG", default="upheld.yaml")
def import_(
    country: str,
    years: str,
    origin: str,
    source: str | None,
    published_at: str | None,
    replace: bool,
    output: Path | None,
    path: Path,
) -> None:
    """Write official days into calendars/COUNTRY.yaml, beside the years that stand there."""
    report = Report()
    known = official_days(folder_of(path), report).get(country)
    if report.problems:
        _refuse(report)
    try:
        wanted = years_of(years)
        if origin in LIBRARIES:
            said = (source, published_at) if source and published_at else None
            found = from_library(origin, country, wanted, said, known)
        else:
            found = from_notice(Path(origin), country, wanted)
        days = joined(country, known, found, replace=replace)
    except ConfigError as error:
        fail("; ".join(str(problem) for problem in error.problems), 1)
    except (Unpublished, ValueError) as error:
        fail(str(error), 1)
    file = output or folder_of(path) / "calendars" / f"{country}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_text(days), encoding="utf-8")
    click.echo(f"{file}: {', '.join(days.years)}; SHA-256 {days.sha256}")


def _text(days: OfficialDays) -> str:
    return yaml_text(days.model_dump(mode="json"))


def _refuse(report: Report) -> NoReturn:
    for problem in report.problems:
        tell(str(problem), err=True)
    fail("a file in calendars/ has a mistake; nothing was written", 1)
