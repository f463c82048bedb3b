"""How far a case is, and in which words its agreement tells that. Pure."""

from config.agreement import Agreement
from config.counting import Category
from config.model import Config
from config.value import Text
from incidents.case import Case, CaseProgress

TESTING = "testing"


def stage(case: Case) -> str:
    """Its state; finer where a plan is under test, or where it waits for others than the customer."""
    if case.progress is CaseProgress.OPEN and case.testing:
        return TESTING
    if case.progress is CaseProgress.WAITING and case.waits_for not in (None, Category.CUSTOMER):
        return str(case.waits_for)
    return case.progress.value


def agreed_word(case: Case, agreement: Agreement | None) -> Text | None:
    """The agreement's own; None where it has none for this stage."""
    if agreement is None or agreement.handling is None:
        return None
    at = stage(case)
    return next((text for word, text in agreement.handling.progress.items() if word == at), None)


def agreement_of(case: Case, config: Config) -> Agreement | None:
    """The version the case stands under; None when it is no longer configured."""
    wanted = case.agreement, case.agreement_version
    return next((one for one in config.agreements() if (one.id, one.version) == wanted), None)
