"""The customer's ratings as plain data: the part of the record that says how satisfied he was."""

from collections.abc import Sequence
from typing import Any

from config.instant import rfc3339
from sla.cases import share
from sla.interval import Interval
from sla.rating import Rating, given, mean_of


def satisfaction_json(ratings: Sequence[Rating], window: Interval) -> dict[str, Any]:
    """`mean` of `n` ratings given in the window, `own` of them by the customer himself."""
    counted = given(ratings, window)
    return {
        "mean": share(mean_of(counted)),
        "n": len(counted),
        "own": sum(one.own for one in counted),
        "ratings": [_rating(one) for one in ratings],
    }


def _rating(one: Rating) -> dict[str, Any]:
    return {
        "case": one.case,
        "at": rfc3339(one.at),
        "by": one.by,
        "scores": dict(one.scores),
        "comment": one.comment,
        "low": one.low,
        "followed_at": None if one.followed_at is None else rfc3339(one.followed_at),
        "followed_by": one.followed_by,
        "cause": one.cause,
        "measure": one.measure,
    }
