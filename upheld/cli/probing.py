"""`upheld probe KIND TARGET`: ask once, without a configuration."""

import asyncio
import json

import click

from probe.once import Unaskable, ask_once, exit_code, told
from upheld.cli.answer import language_of, printable, written
from upheld.cli.incident import as_json
from upheld.cli.shared import fail
from upheld.clock import utc_now
from upheld.installed import installed


@click.command()
@click.argument("kind")
@click.argument("target")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="as in a check; expect.body=ok")
@as_json
@click.pass_context
def probe(context: click.Context, kind: str, target: str, options: tuple[str, ...], as_json: bool) -> None:
    """Ask once. Exit code 0: up or degraded, 1: down, 2: could not ask. LANG says in which language."""
    try:
        answer = asyncio.run(ask_once(installed().kinds, kind, target, options, utc_now))
    except Unaskable as error:
        fail(str(error), 2)
    if as_json:
        click.echo(json.dumps(told(kind, target, answer), ensure_ascii=False))
    else:
        click.echo(printable(written(kind, target, answer, language_of())))
    context.exit(exit_code(answer))
