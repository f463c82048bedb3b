"""One request of several, what it takes from its answer, and how that is filled into those after it: `{{name}}`."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator
from yarl import URL

from config.pattern import Expression, pattern
from config.value import Value
from probe.fault import down
from probe.http.assertion import found_at, way
from probe.http.client import Fetched
from probe.http.expectation import Expect
from probe.http.request import Request, address
from probe.http.trail import Trail
from probe.net.course import BadTarget, Unanswered
from probe.result import Reason

_LONGEST = 4096
"""Characters of a value that is taken from an answer."""
_FILLED = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_ORIGIN = re.compile(r"https?://[^/?#]*")
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f]")
Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,49}$")]


def _way(text: str) -> str:
    way(text)
    return text


def _short(written: object) -> object:
    if not isinstance(written, str):
        return written
    return {"json": written} if written.startswith("$") else {"matches": written}


class Take(Value):
    """Where a value stands: one of `json`, `header`, `cookie`, or the body; `matches` takes a part of a text.

    Written as a text alone it is `json` where it begins with `$`, else `matches` on the body.
    """

    json_: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_way)] | None = Field(None, alias="json")
    header: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    cookie: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    matches: Expression | None = None
    """A regular expression (RE2); its first group, or all of it where it has none."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = sum(one is not None for one in (self.json_, self.header, self.cookie))
        if places > 1 or (places == 0 and self.matches is None):
            raise ValueError("a value is taken from one of json, header and cookie, or from the body by matches")
        return self

    def value(self, name: str, fetched: Fetched, trail: Trail) -> str:
        """Raises Unanswered where it is not there, or is nothing that can be sent."""
        text = self._text(fetched, trail)
        if text is not None and self.matches is not None:
            found = pattern(self.matches).search(text)
            text = None if found is None else found[1] if found.groups() else found[0]
        if text is None:
            raise Unanswered(down(Reason.BODY, f"there is nothing to take for {name}"))
        if len(text) > _LONGEST or _UNSENDABLE.search(text):
            raise Unanswered(down(Reason.BODY, f"what there is to take for {name} is too long, or has line breaks"))
        return text

    def _text(self, fetched: Fetched, trail: Trail) -> str | None:
        response = fetched.response
        if self.header is not None:
            return response.headers.get(self.header.lower())
        if self.cookie is not None:
            return trail.cookie(self.cookie, fetched.call.url)
        if self.json_ is None:
            return response.body.decode("utf-8", "replace")
        try:
            found = found_at(orjson.loads(response.body), way(self.json_))
        except (orjson.JSONDecodeError, RecursionError):
            return None
        if isinstance(found, bool | int | float):
            return orjson.dumps(found).decode()
        return found if isinstance(found, str) else None


class Step(Value):
    """A request. `{{name}}` in address, headers, payload and json stands for a value that is known by then."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """For people; left out, its number."""
    url: Annotated[str, Field(max_length=4096)] = ""
    """A path from the target on, or a whole address."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)
    payload: Annotated[str, Field(max_length=65536)] | None = None
    json_: Any = Field(None, alias="json")
    """Instead of a payload: what is sent as JSON, with values filled into its texts."""
    expect: Expect = Expect()
    take: dict[Name, Annotated[Take, BeforeValidator(_short)]] = Field(default_factory=dict, max_length=20)
    """Values taken from the answer, by the names they have in the steps after it."""
    follow_redirects: Annotated[bool, Strict()] = True

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.payload is not None and self.json_ is not None:
            raise ValueError("write either payload or json")
        origin = _ORIGIN.match(self.url)
        if origin is not None and _FILLED.search(origin[0]):
            raise ValueError("no value can be filled into the host of an address")
        return self

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Names that are filled in."""
        texts = [self.url, self.payload or "", *self.headers.values(), *_texts(self.json_)]
        return frozenset(name for text in texts for name in _FILLED.findall(text))

    def place(self, target: str, values: Mapping[str, str]) -> URL:
        """Raises Unanswered where a value leads elsewhere than the step is written for, and BadTarget."""
        home = address(target)
        meant = address(_ORIGIN.match(self.url)[0]) if self.absolute else home  # type: ignore[index]
        try:
            there = address(str(home.join(URL(filled(self.url, values))))) if self.url else home
        except ValueError as error:
            if not self.wanted:
                raise BadTarget(f"'{self.url[:100]}' is no address") from error
            raise Unanswered(down(Reason.BODY, "with the values that were taken the address is none")) from error
        if there.origin() != meant.origin():
            raise Unanswered(down(Reason.REDIRECT_DENIED, "a value that was taken leads to another place"))
        return there

    @property
    def absolute(self) -> bool:
        return _ORIGIN.match(self.url) is not None

    def request(self, common: Mapping[str, str], values: Mapping[str, str]) -> Request:
        """`common` are headers that go before its own. Raises Unanswered."""
        own = {name.lower() for name in self.headers}
        headers = [(name, value) for name, value in common.items() if name.lower() not in own]
        headers += self.headers.items()
        payload = None if self.payload is None else filled(self.payload, values).encode()
        if self.json_ is not None:
            payload = orjson.dumps(_filled(self.json_, values))
            if "content-type" not in {name.lower() for name, _ in headers}:
                headers.append(("Content-Type", "application/json"))
        written = tuple((name, filled(value, values)) for name, value in headers)
        return Request(method=self.method, headers=written, payload=payload)


def filled(text: str, values: Mapping[str, str]) -> str:
    return _FILLED.sub(lambda found: values.get(found[1], ""), text)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return filled(value, values)
        case list() | tuple():
            return [_filled(one, values) for one in value]
        case dict():
            return {str(name): _filled(one, values) for name, one in value.items()}
        case _:
            return value


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list() | tuple():
            return [text for one in value for text in _texts(one)]
        case dict():
            return [text for one in value.values() for text in _texts(one)]
        case _:
            return []
