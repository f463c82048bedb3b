"""The port through which the counting tells a room how much of its budget is used. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from config.instant import Instant, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One component under one agreement, from the period's start until now. Spans are milliseconds.

    `target` in percent as the agreement writes it, `availability` a share of time (None: nothing counted yet),
    `used` the downtime counted, `allowed` what the whole period allows, `unknown` what was not measured, `coverage` the
    share of time that was, `open` that what was not measured decides the verdict, `used_up_at` when the budget ends at
    the rate so far (None: not in this period).
    """

    component: str
    agreement: str
    target: str
    since: Instant
    availability: Fraction | None
    used: Span | Fraction
    allowed: Span | Fraction
    unknown: Span
    coverage: Fraction | None = None
    open: bool = False
    used_up_at: Instant | None = None


Budgets = Callable[[Connection, str, Instant], Sequence[Budget]]
"""The budgets of a customer's running periods at an instant, counted from stored facts in this transaction."""
