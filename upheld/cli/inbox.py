"""`upheld inbox …`"""

from collections.abc import Mapping
from typing import Any

import click

from config.duration import parse_duration
from config.instant import DAY, Span
from config.model import Config
from incidents.intake import Entrance
from incidents.store import inbox as posts
from upheld.cli.incident import as_json, by
from upheld.cli.local import show_local
from upheld.cli.shared import change, read, show, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.posts import LISTED, post_json, secrets_of, unrouted

COLUMNS = ("id", "source", "received_at", "outcome", "bytes", "begins")

source = click.option("--source", metavar="ID", help="of one source alone")
refused = click.option("--refused", is_flag=True, help="the quarantine: what could not be read")


def _span(context: click.Context, parameter: click.Parameter, value: str) -> Span:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


since = click.option("--since", callback=_span, default="1d", show_default=True, help="how far back, as 30m, 2h, 7d")


def _entrances(config: Config) -> Mapping[str, Entrance]:
    from upheld.rules import rules_of  # heavy

    return rules_of(config, installed()).entrances


@click.group()
def inbox() -> None:
    """What other monitors sent."""


@inbox.command("list")
@source
@refused
@since
@as_json
@with_config
def list_(config: Config, source: str | None, refused: bool, since: Span, as_json: bool) -> None:
    """What came, the newest last, and what became of it."""
    kept = posts.set_aside if refused else posts.kept
    secrets = secrets_of(_entrances(config))
    found = read(config, lambda tx: [post_json(one, secrets) for one in kept(tx, source, utc_now() - since, LISTED)])
    if not found and not as_json:
        tell("nothing was set aside" if refused else "nothing came")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)


@inbox.command("unrouted")
@as_json
@with_config
def unrouted_(config: Config, as_json: bool) -> None:
    """Alerts that name no component, and the line of the configuration that would give them one."""
    entrances = _entrances(config)
    found = read(config, lambda tx: unrouted(tx, config, entrances))
    if as_json:
        show(found, as_json=True, columns=())
        return
    if not found:
        tell("every alert names a component")
    for one in found:
        shown = {name: one[name] for name in ("source", "state", "summary", "labels", "last_received_at", "write")}
        show_local(config, shown, as_json=False, columns=())
        click.echo("")


@inbox.command()
@source
@refused
@since
@click.option("--dry-run/--apply", "rehearsal", default=True, help="say what would become of it, or do it")
@by
@as_json
@with_config
def replay(
    config: Config, source: str | None, refused: bool, since: Span, rehearsal: bool, by: str | None, as_json: bool
) -> None:
    """Read it again, with the readers and the configuration there are now."""
    arguments: dict[str, Any] = {
        "source": source,
        "since": utc_now() - (since or DAY),
        "refused": refused,
        "apply": not rehearsal,
    }
    done = change(config, "inbox.replay", arguments, by)
    unreadable = [] if as_json else done.pop("unreadable")
    show_local(config, done, as_json=as_json, columns=())
    if unreadable:
        click.echo("")
        tell("still not readable")
        show(unreadable, as_json=False, columns=("post", "why"))
