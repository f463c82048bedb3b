"""`upheld correction …`: what people found to have been in truth, over what was measured."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from config.state import State
from sla.correction import Correction
from sla.store import correction as corrections
from upheld.awaited import awaited
from upheld.cli.incident import as_json
from upheld.cli.local import show_local, show_one
from upheld.cli.moment import instant, moment
from upheld.cli.shared import caseload_of, change, fail, in_force, read, show, with_config
from upheld.cli.speaker import by, customers_word, dry_run, show_said, show_settled, spoken, word_of
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.settled import correction_json, said_json

COLUMNS = ("id", "state", "component", "start", "end", "put_to", "requested_by", "approved_by", "words")


@click.group()
def correction() -> None:
    """Intervals that people judged otherwise than they were measured. No fact is ever edited."""


@correction.command("list")
@click.option("--all", "everything", is_flag=True, help="also those that count, and need nobody's word any more")
@as_json
@with_config
def list_(config: Config, everything: bool, as_json: bool) -> None:
    """Those that wait for somebody's word."""
    rows = [correction_json(one) for one in (read(config, corrections.corrections) if everything else _awaited(config))]
    if not rows and not as_json:
        tell("no correction" if everything else "no correction waits for anybody")
        return
    show_local(config, rows, as_json=as_json, columns=COLUMNS)


def _awaited(config: Config) -> list[Correction]:
    known, now = in_force(config), utc_now()
    caseload = caseload_of(known)
    return read(config, lambda tx: awaited(tx, known, caseload, now))


@correction.command("show")
@click.argument("id")
@as_json
@with_config
def show_(config: Config, id: str, as_json: bool) -> None:
    """One correction, and everything said of it."""

    def one(tx: Connection) -> dict[str, Any] | None:
        found = corrections.find(tx, id)
        if found is None:
            return None
        return {**correction_json(found), "events": [said_json(said) for said in corrections.events_of(tx, id)]}

    found = read(config, one)
    if found is None:
        fail(f"there is no correction {id!r}; `upheld correction list --all` lists them", 1)
    if as_json:
        show(found, as_json=True, columns=())
        return
    events = found.pop("events")
    show_one(config, found)
    click.echo("")
    show_said(config, events)


@correction.command()
@click.argument("component")
@click.option("--state", type=click.Choice([one.value for one in State]), required=True, help="what it was in truth")
@click.option("--from", "start", callback=moment, metavar="TIME", required=True)
@click.option("--to", "end", callback=moment, metavar="TIME", required=True)
@click.option("--reason", required=True, help="what was in truth the case; every customer concerned reads it")
@click.option("--evidence", required=True, help="what shows it: a log, a ticket, a mail; read likewise")
@by
@dry_run
@as_json
@with_config
def request(
    config: Config,
    component: str,
    state: str,
    start: datetime | None,
    end: datetime | None,
    reason: str,
    evidence: str,
    by: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask that an interval be judged otherwise. It counts when a second person approved it."""
    who, speaker = spoken(by)
    arguments = {
        "component": component,
        "state": state,
        "start": instant(config, start),
        "end": instant(config, end),
        "reason": reason,
        "evidence": evidence,
        "dry_run": dry_run,
        **speaker,
    }
    show_settled(config, change(config, "correction.request", arguments, who), as_json=as_json)


@correction.command()
@click.argument("id")
@by
@dry_run
@as_json
@with_config
def approve(config: Config, id: str, by: str | None, dry_run: bool, as_json: bool) -> None:
    """As the second person. One in the supplier's favour still waits for the customer's word."""
    who, speaker = spoken(by)
    arguments = {"id": id, "dry_run": dry_run, **speaker}
    show_settled(config, change(config, "correction.approve", arguments, who), as_json=as_json)


@correction.command()
@click.argument("id")
@customers_word
@click.option("--proof", required=True, help="how it can be seen: the signed sheet, the mail")
@dry_run
@as_json
@with_config
def confirm(config: Config, id: str, by: str, proof: str, dry_run: bool, as_json: bool) -> None:
    """The customer agrees."""
    arguments = {"id": id, "proof": proof, "dry_run": dry_run, **word_of(by)}
    show_settled(config, change(config, "correction.confirm", arguments), as_json=as_json)


@correction.command()
@click.argument("id")
@customers_word
@click.option("--reason", required=True, help="what is wrong with it, in the customer's words")
@as_json
@with_config
def contest(config: Config, id: str, by: str, reason: str, as_json: bool) -> None:
    """The customer does not agree: the stricter reading stays on the statement."""
    arguments = {"id": id, "reason": reason, **word_of(by)}
    show_settled(config, change(config, "correction.contest", arguments), as_json=as_json)
