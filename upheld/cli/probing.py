"""`upheld probe KIND TARGET`: ask once, without a configuration."""

import asyncio
import json
from collections.abc import Mapping

import click

from probe.kind import ProbeKind
from probe.once import Unaskable, ask_once, exit_code, told
from upheld.cli.answer import written
from upheld.cli.incident import as_json
from upheld.cli.shared import fail
from upheld.cli.tongue import language, language_of, printable
from upheld.clock import utc_now
from upheld.installed import installed


@click.command()
@click.argument("kind")
@click.argument("target")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="as in a check; expect.body=ok")
@language
@as_json
@click.pass_context
def probe(
    context: click.Context, kind: str, target: str, options: tuple[str, ...], lang: str | None, as_json: bool
) -> None:
    """Ask once. Exit code 0: up or degraded, 1: down, 2: could not ask."""
    kinds = installed().kinds
    try:
        answer = asyncio.run(
            ask_once(kinds, kind, target, options if as_json else _reading(kinds, kind, options), utc_now)
        )
    except Unaskable as error:
        fail(str(error), 2)
    if as_json:
        click.echo(json.dumps(told(kind, target, answer), ensure_ascii=False))
    else:
        click.echo(printable(written(kind, target, answer, lang or language_of())))
    context.exit(exit_code(answer))


def _reading(kinds: Mapping[str, ProbeKind], kind: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """A person reads what a bad answer says; nothing of it is stored."""
    known = kinds.get(kind)
    given = any(one.partition("=")[0] == "keep_body" for one in options)
    kept = known is not None and "keep_body" in known.options.model_fields
    return (*options, "keep_body=true") if kept and not given else options
