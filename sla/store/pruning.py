"""Retention of sealed statements with all that happened to them, and of what people settled about the count.

Every function is called again until it drops nothing. Leaves stay; the words behind them are destroyed.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from config.instant import Instant, moment_of
from db.ledger.erasure import destroy, opened_in
from db.ledger.store import streams_below
from db.tables.entered import entered_figure
from db.tables.exclusion import correction_event, exclusion_component, exclusion_event
from db.tables.remedies import booking, breach, month, obligation, obligation_event
from db.tables.statement import statement, statement_event
from sla.keeping import MARGIN
from sla.proposal import Proposal
from sla.store.correction import corrections as known_corrections
from sla.store.exclusion import proposals

AT_ONCE = 20


def statements(tx: Connection, customer: str, before: Instant, now: Instant) -> int:
    """Periods of a customer that ended before that, with every revision; call it again until it drops nothing."""
    column = statement.c
    old = select(column.period).where(column.customer == customer, column.ends_at < before).distinct()
    periods = list(tx.scalars(old.limit(AT_ONCE)))
    for period in periods:
        destroy(tx, opened_in(tx, f"statement/{customer}/{period}"), now)
    event = statement_event.c
    tx.execute(delete(statement_event).where(event.customer == customer, event.period.in_(periods)))
    gone = tx.execute(delete(statement).where(column.customer == customer, column.period.in_(periods))).rowcount
    return gone + _entered(tx, customer, before, now)


def _entered(tx: Connection, customer: str, before: Instant, now: Instant) -> int:
    """Figures typed in for periods that ended before that, sealed or not."""
    typed = entered_figure.c
    old = typed.customer == customer, typed.ends_at < before
    names = select(typed.agreement, typed.indicator, typed.period).where(*old).distinct()
    for row in tx.execute(names).all():
        destroy(tx, opened_in(tx, f"entered/{row.agreement}/{row.indicator}/{row.period}"), now)
    return tx.execute(delete(entered_figure).where(*old)).rowcount


def components(tx: Connection) -> list[str]:
    """Every component of which something is settled."""
    settled = correction_event.c.component, exclusion_component.c.component
    return sorted({name for column in settled for name in tx.scalars(select(column).distinct())})


def corrections(tx: Connection, component: str, before: Instant, now: Instant) -> int:
    """Of a component, of time before that."""
    old = [one.id for one in known_corrections(tx, [component]) if one.end < before][:AT_ONCE]
    for id in old:
        destroy(tx, _spoken(tx, f"correction/{id}"), now)
    return tx.execute(delete(correction_event).where(correction_event.c.correction.in_(old))).rowcount


def exclusions(tx: Connection, horizons: Mapping[str, Instant | None], written: Collection[str], now: Instant) -> int:
    """Those that ended, or were withdrawn, before the horizon of each of their components (None: nothing may go).

    What is `written` in the configuration stays: it would only be taken over anew.
    """
    old = [one.id for one in proposals(tx) if one.id not in written and _over(one, horizons)][:AT_ONCE]
    for id in old:
        destroy(tx, _spoken(tx, f"exclusion/{id}"), now)
    tx.execute(delete(exclusion_component).where(exclusion_component.c.exclusion.in_(old)))
    return tx.execute(delete(exclusion_event).where(exclusion_event.c.exclusion.in_(old))).rowcount


def _spoken(tx: Connection, shared: str) -> list[int]:
    """Leaves with words in this stream and in those of each component and customer below it."""
    return [index for stream in (shared, *streams_below(tx, f"{shared}/")) for index in opened_in(tx, stream)]


def _over(one: Proposal, horizons: Mapping[str, Instant | None]) -> bool:
    before = [horizons.get(name) for name in one.components]
    ends = [_ends(one)]
    ends += [work.event.end for work in one.works]
    return all(limit is not None and all(end is not None and end < limit for end in ends) for limit in before)


def _ends(one: Proposal) -> Instant | None:
    """When nothing more could come of it; None: it may still."""
    given = [each.plan.end for each in one.revisions]
    said = [each.recorded_at for each in one.newest.withdrawals]
    if one.withdrawn:
        return max([*said, *(end for end in given if end is not None)])
    return None if None in given else max(end for end in given if end is not None)


def remedies(tx: Connection, customer: str, before: Instant, now: Instant) -> int:
    """What was booked, owed and recorded as a breach for the years before that."""
    first = f"{moment_of(before + MARGIN).year}-01"
    broken = list(tx.scalars(select(breach.c.id).where(breach.c.customer == customer, breach.c.happened_at < before)))
    owed = list(
        tx.scalars(select(obligation.c.id).where(obligation.c.customer == customer, obligation.c.month < first))
    )
    for stream in (*(f"breach/{id}" for id in broken), *(f"obligation/{id}" for id in owed)):
        destroy(tx, opened_in(tx, stream), now)
    tx.execute(delete(obligation_event).where(obligation_event.c.obligation.in_(owed)))
    gone = tx.execute(delete(obligation).where(obligation.c.id.in_(owed))).rowcount
    gone += tx.execute(delete(breach).where(breach.c.id.in_(broken))).rowcount
    for table in (booking, month):
        gone += tx.execute(delete(table).where(table.c.customer == customer, table.c.month < first)).rowcount
    return gone
