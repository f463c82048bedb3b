"""An instant query of PromQL, its value within bounds. The target is a Prometheus; what it does not say is unknown."""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from yarl import URL

from config.value import Value
from probe.fault import Fault, down
from probe.http.client import Client, Manner
from probe.http.login import Basic
from probe.http.mask import Mask
from probe.http.request import Request, address, basic, call_at, call_to
from probe.http.source import failed, json_of, sourced
from probe.http.trail import Trail
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Choice
from probe.net.connection import Network, open_network
from probe.net.course import BadTarget, Course
from probe.net.policy import REACH
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason
from probe.value import Figure

_SHOWN = 300


class Options(Value):
    query: Annotated[str, Field(min_length=1, max_length=8192)]
    """PromQL that gives an instant vector or a scalar."""
    at_least: Figure | None = None
    """With the three below: where the value must lie."""
    at_most: Figure | None = None
    above: Figure | None = None
    below: Figure | None = None
    series: Literal["all", "any"] = "all"
    """Of several series: each must be within the bounds, or one of them."""
    empty: Literal["invalid", "up", "down"] = "invalid"
    """What no value means. Without bounds: `up`, any series is bad, as in an alert; `down`, any series is good."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent along, as `X-Scope-OrgID` of a Mimir."""
    basic: Basic | None = None
    bearer: SecretStr | None = None
    """A token."""
    tls: Tls = Tls()

    @model_validator(mode="after")
    def _decides(self) -> Self:
        if not self.bounds and self.empty == "invalid":
            raise ValueError("nothing can be bad: write at_least, at_most, above or below, or empty: up or down")
        if self.basic is not None and self.bearer is not None:
            raise ValueError("one of basic and bearer is enough")
        return self

    @cached_property
    def bounds(self) -> Mapping[str, float]:
        each = {"at_least": self.at_least, "at_most": self.at_most, "above": self.above, "below": self.below}
        return {name: float(bound) for name, bound in each.items() if bound is not None}

    @cached_property
    def request(self) -> Request:
        headers = [("Accept", "application/json"), *self.headers.items()]
        if self.basic is not None:
            headers.append(("Authorization", basic(self.basic.username, self.basic.password.get_secret_value())))
        if self.bearer is not None:
            headers.append(("Authorization", f"Bearer {self.bearer.get_secret_value()}"))
        return Request(headers=tuple(headers))

    @cached_property
    def mask(self) -> Mask:
        return Mask(value.rpartition(" ")[2] for _, value in self.request.headers[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One series: its labels as PromQL writes them, its value as it came."""

    labels: str
    text: str

    @property
    def value(self) -> float:
        return float(self.text)

    @property
    def told(self) -> str:
        return f"{self.labels or 'the value'} is {self.text}"


class _Asker:
    def __init__(self, network: Network) -> None:
        self._client = Client(network)

    async def __call__(self, question: Question) -> Answer:
        options: Options = question.options
        course = Course()
        answer = await sourced(question.timeout, course, "Prometheus", self._query(question, course))
        return options.mask.answer(answer)

    async def _query(self, question: Question, course: Course) -> Answer:
        options: Options = question.options
        url = str(_api(question.target).with_query(query=options.query, timeout=f"{question.timeout}ms"))
        manner = Manner(tls=options.tls)
        choice = Choice(nearest=REACH[question.origin])
        fetched = await self._client.fetch(call_to(options.request, url), choice, manner, course, Trail(), b"")
        course.end()
        samples = read(json_of(fetched.response, "Prometheus"), fetched.response.status)
        facts, fault = judged(samples, options)
        if fault is None and not facts["series"] and options.empty == "invalid":
            raise failed("the query gives no value")
        return course.up(facts) if fault is None else course.failed(fault, facts)


def read(told: object, status: int) -> list[Sample]:
    """What the API answers with. Raises Unanswered."""
    match told:
        case {"status": "success", "data": {"resultType": "vector", "result": list(result)}}:
            return [_sample(one) for one in result]
        case {"status": "success", "data": {"resultType": "scalar", "result": [_, str(text)]}}:
            return [_number("", text)]
        case {"status": "success", "data": {"resultType": str(kind)}}:
            raise failed(f"the query gives a {kind}, not an instant vector or a scalar")
        case {"status": "error", "error": str(error)}:
            raise failed(f"Prometheus says: {error}")
        case _:
            raise failed(f"Prometheus answered {status}, and not as its API does")


def _sample(told: object) -> Sample:
    match told:
        case {"metric": dict(labels), "value": [_, str(text)]}:
            return _number(_written(labels), text)
        case _:
            raise failed("a series has no plain value")


def _number(labels: str, text: str) -> Sample:
    try:
        float(text)
    except ValueError as error:
        raise failed(f"{text[:40]!r} is no number") from error
    return Sample(labels=labels, text=text[:40])


def _written(labels: Mapping[str, object]) -> str:
    name = str(labels.get("__name__", ""))
    rest = ", ".join(f'{key}="{value}"' for key, value in sorted(labels.items()) if key != "__name__")
    return (f"{name}{{{rest}}}" if rest else name)[:_SHOWN].replace("\0", "\ufffd")


def judged(samples: Sequence[Sample], options: Options) -> tuple[dict[str, Plain], Fault | None]:
    """Facts of the series that decided. What is not a number, as of nothing divided by nothing, is no value."""
    known = [one for one in samples if not math.isnan(one.value)]
    facts: dict[str, Plain] = {"series": len(known)}
    if not known:
        return facts, down(Reason.OUT_OF_RANGE, "the query gives no value") if options.empty == "down" else None
    faults = [_broken(one, options) for one in known]
    bad = [place for place, why in enumerate(faults) if why]
    facts["series_good"] = len(known) - len(bad)
    is_bad = bool(bad) if options.series == "all" else len(bad) == len(known)
    shown = bad[0] if is_bad else next(place for place, why in enumerate(faults) if not why)
    facts |= {"value": known[shown].text, "labels": known[shown].labels}
    return facts, down(Reason.OUT_OF_RANGE, faults[shown]) if is_bad else None


def _broken(sample: Sample, options: Options) -> str:
    """Why it will not do; empty when it will."""
    if not options.bounds:
        return f"{sample.told}, and nothing is expected" if options.empty == "up" else ""
    for name, bound in options.bounds.items():
        good = {
            "at_least": sample.value >= bound,
            "at_most": sample.value <= bound,
            "above": sample.value > bound,
            "below": sample.value < bound,
        }[name]
        if not good:
            return f"{sample.told}, {name.replace('_', ' ')} {bound:g} is expected"
    return ""


def _api(target: str) -> URL:
    url = address(target)
    return url.with_path(url.path.rstrip("/") + "/api/v1/query")


@asynccontextmanager
async def open_prometheus() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield _Asker(network)


def fault_in(target: str, options: Options) -> str | None:
    try:
        call_at(options.request, _api(target))
    except BadTarget as error:
        return f"'{target}' is not the address of a Prometheus like http://prometheus.example.com:9090: {error}"
    return None


KIND = ProbeKind(options=Options, open=open_prometheus, fault=fault_in)
