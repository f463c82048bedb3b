"""The case library: what is written of a case, and finding it again. Pure.

Every case is in it by itself, from its first word on; nobody has to put a typical one there.
Source: requirements.md 1 (typical cases go into a case library).
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.language import CHINESE, ENGLISH
from config.look.reason import reason_text
from config.value import Text
from incidents.case import Case, CaseRecorded, CaseResolved, RatingFollowed
from incidents.incident import RECOVERED
from incidents.review import ActionAgreed, ReviewPresented, WhyAnswered
from incidents.reviewed import Review, review_of

LISTED = 50
"""Cases that one search finds at most, the newest."""
READ = (CaseResolved, RatingFollowed, WhyAnswered, ActionAgreed, ReviewPresented)
"""What of a case's log is written about it."""


class Where(StrEnum):
    TITLE = "title"
    COMPONENT = "component"
    CAUSE = "cause"
    HELPED = "helped"
    WHY = "why"
    ACTION = "action"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    where: Where
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`cause` and `helped`: what people wrote of them last, or empty."""

    case: Case
    cause: str
    helped: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`in_`: the passages that hold one of the words."""

    entry: Entry
    passages: tuple[Passage, ...]


def entry(
    case: Case,
    log: Sequence[CaseRecorded],
    *,
    component: Text | None = None,
    actions: Mapping[str, Text] | None = None,
    words: Mapping[str, str] | None = None,
) -> Entry:
    """`actions`: obligation -> what is done; `words`: those of its reports, `cause`, `handling`, `prevention`."""
    known, review, said = actions or {}, review_of(log), words or {}
    low = [one.event for one in log if isinstance(one.event, RatingFollowed)]
    cause, helped = _cause(review, said), _helped(log, said)
    passages = [
        *((Where.TITLE, one) for one in dict.fromkeys([case.title, *_in_words(case.title)])),
        *((Where.COMPONENT, one) for one in _spoken(component)),
        (Where.CAUSE, said.get("cause", "")),
        *((Where.CAUSE, one.cause) for one in low),
        *((Where.WHY, f"{one.why} {one.because}") for one in review.whys),
        (Where.HELPED, helped),
        *((Where.ACTION, one.measure) for one in low),
        *((Where.ACTION, one) for id in review.actions for one in _spoken(known.get(id))),
        (Where.ACTION, said.get("prevention", "")),
        (Where.REVIEW, review.text),
    ]
    written = tuple(Passage(where=where, text=text) for where, text in passages if text.strip())
    return Entry(case=case, cause=cause, helped=helped, passages=written)


def search(entries: Iterable[Entry], text: str) -> list[Found]:
    """Cases that hold every word of it somewhere, in the order given. Chinese needs no spaces; none finds nothing."""
    wanted = _folded(text).split()
    found: list[Found] = []
    for one in entries if wanted else ():
        held = [(passage, _folded(passage.text)) for passage in one.passages]
        if all(any(word in folded for _, folded in held) for word in wanted):
            hit = tuple(passage for passage, folded in held if any(word in folded for word in wanted))
            found.append(Found(entry=one, passages=hit))
    return found


def came_to(one: Entry) -> Found:
    """What it was and what helped, for whoever leafs through."""
    said = ((Where.CAUSE, one.cause), (Where.HELPED, one.helped))
    return Found(entry=one, passages=tuple(Passage(where=where, text=text) for where, text in said if text.strip()))


def _folded(text: str) -> str:
    """Without what makes the same word look different: case, full width, how an accent is encoded."""
    return unicodedata.normalize("NFKC", text).casefold()


def _cause(review: Review, said: Mapping[str, str]) -> str:
    """The ground that the whys came down to, else what a report says."""
    return review.whys[-1].because if review.whys else said.get("cause", "")


def _helped(log: Iterable[CaseRecorded], said: Mapping[str, str]) -> str:
    results = [one.event.how for one in log if isinstance(one.event, CaseResolved)]
    told = [how for how in results if how and how != RECOVERED]
    return told[-1] if told else said.get("handling", "")


def _in_words(title: str) -> list[str]:
    """A probe's reason is stored as a code; people look for its words."""
    return [text for language in (ENGLISH, CHINESE) if (text := reason_text(title, language))]


def _spoken(text: Text | None) -> list[str]:
    if text is None:
        return []
    return [text] if isinstance(text, str) else list(text.values())
