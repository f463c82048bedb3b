"""`upheld kinds | channels | sources | formats | anchors`: what is installed, with the options of each."""

from collections.abc import Mapping
from typing import Any

import click
import yaml
from pydantic import BaseModel

from config.language import say
from upheld.cli.explained import explained
from upheld.cli.incident import as_json
from upheld.cli.shared import show
from upheld.cli.tongue import language_of, printable, said, word
from upheld.installed import installed

ROOM = "upheld"
"""Whose catalogue has what our own plug-ins say of their options; what others say stays as it is."""


def _rows(models: Mapping[str, type[BaseModel]]) -> list[dict[str, Any]]:
    return [{"name": name, "options": list(explained(model))} for name, model in models.items()]


def _list(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show(rows, as_json=True, columns=())
        return
    for row in rows:
        click.echo(row["name"])
        for option in row.get("options", []):
            click.echo(printable(f"    {option['name']}: {_said(option)}"))
            if option["what"]:
                click.echo(printable(f"        {say(ROOM, language_of(), option['what'])}"))


def _said(option: Mapping[str, Any]) -> str:
    if option["required"]:
        return word("required")
    if option["default"] is None:
        return said("may be left out")
    written = yaml.safe_dump(option["default"], default_flow_style=True, allow_unicode=True, width=float("inf"))
    return said(f"default {written.removesuffix('...' + chr(10)).strip()}")


@click.command()
@as_json
def kinds(as_json: bool) -> None:
    """Kinds of checks."""
    _list(_rows(installed().registries.kinds), as_json)


def listed_channels(as_json: bool) -> None:
    """Channels for telling people."""
    _list(_rows(installed().registries.channels), as_json)


@click.command()
@as_json
def sources(as_json: bool) -> None:
    """Senders of webhooks."""
    _list(_rows(installed().registries.sources), as_json)


@click.command()
@as_json
def formats(as_json: bool) -> None:
    """Formats of statements."""
    from upheld.files import kinds as offered  # it needs the whole house; the other lists do not

    _list([{"name": name, "content_type": one.content_type} for name, one in offered().items()], as_json)


@click.command()
@as_json
def anchors(as_json: bool) -> None:
    """Third parties that confirm when a head of the ledger existed."""
    _list(_rows(installed().registries.anchors), as_json)
