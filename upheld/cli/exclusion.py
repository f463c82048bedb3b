"""`upheld exclusion …`: time that does not count, from the proposal to the customer's word."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from config.agreement import Category
from config.duration import parse_duration
from config.instant import DAY, Instant, Span
from config.model import Config
from sla.exclusion import exclusions_in
from sla.exclusions import Exclusions
from sla.proposal import Proposal
from sla.store import exclusion as exclusions
from upheld.cli.facts import proposed
from upheld.cli.incident import as_json
from upheld.cli.incident import by as person
from upheld.cli.local import show_local, show_one
from upheld.cli.moment import instant, moment
from upheld.cli.reading import readable
from upheld.cli.shared import change, fail, in_force, read, show, with_config
from upheld.cli.speaker import by, customers_word, dry_run, show_said, show_settled, spoken, word_of
from upheld.cli.tongue import language_of, tell
from upheld.clock import utc_now
from upheld.settled import exclusion_json, occurrence_json, said_json

COLUMNS = ("id", "state", "category", "components", "start", "end", "every", "requested_by", "approved_by")
AROUND = 35 * DAY
"""How far back and ahead `show` lists the windows."""

TIME = "2026-11-22 01:00, local to the site"


def length(context: click.Context, parameter: click.Parameter, value: str | None) -> Span | None:
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.group()
def exclusion() -> None:
    """Time that does not count: maintenance, force majeure, what the customer caused."""


@exclusion.command("list")
@click.option("--all", "everything", is_flag=True, help="withdrawn ones too")
@click.option("--customer", help="only what concerns this customer")
@as_json
@with_config
def list_(config: Config, everything: bool, customer: str | None, as_json: bool) -> None:
    """Every proposal and how far it is."""
    config = in_force(config)
    if customer is not None and customer not in config.customers:
        fail(f"there is no customer {customer!r}; known: {', '.join(config.customers) or 'none'}", 1)
    covered = {name for one in config.agreements() if one.customer == customer for name in one.components}
    components = None if customer is None else sorted(covered)
    found = read(config, lambda tx: Exclusions(config).known(tx, components, utc_now()))
    rows = [exclusion_json(one) for one in found if everything or not one.withdrawn]
    if not rows and not as_json:
        tell("no exclusion")
        return
    show_local(config, rows if as_json else [proposed(one) for one in rows], as_json=as_json, columns=COLUMNS)


@exclusion.command("show")
@click.argument("id")
@as_json
@with_config
def show_(config: Config, id: str, as_json: bool) -> None:
    """One exclusion: its windows of these weeks as each customer's agreement judges them, and everything said of it."""
    config = in_force(config)
    now = utc_now()

    def one(tx: Connection) -> dict[str, Any] | None:
        known = {proposal.id: proposal for proposal in Exclusions(config).known(tx, None, now)}
        if id not in known:
            return None
        return {
            **exclusion_json(known[id]),
            "windows": _windows(config, known.values(), id, now),
            "events": [said_json(said) for said in exclusions.events_of(tx, id)],
        }

    found = read(config, one)
    if found is None:
        fail(f"there is no exclusion {id!r}; `upheld exclusion list --all` lists them", 1)
    if as_json:
        show(found, as_json=True, columns=())
        return
    events, windows = found.pop("events"), found.pop("windows")
    show_one(config, proposed(found))
    click.echo("")
    plain = [readable(_worked(one), config.site.timezone, language_of()) for one in windows]
    show(plain, as_json=False, columns=("customer", "start", "end", "valid", "reason", "worked"))
    click.echo("")
    show_said(config, events)


def _worked(window: dict[str, Any]) -> dict[str, Any]:
    start, end = window["worked"] or (None, None)
    return window if start is None else {**window, "worked": {"start": start, "end": end}}


def _windows(config: Config, known: Iterable[Proposal], id: str, now: Instant) -> list[dict[str, Any]]:
    """A cap is used up by others too, so all are judged together."""
    proposals = list(known)
    versions = list(config.agreements())
    rows: dict[tuple[str, Instant], dict[str, Any]] = {}
    for agreement in versions:
        terms = [one for one in versions if one.id == agreement.id]
        for one in exclusions_in(proposals, agreement, terms, (now - AROUND, now + AROUND)):
            if one.id == id:
                rows[agreement.customer, one.start] = occurrence_json(one, agreement.customer)
    return [rows[key] for key in sorted(rows, key=lambda key: (key[1], key[0]))]


