"""`upheld privacy …`: what is personal, what for and how long."""

import click

from upheld.cli.incident import as_json
from upheld.cli.shared import show
from upheld.personal import CLASSES, class_json


@click.group()
def privacy() -> None:
    """Personal data: what there is, what for and how long."""


@privacy.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Every class of personal data, with the columns it stands in."""
    rows = [class_json(one) for one in CLASSES]
    show(rows, as_json=as_json, columns=("class", "what", "where", "purpose", "term"))
