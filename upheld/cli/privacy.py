"""`upheld privacy …`: what is personal, everything about one customer or person, and its end."""

import json
import os
import zipfile
from pathlib import Path

import click

from config.model import Config
from upheld import privacy as people
from upheld.cli.incident import as_json
from upheld.cli.local import acted, show_local
from upheld.cli.shared import change, fail, in_force, read, show, with_config
from upheld.personal import CLASSES, class_json
from upheld.trouble import Trouble

person = click.option("--person", metavar="ID", help="a person of `people:`, or a login")


@click.group()
def privacy() -> None:
    """Personal data: what there is, what for and how long; one's own as a file; its end."""


@privacy.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Every class of personal data, with the columns it stands in."""
    rows = [class_json(one) for one in CLASSES]
    show(rows, as_json=as_json, columns=("class", "what", "where", "purpose", "term"))


@privacy.command()
@click.argument("customer", required=False)
@person
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.zip")
@as_json
@with_config
def export(config: Config, customer: str | None, person: str | None, output: Path, as_json: bool) -> None:
    """Everything about CUSTOMER or a person, a JSON file for each table. That it was given out is a fact."""
    one = people.sought(in_force(config), customer, person)
    found = read(config, lambda tx: people.gathered(tx, one))
    if not found:
        fail(f"nothing is stored about {one.id}", 1)
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{output}: {error.strerror}; give a new file that can be written", 1)
    rows = sum(len(each) for each in found.values())
    try:
        with os.fdopen(target, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for table, several in sorted(found.items()):
                packed.writestr(f"{table}.json", json.dumps(several, ensure_ascii=False, indent=2, default=str))
        asked = {"customer": customer, "person": person, "rows": rows}
        made = change(config, "privacy.exported", asked)
    except (OSError, Trouble):
        output.unlink(missing_ok=True)  # nothing is given out that is not recorded
        raise
    show_local(config, {**made, "rows": rows, "file": str(output)}, as_json=as_json, columns=())


@privacy.command()
@click.option("--customer", metavar="ID")
@person
@click.option("--reason", required=True, help="the request it answers")
@as_json
@with_config
def erase(config: Config, customer: str | None, person: str | None, reason: str, as_json: bool) -> None:
    """Destroy what retention does not demand any more; what it demands stays and is named."""
    asked = {"customer": customer, "person": person, "reason": reason}
    acted(config, "privacy.erase", asked, None, as_json)
