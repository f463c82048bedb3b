"""`upheld hold …`: what stops retention and erasure for a customer."""

import click

from config.model import Config
from upheld import holds
from upheld.cli.incident import as_json
from upheld.cli.local import acted, show_local
from upheld.cli.shared import read, with_config
from upheld.cli.tongue import tell

COLUMNS = ("customer", "since", "by", "reason")
reason = click.option("--reason", required=True, help="the proceeding or the request it is for")


@click.group()
def hold() -> None:
    """Legal holds. While one stands on a customer, nothing of his is dropped or erased."""


@hold.command("list")
@as_json
@with_config
def list_(config: Config, as_json: bool) -> None:
    """Those that stand."""
    rows = [holds.hold_json(one) for one in read(config, holds.standing).values()]
    if not rows and not as_json:
        tell("no hold stands")
        return
    show_local(config, rows, as_json=as_json, columns=COLUMNS)


@hold.command()
@click.argument("customer")
@reason
@as_json
@with_config
def add(config: Config, customer: str, reason: str, as_json: bool) -> None:
    """Keep everything of CUSTOMER until it is released."""
    acted(config, "hold.add", {"customer": customer, "reason": reason}, None, as_json)


@hold.command()
@click.argument("customer")
@reason
@as_json
@with_config
def release(config: Config, customer: str, reason: str, as_json: bool) -> None:
    """Ordinary retention again."""
    acted(config, "hold.release", {"customer": customer, "reason": reason}, None, as_json)
