"""Taming JSON that people wrote: every wrong place becomes one line with its path, nothing untyped passes."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

MOST_DIGITS = 1000
"""Longer numbers are refused: printing their quotients would pass the interpreter's own limit."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_RATIO = re.compile(r"\d{1,40}(\.\d{1,40})?|\d{1,40}/0*[1-9]\d{0,39}", re.ASCII)


class Unreadable(Exception):
    """The text is not what was asked for. `problems` are lines for people, each with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class _NotWhole:
    """A number in the text that is not a whole one we count with: a float, NaN, or too long."""

    def __init__(self, text: str) -> None:
        self.text = text if len(text) <= 40 else text[:37] + "..."


class _Twice(dict[str, object]):
    """An object in which a key stands more than once."""

    key: str


def parse(text: str) -> object:
    """The JSON value of a text. Raises Unreadable with one line if it is not JSON."""
    try:
        parsed: object = json.loads(
            text, parse_float=_NotWhole, parse_int=_whole, parse_constant=_NotWhole, object_pairs_hook=_object
        )
    except RecursionError:
        raise Unreadable(["not JSON that can be read: nested too deeply"]) from None
    except ValueError as error:
        raise Unreadable([f"not JSON: {error}"]) from None
    return parsed


def _whole(text: str) -> object:
    return int(text) if len(text) <= MOST_DIGITS else _NotWhole(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = _Twice(found)
    for key, _ in pairs:
        if key in seen:
            twice.key = key
        seen.add(key)
    return twice


class Reader:
    """A place in a JSON value that is being read. All readers of one value share their list of problems."""

    def __init__(self, value: object, path: str = "", problems: list[str] | None = None) -> None:
        self.value = value
        self.path = path
        self.problems: list[str] = [] if problems is None else problems

    def wrong(self, what: str) -> None:
        """Adds a problem of this place, as one line whatever was written there."""
        what = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in what)
        self.problems.append(f"{self.path}: {what}" if self.path else what)

    def at(self, key: str) -> "Reader":
        """The place under a key of an object; its value is None where the key is missing."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        shown = key if _PLAIN.fullmatch(key) else json.dumps(key)
        return Reader(value, f"{self.path}.{shown}" if self.path else shown, self.problems)

    def has(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def names(self) -> list[str]:
        return list(self.value) if isinstance(self.value, Mapping) else []

    def object(self, required: Iterable[str], optional: Iterable[str]) -> bool:
        """Whether this is an object; says which of its keys are unknown or missing."""
        if not isinstance(self.value, dict):
            self.wrong(f"must be an object, not {kind(self.value)}")
            return False
        known = [*required, *optional]
        for key in self.value:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                self.at(key).wrong(f"unknown key; did you mean {near[0]}?" if near else "unknown key")
        for key in required:
            if key not in self.value:
                self.at(key).wrong("is missing")
        return True

    def items(self) -> list["Reader"]:
        """The places of a list; none, and a problem, if this is no list."""
        if not isinstance(self.value, list):
            self.wrong(f"must be a list, not {kind(self.value)}")
            return []
        return [Reader(item, f"{self.path}[{i}]", self.problems) for i, item in enumerate(self.value)]

    def whole(self, least: int | None = None) -> int | None:
        """A whole number; None, and a problem, if it is none or below `least`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            # What is no whole number at all has been named by `no_floats`.
            if not isinstance(self.value, _NotWhole):
                self.wrong(f"must be a whole number, not {kind(self.value)}")
            return None
        if least is not None and self.value < least:
            self.wrong(f"must be at least {least}")
            return None
        return self.value

    def text(self) -> str | None:
        if isinstance(self.value, str):
            return self.value
        if not isinstance(self.value, _NotWhole):
            self.wrong(f"must be a text, not {kind(self.value)}")
        return None

    def word(self, words: type[E]) -> E | None:
        """One of the words of an enum."""
        if isinstance(self.value, str) and self.value in set(words):
            return words(self.value)
        if not isinstance(self.value, _NotWhole):
            self.wrong(f"must be one of {', '.join(words)}, not {_shown(self.value)}")
        return None

    def ratio(self, most: int) -> Fraction | None:
        """An exact number from 0 to `most`: "1/2", "0.5", "99.95" or a whole number."""
        if isinstance(self.value, _NotWhole):
            return None
        number: Fraction | None = None
        if type(self.value) is int or (isinstance(self.value, str) and _RATIO.fullmatch(self.value)):
            number = Fraction(self.value)
        if number is None or not 0 <= number <= most:
            self.wrong(f'must be an exact number from 0 to {most} like "1/2" or "0.5", not {_shown(self.value)}')
            return None
        return number

    def no_floats(self) -> None:
        """Names every number that is not whole, and every key that stands twice, anywhere below."""
        # A stack of its own: the text decides how deep the value is nested.
        places = [self]
        while places:
            place = places.pop()
            if isinstance(place.value, _NotWhole):
                place.wrong(f'{place.value.text} is not exact; write whole numbers, or a text like "1/2"')
            elif isinstance(place.value, dict):
                if isinstance(place.value, _Twice):
                    place.at(place.value.key).wrong("stands more than once")
                places += [place.at(key) for key in reversed(place.value)]
            elif isinstance(place.value, list):
                places += [
                    Reader(item, f"{place.path}[{i}]", place.problems)
                    for i, item in reversed(list(enumerate(place.value)))
                ]


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | _NotWhole():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _shown(value: object) -> str:
    return json.dumps(value[:60]) if isinstance(value, str) else kind(value)


def run(text: str, solve: Callable[[Reader], dict[str, object] | None]) -> str:
    """The answer to a file that holds one case or a list of them: JSON text of one result or a list in the same order.

    `solve` gives the result of one case, None where it has said what is wrong. Raises Unreadable with every problem.
    """
    whole = Reader(parse(text))
    if isinstance(whole.value, list):
        cases = [Reader(case, f"cases[{i}]", whole.problems) for i, case in enumerate(whole.value)]
    else:
        cases = [whole]
    results = []
    for case in cases:
        case.no_floats()
        results.append(solve(case))
    if whole.problems:
        raise Unreadable(whole.problems)
    return json.dumps(results if isinstance(whole.value, list) else results[0], indent=1) + "\n"
