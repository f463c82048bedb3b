"""`oncall.*`: people change the rotas; who is on call, now and over the coming days."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Connection

from config.instant import DAY, Instant
from incidents import dutycalendar, offering, rostering
from incidents.decide import Refused
from incidents.readiness import AHEAD, Concern, concerns
from incidents.rota import Change, Deed, Shift
from incidents.service import NotFound
from incidents.store import duty
from incidents.trying import verified
from upheld.call import Call, Command
from upheld.rules import Rules
from upheld.shown import at

log = structlog.get_logger(__name__)

DAYS = 14
_PERSON = "person:"


def override(tx: Connection, call: Call) -> Any:
    """`rota, deed, person, instead_of?, start?, end, reason`. Raises decide.Refused."""
    given = call.arguments
    start = given.get("start")
    change = Change(
        id=0,
        rota=given["rota"],
        deed=Deed(given["deed"]),
        person=given["person"],
        instead_of=given.get("instead_of"),
        start=call.now if start is None else start,
        end=given["end"],
        reason=given["reason"].strip(),
        by=call.by,
        recorded_at=call.now,
    )
    return change_json(rostering.record(tx, call.rules.config, change))


def swap(tx: Connection, call: Call) -> Any:
    """`rota, person, other, after?, reason`: the next shifts of both change hands. Raises decide.Refused."""
    given = call.arguments
    after = given.get("after")
    changes = rostering.swap(
        tx,
        call.rules.config,
        rota=given["rota"],
        people=(given["person"], given["other"]),
        after=call.now if after is None else after,
        reason=given["reason"].strip(),
        by=call.by,
        now=call.now,
    )
    return {"id": changes[0].swap, "changes": [change_json(one) for one in changes]}


def ask(tx: Connection, call: Call) -> Any:
    """`rota, other, reason`: whoever gives the command asks the other; the plan stays until he accepts by the link in
    his mail. Raises decide.Refused."""
    given, config, ways = call.arguments, call.rules.config, call.rules.paging
    people = call.by.removeprefix(_PERSON), given["other"]
    offer = offering.ask(tx, config, ways, given["rota"], people, given["reason"].strip(), call.now)
    shifts = zip((offer.other, offer.person), offer.theirs, strict=True)
    return {
        "rota": offer.rota,
        "person": offer.person,
        "other": offer.other,
        "reason": offer.reason,
        "until": at(offer.expires_at),
        "shifts": [{"person": who, "start": at(start), "end": at(end)} for who, (start, end) in shifts],
    }


def withdraw(tx: Connection, call: Call) -> Any:
    """`id, reason`: both halves of a swap, from now on. Raises decide.Refused."""
    id = call.arguments["id"]
    halves = rostering.withdraw(tx, id, call.arguments["reason"].strip(), call.by, call.now)
    return {"id": id, "changes": [change_json(one) for one in halves]}


def plan_json(tx: Connection, rules: Rules, now: Instant, days: int = DAYS) -> dict[str, Any]:
    """Of every rota who is on call now, every shift of the coming days, the changes that concern them, and what is
    wrong with it."""
    config = rules.config
    end = now + days * DAY
    roster = rostering.roster_of(tx, config, now, end)
    return {
        "now": {rota: list(roster.on_call(rota, now)) for rota in config.rotas},
        "rotas": {rota: [shift_json(one) for one in roster.shifts(rota, (now, end))] for rota in config.rotas},
        "changes": [change_json(one) for one in roster.changes],
        "concerns": [concern_json(one) for one in _found(tx, rules, now)],
    }


def _found(tx: Connection, rules: Rules, now: Instant) -> tuple[Concern, ...]:
    roster = rostering.roster_of(tx, rules.config, now, now + AHEAD)
    return concerns(roster, rules.paging, now, verified(tx))


def concern_json(one: Concern) -> dict[str, Any]:
    return {"concern": one.kind.value, "subject": one.subject, "at": at(one.at), "channel": one.channel}


def shift_json(shift: Shift) -> dict[str, Any]:
    return {
        "start": at(shift.start),
        "end": at(shift.end),
        "people": list(shift.people),
        "gap": not shift.people,
        "changed": shift.changed,
    }


def change_json(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "rota": change.rota,
        "deed": change.deed.value,
        "person": change.person,
        "instead_of": change.instead_of,
        "start": at(change.start),
        "end": at(change.end),
        "reason": change.reason,
        "by": change.by,
        "recorded_at": at(change.recorded_at),
        "withdrawn_at": at(change.withdrawn_at),
        "swap": change.swap,
    }


def calendar_json(tx: Connection, rules: Rules, person: str) -> dict[str, Any]:
    """The address of his own shifts for a calendar program. Raises NotFound, decide.Refused."""
    if person not in rules.config.people:
        raise NotFound(f"there is no person {person!r}; known: {', '.join(rules.config.people) or 'none'}")
    address = dutycalendar.address(rules.paging.links, person, duty.renewed(tx, person))
    if address is None:
        made = rules.paging.links.base is not None
        why = "no signing key was made yet; start the server once" if made else "write `site.external_url`"
        raise Refused(f"there is no address: {why}")
    return {"person": person, "address": address}


def renew_calendar(tx: Connection, call: Call) -> Any:
    """`person`: the address before shows nothing any more. Raises NotFound, decide.Refused."""
    person = call.arguments["person"]
    calendar_json(tx, call.rules, person)
    duty.renew(tx, person)
    log.info("calendar renewed", person=person, by=call.by)
    return calendar_json(tx, call.rules, person)


COMMANDS: Mapping[str, Command] = {
    "oncall.override": override,
    "oncall.swap": swap,
    "oncall.ask": ask,
    "oncall.withdraw": withdraw,
    "oncall.renew_calendar": renew_calendar,
}
