"""The customer's rating of a case: which scores, whose word, and when it is to be followed up. Pure."""

from config.agreement import Agreement, Rating
from incidents.case import Case, CaseEvent, Rated, RatingFollowed


def rating_of(agreement: Agreement | None) -> Rating:
    """As agreed; where nothing is agreed one overall score, and nothing promised."""
    return Rating() if agreement is None or agreement.rating is None else agreement.rating


def judged(event: CaseEvent, agreement: Agreement | None) -> CaseEvent:
    """A rating with whether the agreement wants it followed up: any of its scores is below what is agreed."""
    if not isinstance(event, Rated):
        return event
    below = rating_of(agreement).follow_up_below
    low = below is not None and any(score < below for score in event.scores.values())
    return Rated(scores=event.scores, comment=event.comment, low=low)


def unfit_rating(case: Case, event: CaseEvent, by: str, agreement: Agreement | None) -> str | None:
    """Why a word about the rating does not fit the case; None: it does, or it is about something else."""
    match event:
        case Rated() if case.open:
            return "only a resolved case is rated"
        case Rated() if (case.rated_by or "").startswith("customer:") and not by.startswith("customer:"):
            return "the customer rated it; nobody else changes that"
        case Rated() if case.rounds[-1].rated:
            return "the customer rated this result; what he said stands"
        case Rated(scores=scores):
            wanted = rating_of(agreement)
            good = set(scores) == set(wanted.scores) and all(1 <= one <= wanted.best for one in scores.values())
            asked = ", ".join(wanted.scores)
            return None if good else f"the agreement asks for {asked}, each from 1 to {wanted.best}"
        case RatingFollowed() if by.startswith("customer:"):
            return "a low rating is the supplier's to follow up"
        case RatingFollowed() if not case.low_rating:
            return "no low rating waits for a follow-up"
        case RatingFollowed(cause=cause, measure=measure) if not (cause.strip() and measure.strip()):
            return "a follow-up names the cause and the measure"
        case _:
            return None
