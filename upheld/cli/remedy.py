"""`upheld remedy …` and `upheld obligation …`: what breaches cost, and what is owed by a date."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from sla.remedydocument import booking_json
from sla.store import remedy as store
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.shared import fail, in_force, read, show, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.obligations import shown

BOOKINGS = ("statement", "revision", "rule", "breach", "percent", "of", "currency", "amount", "capped", "days")
OBLIGATIONS = ("id", "state", "due_at", "gives", "then")


@click.group()
def remedy() -> None:
    """What sealed statements booked for breaches."""


@remedy.command("list")
@click.argument("customer", required=False)
@as_json
@with_config
def list_(config: Config, customer: str | None, as_json: bool) -> None:
    """Every entry in the order booked, of one customer or of all."""
    wanted, now = customers(config, customer), utc_now()

    def rows(tx: Connection) -> list[dict[str, Any]]:
        return [{"customer": one, **booking_json(entry)} for one in wanted for entry in store.bookings(tx, one, now)]

    found = read(config, rows)
    if not found and not as_json:
        tell("nothing is booked")
        return
    show(found, as_json=as_json, columns=("customer", *BOOKINGS))


@remedy.command("breach")
@click.argument("customer")
@click.argument("text")
@click.option("--agreement", help="which one, if the customer has several")
@click.option("--at", "happened_at", callback=moment, metavar="TIME", help="when it happened, if earlier")
@by
@as_json
@with_config
def breach_(
    config: Config,
    customer: str,
    text: str,
    agreement: str | None,
    happened_at: datetime | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Record a breach of confidentiality; no figure shows one. The month's statement counts it."""
    arguments = {
        "customer": customer,
        "text": text,
        "agreement": agreement,
        "happened_at": instant(config, happened_at),
    }
    acted(config, "remedy.breach", arguments, by, as_json)


@click.group()
def obligation() -> None:
    """What is owed by a date: after months missed in a row, or a measure of improvement."""


@obligation.command("list")
@click.argument("customer", required=False)
@click.option("--all", "everything", is_flag=True, help="closed ones too")
@as_json
@with_config
def obligations(config: Config, customer: str | None, everything: bool, as_json: bool) -> None:
    """Open ones, first due first."""
    wanted, now = customers(config, customer), utc_now()

    def rows(tx: Connection) -> list[dict[str, Any]]:
        found = [one for each in wanted for one in store.obligations(tx, now, each)]
        return [shown(one, now) for one in found if everything or one.closed_at is None]

    found = read(config, rows)
    if not found and not as_json:
        tell("no obligation" if everything else "no open obligation")
        return
    show_local(config, found, as_json=as_json, columns=OBLIGATIONS)


@obligation.command("add")
@click.argument("customer")
@click.argument("text")
@click.option("--owner", required=True, help="who does it, one of `people:`")
@click.option("--due", required=True, callback=moment, metavar="TIME", help="until when")
@click.option("--agreement", help="where the customer has several")
@by
@as_json
@with_config
def add(
    config: Config,
    customer: str,
    text: str,
    owner: str,
    due: datetime | None,
    agreement: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """A measure of improvement; it stands on statements until it is fulfilled."""
    arguments = {
        "customer": customer,
        "text": text,
        "owner": owner,
        "due_at": instant(config, due),
        "agreement": agreement,
    }
    acted(config, "obligation.add", arguments, by, as_json)


@obligation.command("fulfil")
@click.argument("id")
@click.option("--note", help="where it can be seen: the plan's number, the mail")
@by
@as_json
@with_config
def fulfil(config: Config, id: str, note: str | None, by: str | None, as_json: bool) -> None:
    """It was done; who says so is recorded."""
    acted(config, "obligation.fulfil", {"id": id, "note": note}, by, as_json)


def customers(config: Config, customer: str | None) -> list[str]:
    known = in_force(config).customers
    if customer is not None and customer not in known:
        fail(f"there is no customer {customer!r}; known: {', '.join(known) or 'none'}", 1)
    return list(known) if customer is None else [customer]
