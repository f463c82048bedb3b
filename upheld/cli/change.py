"""Commands that change something: through the running server, or, when none runs, in this process."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.model import Config
from db.engine import Use, open_database
from db.errors import StoreLocked
from upheld import contracts, control, log, signing
from upheld.call import Call
from upheld.cli.shared import login
from upheld.clock import utc_now
from upheld.commands import AGREEMENT, COMMANDS, REFUSALS
from upheld.control import CommandRefused, NoServer
from upheld.installed import installed
from upheld.rules import rules_of

_SERVER_STARTS_WITHIN = 5.0


def change(config: Config, command: str, arguments: Mapping[str, Any], by: str | None = None) -> Any:
    """Through the running server, or, when none runs, in this process."""
    who = f"person:{by or login()}"
    return asyncio.run(_change(config, command, who, arguments))


async def _change(config: Config, command: str, by: str, arguments: Mapping[str, Any]) -> Any:
    file = config.store.sqlite_file
    if file is None:
        return await _change_here(config, command, by, arguments)
    path = control.socket_of(file)
    end = asyncio.get_running_loop().time() + _SERVER_STARTS_WITHIN
    while True:
        try:
            return await control.ask(path, command, by, arguments)
        except NoServer:
            pass
        try:
            return await _change_here(config, command, by, arguments)
        except StoreLocked:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(0.1)  # a server is just starting or stopping


async def _change_here(config: Config, command: str, by: str, arguments: Mapping[str, Any]) -> Any:
    log.set_up(quiet=True)  # what is decided on the way would stand among the answer
    database = await open_database(config.store.url.reveal(), Use.COMMAND)
    now = utc_now()

    def carry_out(tx: Connection) -> Any:
        if command.startswith(AGREEMENT):
            contracts.take_over(tx, config, now)  # as a server would have: a revision needs what it revises
        secret = signing.links_secret(config.signing.key_file)  # what a command mails has links, too
        rules = rules_of(contracts.in_force(tx, config), installed(), secret)
        return COMMANDS[command](tx, Call(rules=rules, by=by, arguments=arguments, now=now))

    try:
        return await database.write(carry_out)
    except REFUSALS as error:
        raise CommandRefused(str(error)) from error
    finally:
        await database.close()
