"""What a good answer is, and in what one that came falls short of it."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, TypeAlias

import orjson
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    Strict,
    field_validator,
    model_validator,
)

from config.duration import parse_duration, print_duration
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant, Span, instant_of
from config.pattern import Expression, pattern
from config.value import Value
from probe.fault import Fault, down
from probe.http.assertion import Assertion, assertion
from probe.http.response import Response
from probe.result import Reason

_MOST = 50
"""Rules of one kind a check may have."""
_LONGEST_DATE = 100
_SHOWN = 100


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _span(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _assertion(text: str) -> str:
    assertion(text)
    return text


Clock: TypeAlias = Callable[[], Instant]
_Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=8192)]
_Comparison: TypeAlias = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_assertion)]
_Version: TypeAlias = Annotated[
    Literal["1.0", "1.1"], BeforeValidator(lambda value: str(value) if isinstance(value, float) else value)
]
Statuses: TypeAlias = Annotated[tuple[int | str, ...], BeforeValidator(_several), Field(max_length=_MOST)]
Texts: TypeAlias = Annotated[tuple[_Text, ...], BeforeValidator(_several), Field(max_length=_MOST)]
Expressions: TypeAlias = Annotated[tuple[Expression, ...], BeforeValidator(_several), Field(max_length=_MOST)]
Comparisons: TypeAlias = Annotated[tuple[_Comparison, ...], BeforeValidator(_several), Field(max_length=_MOST)]
Versions: TypeAlias = Annotated[tuple[_Version, ...], BeforeValidator(_several)]


class HeaderRule(Value):
    """On all values of a header. Written as a text alone, that is `matches`."""

    matches: Expression | None = None
    """A regular expression at least one of its values must match."""
    matches_not: Expression | None = None
    """None of its values may match."""
    may_be_missing: Annotated[bool, Strict()] | None = None
    """Whether an answer without it is good; left out, one is where only `matches_not` is given."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"matches": value} if isinstance(value, str) else value

    def failure(self, name: str, values: list[str]) -> str | None:
        if not values:
            allowed = self.may_be_missing
            fine = self.matches is None and self.matches_not is not None if allowed is None else allowed
            return None if fine else f"there is no header {name}"
        shown = repr(", ".join(values)[:_SHOWN])
        if self.matches is not None and not any(pattern(self.matches).search(value) for value in values):
            return f"header {name} is {shown}, expected to match {self.matches[:_SHOWN]!r}"
        if self.matches_not is not None and any(pattern(self.matches_not).search(value) for value in values):
            return f"header {name} is {shown}, expected not to match {self.matches_not[:_SHOWN]!r}"
        return None


