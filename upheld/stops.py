"""Stopped clocks of cases: commands of people and of programs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.counting import Category
from incidents.case import CaseEvent, Resumed, StopContested, Waiting
from upheld.call import Call, Command
from upheld.shown import case_json


def stop(tx: Connection, call: Call) -> Any:
    """`id, waits_for, awaited`; `evidence` where it is not the customer."""
    given = call.arguments
    waits_for, evidence = Category(given["waits_for"]), given.get("evidence") or ""
    return _said(tx, call, Waiting(awaited=given["awaited"], waits_for=waits_for, evidence=evidence))


def go_on(tx: Connection, call: Call) -> Any:
    return _said(tx, call, Resumed())


def contest(tx: Connection, call: Call) -> Any:
    """`id, since, reason`."""
    return _said(tx, call, StopContested(since=call.arguments["since"], reason=call.arguments["reason"]))


def _said(tx: Connection, call: Call, event: CaseEvent) -> Any:
    case = call.rules.caseload.record(tx, call.arguments["id"], event, call.by, call.now, call.now)
    return case_json(case, call.rules.caseload.clocks(case, call.now))


COMMANDS: Mapping[str, Command] = {"case.stop": stop, "case.go-on": go_on, "case.contest-stop": contest}
