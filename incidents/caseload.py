"""Cases and their clocks in the store: opened with an incident or by a person, followed to the customer's word."""

from collections.abc import Sequence, Set
from dataclasses import asdict, replace

from sqlalchemy import Connection

from config.agreement import Agreement, CaseKind, Level
from config.identity import REFUSAL, resident_number
from config.instant import Instant, Span
from config.model import Config
from config.value import Text
from db.ledger.store import stamped
from incidents.calling import BEYOND_LIMIT, MET, OPENED, holding
from incidents.case import (
    ESCALATE,
    RESOLVE,
    RESPOND,
    BeyondAbility,
    Case,
    CaseEvent,
    CaseNoted,
    CaseOpened,
    CaseProgress,
    CaseRecorded,
    CaseReopened,
    CaseResolved,
    ClockWarned,
    Confirmed,
    Contested,
    Fulfilled,
    HandedOver,
    LevelChanged,
    Resumed,
    Taken,
    UnderTest,
    Waiting,
    evolve_case,
    open_case,
)
from incidents.casemail import CaseMail
from incidents.clock import Clock, ClockState, clocks, commitments_of
from incidents.decide import Refused
from incidents.incident import Incident
from incidents.level import opening, standing, unfit
from incidents.paging import Paging
from incidents.payload import cut
from incidents.quality import unfit_quality
from incidents.rating import judged, unfit_rating
from incidents.responsible import unfit_responsible
from incidents.review import ReviewPresented
from incidents.reviewed import unfit_review
from incidents.scope import Scope, Urgency
from incidents.severity import MILDEST
from incidents.stage import agreed_word, agreement_of
from incidents.stop import unfit_stop
from incidents.store import case as store
from incidents.store import timer
from incidents.store.number import next_number
from incidents.store.timer import Timer
from incidents.wanted import TAKEN
from incidents.warning import CUSTOMER, LIMIT, marks, overtaken, told
from incidents.ways import Ways
from incidents.word import unsaid
from notify.message import Notification, harmless

NUMBER = "CASE"
SYSTEM = "upheld"
TITLE_LIMIT = 200


class NoSuchCase(Exception):
    """The text says so."""


