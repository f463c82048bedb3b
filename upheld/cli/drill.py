"""`upheld drill …`: the emergency plan is tried, over the true path, and nobody outside learns of it."""

import click

from config.model import Config
from incidents.severity import MILDEST, WORST
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.shared import read, with_config
from upheld.cli.tongue import tell
from upheld.drills import drills_json

COLUMNS = ("id", "state", "component", "opened_at", "called", "answered_by", "answered_after_s", "result")


@click.group()
def drill() -> None:
    """An incident that is none: it calls as a real one would, and counts nowhere."""


@drill.command()
@click.argument("component")
@click.option("--severity", type=click.IntRange(WORST, MILDEST), help="as if it were down if not given")
@by
@as_json
@with_config
def start(config: Config, component: str, severity: int | None, by: str | None, as_json: bool) -> None:
    """Call whoever would be called if COMPONENT were down; every message says that it is a drill."""
    said = {"component": component, "severity": severity}
    acted(config, "drill.start", said, by, as_json)


@drill.command()
@click.argument("id")
@click.argument("result")
@by
@as_json
@with_config
def end(config: Config, id: str, result: str, by: str | None, as_json: bool) -> None:
    """It is over, and RESULT says how it went; that keeps the duty of this turn."""
    acted(config, "incident.resolve", {"id": id, "reason": result}, by, as_json)


@drill.command("list")
@as_json
@with_config
def list_(config: Config, as_json: bool) -> None:
    """Every drill, newest first: who was called, who answered within what time, how it went."""
    found = read(config, drills_json)
    if not found and not as_json:
        tell("no drill")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)
