"""Nodes to models: pydantic's findings become problems with the place where the word stands, in our own sentences."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.duration import parse_duration, print_duration
from config.node import Mark, Node, Notice, Problem, did_you_mean
from config.secret import Secret, revealed
from config.syntax import WIDE_COLON
from config.value import WRITTEN

Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Report:
    """Collects the problems. Values of secrets are struck from every sentence, whoever wrote it."""

    problems: list[Problem] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    unresolved: set[Mark] = field(default_factory=set)
    """Where a `${…}` could not be resolved: what follows from that is not reported again."""

    def add(self, mark: Mark, message: str) -> None:
        if mark in self.unresolved:
            return
        for secret in self.secrets:
            if secret.reveal():
                message = message.replace(secret.reveal(), secret.reference)
        self.problems.append(Problem(mark, message))


def read(model: type[Model], node: Node, report: Report, *, keep: tuple[str, ...] = ()) -> Model | None:
    """The model, or None after reporting everything wrong with it. Keys in `keep` hold on to their secrets."""
    content = node.content()
    if isinstance(content, dict):
        content = {key: value if key in keep else revealed(value) for key, value in content.items()}
    try:
        return model.model_validate(content, context=WRITTEN)
    except ValidationError as error:
        said: dict[Mark, list[str]] = {}
        findings = error.errors(include_url=False)
        for finding in findings:
            if finding["type"] == "too_short" and any(_below(one["loc"], finding["loc"]) for one in findings):
                continue  # it is not empty: what stands in it is wrong
            mark, message = _explain(model, node, finding)
            said.setdefault(mark, []).append(message)
        for mark, messages in said.items():
            for message in _joined(messages):
                report.add(mark, message)
    return None


def _below(place: tuple[int | str, ...], above: tuple[int | str, ...]) -> bool:
    return len(place) > len(above) and place[: len(above)] == above


def _joined(messages: list[str]) -> list[str]:
    """A value that may be of two types is told once what it is not."""
    head, wanted = messages[0].partition(" is not ")[0], [message.partition(" is not ")[2] for message in messages]
    if len(messages) > 1 and all(message.startswith(f"{head} is not ") for message in messages):
        return [f"{head} is not {' or '.join(dict.fromkeys(wanted))}"]
    return messages


def _explain(model: type[BaseModel], node: Node, finding: ErrorDetails) -> tuple[Mark, str]:
    path = finding["loc"]
    found, mark = node.walk(*path)
    key = str(path[-1]) if path else ""
    match finding["type"]:
        case "missing":
            return node.walk(*path[:-1])[1], f"'{key}' is missing; write `{key}: …` here"
        case "extra_forbidden":
            known = [name for name in fields_at(model, path[:-1]) if name not in ("id", "component", "customer")]
            hint = did_you_mean(key, known) or (f"; known: {', '.join(known)}" if known else "")
            return mark, f"unknown key '{key}'{hint}"
        case kind if kind.startswith(("model_", "dataclass_")):
            return found.mark, f"{what(found)} is not a mapping; write {_example(model, path)}{wide_colon(found)}"
        case kind:
            return found.mark, _sentence(kind, key, found, finding)


def _sentence(kind: str, key: str, found: Node, finding: ErrorDetails) -> str:
    context: Mapping[str, Any] = finding.get("ctx", {})
    written = what(found)
    sentences: dict[str, Callable[[], str]] = {
        "value_error": lambda: str(context["error"]),
        "literal_error": lambda: f"{written} is none of {context['expected']}{_near(found, context)}",
        "enum": lambda: f"{written} is none of {context['expected']}{_near(found, context)}",
        "greater_than_equal": lambda: f"{written} is too small; at least {_bound(found, context['ge'])}",
        "less_than_equal": lambda: f"{written} is too large; at most {_bound(found, context['le'])}",
        "greater_than": lambda: f"{written} is too small; more than {_bound(found, context['gt'])}",
        "less_than": lambda: f"{written} is too large; less than {_bound(found, context['lt'])}",
        "too_short": lambda: f"'{key}' must not be empty",
        "string_too_short": lambda: _short(key, context),
        "string_too_long": lambda: f"'{key}' is too long; at most {context['max_length']} characters",
        "string_pattern_mismatch": lambda: f"{written} does not have the form {context['pattern']}",
    }
    if kind in sentences:
        return sentences[kind]()
    for ending, wanted in WANTED.items():
        if kind.startswith(ending):
            return f"{written} is not {wanted}{_quoting(found, wanted)}"
    return str(finding["msg"])


def _bound(found: Node, bound: object) -> object:
    """As what was written is written: of a length of time `366d`, not its milliseconds."""
    if not isinstance(bound, int) or not isinstance(found.value, str):
        return bound
    try:
        parse_duration(found.value)
    except ValueError:
        return bound
    return print_duration(bound)


def _short(key: str, context: Mapping[str, Any]) -> str:
    least = context["min_length"]
    return f"'{key}' must not be empty" if least == 1 else f"'{key}' is too short; at least {least} characters"


_PREFIXES = ("rota", "role")
"""With a space behind the colon `rota: primary` is a mapping."""
WANTED = {
    "string_": "a text",
    "int_": "a whole number",
    "float_": "a number",
    "decimal_": "a decimal number in quotes",
    "bool_": "true or false",
    "tuple_": "a list [… , …]",
    "list_": "a list [… , …]",
    "set_": "a list [… , …]",
    "frozen_set_": "a list [… , …]",
    "dict_": "a mapping {key: value}",
    "model_": "a mapping {key: value}",
    "dataclass_": "a mapping {key: value}",
    "path_": "a path",
}


def what(node: Node) -> str:
    """The value as a person would point at it; never a secret's."""
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case Secret():
            return str(node.value)
        case None:
            return "nothing"
        case value:
            text = node.plain if node.plain is not None else str(value)
            return f"'{text if len(text) <= 60 else text[:60] + '…'}'"


