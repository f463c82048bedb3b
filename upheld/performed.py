"""What a period's incidents and cases come to, as programs see it: stable keys, lengths in seconds."""

from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant, Span
from incidents.performance import Shared, Timed
from incidents.performing import performed
from sla.cases import seconds, share
from sla.interval import Interval
from upheld.shown import at


def performance_json(tx: Connection, window: Interval, customer: str | None, now: Instant) -> dict[str, Any]:
    found = performed(tx, window, customer, now)
    return {
        "from": at(window[0]),
        "to": at(window[1]),
        "customer": customer,
        "incidents": found.incidents,
        "cases": found.cases,
        "times": [_timed(one) for one in found.times],
        "shares": [_shared(one) for one in found.shares],
    }


def _timed(one: Timed) -> dict[str, Any]:
    return {
        "severity": one.severity,
        "time_to": one.of.value,
        "n": one.n,
        "waiting": one.waiting,
        "without": one.without,
        "median_s": _length(one.median),
        "p90_s": _length(one.p90),
    }


def _shared(one: Shared) -> dict[str, Any]:
    return {
        "share": one.of.value,
        "n": one.n,
        "hits": one.hits,
        "value": share(Fraction(one.hits, one.n) if one.n else None),
    }


def _length(span: Span | None) -> int | str | None:
    return None if span is None else seconds(span)
