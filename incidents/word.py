"""What a customer says of a case that somebody of ours has to hear at once. Pure. Source: ADR 0141."""

from dataclasses import dataclass
from typing import Literal

from incidents.case import (
    BeyondAbility,
    CaseEvent,
    CaseNoted,
    CaseOpened,
    CaseResolved,
    Contested,
    LevelContested,
    Rated,
    StopContested,
    UnderTest,
)
from incidents.review import ReviewContested


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """He `reported` something, `contested` that it is over, `wrote` about it, or `rated` it low."""

    what: Literal["reported", "contested", "wrote", "rated"]
    text: str = ""


def word_of(event: CaseEvent, by: str, reported: str = "") -> Word | None:
    """None for what he need not answer for: our own acts, and that all is well."""
    match event:
        case CaseOpened(incident=None):
            return Word(what="reported", text=reported)
        case Contested(reason=text):
            return Word(what="contested", text=text)
        case CaseNoted(text=text) if by.startswith("customer:"):
            return Word(what="wrote", text=text)
        case LevelContested(reason=text) | StopContested(reason=text) | ReviewContested(reason=text):
            return Word(what="wrote", text=text)
        case Rated(low=True, comment=text):
            return Word(what="rated", text=text)
        case _:
            return None


def unsaid(event: CaseEvent) -> str | None:
    """Why a fact without words is none: the other side reads them, and has nothing else to judge by."""
    match event:
        case CaseNoted(text=text) if not text.strip():
            return "a note needs a text"
        case CaseResolved(how=text) if not text.strip():
            return "say what was done; the customer reads it"
        case UnderTest(plan=text) if not text.strip():
            return "say which plan is tested; the customer reads it"
        case BeyondAbility(reason=text) | Contested(reason=text) if not text.strip():
            return "say why; the other side reads it"
        case _:
            return None
