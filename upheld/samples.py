"""The sample of closed cases: the word of whoever read one again, and how far it is as JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from incidents import sampling
from incidents.sample import Reread
from incidents.sampling import Sampled, samples
from upheld.call import Call, Command
from upheld.shown import at


def samples_json(tx: Connection, turn: str | None = None) -> list[dict[str, Any]]:
    """The newest turn first; `turn`: only of that one."""
    return [_shown(one) for one in samples(tx) if turn in (None, one.turn)]


def one(tx: Connection, id: str) -> dict[str, Any] | None:
    """As it was drawn last; None where it never was."""
    return next((one for one in samples_json(tx) if one["id"] == id), None)


def _shown(one: Sampled) -> dict[str, Any]:
    word = None if one.reread is None else one.reread.event
    said = word if isinstance(word, Reread) else None
    return {
        "turn": one.turn,
        "id": one.case.id,
        "customer": one.case.customer,
        "title": one.case.title,
        "state": "waiting" if said is None else "sound" if said.sound else "findings",
        "findings": "" if said is None else said.findings,
        "by": None if one.reread is None else one.reread.by,
        "read_at": None if one.reread is None else at(one.reread.recorded_at),
    }


def reread(tx: Connection, call: Call) -> Any:
    """`id, findings, sound`."""
    given = call.arguments
    sampling.reread(tx, call.rules.caseload, given["id"], given["findings"], call.by, call.now, sound=given["sound"])
    return one(tx, given["id"])


COMMANDS: Mapping[str, Command] = {"sample.reread": reread}
