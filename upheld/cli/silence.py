"""`upheld silence …`"""

from datetime import datetime

import click

from config.model import Config
from upheld import silences
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.shared import read, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now

COLUMNS = ("id", "matchers", "start", "end", "reason", "by", "ended_at", "holds")
reason = click.option("--reason", required=True, help="why nobody needs to be called; `incident why` says it")


@click.group()
def silence() -> None:
    """Hold calls for a time; incidents, facts and pages are as they would be."""


@silence.command()
@click.argument("matchers", nargs=-1, required=True, metavar="MATCHER...")
@click.option("--from", "start", callback=moment, metavar="TIME", help="now if not given")
@click.option("--until", "end", callback=moment, metavar="TIME", required=True, help="31 days long at most")
@click.option("--severity-1-too", "worst_too", is_flag=True, help="it holds what is of severity 1, too")
@reason
@by
@as_json
@with_config
def add(
    config: Config,
    matchers: tuple[str, ...],
    start: datetime | None,
    end: datetime,
    worst_too: bool,
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Hold the calls of what fits all of MATCHER: component=shop, severity=3, source=am, customer=acme, any label."""
    given = {
        "matchers": list(matchers),
        "start": instant(config, start),
        "end": instant(config, end),
        "reason": reason,
        "worst_too": worst_too,
    }
    acted(config, "silence.add", given, by, as_json)


@silence.command("list")
@click.option("--all", "over", is_flag=True, help="those that are over, too")
@as_json
@with_config
def list_(config: Config, over: bool, as_json: bool) -> None:
    """Silences in force and to come, and which incidents each holds."""
    now = utc_now()
    found = read(config, lambda tx: silences.listed(tx, now, over=over))
    if not found and not as_json:
        tell("nothing was silenced" if over else "nothing is silenced")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)


@silence.command()
@click.argument("id", type=int)
@reason
@by
@as_json
@with_config
def end(config: Config, id: int, reason: str, by: str | None, as_json: bool) -> None:
    """End one before its time: what still fails calls at once."""
    acted(config, "silence.end", {"id": id, "reason": reason}, by, as_json)
