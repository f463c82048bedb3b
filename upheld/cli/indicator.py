"""`upheld indicator …`: figures that come from outside and are typed in, with proof."""

from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from sla.entered import in_force
from sla.store.entered import entered
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.remedy import customers
from upheld.cli.shared import read, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.entering import shown

COLUMNS = ("customer", "period", "agreement", "indicator", "value", "n", "proof", "by", "before", "reason")


@click.group()
def indicator() -> None:
    """Figures of indicators that come from outside: the hotline's, the accuracy of data."""


@indicator.command("enter")
@click.argument("customer")
@click.argument("name")
@click.argument("period")
@click.argument("value")
@click.option("--n", required=True, type=int, help="of how many")
@click.option("--proof", required=True, help="where it can be checked: a report, a log, a ticket")
@click.option("--reason", help="why it takes the place of the one entered before")
@click.option("--agreement", help="which one, if the customer has several")
@by
@as_json
@with_config
def enter(config: Config, by: str | None, as_json: bool, name: str, **given: Any) -> None:
    """Enter VALUE (per cent of a share, points of a mean, a number) of PERIOD; until the statement is sealed."""
    acted(config, "indicator.enter", {"indicator": name, **given}, by, as_json)


@indicator.command("list")
@click.argument("customer", required=False)
@as_json
@with_config
def list_(config: Config, customer: str | None, as_json: bool) -> None:
    """Those in force, of one customer or of all."""
    wanted, now = customers(config, customer), utc_now()

    def rows(tx: Connection) -> list[dict[str, Any]]:
        return [{"customer": each, **shown(one)} for each in wanted for one in in_force(entered(tx, each, now))]

    found = read(config, rows)
    if not found and not as_json:
        tell("nothing is entered")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)
