"""What happened to the statement of one customer and period, and what all of it adds up to. Pure.

Happenings are appended, never changed; where a statement stands follows from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from config.instant import Instant
from sla.record import Answer, Word


class What(StrEnum):
    """Their bodies hold, besides, what stands behind each."""

    DRAFTED = "drafted"  # obstacles
    ASKED = "asked"  # figures, obstacles: the customer is asked how unmeasured time counts
    REACHED = "reached"  # figures: the customer's mail server took the question
    ANSWERED = "answered"  # figures, word, entered_by
    UNANSWERED = "unanswered"  # figures: the agreed days are over
    SEALED = "sealed"  # record_sha256, number, word: the answer that counts in it, if any
    MAILED = "mailed"  # number of the attempt, addresses' count
    DELIVERED = "delivered"  # the customer's mail server took the statement
    UNDELIVERED = "undelivered"  # it did not
    COUNTERSIGNED = "countersigned"  # record_sha256, entered_by, way
    DISPUTED = "disputed"  # line, reason
    PROPOSED = "proposed"  # record_sha256, changes, deltas: late facts ask for the next revision
    TOLD = "told"  # steps, stage: those who must do something were told


class Way(StrEnum):
    """How a countersignature came."""

    ROOM = "room"
    COMMAND = "command"
    MAIL = "mail"  # by the link of one


class Stage(StrEnum):
    """How near the date is when somebody is told that a statement is held up."""

    FIRST = "first"
    NEAR = "near"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`revision` is the one it concerns, before the seal the one to come. `by` as facts are signed."""

    what: What
    revision: int
    at: Instant
    by: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asked about these figures; `reached_at`: when the customer's mail server took it, from when the days run."""

    figures: str
    asked_at: Instant
    reached_at: Instant | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    line: str
    reason: str
    at: Instant
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of a statement; `revision` is the newest sealed one, 0 before. What is below it concerns that revision."""

    drafted_at: Instant | None = None
    question: Question | None = None
    told: frozenset[tuple[str, Stage]] = frozenset()
    revision: int = 0
    sealed_at: Instant | None = None
    sealed_by: Word | None = None
    """The customer's word by which that revision counts what was not measured; None where none was needed."""
    mailed_at: Instant | None = None
    mailings: int = 0
    delivered_at: Instant | None = None
    undelivered: str | None = None
    """Why, until it is mailed again."""
    countersigned_at: Instant | None = None
    countersigned_way: Way | None = None
    """None also where it was signed before ways were recorded."""
    disputes: tuple[Dispute, ...] = ()
    proposed: str | None = None
    """The hash of the record that late facts would give."""

    def answer_to(self, figures: str) -> Answer | None:
        """Only a word on these very figures counts."""
        question = self.question
        return question.answer if question is not None and question.figures == figures else None


_MAILS = frozenset({What.MAILED, What.DELIVERED, What.UNDELIVERED})


def standing_of(happenings: Iterable[Happening]) -> Standing:
    """In the order recorded."""
    standing = Standing()
    for one in happenings:
        standing = after(standing, one)
    return standing


def after(standing: Standing, one: Happening) -> Standing:
    """Where it stands after one more. What became of an earlier revision's mail says nothing of this one."""
    if one.what in _MAILS and one.revision != standing.revision:
        return standing
    match one.what:
        case What.DRAFTED:
            return replace(standing, drafted_at=standing.drafted_at or one.at)
        case What.ASKED:
            question = Question(figures=one.body["figures"], asked_at=one.at)
            return replace(standing, question=question, undelivered=None)
        case What.REACHED | What.ANSWERED | What.UNANSWERED:
            return replace(standing, question=_heard(standing.question, one))
        case What.TOLD:
            said = {(step, Stage(one.body["stage"])) for step in one.body["steps"]}
            return replace(standing, told=standing.told | said)
        case What.SEALED:
            return Standing(
                drafted_at=standing.drafted_at,
                question=standing.question,
                revision=one.revision,
                sealed_at=one.at,
                sealed_by=Word(one.body["word"]) if one.body.get("word") else None,
            )
        case What.MAILED:
            return replace(standing, mailed_at=one.at, mailings=standing.mailings + 1, undelivered=None)
        case What.DELIVERED:
            return replace(standing, delivered_at=standing.delivered_at or one.at, undelivered=None)
        case What.UNDELIVERED:
            return replace(standing, undelivered=one.body["reason"])
        case What.COUNTERSIGNED:
            way = one.body.get("way")
            return replace(standing, countersigned_at=one.at, countersigned_way=Way(way) if way else None)
        case What.DISPUTED:
            dispute = Dispute(line=one.body["line"], reason=one.body["reason"], at=one.at, by=one.by)
            return replace(standing, disputes=(*standing.disputes, dispute))
        case What.PROPOSED:
            return replace(standing, proposed=one.body["record_sha256"])


def _heard(question: Question | None, one: Happening) -> Question | None:
    if question is None or question.figures != one.body["figures"]:
        return question
    if one.what is What.REACHED:
        return replace(question, reached_at=question.reached_at or one.at)
    silent = one.what is What.UNANSWERED
    answer = Answer(
        word=Word.UNANSWERED if silent else Word(one.body["word"]),
        asked_at=question.asked_at,
        at=one.at,
        by=None if silent else one.by,
        entered_by=one.body.get("entered_by"),
    )
    return replace(question, answer=answer)
