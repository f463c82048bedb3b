"""What late facts change in a sealed statement: the lines that differ, and the delta in seconds and verdict. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from config.instant import SECOND
from sla.account import Verdict
from sla.seal import Delta

_WORDING = frozenset(
    {
        "customer_name",
        "provider",
        "name",
        "display",
        "issued_at",
        "title",
        "level_name",
        "text",
        "demo",
        "origins",
        "ledger",
        "seconds",
        "observers",
        "word_entered_by",
        "word_proof",
        "only_own",
    }
)
"""Says nothing of time, verdict or money (a renamed component asks for no revision), repeats what lengths and outages
say, is not kept as long as a statement (who observed), is part of a word that counts anyhow (who wrote it down),
or says what is left out of it.
"""
_KEYS = ("id", "component", "agreement", "version", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value of the record; `where` like `components[pay].counted_down_s`. None: it was not there, or is not now."""

    where: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Between two records (`sla.document`) of one period."""
    return tuple(_differ("", before, after))


def deltas(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Delta, ...]:
    """For each component whose counted downtime or verdict differs."""
    was, now = _by_component(before), _by_component(after)
    found: list[Delta] = []
    for key in sorted({*was, *now}):
        old, new = was.get(key, {}), now.get(key, {})
        more = (Fraction(new.get("counted_down_s", 0)) - Fraction(old.get("counted_down_s", 0))) * SECOND
        verdicts = _verdict(old), _verdict(new)
        if more or verdicts[0] is not verdicts[1]:
            found.append(Delta(component=key[1], counted=more, was=verdicts[0], now=verdicts[1]))
    return tuple(found)


def _by_component(record: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(one["agreement"], one["component"]): one for one in record["components"]}


def _verdict(component: Mapping[str, Any]) -> Verdict:
    return Verdict(component.get("verdict", Verdict.NOT_APPLICABLE.value))


def _differ(where: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after} - _WORDING):
            yield from _differ(f"{where}.{key}" if where else key, before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        old, new = _named(before), _named(after)
        for key in dict.fromkeys([*old, *new]):
            yield from _differ(f"{where}[{key}]", old.get(key), new.get(key))
    elif before != after:
        yield Change(where=where, before=before, after=after)


def _named(items: Sequence[Any]) -> dict[str, Any]:
    """By what each is called, or by its place where it has no name of its own."""
    named: dict[str, Any] = {}
    for place, item in enumerate(items):
        name = next((str(item[key]) for key in _KEYS if key in item), None) if isinstance(item, dict) else None
        key = str(place) if name is None else name
        if isinstance(item, dict) and "start" in item:
            key = f"{name or ''}@{item['start']}"
        while key in named:
            key += "'"
        named[key] = item
    return named
