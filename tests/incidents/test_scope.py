"""The level of a reported fault follows from whom it concerns and how it hampers them."""

from itertools import pairwise, product

import pytest
from sqlalchemy import Connection

from config.agreement import Agreement, CaseKind
from config.conduct import Handling
from db.engine import Database
from incidents.case import Case, CaseOpened
from incidents.caseload import Caseload
from incidents.decide import Refused
from incidents.level import opening
from incidents.paging import Paging
from incidents.scope import Scope, Urgency, severity_of
from incidents.store import case as store
from tests.incidents.commitments import PROFILES
from tests.incidents.commitments import agreement as under
from tests.incidents.samples import NOON, agreement, config, customer, level, named

UPSIDE_DOWN = agreement(levels=(level(3, severities=(1,)), level(2, severities=(2,)), level(1, severities=(3,))))
SYSTEM = agreement(handling=Handling(level="system"))


def test_a_wider_scope_or_a_higher_urgency_is_never_milder() -> None:
    for wider, narrower in pairwise(Scope):
        assert all(severity_of(wider, one) <= severity_of(narrower, one) for one in Urgency)
    for higher, lower in pairwise(Urgency):
        assert all(severity_of(one, higher) <= severity_of(one, lower) for one in Scope)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_scope_and_urgency_has_a_level_in_the_profile_s_own_numbering(profile: str) -> None:
    agreed = under(profile)
    for scope, urgency in product(Scope, Urgency):
        found = opening(agreed, CaseKind.FAULT, None, scope, urgency)
        assert severity_of(scope, urgency) in found.severities


def test_the_numbers_are_the_agreement_s_also_where_the_highest_is_the_worst() -> None:
    assert opening(UPSIDE_DOWN, CaseKind.FAULT, None, Scope.MANY, Urgency.STOPPED).number == 3
    assert opening(UPSIDE_DOWN, CaseKind.FAULT, None, Scope.ONE, Urgency.SLIGHT).number == 1


@pytest.mark.parametrize(
    ("agreed", "kind", "said", "scope", "urgency", "because"),
    [
        (UPSIDE_DOWN, CaseKind.FAULT, None, Scope.MANY, None, "said together"),
        (UPSIDE_DOWN, CaseKind.QUESTION, None, Scope.MANY, Urgency.SLIGHT, "only a fault"),
        (SYSTEM, CaseKind.FAULT, 2, None, None, "follows from scope and urgency"),
        (SYSTEM, CaseKind.FAULT, 2, Scope.MANY, Urgency.SLIGHT, "follows from scope and urgency"),
    ],
)
def test_what_does_not_go_together_is_refused(
    agreed: Agreement,
    kind: CaseKind,
    said: int | None,
    scope: Scope | None,
    urgency: Urgency | None,
    because: str,
) -> None:
    with pytest.raises(Refused, match=because):
        opening(agreed, kind, said, scope, urgency)


async def test_scope_and_urgency_are_kept_with_the_case_they_gave_its_level(database: Database) -> None:
    made = config(customers=named((customer("acme", SYSTEM),)))
    cases = Caseload(made, Paging(made, log_channel="log"))

    def work(tx: Connection) -> Case:
        return cases.open_by_person(
            tx,
            customer="acme",
            kind=CaseKind.FAULT,
            title="orders are slow",
            by="person:li",
            reported_at=NOON,
            now=NOON,
            scope=Scope.SOME,
            urgency=Urgency.HAMPERED,
        )

    case = await database.write(work)
    assert case.level == 2
    (first,) = await database.read(lambda tx: store.events(tx, case.id))
    assert isinstance(first.event, CaseOpened)
    assert (first.event.scope, first.event.urgency) == (Scope.SOME, Urgency.HAMPERED)
