"""What a change of exclusions or corrections would do to figures, verdicts and money: counted before and after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import DAY, Instant
from sla.cases import seconds, share
from sla.display import cut, decimals
from sla.interval import Interval
from sla.occurrence import occurrences
from sla.parties import NoStatement
from sla.period import Period
from sla.proposal import Proposal
from sla.remedydocument import owed
from sla.statement import ComponentPart, Statement
from upheld.call import Call
from upheld.statements import statement_of

T = TypeVar("T")

LOOKS_BACK = 400 * DAY
"""A year's statement and a little more."""

Key = tuple[str, str, str, str]
"""Customer, agreement, period, component."""


def spans_of(proposal: Proposal, now: Instant) -> list[Interval]:
    """Every window of it that has begun, under any of its plans."""
    window = now - LOOKS_BACK, now
    return [span for revision in proposal.revisions for span in occurrences(revision.plan, window)]


def compared(
    tx: Connection,
    call: Call,
    work: Callable[[], T],
    touched: Callable[[T], tuple[Iterable[str], Sequence[Interval]]],
) -> tuple[T, list[dict[str, Any]]]:
    """What `work` would give, and its effect by customer, agreement, period and component; nothing of it stays.

    `touched`: the components, and the windows that can change a figure.
    """
    trial = tx.begin_nested()
    try:
        made = work()
        components, spans = touched(made)
        wanted = sorted(components)
        after = _figures(tx, call, wanted, spans)
    finally:
        trial.rollback()
    before = _figures(tx, call, wanted, spans)
    return made, [_row(key, before.get(key), after[key]) for key in sorted(after)]


def _figures(
    tx: Connection, call: Call, components: Sequence[str], spans: Sequence[Interval]
) -> dict[Key, tuple[ComponentPart, Statement]]:
    """Each with the statement it stands on."""
    config, found = call.rules.config, dict[Key, tuple[ComponentPart, Statement]]()
    concerned = [one for one in config.agreements() if set(components) & set(one.components)]
    periods = {(one.customer, period) for one in concerned for period in periods_of(one, spans, call.now)}
    for customer, period in sorted(periods):
        try:
            statement = statement_of(tx, config, call.rules.caseload, customer, period, call.now)
        except NoStatement:
            continue
        for part in statement.components:
            if part.component in components:
                key = customer, part.agreement.id, period, part.component
                found[key] = part, statement
    return found


def periods_of(agreement: Agreement, spans: Sequence[Interval], now: Instant) -> set[str]:
    """Those the windows touch, as far as they have begun; each as `upheld statement` names it."""
    zone, kind = agreement.availability.timezone, agreement.availability.period
    instants = (at for start, end in spans for at in _in_each_month(start, min(end, now)))
    return {str(Period.running(kind, zone, at)) for at in instants}


def _in_each_month(start: Instant, end: Instant) -> Iterator[Instant]:
    if start < end:
        yield from range(start, end, 27 * DAY)
        yield end - 1


def _row(
    key: Key, before: tuple[ComponentPart, Statement] | None, after: tuple[ComponentPart, Statement]
) -> dict[str, Any]:
    customer, agreement, period, component = key
    return {
        "customer": customer,
        "agreement": agreement,
        "period": period,
        "component": component,
        "before": None if before is None else _figure(*before),
        "after": _figure(*after),
        "consequence": "the period is not closed yet"
        if after[1].provisional
        else "the period is closed: a sealed statement would get a new revision",
    }


def _figure(part: ComponentPart, statement: Statement) -> dict[str, Any]:
    """`money`: what the agreement as a whole owes for the period, after caps, in each currency."""
    account, budget = part.account, part.account.budget
    return {
        "availability": share(account.availability),
        "shown_pct": cut(account.availability, decimals(part.agreement.availability.target)),
        "counted_down_s": seconds(account.counted),
        "excluded_s": seconds(account.excluded),
        "verdict": None if budget is None else budget.verdict.value,
        "money": _money(part, statement),
    }


def _money(part: ComponentPart, statement: Statement) -> dict[str, str]:
    return owed(one for one in statement.remedies.claims if one.agreement == part.agreement.id)
