"""Where the review of a case stands, read from its events, and what may be said of it next. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from incidents.case import Case, CaseEvent, CaseRecorded
from incidents.review import (
    ActionAgreed,
    Aim,
    ReviewConfirmed,
    ReviewContested,
    ReviewPresented,
    ReviewState,
    WhyAnswered,
)

DEEPEST = 9
"""Whys; five are usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`whys` in their order; `actions`: obligation -> what it is for; `text` sums it up, `answer` is the customer's."""

    whys: tuple[WhyAnswered, ...] = ()
    actions: Mapping[str, Aim] = field(default_factory=dict)
    text: str = ""
    answer: str = ""


def review_of(events: Iterable[CaseRecorded]) -> Review:
    whys: dict[int, WhyAnswered] = {}
    actions: dict[str, Aim] = {}
    text = answer = ""
    for one in events:
        match one.event:
            case WhyAnswered() as row:
                whys[row.rank] = row
            case ActionAgreed(obligation=obligation, aim=aim):
                actions[obligation] = aim
            case ReviewPresented(text=said):
                text, answer = said, ""
            case ReviewConfirmed(text=said) | ReviewContested(reason=said):
                answer = said
            case _:
                pass
    return Review(whys=tuple(whys[rank] for rank in sorted(whys)), actions=actions, text=text, answer=answer)


def unfit_review(case: Case, event: CaseEvent, by: str) -> str | None:
    """Why a word about the review does not fit the case; None: it does, or it is about something else."""
    match event:
        case WhyAnswered() | ActionAgreed() | ReviewPresented() if by.startswith("customer:"):
            return "the review is the supplier's to write; a customer confirms or contests it"
        case WhyAnswered() | ActionAgreed() | ReviewPresented() if case.review is ReviewState.CONFIRMED:
            return "the customer has confirmed the review; it stays as it is"
        case WhyAnswered(rank=rank) if not 1 <= rank <= DEEPEST:
            return f"the whys are numbered from 1 to {DEEPEST}"
        case WhyAnswered(why=why, because=because) if not (why.strip() and because.strip()):
            return "a why has a question and its answer"
        case ReviewPresented() if case.open:
            return "only a resolved case is reviewed"
        case ReviewPresented() if case.review is ReviewState.PRESENTED:
            return "the review waits for the customer's word already"
        case ReviewPresented(text=text) if not text.strip():
            return "a review is summed up in a sentence; the customer reads it"
        case ReviewConfirmed() | ReviewContested() if not by.startswith("customer:"):
            return "the review is the customer's to confirm, in the room"
        case ReviewConfirmed() | ReviewContested() if case.review is not ReviewState.PRESENTED:
            return "no review waits for a word"
        case ReviewContested(reason=reason) if not reason.strip():
            return "say what is missing in the review"
        case _:
            return None
