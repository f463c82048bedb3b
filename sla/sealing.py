"""What is to be done about a statement now: draft, ask, seal, mail, or tell whoever holds it up. Pure.

A month without events takes no human act. What blocks a seal has a next step and somebody who must take it.
Source: sla-definition.md, 'Sealing a statement needs more than a verdict'; requirements.md 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias
from zoneinfo import ZoneInfo

import rfc8785

from config.agreement import Period as Kind
from config.instant import DAY, Instant, Span
from sla.calendar import local
from sla.cases import seconds
from sla.duedate import end_of_day, statement_day
from sla.obstacle import WORD, Obstacle
from sla.parties import Parties
from sla.period import Period
from sla.standing import Question, Stage, Standing
from sla.statement import Statement

LOOKED_BACK = 13
"""Months that are still sealed when they were missed."""
MAILED_AGAIN: Span = DAY


class NotSealed(Exception):
    """It cannot be done; the text says why and what to do."""


class Hold(StrEnum):
    """What keeps a statement from being sealed or delivered, besides time itself."""

    CALENDAR = "calendar"
    SENSITIVE = "sensitive"
    COVERAGE = "coverage"
    MEASURING_ERROR = "within_measuring_error"
    CONTACT = "contact"
    CHANNEL = "channel"
    UNDELIVERED = "undelivered"
    REVISION = "revision"


class Who(StrEnum):
    """Who must take the next step."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    ACCOUNT_MANAGER = "account-manager"
    SERVICE_MANAGER = "service-manager"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next step: a sentence with its Chinese in the catalogue."""

    hold: str
    who: Who
    text: str


WAITS: Mapping[Obstacle, str] = {
    Obstacle.RUNNING: "wait until the period has ended",
    Obstacle.GRACE: "wait until late observations are no longer accepted",
}
STEPS: Mapping[Hold, tuple[Who, str]] = {
    Hold.CALENDAR: (Who.OPERATOR, "publish the official calendar of the period in the configuration"),
    Hold.SENSITIVE: (Who.CUSTOMER, "accept or contest how the time that was not measured counts"),
    Hold.COVERAGE: (Who.CUSTOMER, "accept or contest how the time that was not measured counts"),
    Hold.MEASURING_ERROR: (Who.CUSTOMER, "accept the verdict, which the measuring error alone could turn"),
    Hold.CONTACT: (Who.ACCOUNT_MANAGER, "write a primary contact with a mail address for the customer"),
    Hold.CHANNEL: (Who.OPERATOR, "configure mail, so that statements can be delivered"),
    Hold.UNDELIVERED: (Who.ACCOUNT_MANAGER, "see why the mail was not taken; it is sent again every day"),
    Hold.REVISION: (Who.SERVICE_MANAGER, "look at what late facts change, then seal the next revision"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """`ends` the period, `sealable` from, delivered before `due`."""

    ends: Instant
    sealable: Instant
    due: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The customer, about these figures."""

    figures: str
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountAsDown:
    """Nobody answered in the agreed days."""

    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealIt:
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    revision: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    stage: Stage
    steps: tuple[Step, ...]


Act: TypeAlias = Draft | Ask | CountAsDown | SealIt | Mail | Tell


