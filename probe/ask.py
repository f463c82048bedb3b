"""One logical check: up to `attempts` tries, the latency rule, and a last line of defence around a kind."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from config.instant import SECOND, Span
from probe.deadline import Deadline
from probe.kind import Ask, Question
from probe.result import Answer, Outcome, Reason, attempt_of, timed

_log = structlog.get_logger(__name__)
GUARD: Span = 2 * SECOND
HELD: Span = 500
"""A try that ended this much after its deadline did not run out of time: we were not there to see the answer."""

_OF_TIME = frozenset((Reason.TIMEOUT, Reason.CONNECTION_RESET))
"""What a target that is kept waiting by us says, or seems to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one check is asked and timed."""

    attempts: int = 1
    degraded_over: Span | None = None


async def ask_target(
    ask: Ask, question: Question, terms: Terms, held: Callable[[], float] = lambda: 0.0, slow: bool = False
) -> Answer:
    """Never raises but when cancelled. `held()`: seconds this process has been held up so far, a growing sum.

    `slow`: the check is judged slow already, by the latency rule.
    """
    answer = await _try(ask, question, held)
    if answer.outcome is Outcome.DOWN and terms.attempts > 1:
        answer = await _again(ask, question, terms.attempts, answer, held)
    # Held up ourselves, we cannot say that the target was slow.
    if terms.degraded_over is None or "held_ms" in answer.facts:
        return answer
    return timed(answer, terms.degraded_over, slow)


async def _again(ask: Ask, question: Question, attempts: int, answer: Answer, held: Callable[[], float]) -> Answer:
    """What the next tries say, until one is not down; the answer knows them all."""
    tries = [attempt_of(answer)]
    while len(tries) < attempts and answer.outcome is Outcome.DOWN:
        answer = await _try(ask, elsewhere(question, answer), held)
        tries.append(attempt_of(answer))
    return replace(answer, attempts=tuple(tries))


def elsewhere(question: Question, before: Answer, times: int = 1) -> Question:
    """The same question by another path, where there is one: another address, the `times`-next name server.

    Fresh connections they are all.
    """
    address, servers = before.facts.get("address"), question.resolvers
    if isinstance(address, str):
        question = replace(question, avoid=address)
    if len(servers) > 1:
        first = times % len(servers)
        question = replace(question, resolvers=(*servers[first:], *servers[:first]))
    return question


async def _try(ask: Ask, question: Question, held: Callable[[], float]) -> Answer:
    clock = asyncio.get_running_loop().time
    started, held_before = clock(), held()
    try:
        with Deadline((question.timeout + GUARD) / 1000):
            answer = await ask(question)
    except TimeoutError:
        return _internal(question, f"the probe did not end within {question.timeout + GUARD} ms", clock() - started)
    except Exception as error:  # a bug of ours must not look like an outage of theirs
        _log.exception("probe failed", check=question.check, error=repr(error))
        return _internal(question, repr(error), clock() - started)
    took, stalled = clock() - started, held() - held_before
    if stalled > 0:
        answer = replace(answer, facts={**answer.facts, "held_ms": round(stalled * 1000)})
    ours = answer.outcome is Outcome.DOWN and _ran_out(answer, took, stalled, question)
    return _held_up(answer) if ours else answer


def _ran_out(answer: Answer, took: float, stalled: float, question: Question) -> bool:
    """Whether the time that ran out was ours: we came too late to see the answer, or were away for half of it."""
    if answer.reason not in _OF_TIME:
        return False
    late = answer.reason is Reason.TIMEOUT and took * 1000 > question.timeout + HELD
    return late or stalled * 2000 >= question.timeout


def _held_up(answer: Answer) -> Answer:
    facts = {**answer.facts, "held_reason": answer.reason}
    detail = f"this process was held up; {answer.detail}"
    return replace(answer, outcome=Outcome.INVALID, reason=Reason.LOOP_HELD, detail=detail, facts=facts)


def _internal(question: Question, detail: str, took: float) -> Answer:
    return Answer(
        outcome=Outcome.INVALID, reason=Reason.INTERNAL_ERROR, detail=detail[:500], latency_us=round(took * 1e6)
    )
