"""Statements by command: sealing, and the customer's word as somebody types it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sla.record import Word
from sla.seal import seal_json
from sla.standing import Way
from upheld.call import Call, Command
from upheld.listing import standing_json
from upheld.sealing import sealer_of
from upheld.statements import parsed


def seal(tx: Connection, call: Call) -> Any:
    customer, period = call.arguments["customer"], parsed(call.arguments["period"])
    made = sealer_of(call.rules).seal(tx, customer, period, call.by, call.now)
    return {**seal_json(made.seal), "verdict": made.verdict}


def answer(tx: Connection, call: Call) -> Any:
    given = call.arguments
    word, speaker = Word(given["word"]), given["speaks"] or call.by
    sealer, period = sealer_of(call.rules), parsed(given["period"])
    return standing_json(sealer.answer(tx, given["customer"], period, word, speaker, call.by, call.now))


def countersign(tx: Connection, call: Call) -> Any:
    given = call.arguments
    speaker = given["speaks"] or call.by
    sealer, period = sealer_of(call.rules), parsed(given["period"])
    return standing_json(sealer.countersign(tx, given["customer"], period, speaker, call.by, call.now, Way.COMMAND))


def dispute(tx: Connection, call: Call) -> Any:
    given = call.arguments
    speaker = given["speaks"] or call.by
    sealer, period = sealer_of(call.rules), parsed(given["period"])
    line, reason = given["line"], given["reason"]
    return standing_json(sealer.dispute(tx, given["customer"], period, line, reason, speaker, call.by, call.now))


COMMANDS: Mapping[str, Command] = {
    "statement.seal": seal,
    "statement.answer": answer,
    "statement.countersign": countersign,
    "statement.dispute": dispute,
}
