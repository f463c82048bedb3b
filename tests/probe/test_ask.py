"""Around every kind: tries, the latency rule, and our own faults kept apart from the target's."""

import asyncio
from collections.abc import Iterator

import pytest

from config.instant import SECOND
from probe.ask import GUARD, Terms, ask_target
from probe.kind import Question
from probe.result import Answer, Attempt, Outcome, Reason
from tests.probe.stage import Options
from tests.probe.virtual import VirtualLoop, run

QUESTION = Question(check="shop/home", target="x", options=Options(), timeout=5 * SECOND)
UP = Answer(outcome=Outcome.UP, latency_us=200_000)
DOWN = Answer(outcome=Outcome.DOWN, reason=Reason.STATUS, latency_us=200_000)
BLIND = Answer(outcome=Outcome.INVALID, reason=Reason.NETWORK_UNREACHABLE)


class Answers:
    """Gives the answers in turn, and counts how often it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.asked = 0

    async def __call__(self, question: Question) -> Answer:
        self.asked += 1
        return self.answers[self.asked - 1]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.mark.parametrize(
    "given, attempts, outcome, asked",
    [
        ((UP,), 3, Outcome.UP, 1),
        ((DOWN, UP), 3, Outcome.UP, 2),
        ((DOWN, DOWN, DOWN), 3, Outcome.DOWN, 3),
        ((DOWN,), 1, Outcome.DOWN, 1),
        ((BLIND,), 3, Outcome.INVALID, 1),
    ],
)
def test_a_bad_answer_is_tried_again_inside_one_check(
    loop: VirtualLoop, given: tuple[Answer, ...], attempts: int, outcome: Outcome, asked: int
) -> None:
    answers = Answers(*given)
    answer = run(ask_target(answers, QUESTION, Terms(attempts=attempts)), loop)
    assert (answer.outcome, answers.asked) == (outcome, asked)


def test_what_every_try_said_is_kept_with_the_answer(loop: VirtualLoop) -> None:
    refused = Answer(
        outcome=Outcome.DOWN, reason=Reason.CONNECTION_REFUSED, latency_us=900, facts={"address": "192.0.2.1"}
    )
    answer = run(ask_target(Answers(refused, DOWN, UP), QUESTION, Terms(attempts=5)), loop)
    assert answer.outcome is Outcome.UP
    assert answer.attempts == (
        Attempt(outcome=Outcome.DOWN, reason=Reason.CONNECTION_REFUSED, latency_us=900, address="192.0.2.1"),
        Attempt(outcome=Outcome.DOWN, reason=Reason.STATUS, latency_us=200_000, address=None),
        Attempt(outcome=Outcome.UP, reason=None, latency_us=200_000, address=None),
    )


def test_a_single_try_needs_no_list(loop: VirtualLoop) -> None:
    assert run(ask_target(Answers(DOWN), QUESTION, Terms(attempts=1)), loop).attempts == ()


@pytest.mark.parametrize("limit, reason", [(199, Reason.TOO_SLOW), (200, None), (None, None)])
def test_good_but_slow_is_degraded(loop: VirtualLoop, limit: int | None, reason: Reason | None) -> None:
    answer = run(ask_target(Answers(UP), QUESTION, Terms(degraded_over=limit)), loop)
    assert answer.reason is reason
    assert answer.outcome is (Outcome.DEGRADED if reason else Outcome.UP)


@pytest.mark.parametrize("limit, slow", [(222, True), (223, False), (200, True)])
def test_of_a_slow_check_a_good_answer_needs_a_tenth_less(loop: VirtualLoop, limit: int, slow: bool) -> None:
    answer = run(ask_target(Answers(UP), QUESTION, Terms(degraded_over=limit), slow=True), loop)
    assert answer.outcome is (Outcome.DEGRADED if slow else Outcome.UP)


def test_an_answer_we_were_held_up_in_hearing_is_not_slow(loop: VirtualLoop) -> None:
    held = iter([0.0, 0.3])
    answer = run(ask_target(Answers(UP), QUESTION, Terms(degraded_over=100), lambda: next(held)), loop)
    assert (answer.outcome, answer.facts["held_ms"]) == (Outcome.UP, 300)


def test_a_timeout_we_came_too_late_to_see_is_our_own_fault(loop: VirtualLoop) -> None:
    async def silent(question: Question) -> Answer:
        loop.hold(7)
        return Answer(outcome=Outcome.DOWN, reason=Reason.TIMEOUT)

    answer = run(ask_target(silent, QUESTION, Terms()), loop)
    assert (answer.outcome, answer.reason) == (Outcome.INVALID, Reason.LOOP_HELD)


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.CONNECTION_RESET, Reason.STATUS])
@pytest.mark.parametrize("stalled", [0.06, 2.5])
def test_what_fails_of_time_while_we_were_away_for_half_of_it_is_our_own_fault(
    loop: VirtualLoop, reason: Reason, stalled: float
) -> None:
    held = iter([0.0, stalled])
    down = Answer(outcome=Outcome.DOWN, reason=reason, detail="said", facts={"status": 503})
    answer = run(ask_target(Answers(down), QUESTION, Terms(), lambda: next(held)), loop)
    ours = stalled > 1 and reason is not Reason.STATUS
    assert answer.outcome is (Outcome.INVALID if ours else Outcome.DOWN)
    assert answer.reason is (Reason.LOOP_HELD if ours else reason)
    assert answer.facts["status"] == 503 and answer.facts["held_ms"] == stalled * 1000
    assert answer.facts.get("held_reason") == (reason if ours else None)


def test_a_kind_that_never_ends_is_ended_and_is_our_fault(loop: VirtualLoop) -> None:
    async def endless(question: Question) -> Answer:
        await asyncio.sleep(10_000)
        return UP

    before = loop.time()
    answer = run(ask_target(endless, QUESTION, Terms()), loop)
    assert (answer.outcome, answer.reason) == (Outcome.INVALID, Reason.INTERNAL_ERROR)
    assert loop.time() - before == pytest.approx((QUESTION.timeout + GUARD) / 1000, abs=0.001)


def test_an_exception_of_a_kind_is_our_fault(loop: VirtualLoop) -> None:
    async def broken(question: Question) -> Answer:
        raise KeyError("a bug")

    answer = run(ask_target(broken, QUESTION, Terms()), loop)
    assert (answer.outcome, answer.reason, answer.detail) == (
        Outcome.INVALID,
        Reason.INTERNAL_ERROR,
        "KeyError('a bug')",
    )
