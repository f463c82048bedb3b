"""Reports on their way: issued when they are ready, mailed, reminded of. Carries out what `sla.reporting` decides.

Each function takes part in the caller's transaction: what is decided, what it rests on and what follows of it are
stored together or not at all.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from config.agreement import Period as Kind
from config.instant import Instant
from incidents.case import Fulfilled
from incidents.clock import commitments_of
from incidents.store import case as cases
from notify.message import Notification
from sla import reportletter, sealing
from sla.duereport import DueReport
from sla.parties import parties_of
from sla.period import parse_period
from sla.report import Paper, Subject, paper_of
from sla.reporting import Act, Happening, IssueIt, Mail, Owed, Remind, What, decide
from sla.seal import digest
from sla.store import report as stored
from sla.store import statement as statements
from upheld.installed import installed
from upheld.post import SYSTEM, Post, undeliverable
from upheld.reports.due import due
from upheld.reports.making import issue, paper
from upheld.rules import Rules

_ROUNDS = 3
_DELIVERED = "reported"
"""What meets a commitment that stops with the delivered report."""


class Reporter:
    """One configuration's view of the reports it owes."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._config = rules.config
        self._post = Post(rules)

    def owed(
        self, tx: Connection, now: Instant, customer: str | None = None, *, delivered_since: Instant | None = None
    ) -> list[Owed]:
        """Whatever is not delivered, with where it stands; `delivered_since`: and what was delivered since then."""
        found = due(tx, self._config, now, customer, delivered_since=delivered_since)
        return [self.standing(tx, one, now) for one in found]

    def standing(self, tx: Connection, of: DueReport, now: Instant) -> Owed:
        standing = stored.standing(tx, of.customer, of.kind, of.subject)
        words, last = standing.words, _last(tx, of)
        if last is not None and last.frame.issue is not None:
            words = {**last.frame.issue.words, **words}
            standing = replace(standing, words=words, missing=last.missing(last.frame.issue.words))
        unissued = last is None or bool(standing.missing)
        return Owed(
            report=of,
            standing=standing,
            missing=self._missing(tx, of, words, now) if unissued else (),
            settled=self._settled(tx, of, now),
            undeliverable=undeliverable(self._rules, of.customer),
        )

    def idle(self, tx: Connection, of: DueReport, now: Instant) -> bool:
        """Whether there is nothing to do; reads only."""
        return not decide(self.standing(tx, of, now), now)

    def step(self, tx: Connection, of: DueReport, now: Instant) -> None:
        """Everything that is due now. Raises NoReport."""
        for _ in range(_ROUNDS):
            owed = self.standing(tx, of, now)
            acts = decide(owed, now)
            if not acts:
                return
            for act in acts:
                self._carry_out(tx, act, owed, now)

    def _carry_out(self, tx: Connection, act: Act, owed: Owed, now: Instant) -> None:
        of = owed.report
        match act:
            case IssueIt():
                issue(tx, self._paper(tx, of, now), SYSTEM, dict(owed.standing.words), now)
            case Mail(attempt=attempt):
                last = _last(tx, of)
                assert last is not None, "only what was issued is mailed"
                happened(tx, of, owed, What.MAILED, {"attempt": attempt}, now)
                self._post.report(tx, owed, digest(last.record()), attempt, now)
            case Remind(stage=stage, step=step):
                happened(tx, of, owed, What.REMINDED, {"stage": stage.value, "step": step.hold}, now)
                self._post.report_reminder(tx, owed, step, stage.value, now)

    def _paper(self, tx: Connection, of: DueReport, now: Instant) -> Paper:
        return paper(tx, self._config, self._rules.caseload, of.kind, of.subject, now, customer=of.customer, anew=True)

    def _missing(self, tx: Connection, of: DueReport, words: Mapping[str, str], now: Instant) -> tuple[str, ...]:
        report = installed().reports[of.kind]
        unsaid = tuple(word for word in report.asks if not words.get(word))
        return self._paper(tx, of, now).missing(words) if unsaid and report.said is not None else unsaid

    def _settled(self, tx: Connection, of: DueReport, now: Instant) -> bool:
        """Whether each month it sums up that will be sealed is."""
        if installed().reports[of.kind].subject not in (Subject.MONTH, Subject.QUARTER):
            return True
        sealed = statements.sealed_periods(tx, of.customer)
        sealable = {str(one) for one in sealing.months(parties_of(self._config, of.customer), now)}
        months = {str(one) for one in parse_period(of.subject).parts(Kind.MONTH)}
        return months & sealable <= sealed


def happened(tx: Connection, of: DueReport, owed: Owed, what: What, body: Mapping[str, Any], now: Instant) -> None:
    one = Happening(what=what, issue=owed.standing.issue, at=now, by=SYSTEM, body=body)
    stored.append_event(tx, of.customer, of.kind, of.subject, one)


def _last(tx: Connection, of: DueReport) -> Paper | None:
    document = stored.find(tx, of.customer, of.kind, of.subject)
    return None if document is None else paper_of(installed().reports[of.kind], document)


def told(tx: Connection, rules: Rules, sent: Notification, now: Instant) -> None:
    """The delivered report is what some commitments of its cases ask for."""
    facts = sent.message.facts
    if facts.get("event") != reportletter.ISSUED or not rules.paging.arrives(sent.channel):
        return
    subject, customer = str(facts["subject"]), facts["customer"]
    found = [cases.find(tx, subject)] if facts["kind"] == "completion" else cases.of_incident(tx, subject)
    versions = {(one.id, one.version): one for one in rules.config.agreements()}
    for case in found:
        agreement = None if case is None else versions.get((case.agreement, case.agreement_version))
        if case is None or agreement is None or case.customer != customer:
            continue
        running = {clock.name for clock in rules.caseload.clocks(case, now) if clock.done_at is None}
        for name, one in commitments_of(case, agreement).items():
            if name in running and one.stops == _DELIVERED:
                event = Fulfilled(commitment=name, how=f"report to {sent.person}")
                rules.caseload.record(tx, case.id, event, SYSTEM, now, now)
