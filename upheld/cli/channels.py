"""`upheld channels`: what is installed; trying one, and proving that an address is right."""

import time
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from notify.store import told
from upheld.cli.incident import as_json, by
from upheld.cli.lists import listed_channels
from upheld.cli.local import show_local
from upheld.cli.shared import change, fail, read, with_config
from upheld.cli.tongue import tell

_PATIENCE_S = 30.0
_PAUSE_S = 0.2

person = click.option("--person", metavar="PERSON", help="whom; the first who is reached by it if not given")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def channels(context: click.Context, as_json: bool) -> None:
    """Channels for telling people, with the options of each."""
    if context.invoked_subcommand is None:
        listed_channels(as_json)


@channels.command("test")
@click.argument("channel")
@person
@by
@with_config
def test_(config: Config, channel: str, person: str | None, by: str | None) -> None:
    """Send one message over it and say what became of it."""
    sent = change(config, "channel.test", {"channel": channel, "person": person}, by)
    _wait(config, sent)


@channels.command("verify")
@click.argument("channel")
@click.option("--person", metavar="PERSON", required=True, help="whose address")
@click.option("--code", help="the code that arrived there; without it one is sent")
@by
@with_config
def verify_(config: Config, channel: str, person: str, code: str | None, by: str | None) -> None:
    """Prove that a person's address is right: a code goes there, and is typed in here."""
    given = {"channel": channel, "person": person}
    if code is None:
        _wait(config, change(config, "channel.ask", given, by))
        return
    answer = change(config, "channel.prove", {**given, "code": code}, by)
    if not answer["verified"]:
        fail(answer["why"], 1)
    tell(f"{person} is reached over {channel}")


@channels.command("ways")
@as_json
@with_config
def ways_(config: Config, as_json: bool) -> None:
    """Every way to every person; what was never verified is said to be."""
    found = change(config, "channel.ways", {})
    rows = found if as_json else [{**one, "verified_at": one["verified_at"] or "never verified"} for one in found]
    show_local(config, rows, as_json=as_json, columns=("person", "channel", "address", "verified_at"))


def _wait(config: Config, sent: Any) -> None:
    """Until it ended; a command that nobody serves for leaves it in the outbox."""

    def state(tx: Connection) -> told.Told | None:
        return told.of_key(tx, sent["key"])

    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        found = read(config, state)
        if found is not None and found.attempts and found.attempts[-1].ended_at is not None:
            last = found.attempts[-1]
            tell(f"{sent['person']} over {sent['channel']}: {found.state.value}; {last.detail}")
            if found.state.value != "sent":
                raise click.exceptions.Exit(1)
            return
        time.sleep(_PAUSE_S)
    fail("not sent yet; does the server run? It stays in the outbox for 15 minutes", 1)
