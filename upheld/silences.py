"""`silence.*`: people hold calls for a time; what is held by which."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from incidents.silence import Silence, matchers
from incidents.store import incident as incidents
from incidents.store import silence as silences
from upheld.call import Call, Command
from upheld.shown import at

NEWEST = 200


def add(tx: Connection, call: Call) -> Any:
    """`matchers, start?, end, reason, worst_too`. Raises decide.Refused."""
    given = call.arguments
    start = given.get("start")
    silence = Silence(
        id=0,
        matchers=matchers(given["matchers"]),
        start=call.now if start is None else start,
        end=given["end"],
        reason=given["reason"].strip(),
        by=call.by,
        recorded_at=call.now,
        worst_too=bool(given.get("worst_too")),
    )
    return silence_json(tx, call.rules.incidents.silence(tx, silence, call.now))


def end(tx: Connection, call: Call) -> Any:
    """`id, reason`: what still fails calls at once. Raises decide.Refused."""
    id, reason = call.arguments["id"], call.arguments["reason"].strip()
    return silence_json(tx, call.rules.incidents.end_silence(tx, id, call.by, reason, call.now))


def listed(tx: Connection, now: Instant, *, over: bool) -> list[dict[str, Any]]:
    """Those in force and to come; with `over` the newest of all."""
    found = silences.newest(tx, NEWEST) if over else silences.not_over(tx, now)
    return [silence_json(tx, one) for one in found]


def one(tx: Connection, id: int) -> dict[str, Any] | None:
    found = silences.find(tx, id)
    return None if found is None else silence_json(tx, found)


def silence_json(tx: Connection, silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "matchers": [one.written for one in silence.matchers],
        "start": at(silence.start),
        "end": at(silence.end),
        "worst_too": silence.worst_too,
        "reason": silence.reason,
        "by": silence.by,
        "recorded_at": at(silence.recorded_at),
        "ended_at": at(silence.ended_at),
        "ended_by": silence.ended_by,
        "holds": [one.id for one in incidents.unresolved(tx) if silence.name in one.held_by],
    }


COMMANDS: Mapping[str, Command] = {"silence.add": add, "silence.end": end}
