"""Where an owed report stands and what is to be done about it now: issue, mail, or remind. Pure.

What needs no human sentence goes out by itself; what needs one goes out as soon as it is written, and never without.
Only the accepted delivery meets the date. Source: requirements.md 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from config.instant import DAY, Instant, Span
from sla.duereport import DueReport
from sla.sealing import MAILED_AGAIN, STEPS, Hold, Step, Who

BACKLOG: Span = 400 * DAY
"""What was owed for something that ended longer ago is issued by a person."""
_PARTS = 10


class What(StrEnum):
    WRITTEN = "written"  # words: what no stored fact says
    MAILED = "mailed"  # attempt
    DELIVERED = "delivered"  # the customer's mail server took it
    UNDELIVERED = "undelivered"  # it did not
    REMINDED = "reminded"  # stage: the service managers were told


class State(StrEnum):
    DUE = "due"
    ISSUED = "issued"
    DELIVERED = "delivered"


class Stage(StrEnum):
    """How much of its time is over when somebody is reminded."""

    HALF = "half"
    NEAR = "near"


_TENTHS: Mapping[Stage, int] = {Stage.HALF: 5, Stage.NEAR: 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`issue` is the one it concerns: the last one's number, 0 before the first. `by` as facts are signed."""

    what: What
    issue: int
    at: Instant
    by: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`words`: what people wrote, those of the last issue included. Mailings are those of the last issue."""

    words: Mapping[str, str] = field(default_factory=dict)
    issue: int = 0
    issued_at: Instant | None = None
    missing: tuple[str, ...] = ()
    """Words that the last issue went without, though nothing else says it."""
    mailed_at: Instant | None = None
    mailings: int = 0
    delivered: bool = False
    delivered_at: Instant | None = None
    """The first delivery of any issue: what meets the date."""
    undelivered: bool = False
    reminded: frozenset[Stage] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """`missing`: words nobody wrote; `settled`: what it sums up changes by itself no more; `undeliverable`: why no
    mail could reach the customer.
    """

    report: DueReport
    standing: Standing
    missing: tuple[str, ...] = ()
    settled: bool = True
    undeliverable: Hold | None = None

    @property
    def state(self) -> State:
        if self.standing.delivered:
            return State.DELIVERED
        return State.DUE if _unissued(self) else State.ISSUED

    def over(self, now: Instant) -> bool:
        """Its date is past and nothing was delivered by then."""
        due = self.report.due_at
        return due is not None and (self.standing.delivered_at or now) >= due


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueIt:
    """As what is stored stands now, with the words written so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    stage: Stage
    step: Step


Act: TypeAlias = IssueIt | Mail | Remind


def standing_of(happenings: Iterable[Happening], issue: int, issued_at: Instant | None) -> Standing:
    """In the order recorded; `issue` is the number of the last one."""
    standing = Standing(issue=issue, issued_at=issued_at)
    for one in happenings:
        standing = _after(standing, one)
    return standing


def decide(owed: Owed, now: Instant) -> tuple[Act, ...]:
    """Nothing to be done is an empty tuple."""
    if now >= owed.report.since + BACKLOG:
        return ()
    if _unissued(owed):
        ready = not owed.missing and (owed.settled or _stage(owed.report, now) is Stage.NEAR)
        return (IssueIt(),) if ready else _remind(owed, now)
    if owed.standing.delivered:
        return ()
    failed = owed.standing.undelivered and now >= (owed.standing.mailed_at or 0) + MAILED_AGAIN
    if owed.undeliverable is None and (owed.standing.mailings == 0 or failed):
        return (Mail(attempt=owed.standing.mailings + 1),)
    return _remind(owed, now)


def next_step(owed: Owed) -> Step | None:
    """What it waits for and who must do it; None once it is delivered."""
    if _unissued(owed):
        if owed.missing:
            return Step(hold="words", who=Who.SERVICE_MANAGER, text="write what no stored fact says")
        waits = "it is issued with the statements of its period" if not owed.settled else "it is issued within the hour"
        return Step(hold="time", who=Who.NOBODY, text=waits)
    if owed.standing.delivered:
        return None
    hold = Hold.UNDELIVERED if owed.standing.undelivered else owed.undeliverable
    if hold is None:
        return Step(hold="mail", who=Who.NOBODY, text="the mail is on its way")
    who, text = STEPS[hold]
    return Step(hold=hold.value, who=who, text=text)


def _unissued(owed: Owed) -> bool:
    """Also one that a person issued for pen and ink, once its words are written: nothing goes out with empty lines."""
    return owed.standing.issue == 0 or bool(owed.standing.missing)


def _remind(owed: Owed, now: Instant) -> tuple[Remind, ...]:
    """Each stage once, and of several that came near together only the last."""
    stage, step = _stage(owed.report, now), next_step(owed)
    if stage is None or step is None or step.who is Who.NOBODY:
        return ()
    told = owed.standing.reminded
    return () if stage in told or Stage.NEAR in told else (Remind(stage=stage, step=step),)


def _stage(report: DueReport, now: Instant) -> Stage | None:
    if report.due_at is None:
        return None
    whole, gone = report.due_at - report.since, now - report.since
    return next((one for one in reversed(Stage) if gone * _PARTS >= whole * _TENTHS[one]), None)


def _after(standing: Standing, one: Happening) -> Standing:
    """What became of an earlier issue's mail says nothing of the last one, but that it was delivered."""
    match one.what:
        case What.WRITTEN:
            return replace(standing, words={**standing.words, **one.body["words"]})
        case What.REMINDED:
            return replace(standing, reminded=standing.reminded | {Stage(one.body["stage"])})
        case What.DELIVERED:
            first = one.at if standing.delivered_at is None else standing.delivered_at
            last = standing.delivered or one.issue == standing.issue
            return replace(standing, delivered_at=first, delivered=last, undelivered=standing.undelivered and not last)
        case _ if one.issue != standing.issue:
            return standing
        case What.MAILED:
            return replace(standing, mailed_at=one.at, mailings=standing.mailings + 1, undelivered=False)
        case What.UNDELIVERED:
            return replace(standing, undelivered=not standing.delivered)
