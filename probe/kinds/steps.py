"""Several HTTP requests one after the other, as somebody at work makes them: log in, look, take along, look again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from yarl import URL

from probe.http.client import Client, Manner
from probe.http.mask import Mask
from probe.http.request import address, call_at, mark_of
from probe.http.response import BODY_LIMIT
from probe.http.script import Name, Step
from probe.http.trail import Trail
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach
from probe.net.connection import choice_of, open_network
from probe.net.course import BadTarget, Course, Unanswered, attempt
from probe.net.trust import Tls
from probe.result import Answer, Outcome, Plain

PHASES = ("resolve", "connect", "tls", "processing", "transfer")
_REDIRECTS = 10


class Options(Reach):
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]
    """Requests, asked in this order on connections of their own; cookies are kept from one to the next."""
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)
    """Sent with every step that goes to the target itself."""
    values: dict[Name, SecretStr] = Field(default_factory=dict, max_length=20)
    """Known from the beginning, like a password; filled in as `{{name}}` and never shown."""
    tls: Tls = Tls()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.addresses != "any" or self.family == "both":
            raise ValueError("steps go to one address each: addresses can only be any, and family not both")
        known = set(self.values)
        for number, step in enumerate(self.steps, start=1):
            unknown = sorted(step.wanted - known)
            if unknown:
                raise ValueError(f"step {number} fills in {unknown[0]}, which no step before it takes")
            known |= set(step.take)
        return self


@dataclass(slots=True)
class _Walk:
    """How far it came. `values` are filled in, `facts` told whatever comes of it."""

    values: dict[str, str]
    number: int = 0
    trail: Trail = field(default_factory=Trail)
    facts: dict[str, Plain] = field(default_factory=dict)


class _Asker:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def __call__(self, question: Question) -> Answer:
        options: Options = question.options
        walk = _Walk({name: value.get_secret_value() for name, value in options.values.items()})
        course = Course(PHASES)
        answer = await attempt(question.timeout, course, self._all(question, options, walk, course))
        facts: dict[str, Plain] = {"steps": len(options.steps), **walk.facts, **answer.facts}
        if answer.outcome is not Outcome.UP:
            name = options.steps[max(0, walk.number - 1)].name
            facts["failed_step"] = walk.number
            where = f"step {walk.number}" + (f" ({name})" if name else "")
            answer = replace(answer, detail=f"{where}: {answer.detail}")
        return Mask(walk.values.values()).answer(replace(answer, facts=facts))

    async def _all(self, question: Question, options: Options, walk: _Walk, course: Course) -> Answer:
        for number, step in enumerate(options.steps, start=1):
            walk.number = number
            if number > 1:
                course.enter("resolve")
            before = course.elapsed
            await self._one(question, options, step, walk, course)
            walk.facts[f"step.{number}.ms"] = round((course.elapsed - before) * 1000)
        return course.up({})

    async def _one(self, question: Question, options: Options, step: Step, walk: _Walk, course: Course) -> None:
        url = step.place(question.target, walk.values)
        at_home = url.origin() == address(question.target).origin()
        manner = Manner(
            tls=options.tls if at_home else options.tls.for_others,
            max_redirects=_REDIRECTS if step.follow_redirects else None,
            limit=BODY_LIMIT,
        )
        walk.trail = walk.trail.onward
        request = step.request(options.headers if at_home else {}, walk.values)
        call = call_at(request, url, cookies=walk.trail.cookies(url))
        fetched = await self._client.fetch(call, choice_of(question), manner, course, walk.trail, mark_of(question))
        walk.trail.keep(fetched.response, fetched.call.url)
        walk.facts[f"step.{walk.number}.status"] = fetched.response.status
        walk.facts |= fetched.certificate
        encrypted = fetched.call.secure
        fault = step.expect.fault(fetched.response, fetched.response.body, encrypted=encrypted, now=question.now)
        if fault is not None:
            raise Unanswered(fault, walk.trail.facts)
        for name, take in step.take.items():
            walk.values[name] = take.value(name, fetched, walk.trail)


@asynccontextmanager
async def _open() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield _Asker(Client(network))


def fault_in(target: str, options: Options) -> str | None:
    try:
        url: URL = address(target)
        for step in options.steps:
            sample = dict.fromkeys(step.wanted, "1")
            call_at(step.request(options.headers, sample), step.place(target, sample))
    except (BadTarget, Unanswered) as error:
        return f"this can never be asked: {error}; a target is an address like https://shop.example.com"
    return None if url.host else "the target has no host"


KIND = ProbeKind(options=Options, open=_open, fault=fault_in)
