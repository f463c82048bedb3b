"""The commands that try a way to somebody, and list them all."""

from typing import Any

from sqlalchemy import Connection

from incidents import trying
from incidents.decide import Refused
from incidents.ways import Addressee
from upheld.call import Call, Command
from upheld.shown import at


def test(tx: Connection, call: Call) -> Any:
    """One message over the channel, to the person named or to the first who is reached by it."""
    one = _way(call)
    return {"person": one.person, "channel": one.channel, "key": trying.test(tx, one, call.now)}


def ask(tx: Connection, call: Call) -> Any:
    one = _way(call)
    return {"person": one.person, "channel": one.channel, "key": trying.ask(tx, one, call.now)}


def prove(tx: Connection, call: Call) -> Any:
    one = _way(call)
    why = trying.prove(tx, one, str(call.arguments["code"]), call.by, call.now)
    return {"person": one.person, "channel": one.channel, "verified": why is None, "why": why}


def ways(tx: Connection, call: Call) -> Any:
    """Every way to every person, and since when it is known to be right."""
    return [
        {
            "person": one.way.person,
            "channel": one.way.channel,
            "address": one.way.address,
            "verified_at": at(one.verified_at),
        }
        for one in trying.tried(tx, call.rules.config, call.rules.paging, call.now)
    ]


def _way(call: Call) -> Addressee:
    channel = str(call.arguments["channel"])
    if channel not in call.rules.channels:
        raise Refused(f"there is no channel {channel!r}; known: {', '.join(call.rules.channels)}")
    return trying.way_of(call.rules.config, call.rules.paging, channel, call.arguments.get("person"), call.now)


COMMANDS: dict[str, Command] = {
    "channel.test": test,
    "channel.ask": ask,
    "channel.prove": prove,
    "channel.ways": ways,
}
