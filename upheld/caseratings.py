"""The customer's ratings of a case, read from its events as sla's own plain records."""

from collections.abc import Iterable
from dataclasses import replace

from config.agreement import Agreement
from incidents.case import CaseRecorded, Rated, RatingFollowed
from incidents.rating import judged
from sla.rating import Rating


def ratings_of(id: str, log: Iterable[CaseRecorded], agreement: Agreement | None) -> tuple[Rating, ...]:
    """In the order of the log. Whether one is low is read from the agreement, not only from what was written."""
    found: list[Rating] = []
    for one in log:
        again = judged(one.event, agreement)
        match one.event:
            case Rated(scores=scores, comment=comment, low=low) if isinstance(again, Rated):
                low = low or again.low
                found.append(Rating(case=id, at=one.recorded_at, by=one.by, scores=scores, comment=comment, low=low))
            case RatingFollowed(cause=cause, measure=measure):
                found = [_followed(each, one, cause, measure) for each in found]
            case _:
                pass
    return tuple(found)


def _followed(rating: Rating, one: CaseRecorded, cause: str, measure: str) -> Rating:
    if not rating.low or rating.followed_at is not None:
        return rating
    return replace(rating, followed_at=one.recorded_at, followed_by=one.by, cause=cause, measure=measure)
