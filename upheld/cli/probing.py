"""`upheld probe KIND TARGET`: ask once, without a configuration."""

import asyncio
import json
from typing import Any

import click

from probe.once import Unaskable, ask_once, exit_code, told
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
    """Ask once. Exit code 0: up or degraded, 1: down, 2: could not ask."""
    try:
        answer = asyncio.run(ask_once(installed().kinds, kind, target, options, utc_now))
    except Unaskable as error:
        fail(str(error), 2)
    found = told(kind, target, answer)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else _sentence(found))
    context.exit(exit_code(answer))


def _sentence(found: dict[str, Any]) -> str:
    reason = f" ({found['reason']})" if found["reason"] else ""
    lines = [f"{found['target']} is {found['result']}{reason}, {found['latency_ms']} ms"]
    lines += [f"  {phase:<12}{milliseconds:>6} ms" for phase, milliseconds in found["phases"].items()]
    if found["detail"]:
        lines.append(f"  {found['detail']}")
    return "\n".join(lines)
