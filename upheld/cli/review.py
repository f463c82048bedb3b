"""`upheld review …`: why a case came about, what is done about it, and whether the customer agrees."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from incidents.review import Aim, ReviewState
from incidents.store import case as cases
from upheld.cli.incident import as_json, by
from upheld.cli.moment import instant, moment
from upheld.cli.shared import change, fail, read, show, with_config
from upheld.clock import utc_now
from upheld.reviews import review_json

COLUMNS = ("id", "state", "customer", "title", "whys", "actions", "overdue")


@click.group()
def review() -> None:
    """Five whys and corrective actions of a case; the customer confirms or contests it in his room."""


@review.command("list")
@click.option("--all", "everything", is_flag=True, help="confirmed ones too")
@as_json
@with_config
def list_(config: Config, everything: bool, as_json: bool) -> None:
    """Reviews that are under way, newest case first."""
    now = utc_now()
    ended = () if everything else (ReviewState.CONFIRMED,)

    def rows(tx: Connection) -> list[dict[str, Any]]:
        begun = [one for one in cases.every(tx) if one.review not in (ReviewState.NONE, *ended)]
        return [review_json(tx, one, now) for one in begun]

    found = read(config, rows)
    if as_json:
        show(found, as_json=True, columns=())
        return
    table = [
        {
            **one,
            "whys": len(one["whys"]),
            "actions": len(one["actions"]),
            "overdue": sum(action["state"] == "overdue" for action in one["actions"]),
        }
        for one in found
    ]
    show(table, as_json=False, columns=COLUMNS)


@review.command("show")
@click.argument("id")
@as_json
@with_config
def show_(config: Config, id: str, as_json: bool) -> None:
    """One case's review: its whys, its actions, the customer's word."""
    now = utc_now()

    def one(tx: Connection) -> dict[str, Any] | None:
        case = cases.find(tx, id)
        return None if case is None else review_json(tx, case, now)

    found = read(config, one)
    if found is None:
        fail(f"there is no case {id!r}; `upheld case list --all` lists them", 1)
    _show(found, as_json)


@review.command()
@click.argument("id")
@click.argument("why")
@click.argument("because")
@click.option("--evidence", default="", help="where it can be seen: an address, a number, a file")
@click.option("--number", type=int, help="writes that row anew; else it is the next")
@by
@as_json
@with_config
def why(
    config: Config, id: str, why: str, because: str, evidence: str, number: int | None, by: str | None, as_json: bool
) -> None:
    """A row of the chain: why, and because. The next row asks why of this answer."""
    arguments = {"id": id, "why": why, "because": because, "evidence": evidence, "number": number}
    _show(change(config, "review.why", arguments, by), as_json)


@review.command()
@click.argument("id")
@click.argument("text")
@click.option("--aim", type=click.Choice([one.value for one in Aim]), required=True, help="what it is for")
@click.option("--owner", required=True, help="who does it, one of `people:`")
@click.option("--due", required=True, callback=moment, metavar="TIME", help="until when")
@by
@as_json
@with_config
def action(
    config: Config, id: str, text: str, aim: str, owner: str, due: datetime | None, by: str | None, as_json: bool
) -> None:
    """A corrective action. It is an obligation from then on: reminded of, overdue, `upheld obligation fulfil`."""
    arguments = {"id": id, "text": text, "aim": aim, "owner": owner, "due_at": instant(config, due)}
    _show(change(config, "review.action", arguments, by), as_json)


@review.command()
@click.argument("id")
@click.argument("text")
@by
@as_json
@with_config
def present(config: Config, id: str, text: str, by: str | None, as_json: bool) -> None:
    """The customer is told what it came to, and asked; that meets the clock of the review."""
    _show(change(config, "review.present", {"id": id, "text": text}, by), as_json)


def _show(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show(found, as_json=True, columns=())
        return
    whys, actions = found.pop("whys"), found.pop("actions")
    show(found, as_json=False, columns=())
    click.echo("")
    show(whys, as_json=False, columns=("number", "why", "because", "evidence"))
    click.echo("")
    show(actions, as_json=False, columns=("id", "aim", "text", "owner", "due_at", "state"))