class Caseload:
    """One configuration's view of what its customers are owed."""

    def __init__(self, config: Config, paging: Paging, mail: CaseMail | None = None) -> None:
        self._config = config
        self._paging = paging
        self._mail = mail or CaseMail(config, paging)

    @property
    def ways(self) -> Ways:
        """How our people are reached."""
        return self._paging

    def word(self, case: Case) -> Text | None:
        """How far it is, as its agreement calls that."""
        return agreed_word(case, self._version(case))

    # opening

    def open_for(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """One case for every agreement in force that covers the component."""
        self._open_but(tx, incident, frozenset(), incident.opened_at, now)

    def reopened(self, tx: Connection, incident: Incident, root: str, now: Instant) -> None:
        """It was never over: nor were its cases, but for those whose customers confirmed it; they get new ones.

        `root`: the incident they are of, where this one was split from it; else itself.
        """
        for case in store.of_incident(tx, root):
            if case.progress is CaseProgress.RESOLVED:
                after = self._append(tx, case, [CaseReopened(incident=incident.id)], SYSTEM, now, now)
                self._mail.customer(tx, after, "reopened", now)
        open_again = frozenset(one.agreement for one in store.of_incident(tx, root) if one.open)
        self._open_but(tx, replace(incident, id=root), open_again, now, now)

    def _open_but(
        self, tx: Connection, incident: Incident, others: Set[str], reported_at: Instant, now: Instant
    ) -> None:
        for agreement in self._config.covering(incident.component, now):
            level = agreement.level_for(incident.severity)
            if level is None or agreement.id in others:
                continue
            opened = _opened(agreement, CaseKind.FAULT, level, incident.title, reported_at)
            event = replace(opened, component=incident.component, incident=incident.id)
            self._open(tx, event, SYSTEM, now, now)

    def open_by_person(
        self,
        tx: Connection,
        *,
        customer: str,
        kind: CaseKind,
        title: str,
        by: str,
        reported_at: Instant,
        now: Instant,
        level: int | None = None,
        scope: Scope | None = None,
        urgency: Urgency | None = None,
        component: str | None = None,
        caller: str | None = None,
        text: str = "",
    ) -> Case:
        """What a customer reports by telephone, mail or form, and wrote with it; the title is made one line.

        Of a long one the whole stands in what he wrote. Raises Refused.
        """
        agreement = self._agreement(customer, component, now)
        chosen = opening(agreement, kind, level, scope, urgency)
        if reported_at > now:
            raise Refused("a report cannot lie in the future; write when it was made")
        named = " ".join(harmless(title).split())
        if not named:
            raise Refused("a case needs a title: what does not work, in the customer's words")
        if any(resident_number(one) for one in (named, caller or "", text)):
            raise Refused(REFUSAL)
        if len(named) > TITLE_LIMIT:
            named, text = cut(named, TITLE_LIMIT), f"{named}\n\n{text}".strip()
        opened = _opened(agreement, kind, chosen, named, reported_at)
        event = replace(opened, component=component, caller=caller, scope=scope, urgency=urgency)
        made = self._open(tx, event, by, reported_at, now, text)
        return self._append(tx, made, [CaseNoted(text=text)], by, made.started_at, now) if text.strip() else made

    # what becomes of a case

    def record(
        self, tx: Connection, case_id: str, event: CaseEvent, by: str, happened_at: Instant, now: Instant
    ) -> Case:
        """A person's fact about a case. Raises NoSuchCase, or Refused when it does not fit the case."""
        case = self._load(tx, case_id)
        _check(case, event, happened_at, now)
        agreement = self._version(case)
        wrong = (
            unsaid(event)
            or unfit(case, event, by, agreement)
            or unfit_rating(case, event, by, agreement)
            or unfit_stop(case, event, by, agreement)
            or unfit_responsible(case, event, by, agreement, self._config.people)
            or unfit_review(case, event, by)
            or unfit_quality(case, event, by)
        )
        if wrong is not None:
            raise Refused(f"{case.id}: {wrong}")
        event = judged(event, agreement)
        after = self._append(tx, case, [event], by, happened_at, now)
        self._mail.heard(tx, after, event, self._severity(after), by, now)
        if isinstance(event, (Taken, CaseResolved)):
            self._mail.settled(tx, after, TAKEN if after.open else "resolved", now)
        if isinstance(event, CaseResolved):
            self._mail.customer(tx, after, "solved", now, event.how)
        if isinstance(event, BeyondAbility) or (isinstance(event, Fulfilled) and event.commitment == ESCALATE):
            self._call(tx, after, BEYOND_LIMIT, now)
        if isinstance(event, Taken) and RESPOND not in after.fulfilled:
            self._mail.customer(tx, after, "taken", now)
        if isinstance(event, HandedOver):
            self._mail.offered(tx, after, event, by, now)
        if isinstance(event, Waiting):
            self._mail.stopped(tx, after, event, now)
        if isinstance(event, LevelChanged):
            self._mail.customer(tx, after, "level", now, event.reason)
        if isinstance(event, ReviewPresented):
            self._mail.customer(tx, after, "reviewed", now, event.text)
        return after

    def taken(self, tx: Connection, incident: Incident, by: str, now: Instant) -> None:
        """Somebody works on it: each customer is told; the accepted delivery is what meets the respond clock."""
        for case in store.of_fault(tx, incident):
            if case.open and RESPOND not in case.fulfilled:
                self._mail.customer(tx, case, "taken", now)

    def resolved(self, tx: Connection, incident: Incident, because: str, by: str, now: Instant) -> None:
        """The component is well: every case that its faults opened is, also of one that was muted before."""
        for case in store.open_of_component(tx, incident.component):
            if case.incident is not None:
                at = max(now, case.started_at)  # a clock that was set back must not keep it open
                after = self._append(tx, case, [CaseResolved(how=because)], by, at, now)
                self._mail.customer(tx, after, "solved", now, because)

    def told(self, tx: Connection, sent: Notification, now: Instant) -> None:
        """The customer's mail server took the receipt of a person who works on it: that is the response.

        An automatic receipt is one only where the agreement says so, and what the log took nobody can see.
        """
        case = store.find(tx, sent.case) if sent.case is not None and self._paging.arrives(sent.channel) else None
        if case is None:
            return
        kept = [name for name in self._kept_by(case, sent.message.facts.get("event")) if name not in case.fulfilled]
        if kept:
            events = [Fulfilled(commitment=name, how=f"message to {sent.person}") for name in kept]
            self._append(tx, case, events, SYSTEM, now, now)

    def not_told(self, tx: Connection, failed: Notification, now: Instant) -> None:
        """What a customer said reached none of ours so far."""
        case = store.find(tx, failed.case) if failed.case is not None else None
        if case is not None:
            self._mail.unheard(tx, case, failed, now)

    def _kept_by(self, case: Case, event: object) -> list[str]:
        if event == "case.taken":
            return [RESPOND]
        agreement = self._version(case) if event == "case.opened" or event in MET else None
        owed = {} if agreement is None else commitments_of(case, agreement)
        if event in MET:
            return [name for name, one in owed.items() if one.stops == MET[str(event)]]
        return [name for name, one in owed.items() if one.automatic_receipt]

    # clocks

    def clocks(self, case: Case, now: Instant) -> tuple[Clock, ...]:
        """Empty when the agreement version is no longer configured."""
        agreement = self._version(case)
        return () if agreement is None else clocks(case, agreement, now)

    def ring(self, tx: Connection, due: Timer, now: Instant) -> str:
        """A share of a commitment's time is used up. Looks again at what holds now: dates are derived, never stored."""
        case = store.find(tx, due.subject)
        cycle, _, step = due.step.partition(":")
        clock = None if case is None else next((one for one in self.clocks(case, now) if _cycle(one) == cycle), None)
        if case is None or clock is None:
            return "no such clock any more"
        if clock.done_at is not None:
            return "met in time" if clock.state is ClockState.MET else "done late"
        if clock.due_at is None:
            return "paused"
        reached = marks(clock, self._warn_before(case))
        if step not in reached:  # an earlier version knew other steps
            self._wind(tx, case, now)
            return "counted anew"
        if higher := overtaken(step, reached, now):
            return f"skipped: {higher} is reached"
        missed = step == LIMIT
        if missed or step == CUSTOMER:
            event = ClockWarned(commitment=clock.name, missed=missed, due_at=clock.due_at)
            case = self._append(tx, case, [event], SYSTEM, now, now)
        if step == CUSTOMER:
            self._mail.likely(tx, case, clock, now)
            return "customer told"
        self._mail.clock(tx, case, clock, step, told(step, self._config.people, case.responsible), now)
        if missed and clock.name == RESOLVE and ESCALATE not in case.fulfilled:
            self._call(tx, case, BEYOND_LIMIT, now)
        return "missed" if missed else "warned"

    # inside

    def _open(
        self, tx: Connection, event: CaseOpened, by: str, happened_at: Instant, now: Instant, text: str = ""
    ) -> Case:
        at = stamped(tx, now)
        recorded = CaseRecorded(event=event, happened_at=happened_at, recorded_at=at, by=by, seen_by_customer_at=at)
        case = open_case(next_number(tx, NUMBER, now), recorded)
        store.add(tx, case, recorded)
        self._wind(tx, case, now)
        self._mail.customer(tx, case, "opened", now)
        self._mail.heard(tx, case, event, self._severity(case), by, now, text)
        self._call(tx, case, OPENED, now)
        return case

    def _append(
        self, tx: Connection, case: Case, events: Sequence[CaseEvent], by: str, happened_at: Instant, now: Instant
    ) -> Case:
        at = stamped(tx, now)  # the customer's room shows every fact of a case from this commit on
        recorded = [
            CaseRecorded(event=event, happened_at=happened_at, recorded_at=at, by=by, seen_by_customer_at=at)
            for event in events
        ]
        after = case
        for one in recorded:
            after = evolve_case(after, one)
        store.append(tx, case, after, recorded)
        self._wind(tx, after, now)
        return after

    def _wind(self, tx: Connection, case: Case, now: Instant) -> None:
        """Timers where the clocks stand now, one for each step of each cycle."""
        before = self._warn_before(case)
        wanted = {
            f"{_cycle(clock)}:{step}": at
            for clock in self.clocks(case, now)
            for step, at in marks(clock, before).items()
        }
        timer.settle(tx, timer.Kind.CLOCK, case.id, wanted, now)

    def _warn_before(self, case: Case) -> Span:
        agreement = self._version(case)
        return 0 if agreement is None else agreement.warn_before

    def _severity(self, case: Case) -> int:
        """Of a fault like it: the worst that its level is for."""
        agreement = self._version(case)
        number = standing(case, agreement)
        levels = () if agreement is None else agreement.levels
        return min((one for level in levels if level.number == number for one in level.severities), default=MILDEST)

    def _call(self, tx: Connection, case: Case, when: str, now: Instant) -> None:
        """Whom the agreement brings in, and where it says so the customer at the same moment: one transaction."""
        agreement = self._version(case)
        level = None if agreement is None else agreement.level(standing(case, agreement))
        for one in level.calls if level is not None else ():
            if one.when != when:
                continue
            self._mail.called(tx, case, when, holding(self._config.people, one.to), now)
            if one.customer_told:
                self._mail.customer(tx, case, "called", now, " ".join(one.to))

    def _agreement(self, customer: str, component: str | None, now: Instant) -> Agreement:
        known = self._config.customers.get(customer)
        if known is None:
            names = ", ".join(self._config.customers) or "none is configured"
            raise Refused(f"there is no customer {customer!r}; known: {names}")
        in_force = [one for one in known.agreements if one.in_force(now)]
        fitting = [one for one in in_force if component is None or component in one.components]
        if not fitting and component is not None and in_force:
            raise Refused(f"{customer} has no agreement in force that covers {component!r}")
        if not fitting:
            raise Refused(f"{customer} has no agreement in force")
        return fitting[0]

    def _version(self, case: Case) -> Agreement | None:
        return agreement_of(case, self._config)

    def _load(self, tx: Connection, case_id: str) -> Case:
        case = store.find(tx, case_id)
        if case is None:
            raise NoSuchCase(f"there is no case {case_id!r}; `upheld case list` lists them")
        return case


def _opened(agreement: Agreement, kind: CaseKind, level: Level, title: str, reported_at: Instant) -> CaseOpened:
    return CaseOpened(
        customer=agreement.customer,
        agreement=agreement.id,
        agreement_version=agreement.version,
        kind=kind,
        level=level.number,
        title=title,
        reported_at=reported_at,
    )


def _cycle(clock: Clock) -> str:
    """`resolve`; `update.2` is the second time it is owed."""
    return clock.name if clock.cycle == 1 else f"{clock.name}.{clock.cycle}"


def _check(case: Case, event: CaseEvent, happened_at: Instant, now: Instant) -> None:
    if any(isinstance(said, str) and resident_number(said) for said in asdict(event).values()):
        raise Refused(f"{case.id}: {REFUSAL}")
    if happened_at > now:
        raise Refused("a fact cannot lie in the future; write when it happened")
    if happened_at < case.started_at:
        raise Refused(f"{case.id} began later than that; write when it happened")
    wrong = {
        Waiting: case.progress is not CaseProgress.OPEN and "only an open case can wait",
        UnderTest: not case.open and "only of an open case a plan is tested",
        Resumed: not case.testing
        and case.progress is not CaseProgress.WAITING
        and "the case does not wait for anything",
        CaseResolved: not case.open and "the case is resolved already",
        Confirmed: case.progress is not CaseProgress.RESOLVED and "only a resolved case can be confirmed",
        Contested: case.open and "the case is open; there is no result to contest",
    }.get(type(event), False)
    if wrong:
        raise Refused(f"{case.id}: {wrong}")