def months(parties: Parties, now: Instant) -> list[Period]:
    """Every month that has ended and may be due, oldest first."""
    if not parties.agreements:
        return []
    zone = ZoneInfo(parties.agreements[-1].availability.timezone)
    today, first = local(now, zone), local(min(one.measured_from for one in parties.agreements), zone)
    this = today.year * 12 + today.month - 1
    begin = max(first.year * 12 + first.month - 1, this - LOOKED_BACK)
    return [Period(kind=Kind.MONTH, year=at // 12, number=at % 12 + 1) for at in range(begin, this)]


def dates(statement: Statement) -> Dates:
    """The latest end and grace of its agreements, the earliest day of delivery."""
    ends = max(part.whole[1] for part in statement.agreements)
    sealable = max(part.whole[1] + part.newest.availability.grace for part in statement.agreements)
    due = min(
        end_of_day(part.whole[1], statement_day(part.newest), part.newest.availability.timezone)
        for part in statement.agreements
    )
    return Dates(ends=ends, sealable=sealable, due=due)


def figures(statement: Statement) -> str:
    """A hash of what the customer is asked about; it changes when late facts change what he would answer to."""
    lines = [
        [
            part.component,
            part.agreement.id,
            seconds(part.account.observed_loss),
            seconds(part.account.unobserved),
            seconds(part.account.base),
            seconds(part.counted.uncertainty),
        ]
        for part in statement.components
    ]
    return sha256(rfc8785.dumps(lines)).hexdigest()


def decide(statement: Statement, standing: Standing, undeliverable: Hold | None, now: Instant) -> tuple[Act, ...]:
    """`statement` as of now, with the customer's answer to its figures if there is one; `undeliverable`: why no mail
    could reach the customer. Nothing to be done is an empty tuple.
    """
    if Obstacle.RUNNING in statement.obstacles:
        return ()
    if standing.revision:
        return _after_the_seal(statement, standing, undeliverable, now)
    acts: list[Act] = []
    if standing.drafted_at is None:
        acts.append(Draft(obstacles=statement.obstacles))
    if Obstacle.GRACE in statement.obstacles:
        return tuple(acts)
    if not statement.obstacles:
        return (*acts, SealIt(revision=1))
    asking = _asking(statement, standing, undeliverable, now)
    return (*acts, *asking, *_telling(statement, standing, _before(statement, standing, undeliverable), now))


def steps(statement: Statement, standing: Standing, undeliverable: Hold | None) -> tuple[Step, ...]:
    """What the statement waits for, each with who must do what."""
    if standing.revision:
        return tuple(_step(one) for one in _holds(standing, undeliverable))
    waits = [Step(hold=one.value, who=Who.NOBODY, text=WAITS[one]) for one in statement.obstacles if one in WAITS]
    return (*waits, *(_step(one) for one in _before(statement, standing, undeliverable)))


def _asking(
    statement: Statement, standing: Standing, undeliverable: Hold | None, now: Instant
) -> tuple[Ask | CountAsDown, ...]:
    open_ones = tuple(one for one in statement.obstacles if one in WORD)
    mark, question = figures(statement), standing.question
    if not open_ones:
        return ()
    if question is None or question.figures != mark or _lost(standing, question, now):
        return () if undeliverable is not None else (Ask(figures=mark, obstacles=open_ones),)
    silent = question.answer is None and _over(statement, question.reached_at, now)
    if silent and open_ones != (Obstacle.MEASURING_ERROR,):  # which silence does not settle
        return (CountAsDown(figures=mark),)
    return ()


def _after_the_seal(
    statement: Statement, standing: Standing, undeliverable: Hold | None, now: Instant
) -> tuple[Act, ...]:
    acts: list[Act] = []
    failed = standing.undelivered is not None and now >= (standing.mailed_at or 0) + MAILED_AGAIN
    if undeliverable is None and standing.delivered_at is None and (standing.mailings == 0 or failed):
        acts.append(Mail(revision=standing.revision, attempt=standing.mailings + 1))
    if standing.proposed is not None:
        acts += _asking(statement, standing, undeliverable, now)
    return (*acts, *_telling(statement, standing, _holds(standing, undeliverable), now))


def _before(statement: Statement, standing: Standing, undeliverable: Hold | None) -> list[Hold]:
    found = [Hold(one.value) for one in statement.obstacles if one not in WAITS]
    if undeliverable is not None:
        found.append(undeliverable)
    elif standing.undelivered is not None:
        found.append(Hold.UNDELIVERED)
    return found


def _lost(standing: Standing, question: Question, now: Instant) -> bool:
    """The question did not reach the customer; it is asked again every day."""
    return standing.undelivered is not None and question.reached_at is None and now >= question.asked_at + MAILED_AGAIN


def _holds(standing: Standing, undeliverable: Hold | None) -> list[Hold]:
    found = [] if standing.delivered_at is not None or undeliverable is None else [undeliverable]
    if standing.undelivered is not None and standing.delivered_at is None:
        found.append(Hold.UNDELIVERED)
    if standing.proposed is not None:
        found.append(Hold.REVISION)
    return found


def _telling(statement: Statement, standing: Standing, holds: Iterable[Hold], now: Instant) -> tuple[Tell, ...]:
    """Each is told once when it appears, and again as the date nears and when it is over."""
    due = dates(statement).due
    stage = Stage.LATE if now >= due else Stage.NEAR if now >= due - DAY else Stage.FIRST
    rank = list(Stage)
    new = [
        one
        for one in dict.fromkeys(holds)
        if not any(step == one.value and rank.index(said) >= rank.index(stage) for step, said in standing.told)
    ]
    return (Tell(stage=stage, steps=tuple(_step(one) for one in new)),) if new else ()


def _over(statement: Statement, reached_at: Instant | None, now: Instant) -> bool:
    """The longest of the agreed spans counts."""
    span = max(part.newest.availability.answer for part in statement.agreements)
    return reached_at is not None and now >= reached_at + span


def _step(hold: Hold) -> Step:
    who, text = STEPS[hold]
    return Step(hold=hold.value, who=who, text=text)