def _example(model: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """`{name: …, email: …}`: the keys that must be there, else the first two."""
    fields = [pair for one in _models_at(model, path) for pair in one.model_fields.items() if pair[0] != "id"]
    required = [info.alias or name for name, info in fields if info.is_required()]
    keys = required or [info.alias or name for name, info in fields[:2]]
    return "{" + ", ".join(f"{key}: …" for key in dict.fromkeys(keys)) + "}"


def wide_colon(node: Node) -> str:
    return f"; this holds {WIDE_COLON}" if "：" in (node.plain or "") else ""


def _quoting(node: Node, wanted: str) -> str:
    if wanted == "a text" and node.plain:
        return f'; write "{node.plain}" in quotes'
    if wanted == "a text" and isinstance(node.value, dict):
        torn = next((f"{key}:{one.plain}" for key, one in node.mapping.items() if key in _PREFIXES and one.plain), None)
        return f'; write "{torn}" in quotes' if torn else ""
    if wanted == WANTED["list_"] and node.plain:
        return f"; write [{node.plain}]"
    return ""


def _near(found: Node, context: Mapping[str, Any]) -> str:
    words = [word.strip().strip("'") for word in str(context["expected"]).replace(" or ", ",").split(",")]
    return did_you_mean(found.text, words) if found.text else ""


def fields_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys a mapping at this path of the model may have, as they are written."""
    return [info.alias or name for one in _models_at(model, path) for name, info in one.model_fields.items()]


def _models_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[type[BaseModel]]:
    models = [model]
    for part in path:
        models = [inner for one in models for inner in _step(one, part)] or models
    return models


def _step(model: type[BaseModel], part: int | str) -> list[type[BaseModel]]:
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            return _models(info.annotation)
    return []


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for inner in get_args(annotation) for model in _models(inner)]
