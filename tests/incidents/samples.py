"""A small configuration, and short ways to conditions, alerts and checks, for the tests of this room."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert

from config.agreement import (
    Agreement,
    Availability,
    Calendar,
    CaseKind,
    Commitment,
    ExclusionEffect,
    Level,
    Limit,
    Period,
    UnknownPolicy,
)
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant, Span
from config.model import Channel, Check, Component, Config, Contact, Customer, DownWhen, Tier
from config.oncall import Escalation, Person, Reach, Role, Step
from config.state import State
from db.tables.probe import check_transition
from incidents.caseload import Caseload
from incidents.decide import Condition
from incidents.incident import Incident, Opened, Progress, Recorded, open_incident
from incidents.paging import Paging
from incidents.routing import Routing
from incidents.service import Incidents
from incidents.severity import Severity
from incidents.source import AlertNews, Sent
from probe.result import Reason
from probe.verdict import CheckChange

NOON: Instant = 1_788_523_200_000
"""2026-09-04T12:00:00Z, a Friday."""


# configuration


def component(name: str, *checks: str, **changes: Any) -> Component:
    made = {check: Check(id=f"{name}/{check}", component=name, kind="http", target="http://x") for check in checks}
    return Component(**{"id": name, "name": name, "escalation": "default", "checks": made, **changes})


def commitment(name: str, span: Span, **changes: Any) -> Commitment:
    return Commitment(**{"id": name, "limit": Limit(span=span), **changes})


def level(number: int, *commitments: Commitment, **changes: Any) -> Level:
    given = {"number": number, "name": f"level {number}", "commitments": {one.id: one for one in commitments}}
    return Level(**{**given, **changes})


LEVELS = (
    level(1, commitment("respond", 15 * MINUTE), commitment("resolve", 2 * HOUR), severities=(1,)),
    level(2, commitment("respond", 30 * MINUTE), commitment("resolve", 8 * HOUR), severities=(2,)),
    level(
        3,
        commitment("respond", 2 * HOUR),
        commitment("resolve", DAY),
        severities=(3,),
        kinds=(CaseKind.QUESTION, CaseKind.COMPLAINT, CaseKind.REQUEST),
    ),
)


def availability(**changes: Any) -> Availability:
    given: dict[str, Any] = {
        "target": "99.9",
        "period": Period.MONTH,
        "service_hours": "24x7",
        "exclusion_effect": ExclusionEffect.REMOVED,
        "unknown": UnknownPolicy.EXCLUDE,
        "partial_weight": Fraction(1, 2),
        "timezone": "UTC",
    }
    return Availability(**{**given, **changes})


def agreement(customer: str = "acme", *, covers: Iterable[str] = ("shop",), **changes: Any) -> Agreement:
    given: dict[str, Any] = {
        "id": f"{customer}/main",
        "customer": customer,
        "effective": 0,
        "measured_from": 0,
        "components": tuple(covers),
        "availability": availability(),
        "levels": LEVELS,
    }
    return Agreement(**{**given, **changes})


def customer(name: str = "acme", *agreements: Agreement, **changes: Any) -> Customer:
    given: dict[str, Any] = {
        "id": name,
        "name": name,
        "language": "en",
        "contacts": (Contact(name="Chen", email=f"chen@{name}.example"),),
        "agreements": agreements or (agreement(name),),
    }
    return Customer(**{**given, **changes})


LI = Person(id="li", name="Li Wei", email="li@example.com", language="en", reach=(Reach(channel="mail"),))
WANG = Person(
    id="wang",
    name="Wang Fang",
    email="wang@example.com",
    language="en",
    role=Role.SERVICE_MANAGER,
    reach=(Reach(channel="mail"),),
)
POLICY = Escalation(
    id="default",
    steps=(Step(notify=("li",)), Step(notify=("wang",), after=15 * MINUTE)),
    repeat=2,
    fallback=("wang",),
)
MAIL = Channel(id="mail", kind="email")


def named(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.id: thing for thing in things}


def config(*components: Component, **changes: Any) -> Config:
    """`shop` (core, checks home and api) and `crm` (no checks) unless others are named; nobody has an agreement."""
    made = components or (component("shop", "home", "api"), component("crm", tier=Tier.IMPORTANT))
    given: dict[str, Any] = {
        "components": named(made),
        "people": named((LI, WANG)),
        "channels": named((MAIL,)),
        "escalations": named((POLICY,)),
    }
    return Config(**{**given, **changes})


def incidents(made: Config) -> Incidents:
    paging = Paging(made, log_channel="log")
    return Incidents(made, paging, Caseload(made, paging))


def mode(word: str, up: int | None = None) -> DownWhen:
    return DownWhen.model_validate({"mode": word, "up": up})


def office(**changes: Any) -> Calendar:
    """Mon-Fri 09:00-18:00 in Shanghai, with the holidays and make-up days of autumn 2026."""
    given: dict[str, Any] = {
        "id": "cn",
        "timezone": "Asia/Shanghai",
        "country": "CN",
        "hours": {"mon-fri": ("09:00-18:00",)},
        "off": ("2026-09-25", "2026-09-26", "2026-09-27", *(f"2026-10-0{day}" for day in range(1, 8))),
        "work": {"2026-09-20": "mon", "2026-10-10": "mon"},
        "published_until": "2026-12-31",
    }
    return Calendar(**{**given, **changes})


# values

BY_SERVICE = Routing(component_from=("service",))


def sent(body: object, **changes: Any) -> Sent:
    """A call with these bytes, or with this as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Sent(**{"body": raw, "received_at": NOON, **changes})