@exclusion.command()
@click.argument("components", nargs=-1, required=True)
@click.option("--category", type=click.Choice([one.value for one in Category]), required=True)
@click.option("--start", callback=moment, metavar="TIME", help=TIME)
@click.option("--end", callback=moment, metavar="TIME")
@click.option("--every", metavar="WHEN", help="'Sun 01:00', 'day 01:00' or '1 01:00', for a recurring one")
@click.option("--duration", callback=length, metavar="LENGTH", help="like 4h, for a recurring one")
@click.option("--timezone", help="of --every; the site's if not given")
@click.option("--text", help="what is done, for every customer concerned")
@click.option("--page", is_flag=True, help="people are called meanwhile; needs --open")
@click.option("--open", "open_", is_flag=True, help="incidents open meanwhile")
@click.option("--count", is_flag=True, help="its time counts all the same")
@click.option("--publish/--hide", default=True, help="whether it is on the public page  [default: publish]")
@by
@dry_run
@as_json
@with_config
def add(
    config: Config,
    components: tuple[str, ...],
    category: str,
    start: datetime | None,
    end: datetime | None,
    every: str | None,
    duration: Span | None,
    timezone: str | None,
    text: str | None,
    page: bool,
    open_: bool,
    count: bool,
    publish: bool,
    by: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Propose one. It excludes nothing before a second person approves it and the customer was told in time."""
    who, speaker = spoken(by)
    arguments = {
        "components": components,
        "category": category,
        "start": instant(config, start),
        "end": instant(config, end),
        "every": every,
        "duration": duration,
        "timezone": timezone,
        "text": text,
        "page": page,
        "open": open_,
        "count": count,
        "publish": publish,
        "dry_run": dry_run,
        **speaker,
    }
    show_settled(config, change(config, "exclusion.add", arguments, who), as_json=as_json)


@exclusion.command()
@click.argument("id")
@by
@dry_run
@as_json
@with_config
def approve(config: Config, id: str, by: str | None, dry_run: bool, as_json: bool) -> None:
    """As the second person: never the one who asked for it."""
    who, speaker = spoken(by)
    arguments = {"id": id, "dry_run": dry_run, **speaker}
    show_settled(config, change(config, "exclusion.approve", arguments, who), as_json=as_json)


@exclusion.command()
@click.argument("id")
@customers_word
@click.option("--proof", required=True, help="how it can be seen: the signed sheet, the mail")
@click.option("--occurrence", callback=moment, metavar="TIME", help="only the window at that time")
@as_json
@with_config
def countersign(config: Config, id: str, by: str, proof: str, occurrence: datetime | None, as_json: bool) -> None:
    """The customer agrees: it needs no second person, and no notice in time."""
    arguments = {"id": id, "proof": proof, "occurrence": instant(config, occurrence), **word_of(by)}
    show_settled(config, change(config, "exclusion.countersign", arguments), as_json=as_json)


@exclusion.command()
@click.argument("id")
@click.option("--at", "delivered", callback=moment, metavar="TIME", required=True, help="when it was delivered")
@click.option("--proof", required=True, help="how that can be seen: the mail server's answer, a receipt")
@click.option("--customer", help="who had it, where several are concerned")
@click.option("--occurrence", callback=moment, metavar="TIME", help="only of the window at that time")
@person
@as_json
@with_config
def notice(
    config: Config,
    id: str,
    delivered: datetime | None,
    proof: str,
    customer: str | None,
    occurrence: datetime | None,
    by: str | None,
    as_json: bool,
) -> None:
    """The customer had notice of it."""
    arguments = {
        "id": id,
        "delivered_at": instant(config, delivered),
        "proof": proof,
        "customer": customer,
        "occurrence": instant(config, occurrence),
    }
    show_settled(config, change(config, "exclusion.notice", arguments, by), as_json=as_json)


@exclusion.command()
@click.argument("id")
@click.option("--from", "start", callback=moment, metavar="TIME", required=True)
@click.option("--to", "end", callback=moment, metavar="TIME", required=True)
@person
@as_json
@with_config
def worked(
    config: Config, id: str, start: datetime | None, end: datetime | None, by: str | None, as_json: bool
) -> None:
    """Work was done in a window; a recurring exclusion counts only where that is recorded."""
    arguments = {"id": id, "start": instant(config, start), "end": instant(config, end)}
    show_settled(config, change(config, "exclusion.worked", arguments, by), as_json=as_json)


@exclusion.command()
@click.argument("id")
@click.option("--reason", required=True, help="why, for every customer concerned")
@click.option("--since", callback=moment, metavar="TIME", help="only what starts then or later")
@person
@dry_run
@as_json
@with_config
def withdraw(
    config: Config, id: str, reason: str, since: datetime | None, by: str | None, dry_run: bool, as_json: bool
) -> None:
    """Take it back. It stays listed where its time has begun."""
    arguments = {"id": id, "reason": reason, "since": instant(config, since), "dry_run": dry_run}
    show_settled(config, change(config, "exclusion.withdraw", arguments, by), as_json=as_json)
