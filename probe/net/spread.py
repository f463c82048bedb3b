"""Asks each address of a name, where a check wants that, and makes one answer of all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from aiohttp.abc import ResolveResult

from probe.kind import Ask, Question
from probe.net.address import Reach, find, routed
from probe.net.connection import Network, choice_of
from probe.net.course import Course, Unanswered, tried
from probe.result import Answer, Outcome, Plain

MOST = 16
"""Addresses asked of one name; a fact says how many it has."""
_GOOD = frozenset((Outcome.UP, Outcome.DEGRADED))

Place = tuple[str, ...]
"""Addresses of which one is asked."""


def over_addresses(network: Network, place_of: Callable[[str], tuple[str, int]], ask: Ask) -> Ask:
    """`ask` as it is, or once for each address. `place_of` gives host and port of a target and may raise ValueError."""

    def spread(question: Question) -> Awaitable[Answer]:
        options: Reach = question.options
        if options.addresses == "any" and options.family != "both":
            return ask(question)
        return each(question, options)

    async def each(question: Question, options: Reach) -> Answer:
        course = Course()
        looked_up = _look_up(network, place_of, question, course)
        found = await tried(question.timeout, course, looked_up)
        if isinstance(found, Unanswered):
            return course.failed(found.fault, {**found.facts, **course.named()})
        course.end()
        left = max(1, question.timeout - course.latency_us // 1000)
        places = _places(options, found)
        answers = await asyncio.gather(*(ask(replace(question, at=place, timeout=left)) for place in places))
        rule: Literal["all", "quorum"] = "quorum" if options.addresses == "quorum" else "all"
        answer = judged(rule, dict(zip(places, answers, strict=True)))
        resolve = course.latency_us
        phases = {**answer.phases, "resolve": answer.phases.get("resolve", 0) + resolve}
        facts = {**answer.facts, **course.named(), "addresses_found": len(found)}
        return replace(answer, latency_us=answer.latency_us + resolve, phases=phases, facts=facts)

    return spread


async def _look_up(
    network: Network, place_of: Callable[[str], tuple[str, int]], question: Question, course: Course
) -> Sequence[ResolveResult]:
    return await find(network.resolver, *place_of(question.target), choice_of(question), course)


def _places(options: Reach, found: Sequence[ResolveResult]) -> list[Place]:
    each = list(dict.fromkeys(one["host"] for one in found))
    if options.addresses == "any":
        families = ([one for one in each if ":" in one], [one for one in each if ":" not in one])
        return [tuple(family) for family in families if family]
    if options.family == "auto":
        each = [one for one in each if routed(one)] or each
    return [(one,) for one in each[:MOST]]


def judged(rule: Literal["all", "quorum"], answers: Mapping[Place, Answer]) -> Answer:
    """One answer of several; `all`: every one good, `quorum`: more than half of them.

    The answer that decided speaks, slowest first among the good ones; facts name each address and what it said. What
    we could not ask ourselves is counted neither as good nor as bad: where it would decide, the answer is invalid.
    """
    good = [place for place, answer in answers.items() if answer.outcome in _GOOD]
    bad = [place for place, answer in answers.items() if answer.outcome is Outcome.DOWN]
    if rule == "all":
        is_up, is_down = len(good) == len(answers), bool(bad)
    else:
        is_up, is_down = 2 * len(good) > len(answers), 2 * len(bad) >= len(answers)
    if is_up:
        spokesman = max(good, key=lambda place: answers[place].latency_us)
    else:
        spokesman = bad[0] if is_down else next(place for place in answers if place not in good and place not in bad)
    speaks = answers[spokesman]
    detail = f"{' or '.join(spokesman)}: {speaks.detail}" if speaks.detail else ""
    facts: dict[str, Plain] = {**speaks.facts, "addresses_asked": len(answers), "addresses_good": len(good)}
    for place, answer in answers.items():
        facts |= {f"address.{one}": (answer.reason or answer.outcome).value for one in place}
    return replace(speaks, detail=detail, facts=facts)
