"""The resolve clock stops for what the agreement leaves out, is shown with its evidence, and may be contested."""

import pytest
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.counting import Category, ExclusionRule
from config.instant import HOUR, MINUTE, Instant
from db.engine import Database
from incidents.case import Case, CaseEvent, CaseProgress, Resumed, StopContested, Waiting, replay_case
from incidents.caseload import Caseload
from incidents.clock import ClockState
from incidents.fact import case_event, facts_erased, facts_of, impersonal
from incidents.paging import Paging
from incidents.stop import unfit_stop
from incidents.store import case as store
from tests.incidents.samples import LI, NOON, WANG, agreement, availability, config, customer, named
from tests.incidents.test_clock import case
from tests.incidents.told import notifications

MAKER = Waiting(awaited="a corrected driver", waits_for=Category.THIRD_PARTY, evidence="ticket 4711 of the maker")


def caseload(*left_out: Category) -> Caseload:
    counted = availability(exclusions={one: ExclusionRule() for one in left_out})
    made = config(customers=named((customer("acme", agreement(availability=counted)),)), people=named((LI, WANG)))
    return Caseload(made, Paging(made, log_channel="log"))


def opened(tx: Connection, cases: Caseload) -> str:
    return cases.open_by_person(
        tx, customer="acme", kind=CaseKind.FAULT, title="slow", by="person:li", reported_at=NOON, now=NOON
    ).id


def resolve_by(cases: Caseload, case: Case, now: Instant) -> tuple[ClockState, Instant | None]:
    (clock,) = [one for one in cases.clocks(case, now) if one.name == "resolve"]
    return clock.state, clock.due_at


async def test_a_stop_for_a_third_party_is_told_with_its_evidence_and_ends_where_it_is_contested(
    database: Database,
) -> None:
    cases = caseload(Category.THIRD_PARTY)

    def work(tx: Connection) -> Case:
        id = opened(tx, cases)

        def said(event: CaseEvent, minute: int, by: str = "person:li") -> Case:
            return cases.record(tx, id, event, by, NOON + minute * MINUTE, NOON + minute * MINUTE)

        (_, due) = resolve_by(cases, said(Waiting(awaited="your log"), 10), NOON)
        assert due is None
        said(Resumed(), 20)
        stopped = said(MAKER, 30)
        assert (stopped.progress, stopped.waits_for) == (CaseProgress.WAITING, Category.THIRD_PARTY)
        assert resolve_by(cases, stopped, NOON + 40 * MINUTE)[0] is ClockState.PAUSED
        (told,) = [one for one in notifications(tx, "customer") if "third party" in one.message.subject]
        assert "a corrected driver" in told.message.text and "ticket 4711" in told.message.text
        assert "Contest it" in told.message.text
        since = stopped.pauses[-1][0]
        return said(StopContested(since=since, reason="you chose the maker"), 50, "customer:acme")

    contested = await database.write(work)
    assert (contested.progress, contested.waits_for) == (CaseProgress.OPEN, None)
    assert contested.pauses == ((NOON + 10 * MINUTE, NOON + 20 * MINUTE),), "the one not contested still counts"
    assert resolve_by(cases, contested, NOON + HOUR) == (ClockState.RUNNING, NOON + 2 * HOUR + 10 * MINUTE)
    read = await database.read(lambda tx: store.find(tx, contested.id))
    log = await database.read(lambda tx: store.events(tx, contested.id))
    assert read == contested == replay_case(contested.id, log)


REFUSED: list[tuple[CaseEvent, str, str]] = [
    (Waiting(awaited=" "), "person:li", "say what is awaited"),
    (Waiting(awaited="x"), "customer:acme", "the supplier's to say"),
    (Waiting(awaited="x", waits_for=Category.THIRD_PARTY), "person:li", "say where it can be seen"),
    (Waiting(awaited="x", waits_for=Category.MAINTENANCE, evidence="y"), "person:li", "does not leave that out"),
    (Waiting(awaited="x", waits_for=Category.FORCE_MAJEURE, evidence="y"), "person:li", "does not leave that out"),
    (StopContested(since=NOON, reason="no"), "person:li", "the customer's to contest"),
    (StopContested(since=NOON, reason="no"), "customer:acme", "no clock of it stopped then"),
]


@pytest.mark.parametrize(("event", "by", "why"), REFUSED, ids=[why for _, _, why in REFUSED])
def test_what_may_not_stop_a_clock_is_refused_with_why(event: CaseEvent, by: str, why: str) -> None:
    left_out = availability(exclusions={one: ExclusionRule() for one in (Category.THIRD_PARTY, Category.FORCE_MAJEURE)})
    assert why in (unfit_stop(case(NOON), event, by, agreement(availability=left_out)) or "")


def test_what_a_clock_stopped_for_is_kept_for_ever_and_the_words_are_personal() -> None:
    kept, personal = impersonal(facts_of(MAKER))
    assert kept == {"waits_for": "third-party"} and set(personal) == {"awaited", "evidence"}
    erased = {**kept, **facts_erased("waiting", kept, "erased")}
    assert case_event("waiting", erased) == Waiting(awaited="erased", waits_for=Category.THIRD_PARTY, evidence="erased")
    older = facts_erased("waiting", {}, "erased")
    assert case_event("waiting", older).waits_for is Category.CUSTOMER  # type: ignore[union-attr]