def condition(state: State = State.DOWN, **changes: Any) -> Condition:
    given: dict[str, Any] = {
        "component": "shop",
        "state": state,
        "since": NOON,
        "severity": Severity(value=1, because="tier core is down"),
        "cause": "shop/home",
        "title": "connection refused",
    }
    return Condition(**{**given, **changes})


def opened(**changes: Any) -> Opened:
    given: dict[str, Any] = {
        "component": "shop",
        "state": State.DOWN,
        "severity": 2,
        "because": "tier",
        "cause": "shop/home",
        "title": "refused",
        "started_at": NOON - MINUTE,
    }
    return Opened(**{**given, **changes})


def recorded(event: Any, at: Instant = NOON, **changes: Any) -> Recorded:
    return Recorded(**{"event": event, "happened_at": at, "recorded_at": at, "by": "test", **changes})


def incident(progress: Progress = Progress.TRIGGERED, **changes: Any) -> Incident:
    begun = open_incident("INC-2026-0001", recorded(opened()))
    return replace(begun, progress=progress, **changes)


def alert(key: str = "5ef1", *, firing: bool = True, at: Instant = NOON, **changes: Any) -> AlertNews:
    given: dict[str, Any] = {
        "key": key,
        "firing": firing,
        "labels": {"service": "crm"},
        "severity_word": "critical",
        "summary": "crm does not answer",
        "link": None,
        "starts_at": at,
        "stamp": "first",
        "ends_at": None if firing else at,
    }
    return AlertNews(**{**given, **changes})


# what the probes would do


def report(tx: Connection, check: str, state: State, happened_at: Instant, now: Instant) -> CheckChange:
    """Write the check's own line, as the probe does in the transaction of its news."""
    tx.execute(
        insert(check_transition).values(check=check, state=state.value, happened_at=happened_at, recorded_at=now)
    )
    return CheckChange(
        check=check,
        state=state,
        happened_at=happened_at,
        reason=Reason.CONNECTION_REFUSED,
        bound_at=happened_at - SECOND,
    )


def see(tx: Connection, made: Incidents, states: Mapping[str, State], happened_at: Instant, now: Instant) -> None:
    """These checks change at once."""
    news = [report(tx, check, state, happened_at, now) for check, state in states.items()]
    made.check_news(tx, news, "probe:local", now)


def look_again(made: Incidents, tx: Connection, now: Instant) -> None:
    """All parts of it."""
    for part in made.look_again(lambda: now):
        part(tx)
