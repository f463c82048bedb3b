"""`upheld sample …`: the share of closed cases that is read again, which nobody chooses."""

import click

from config.model import Config
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.shared import fail, read, with_config
from upheld.cli.tongue import tell
from upheld.samples import samples_json

COLUMNS = ("turn", "id", "customer", "state", "by", "title", "findings")


@click.group()
def sample() -> None:
    """Closed cases that are read again; drawn by themselves when a month is over, by the hash of month and number."""


@sample.command("list")
@click.option("--turn", help="only of this one, such as 2026-10")
@as_json
@with_config
def list_(config: Config, turn: str | None, as_json: bool) -> None:
    """What was drawn, the newest first, and what came of it."""
    found = read(config, lambda tx: samples_json(tx, turn))
    if not found and not as_json:
        tell("nothing was drawn")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)


@sample.command()
@click.argument("id")
@click.argument("findings", default="")
@click.option("--sound", is_flag=True, help="nothing is wrong")
@by
@as_json
@with_config
def reread(config: Config, id: str, findings: str, sound: bool, by: str | None, as_json: bool) -> None:
    """A case of a sample was read again, with FINDINGS, or it is --sound. The last one keeps the duty."""
    if sound == bool(findings.strip()):
        fail("write what was found, or --sound where nothing was", 2)
    said = {"id": id, "findings": findings, "sound": sound}
    acted(config, "sample.reread", said, by, as_json)
