"""How much of each budget a customer's running periods have used, for the room."""

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.agreement import Period
from config.instant import Instant
from config.model import Config
from console.budget import Budget
from incidents.caseload import Caseload
from sla.calendar import local
from sla.parties import NoStatement
from sla.statement import AgreementPart, ComponentPart
from upheld.statements import statement_of


def budgets(tx: Connection, config: Config, caseload: Caseload, customer: str, now: Instant) -> Sequence[Budget]:
    """One for each component and agreement in force. The whole period's allowance is before exclusions."""
    found: list[Budget] = []
    periods = {
        _running(agreement.availability.period, agreement.availability.timezone, now)
        for agreement in config.agreements()
        if agreement.customer == customer and agreement.in_force(now)
    }
    for period in sorted(periods):
        try:
            statement = statement_of(tx, config, caseload, customer, period, now)
        except NoStatement:
            continue
        parts = {part.newest.id: part for part in statement.agreements}
        for one in statement.components:
            terms = one.agreement.availability
            if _running(terms.period, terms.timezone, now) == period:
                found.append(_budget(one, parts[one.agreement.id]))
    return found


def _budget(one: ComponentPart, part: AgreementPart) -> Budget:
    start, end = part.whole
    share = one.agreement.availability.share
    return Budget(
        component=one.component,
        agreement=one.agreement.id,
        target=one.agreement.availability.target,
        since=max(start, one.agreement.measured_from),
        availability=one.account.availability,
        used=one.account.counted,
        allowed=(1 - share) * Fraction(end - max(start, one.agreement.measured_from)),
        unknown=one.account.unobserved,
    )


def _running(period: Period, zone: str, now: Instant) -> str:
    """`2026-11`, `2026-Q4` or `2026`: the one that runs now, in the agreement's zone."""
    today = local(now, ZoneInfo(zone))
    match period:
        case Period.MONTH:
            return f"{today.year}-{today.month:02d}"
        case Period.QUARTER:
            return f"{today.year}-Q{(today.month - 1) // 3 + 1}"
        case Period.YEAR:
            return str(today.year)
