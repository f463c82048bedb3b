"""Rows for people, with the times of the site's own clock and its zone below; programs have them as RFC 3339 in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from config.language import choose
from config.model import Config, Customer
from config.oncall import Person
from upheld.cli.reading import readable
from upheld.cli.shared import change, show
from upheld.cli.tongue import label, language_of


def show_local(
    config: Config, rows: Sequence[dict[str, Any]] | dict[str, Any], *, as_json: bool, columns: Sequence[str]
) -> None:
    if as_json:
        show(rows if isinstance(rows, dict) else list(rows), as_json=True, columns=())
        return
    if isinstance(rows, dict):
        show_one(config, rows)
        return
    said = [for_person(config, row) for row in rows]
    show(said, as_json=False, columns=columns)
    pairs = zip(said, _timeless(config, rows), strict=True)
    if any(row.get(one) != timeless.get(one) for row, timeless in pairs for one in columns):
        click.echo(f"{label('times')}: {config.site.timezone}")


def acted(config: Config, name: str, arguments: dict[str, Any], by: str | None, as_json: bool) -> None:
    """Have it done, and show what became of it."""
    show_local(config, change(config, name, arguments, by), as_json=as_json, columns=())


def show_one(config: Config, row: Mapping[str, Any]) -> None:
    """One thing as lines, to a person; with the zone where a time stands in it."""
    said = for_person(config, row)
    times = {} if [said] == _timeless(config, [row]) else {"times": config.site.timezone}
    show({**said, **times}, as_json=False, columns=())


def for_person(config: Config, row: Mapping[str, Any]) -> dict[str, Any]:
    """With the site's clock and the names of people."""
    return _named(config, readable(row, config.site.timezone, language_of()))


def _timeless(config: Config, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_named(config, readable(row, None, language_of())) for row in rows]


def _named(config: Config, row: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever did it by his name: `person:li` is for programs."""
    return {key: _who(config, value) if key == "by" or key.endswith("_by") else value for key, value in row.items()}


def _who(config: Config, by: Any) -> Any:
    match by.partition(":") if isinstance(by, str) else ():
        case ("person", _, id):
            known: Person | Customer | None = config.people.get(id)
        case ("customer", _, id):
            known = config.customers.get(id)
        case _:
            return by
    return id if known is None else choose(known.name, language_of())
