"""What a statement, its period, its agreement and its parties are called, in one language."""

from config.agreement import Agreement
from config.agreement import Period as Kind
from config.language import choose
from config.look import sentence
from config.look.figure import month
from config.value import Text
from sla.clause import ROOM
from sla.period import Period
from sla.statement import Statement

TITLES = {
    Kind.MONTH: "Monthly availability statement",
    Kind.QUARTER: "Quarterly availability statement",
    Kind.YEAR: "Yearly availability statement",
}


def period_name(period: Period, language: str) -> str:
    """`October 2026`, `Q3 2026`, `2026`."""
    match period.kind:
        case Kind.MONTH:
            return month(period.year, period.number, language)
        case Kind.QUARTER:
            return sentence(ROOM, language, "Q{number} {year}", number=period.number, year=period.year)
        case Kind.YEAR:
            return sentence(ROOM, language, "Year {year}", year=period.year)


def agreement_name(agreement: Agreement, language: str) -> str:
    """`Service-level agreement, version 3, contract HB-2025-17`."""
    name = agreement.id if agreement.profile is None else choose(agreement.profile.title, language)
    said = [name, sentence(ROOM, language, "version {number}", number=agreement.version)]
    if agreement.contract is not None:
        said.append(sentence(ROOM, language, "contract {number}", number=agreement.contract))
    return sentence(ROOM, language, ", ").join(said)


def sides(statement: Statement, language: str) -> tuple[str, str]:
    """Provider and customer as they sign: `Provider: Northwind Hosting Ltd (Party B)`."""
    parties = statement.agreements[0].newest.parties
    provider = _called(statement.provider, parties.provider.called, language)
    customer = _called(statement.customer_name, parties.customer.called, language)
    return (
        sentence(ROOM, language, "Provider: {name}", name=provider),
        sentence(ROOM, language, "Customer: {name}", name=customer),
    )


def _called(name: Text, called: Text | None, language: str) -> str:
    if called is None:
        return choose(name, language)
    shown = {"name": choose(name, language), "called": choose(called, language)}
    return sentence(ROOM, language, "{name} ({called})", **shown)