class Expect(Value):
    """What a good answer is. Of every key one value or a list of them, all of which must hold; `status` one of them."""

    status: Statuses = ("200-399",)
    """`200`, `"300-399"`, or a list of both."""
    body: Texts = ()
    """Texts that must occur in it."""
    body_not: Texts = ()
    """Texts that must not."""
    matches: Expressions = ()
    """Regular expressions the body must match somewhere (RE2; `(?i)`, `(?s)` and `(?m)` at the beginning)."""
    matches_not: Expressions = ()
    json_: Comparisons = Field(default=(), alias="json")
    """`$.status == "ok"`, `$.queue < 100`, `length($.items) >= 1`, `$.version matches ^2\\.`, `$.id exists`."""
    headers: dict[str, HeaderRule] = Field(default_factory=dict, max_length=_MOST)
    version: Versions = ()
    """`1.0` or `1.1`: what of HTTP the answer may be in."""
    encrypted: Annotated[bool, Strict()] | None = None
    """Whether the last answer, after all redirects, must come over TLS, or must not."""
    changed_within: Annotated[Span, BeforeValidator(_span), Field(ge=SECOND, le=10 * 365 * DAY)] | None = None
    """How old the header Last-Modified may be, like `1h`; an answer without it is bad."""

    @field_validator("status")
    @classmethod
    def _statuses(cls, status: tuple[int | str, ...]) -> tuple[int | str, ...]:
        for one in status:
            low, high = _range(one)
            if not 100 <= low <= high <= 599:
                raise ValueError(f"'{one}' is not a status or a range of them, like 200 or \"200-399\"")
        if not status:
            raise ValueError("at least one status must be good")
        return status

    @cached_property
    def statuses(self) -> frozenset[int]:
        return frozenset(status for one in self.status for status in range(_range(one)[0], _range(one)[1] + 1))

    @cached_property
    def texts(self) -> tuple[tuple[str, bytes], ...]:
        return tuple((text, text.encode()) for text in self.body)

    @cached_property
    def assertions(self) -> tuple[Assertion, ...]:
        return tuple(assertion(text) for text in self.json_)

    @cached_property
    def rules(self) -> tuple[Callable[[Any, Response, bytes, bool, Clock], Fault | None], ...]:
        """Those that are asked for at all, cheap ones first."""
        kind = type(self)
        rules = (
            (self.encrypted is not None, kind._encryption),
            (bool(self.version), kind._versions),
            (bool(self.headers), kind._headers),
            (self.changed_within is not None, kind._age),
            (bool(self.body_not), kind._texts_not),
            (bool(self.matches or self.matches_not), kind._expressions),
            (bool(self.json_), kind._json),
        )
        return tuple(rule for wanted, rule in rules if wanted)

    def fault(self, response: Response, body: bytes, *, encrypted: bool, now: Clock) -> Fault | None:
        """In what it falls short, the first there is."""
        if response.status not in self.statuses:
            return down(Reason.STATUS, f"answered {response.status}, expected {', '.join(map(str, self.status))}")
        for text, sought in self.texts:
            if sought not in body:
                return down(Reason.BODY, f"{text[:_SHOWN]!r} is not in the body")
        for rule in self.rules:
            fault = rule(self, response, body, encrypted, now)
            if fault is not None:
                return fault
        return None

    def _encryption(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        if encrypted is self.encrypted:
            return None
        if encrypted:
            return down(Reason.PROTOCOL_ERROR, "the answer came encrypted, expected in the clear")
        return down(Reason.NOT_ENCRYPTED, "the answer came in the clear, expected encrypted")

    def _versions(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        if response.version in self.version:
            return None
        spoken = f"answered in HTTP/{response.version}, expected {' or '.join(self.version)}"
        return down(Reason.PROTOCOL_ERROR, spoken)

    def _headers(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        for name, rule in self.headers.items():
            failure = rule.failure(name, response.all_of(name.lower()))
            if failure is not None:
                return down(Reason.HEADER, failure)
        return None

    def _age(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        assert self.changed_within is not None
        changed = last_modified(response)
        if changed is None:
            return down(Reason.HEADER, "there is no header Last-Modified that can be read")
        age = now() - changed
        if age <= self.changed_within:
            return None
        most = print_duration(self.changed_within)
        return down(Reason.HEADER, f"last modified {_roughly(age)} ago, expected at most {most}")

    def _texts_not(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        for text in self.body_not:
            if text.encode() in body:
                return down(Reason.BODY, f"{text[:_SHOWN]!r} is in the body, expected not to be")
        return None

    def _expressions(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        text = body if body.isascii() else body.decode("utf-8", "replace").encode()
        for expression in self.matches:
            if pattern(expression).search(text) is None:
                return down(Reason.BODY, f"the body does not match {expression[:_SHOWN]!r}")
        for expression in self.matches_not:
            if pattern(expression).search(text) is not None:
                return down(Reason.BODY, f"the body matches {expression[:_SHOWN]!r}, expected not to")
        return None

    def _json(self, response: Response, body: bytes, encrypted: bool, now: Clock) -> Fault | None:
        if not response.whole:
            return down(Reason.TOO_LARGE, f"only {len(body)} bytes of the body were read, JSON must come whole")
        try:
            document = orjson.loads(body)
            failures = (one.failure(document) for one in self.assertions)
            failure = next((one for one in failures if one is not None), None)
        except orjson.JSONDecodeError:
            failure = "the body is not JSON"
        except RecursionError:
            failure = "the body is JSON in too many layers"
        return None if failure is None else down(Reason.BODY, failure)


def last_modified(response: Response) -> Instant | None:
    written = response.headers.get("last-modified")
    return _dated(written) if written and len(written) < _LONGEST_DATE else None


@lru_cache(maxsize=4096)
def _dated(written: str) -> Instant | None:
    """Kept, for most answers say the same as the one before."""
    try:
        return instant_of(parsedate_to_datetime(written))
    except (ValueError, OverflowError):
        return None


def _roughly(age: Span) -> str:
    unit = next((unit for unit in (DAY, HOUR, MINUTE) if age >= 3 * unit), SECOND)
    return print_duration(age // unit * unit)


def _range(status: int | str) -> tuple[int, int]:
    low, _, high = str(status).partition("-")
    if not low.isascii() or not low.isdigit() or (high and not (high.isascii() and high.isdigit())):
        raise ValueError(f"'{status}' is not a status or a range of them, like 200 or \"200-399\"")
    return int(low), int(high or low)
