"""What `performance` is worked out from, read from the store."""

from sqlalchemy import Connection

from config.instant import DAY, Instant, Span
from incidents.drill import of_drill
from incidents.performance import Performance, Worked, performance
from incidents.store import case as cases
from incidents.store import incident as incidents
from sla.interval import Interval

LATELY: Span = 30 * DAY
"""What is looked at where nobody says."""


def window_of(start: Instant | None, end: Instant | None, now: Instant) -> Interval:
    """[start, end): up to now, and thirty days, where it is not said; it may be empty."""
    until = now if end is None else end
    return (until - LATELY if start is None else start), until


def performed(tx: Connection, window: Interval, customer: str | None, now: Instant) -> Performance:
    """`customer`: only his cases, and the incidents that opened one."""
    owed = cases.every(tx) if customer is None else cases.of_customer(tx, customer)
    own = None if customer is None else {one.incident for one in owed}
    real = [one for one in incidents.opened_between(tx, *window) if not of_drill(one.component)]
    found = [one for one in real if own is None or one.id in own]
    again = incidents.recovered_at(tx, [one.id for one in found])
    return performance(Worked(window=window, incidents=found, cases=owed, recovered_at=again), now)
