"""The review of a case in the store: a corrective action is an obligation of the agreement, and a fact of the case."""

from dataclasses import dataclass

from sqlalchemy import Connection

from config.instant import Instant
from config.look.figure import local
from config.model import Config
from incidents.case import Case
from incidents.caseload import Caseload, NoSuchCase
from incidents.decide import Refused
from incidents.review import ActionAgreed, Aim, ReviewPresented
from incidents.reviewed import Review, review_of
from incidents.store import case as cases
from sla.booking import MEASURE, Obligation
from sla.store import remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A corrective action, and how far it is."""

    aim: Aim
    owed: Obligation

    @property
    def done(self) -> bool:
        return self.owed.closed_at is not None

    def overdue(self, now: Instant) -> bool:
        return not self.done and self.owed.due_at is not None and now >= self.owed.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, by whom, until when."""

    text: str
    aim: Aim
    owner: str
    """One of `people:`."""
    due_at: Instant


def find(tx: Connection, case_id: str) -> Review:
    return review_of(cases.events(tx, case_id))


def actions(tx: Connection, case: Case, review: Review, now: Instant) -> list[Action]:
    """First due first."""
    owed = remedy.obligations(tx, now, case.customer)
    return [Action(aim=review.actions[one.id], owed=one) for one in owed if one.id in review.actions]


def agree(
    tx: Connection, config: Config, caseload: Caseload, case_id: str, plan: Plan, by: str, now: Instant
) -> Obligation:
    """Raises NoSuchCase, Refused."""
    case = cases.find(tx, case_id)
    if case is None:
        raise NoSuchCase(f"there is no case {case_id!r}; `upheld case list` lists them")
    if plan.owner not in config.people:
        raise Refused(f"there is nobody '{plan.owner}' among `people:`; known: {', '.join(config.people) or 'none'}")
    if not plan.text.strip():
        raise Refused("a corrective action says what is done")
    if plan.due_at <= now:
        raise Refused("a corrective action is due on a day to come; write which")
    zone = next((one.availability.timezone for one in config.agreements() if one.id == case.agreement), "UTC")
    measure = Obligation(
        id="",
        agreement=case.agreement,
        rule="",
        month=f"{local(now, zone):%Y-%m}",
        then=plan.text.strip(),
        gives=MEASURE,
        due_at=plan.due_at,
        owner=f"person:{plan.owner}",
    )
    made = remedy.add_measure(tx, case.customer, measure, by, now)
    caseload.record(tx, case_id, ActionAgreed(obligation=made.id, aim=plan.aim), by, now, now)
    return made


def present(tx: Connection, caseload: Caseload, case_id: str, text: str, by: str, now: Instant) -> Case:
    """The customer is asked. Raises NoSuchCase, Refused."""
    known = find(tx, case_id)
    after = caseload.record(tx, case_id, ReviewPresented(text=text), by, now, now)
    if not known.whys:
        raise Refused(f"{case_id}: a review says why it happened, in one row at least")
    if not known.actions:
        raise Refused(f"{case_id}: a review has a corrective action at least")
    return after
