"""What a JSON answer must say, one comparison a line: `$.checks[0].status == "ok"`, `length($.items) >= 3`."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, cast

from config.pattern import pattern

Operator: TypeAlias = Literal["==", "!=", "<=", ">=", "<", ">", "contains", "matches", "exists"]

_LINE = re.compile(
    r"\s*(?P<length>length\()?\s*(?P<path>\$?(?:[^\s\[\]()=!<>]|\[(?:\"[^\"]*\"|'[^']*'|-?\d{1,9})\])*)\s*(?(length)\))"
    r"\s*(?P<operator>==|!=|<=|>=|<|>|contains(?=\s)|matches(?=\s)|exists(?=\s*$))\s*(?P<value>.*?)\s*",
    re.DOTALL,
)
_STEP = re.compile(r"\.?(?P<name>[^.\[\]]+)|\[(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<index>-?\d+))\]")
_HIDDEN = re.compile(r"(?i)passw|secret|token|api_?key|credential|authorization|session|cookie")
_SHOWN = 60
_NOTHING = object()
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """`path` in names and places; `wanted` is what JSON can hold."""

    place: str
    path: tuple[str | int, ...]
    length: bool
    operator: Operator
    wanted: Any

    def failure(self, document: object) -> str | None:
        """In one sentence: what is there, and what was expected. None: it holds."""
        found = _at(document, self.path)
        if self.length and found is not _NOTHING:
            found = len(found) if isinstance(found, str | list | dict) else _NOTHING
        if found is not _NOTHING and self._holds(found):
            return None
        told = "not there" if found is _NOTHING else self._told(found)
        expected = "anything" if self.operator == "exists" else f"{self.operator} {self._told(self.wanted)}"
        return f"{self.place[:100]} is {told}, expected {expected}"

    def _told(self, value: object) -> str:
        secret = not self.length and any(isinstance(step, str) and _HIDDEN.search(step) for step in self.path)
        return "(hidden)" if secret else _shown(value)

    def _holds(self, found: Any) -> bool:
        match self.operator:
            case "exists":
                return True
            case "==":
                return _same(found, self.wanted)
            case "!=":
                return not _same(found, self.wanted)
            case "contains":
                return _contains(found, self.wanted)
            case "matches":
                if isinstance(found, list | dict):
                    return False
                text = found if isinstance(found, str) else json.dumps(found)
                return pattern(self.wanted).search(text) is not None
            case _:
                comparable = _is_number(found) if _is_number(self.wanted) else isinstance(found, str)
                return comparable and _ORDER[self.operator](found, self.wanted)


@lru_cache(maxsize=4096)
def assertion(text: str) -> Assertion:
    """Raises ValueError saying what to write instead."""
    parts = _LINE.fullmatch(text)
    if parts is None:
        raise ValueError(f"'{text[:80]}' is no comparison like $.status == \"ok\" or length($.items) >= 3")
    operator = cast("Operator", parts["operator"])
    return Assertion(
        place=text[: parts.start("operator")].strip(),
        path=_steps(parts["path"], text),
        length=parts["length"] is not None,
        operator=operator,
        wanted=_wanted(operator, parts["value"]),
    )


@lru_cache(maxsize=4096)
def way(text: str) -> tuple[str | int, ...]:
    """Into a document: `$.items[0].id`. Raises ValueError."""
    return _steps(text, text)


def found_at(document: object, path: tuple[str | int, ...]) -> Any:
    """None where there is nothing, or null."""
    found = _at(document, path)
    return None if found is _NOTHING else found


def _steps(path: str, text: str) -> tuple[str | int, ...]:
    rest, steps = path.removeprefix("$"), list[str | int]()
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise ValueError(f"'{text[:80]}': the way into the answer is written like $.checks[0].status")
        name = next((step[key] for key in ("name", "double", "single") if step[key] is not None), None)
        steps.append(int(step["index"]) if name is None else name)
        rest = rest[step.end() :]
    return tuple(steps)


def _wanted(operator: Operator, written: str) -> Any:
    if operator == "exists":
        return None
    if not written:
        raise ValueError(f"after {operator} comes what is expected")
    try:
        value = json.loads(written)
    except ValueError:
        value = written
    if operator == "matches":
        value = value if isinstance(value, str) else written
        pattern(value)
    elif operator in _ORDER and not (_is_number(value) or (isinstance(value, str) and written.startswith('"'))):
        raise ValueError(f'{operator} compares with a number, or with a text in quotes, like "2026-01-31"')
    return value


def _at(document: object, path: tuple[str | int, ...]) -> Any:
    for step in path:
        match document, step:
            case dict(), str():
                document = document.get(step, _NOTHING)
            case list(), int() if -len(document) <= step < len(document):
                document = document[step]
            case _:
                return _NOTHING
    return document


def _same(one: object, other: object) -> bool:
    """No deeper than the shallower of the two."""
    match one, other:
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        case _ if _is_number(one) and _is_number(other):
            return one == other
        case _:
            return type(one) is type(other) and one == other


def _contains(found: object, wanted: object) -> bool:
    match found:
        case str():
            return (wanted if isinstance(wanted, str) else json.dumps(wanted)) in found
        case list():
            # `in` is quick over many and takes 1 for true: what it finds is looked at again.
            return wanted in found and any(_same(one, wanted) for one in found)
        case dict():
            return wanted in found if isinstance(wanted, str) else False
        case _:
            return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    """The beginning of it; of a large one no more is put into words."""
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += piece
        if len(text) > _SHOWN:
            return text[:_SHOWN] + "…"
    return text
