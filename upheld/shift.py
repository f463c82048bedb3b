"""What a change of shift has to know: every open case, who has it, and what is to be done next."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from incidents.case import CaseNoted, CaseRecorded, HandedOver
from incidents.caseload import Caseload
from incidents.store import case as cases
from upheld.shown import at


def shift_json(tx: Connection, caseload: Caseload, now: Instant, person: str | None = None) -> list[dict[str, Any]]:
    """Cases nobody has first, then by the clock that runs out next; `person`: only what he has or is offered."""
    found = [one for one in cases.open_cases(tx) if person in (None, one.responsible, one.offered)]
    rows = []
    for one in found:
        running = [clock for clock in caseload.clocks(one, now) if clock.done_at is None and clock.due_at is not None]
        clock = min(running, key=lambda clock: clock.due_at or 0, default=None)
        row = {
            "id": one.id,
            "responsible": one.responsible,
            "offered": one.offered,
            "customer": one.customer,
            "state": one.progress.value,
            "clock": None if clock is None else clock.name,
            "due_at": None if clock is None else at(clock.due_at),
            "next_action": next_action(cases.events(tx, one.id)),
            "title": one.title,
        }
        rows.append(((one.responsible is not None, clock is None, 0 if clock is None else clock.due_at, one.id), row))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def next_action(log: Iterable[CaseRecorded]) -> str | None:
    """What was said at the last hand-over or noted since."""
    said: str | None = None
    for one in log:
        match one.event:
            case HandedOver(next_action=text) | CaseNoted(text=text):
                said = text
            case _:
                pass
    return said
