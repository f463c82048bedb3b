"""What was said of an exclusion, a correction or an agreement, in words for people. Programs have `--json`."""

from collections.abc import Mapping
from typing import Any

from config.agreement import Category
from config.language import say
from console.settled import CATEGORIES
from upheld.cli.tongue import label, language_of, state, word

_COLUMNS = frozenset(("event", "happened_at", "recorded_at", "by", "entered_by", "seen_by_customer_at"))
_EVENTS = {"requested": "asked for", "proposed": "put forward", "notice_given": "notice given"}
"""Also where one is called as the state is that begins with it."""
_SWITCHES = {"open": "incidents open", "page": "people are called", "count": "time counts", "publish": "on the page"}


def told(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event in words, and beside it whatever stands in no column of its own."""
    name = str(event["event"])
    return {**event, "event": word(_EVENTS.get(name, name)), "facts": _beside(event)}


def proposed(row: Mapping[str, Any]) -> dict[str, Any]:
    """An exclusion with its category and its switches in words."""
    category = say("console", language_of(), CATEGORIES[Category(row["category"])])
    return {_SWITCHES.get(key, key): value for key, value in {**row, "category": category}.items()}


def _beside(event: Mapping[str, Any]) -> dict[str, Any]:
    beside = {key: value for key, value in event.items() if key not in _COLUMNS and value not in (None, "")}
    return {label(_SWITCHES.get(key, key)): _said(key, value) for key, value in beside.items()}


def _said(key: str, value: Any) -> Any:
    match key:
        case "state":
            return state(value)
        case "category":
            return say("console", language_of(), CATEGORIES[Category(value)])
        case "side":
            return word(value)
        case _:
            return value
