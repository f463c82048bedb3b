"""A customer's statements as programs see them: number, where each stands, what it waits for. Stable keys."""

from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.language import ENGLISH
from sla import letter, sealing
from sla.parties import NoStatement, parties_of
from sla.period import Period, parse_period
from sla.standing import Standing
from sla.store import statement as stored
from upheld.post import undeliverable
from upheld.rules import Rules
from upheld.shown import at
from upheld.statements import composed


def statements(
    tx: Connection, rules: Rules, customer: str, now: Instant, language: str = ENGLISH
) -> list[dict[str, Any]]:
    """Newest period first: every month that may be due, and whatever else something happened to.

    `language`: of the sentences in `next`.
    """
    periods = {str(one): one for one in sealing.months(parties_of(rules.config, customer), now)}
    periods |= {period: parse_period(period) for _, period in stored.known(tx, customer)}
    found = [one_json(tx, rules, customer, periods[name], now, language) for name in sorted(periods, reverse=True)]
    return [one for one in found if one is not None]


def one_json(
    tx: Connection, rules: Rules, customer: str, period: Period, now: Instant, language: str = ENGLISH
) -> dict[str, Any] | None:
    """None where no agreement was in force."""
    standing = stored.standing(tx, customer, str(period))
    sealed = stored.summary(tx, customer, str(period))
    waits: tuple[sealing.Step, ...] = ()
    verdict = sealed[1] if sealed is not None else None
    if sealed is None or standing.delivered_at is None or standing.proposed is not None:
        try:
            statement, _ = composed(tx, rules.config, rules.caseload, customer, period, now)
        except NoStatement:
            return None
        waits = sealing.steps(statement, standing, undeliverable(rules, customer))
        verdict = verdict or statement.verdict.value
    return {
        "customer": customer,
        "period": str(period),
        "number": None if sealed is None else sealed[0],
        "revision": standing.revision or None,
        "status": "draft" if sealed is None else "sealed",
        "verdict": verdict,
        "blocked_by": [one.hold for one in waits],
        "next": [letter.step_text(one, language) for one in waits],
        **standing_json(standing),
    }


def standing_json(standing: Standing) -> dict[str, Any]:
    question = standing.question
    answer = None if question is None else question.answer
    return {
        "sealed_at": at(standing.sealed_at),
        "mailed_at": at(standing.mailed_at),
        "delivered_at": at(standing.delivered_at),
        "asked_at": None if question is None else at(question.asked_at),
        "answer": None if answer is None else answer.word.value,
        "countersigned_at": at(standing.countersigned_at),
        "countersigned_way": standing.countersigned_way,
        "disputes": [{"line": one.line, "reason": one.reason, "at": at(one.at)} for one in standing.disputes],
        "revision_proposed": standing.proposed is not None,
    }
