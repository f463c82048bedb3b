"""Ask once, without configuration or store: `upheld probe KIND TARGET --option k=v`."""

from collections.abc import Mapping, Sequence

import yaml

from config.duration import parse_duration
from config.instant import SECOND, Span
from probe.ask import Terms, ask_target
from probe.kind import ProbeKind, Question
from probe.result import Answer, Outcome

TIMEOUT: Span = 10 * SECOND


class Unaskable(ValueError):
    """What was asked for makes no sense; the text says what to write instead."""


def read_options(written: Sequence[str]) -> dict[str, object]:
    """`["expect.body=ok", "timeout=5s"]` -> `{"expect": {"body": "ok"}, "timeout": "5s"}`. Raises Unaskable."""
    options: dict[str, object] = {}
    for one in written:
        path, equals, value = one.partition("=")
        *parents, name = path.split(".")
        if not equals or not all((*parents, name)):
            raise Unaskable(f"--option {one}: write it as key=value, like expect.body=ok")
        inner = options
        for parent in parents:
            deeper = inner.setdefault(parent, {})
            if not isinstance(deeper, dict):
                raise Unaskable(f"--option {one}: '{parent}' already has a value")
            inner = deeper
        inner[name] = _value(value)
    return options


async def ask_once(kinds: Mapping[str, ProbeKind], name: str, target: str, options: Mapping[str, object]) -> Answer:
    """Answers within timeout x attempts + 1 s. Raises Unaskable for a kind, target or option that cannot be."""
    kind = kinds.get(name)
    if kind is None:
        raise Unaskable(f"'{name}' is not a kind; write {', '.join(sorted(kinds))}")
    if kind.open is None:
        raise Unaskable(f"a {name} reports by itself and cannot be asked")
    own = dict(options)
    timeout = _span(own.pop("timeout", TIMEOUT), "timeout")
    degraded_over = own.pop("degraded_over", None)
    attempts = own.pop("attempts", 1)
    if isinstance(attempts, bool) or not isinstance(attempts, int) or not 1 <= attempts <= 10:
        raise Unaskable("attempts is a whole number from 1 to 10")
    try:
        parsed = kind.options.model_validate(own)
    except ValueError as error:
        raise Unaskable(str(error)) from error
    fault = kind.fault(target, parsed)
    if fault is not None:
        raise Unaskable(fault)
    terms = Terms(
        attempts=attempts, degraded_over=None if degraded_over is None else _span(degraded_over, "degraded_over")
    )
    async with kind.open() as ask:
        return await ask_target(ask, Question(check="", target=target, options=parsed, timeout=timeout), terms)


def told(name: str, target: str, answer: Answer) -> dict[str, object]:
    """The JSON of `upheld probe`; milliseconds are whole. Facts and detail come after the promised keys."""
    return {
        "kind": name,
        "target": target,
        "result": answer.outcome.value,
        "reason": answer.reason.value if answer.reason else None,
        "latency_ms": answer.latency_us // 1000,
        "phases": {phase: microseconds // 1000 for phase, microseconds in answer.phases.items()},
        "detail": answer.detail or None,
        "facts": dict(answer.facts),
    }


def exit_code(answer: Answer) -> int:
    """0 up or degraded, 1 down, 2 could not ask."""
    if answer.outcome is Outcome.DOWN:
        return 1
    return 0 if answer.outcome in (Outcome.UP, Outcome.DEGRADED) else 2


def _value(written: str) -> object:
    try:
        value: object = yaml.safe_load(written)
    except yaml.YAMLError:
        return written
    plain = isinstance(value, str | bool | int | list)
    return value if plain else written


def _span(value: object, name: str) -> Span:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unaskable(f"{name} is a length of time like 5s")
    if isinstance(value, int):
        return value
    try:
        return parse_duration(value)
    except ValueError as error:
        raise Unaskable(f"{name}: {error}") from error
