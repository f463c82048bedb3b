"""Ask once, without configuration or store: `upheld probe KIND TARGET --option k=v`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.duration import parse_duration
from config.instant import Instant, Span
from config.node import did_you_mean
from probe.ask import Terms, ask_target
from probe.kind import ProbeKind, Question, untold
from probe.result import Answer, Attempt, Outcome

OWN = ("timeout", "attempts", "degraded_over")
"""Keys of every check, whatever its kind."""


class Unaskable(ValueError):
    """What was asked for makes no sense; the text says what to write instead."""


async def ask_once(
    kinds: Mapping[str, ProbeKind],
    name: str,
    target: str,
    written: Sequence[str],
    now: Callable[[], Instant] = untold,
) -> Answer:
    """`written` are options like `expect.body=ok` or `timeout=5s`. Answers within timeout x attempts + 1 s.

    Raises Unaskable for a kind, target or option that cannot be.
    """
    kind = kinds.get(name)
    if kind is None:
        raise Unaskable(f"'{name}' is not a kind; write {', '.join(sorted(kinds))}")
    if kind.open is None:
        raise Unaskable(f"a {name} reports by itself and cannot be asked")
    texts = _tree(written)
    timeout = _span(texts.pop("timeout", "10s"), "timeout")
    slow = texts.pop("degraded_over", None)
    terms = Terms(
        attempts=_attempts(texts.pop("attempts", "1")),
        degraded_over=None if slow is None else _span(slow, "degraded_over"),
    )
    options = _parse(kind.options, texts)
    fault = kind.fault(target, options)
    if fault is not None:
        raise Unaskable(fault)
    async with kind.open() as ask:
        question = Question(check="", target=target, options=options, timeout=timeout, now=now)
        return await ask_target(ask, question, terms)


def told(name: str, target: str, answer: Answer) -> dict[str, object]:
    """The JSON of `upheld probe`; milliseconds are whole. Detail, facts and tries come after the promised keys."""
    return {
        "kind": name,
        "target": target,
        **answer_json(answer),
    }


def answer_json(answer: Answer) -> dict[str, object]:
    return {
        "result": answer.outcome.value,
        "reason": answer.reason.value if answer.reason else None,
        "latency_ms": answer.latency_us // 1000,
        "phases": {phase: microseconds // 1000 for phase, microseconds in answer.phases.items()},
        "detail": answer.detail or None,
        "facts": dict(answer.facts),
        "attempts": [_attempt(one) for one in answer.attempts],
    }


def _attempt(one: Attempt) -> dict[str, object]:
    return {
        "result": one.outcome.value,
        "reason": one.reason.value if one.reason else None,
        "latency_ms": one.latency_us // 1000,
        "address": one.address,
    }


def exit_code(answer: Answer) -> int:
    """0 up or degraded, 1 down, 2 could not ask."""
    if answer.outcome is Outcome.DOWN:
        return 1
    return 0 if answer.outcome in (Outcome.UP, Outcome.DEGRADED) else 2


def _tree(written: Sequence[str]) -> dict[str, Any]:
    """`["expect.body=ok"]` -> `{"expect": {"body": "ok"}}`, all values still text."""
    tree: dict[str, Any] = {}
    for one in written:
        path, equals, value = one.partition("=")
        *parents, name = path.split(".")
        if not equals or not all((*parents, name)):
            raise Unaskable(f"--option {one}: write it as key=value, like expect.body=ok")
        inner = tree
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise Unaskable(f"--option {one}: '{parent}' already has a value")
        inner[name] = value
    return tree


def _parse(model: type[BaseModel], texts: dict[str, Any]) -> BaseModel:
    """Values are read as in the configuration file; where a text is wanted, `123` stays one."""
    values = _read(texts)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wanted = [one["loc"] for one in error.errors() if one["type"] == "string_type"]
    for place in wanted:
        _restore(values, texts, place)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise Unaskable(f"--option {'.'.join(map(str, first['loc']))}: {_wrong(model, first)}") from error


def _wrong(model: type[BaseModel], found: ErrorDetails) -> str:
    if found["type"] != "extra_forbidden":
        return found["msg"]
    if len(found["loc"]) > 1:
        return "unknown key"
    known = [*model.model_fields, *OWN]
    near = did_you_mean(str(found["loc"][0]), known)
    return f"unknown key{near}" if near else f"unknown key; known: {', '.join(known)}"


def _read(texts: dict[str, Any]) -> dict[str, Any]:
    return {name: _read(text) if isinstance(text, dict) else _value(text) for name, text in texts.items()}


def _restore(values: dict[str, Any], texts: dict[str, Any], place: tuple[int | str, ...]) -> None:
    # Where one text or several are wanted, the one is meant.
    *parents, name = [step for step in place if isinstance(step, str)]
    for parent in parents:
        values, texts = values.get(parent, {}), texts.get(parent, {})
        if not isinstance(values, dict) or not isinstance(texts, dict):
            return
    if isinstance(texts.get(name), str):
        values[name] = texts[name]


def _value(text: str) -> object:
    try:
        value: object = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value if isinstance(value, str | bool | int | list) else text


def _attempts(text: object) -> int:
    if not isinstance(text, str) or not text.isdecimal() or not 1 <= int(text) <= 10:
        raise Unaskable("--option attempts: write a whole number from 1 to 10")
    return int(text)


def _span(text: object, name: str) -> Span:
    if not isinstance(text, str):
        raise Unaskable(f"--option {name}: write a length of time, like 5s")
    try:
        return parse_duration(text)
    except ValueError as error:
        raise Unaskable(f"--option {name}: {error}") from error
