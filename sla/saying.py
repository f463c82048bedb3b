"""Events of exclusions and corrections as stored facts and back: the class name in snake case is the `kind`. Pure.

What a leaf of the ledger holds of one follows from it here, so that a verifier can replay the leaves.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, get_args

from config.agreement import Category
from config.state import State
from sla.correction import CorrectionEvent
from sla.proposal import ExclusionEvent
from sla.word import CONFIGURATION, Said, customer_of

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_ENUMS: Mapping[str, type[StrEnum]] = {"state": State, "category": Category}
_SWITCHES = {"page": False, "open": False, "count": False, "publish": True}
"""Said only where they differ: what was said before there were switches is the same fact to the last byte."""
PERSONAL = frozenset({"proof", "reason", "evidence", "text"})
"""Fields in which a person wrote what he liked."""
CUSTOMER = "customer"
"""Whoever of the customers spoke, in a leaf that all concerned are given; `sla.telling` says which to him alone."""


def kind_of(event: ExclusionEvent | CorrectionEvent) -> str:
    """`NoticeGiven` -> `notice_given`."""
    return _WORD.sub("_", type(event).__name__).lower()


def facts_of(event: ExclusionEvent | CorrectionEvent) -> dict[str, Any]:
    """Plain JSON values; instants and spans in milliseconds."""
    usual = {key: value for key, value in _SWITCHES.items() if getattr(event, key, None) is value}
    return {key: _plain(value) for key, value in asdict(event).items() if key not in usual}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


_EXCLUSION_EVENTS = {_WORD.sub("_", one.__name__).lower(): one for one in get_args(ExclusionEvent)}
_CORRECTION_EVENTS = {_WORD.sub("_", one.__name__).lower(): one for one in get_args(CorrectionEvent)}


def exclusion_event(kind: str, facts: Mapping[str, Any]) -> ExclusionEvent:
    event: ExclusionEvent = _build(_EXCLUSION_EVENTS[kind], facts)
    return event


def correction_event(kind: str, facts: Mapping[str, Any]) -> CorrectionEvent:
    event: CorrectionEvent = _build(_CORRECTION_EVENTS[kind], facts)
    return event


def _build(event: type[Any], facts: Mapping[str, Any]) -> Any:
    """Facts of an earlier version may lack fields that have a default; unknown ones are a newer version's."""
    known = {field.name for field in fields(event)}
    return event(**{key: _value(key, value) for key, value in facts.items() if key in known})


def _value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _ENUMS[key](value) if key in _ENUMS and isinstance(value, str) else value


def leaf_of(said: Said[Any], before: Iterable[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """(body, private): what everybody may read, and what is personal: who spoke, and free text.

    `before`: who signed the earlier events of the same thing.
    """
    facts = facts_of(said.event)
    speaker = speaker_of(said.by, before)
    frame = {"event": kind_of(said.event), "happened_at": said.happened_at, "speaker": speaker}
    body = frame | {key: value for key, value in facts.items() if key not in PERSONAL}
    private = {key: value for key, value in facts.items() if key in PERSONAL}
    return body, private | {"by": said.by, "entered_by": said.entered_by}


def speaker_of(by: str, before: Iterable[str]) -> str:
    """What a leaf says of who spoke: the customer, the configuration, or `person 2`, the second one of this thing.

    It outlasts an erasure: it names nobody, but tells whether two acts were one person's.
    """
    if impersonal(by):
        return by
    people = [one for one in dict.fromkeys([*before, by]) if not impersonal(one)]
    return f"person {people.index(by) + 1}"


def impersonal(by: str) -> bool:
    return by in (CONFIGURATION, CUSTOMER) or customer_of(by) is not None


def speakers(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Speaker -> who that is, from (speaker, by) of the leaves of one thing. Raises ValueError where they disagree."""
    known: dict[str, str] = {}
    for speaker, by in said:
        if (impersonal(speaker) or impersonal(by)) and speaker != by:
            raise ValueError(f"{by} is called {speaker}")
        if known.setdefault(speaker, by) != by:
            raise ValueError(f"{speaker} stands for two who spoke")
    if len(set(known.values())) < len(known):
        raise ValueError("one who spoke stands for two")
    return known


def said_erased(kind: str, word: str, *, correction: bool) -> dict[str, Any]:
    """What was personal in a leaf of that kind and is destroyed, with `word` in the place of each."""
    event = (_CORRECTION_EVENTS if correction else _EXCLUSION_EVENTS)[kind]
    return dict.fromkeys([*PERSONAL & {field.name for field in fields(event)}, "by", "entered_by"], word)


def said_in_leaf(
    body: Mapping[str, Any], private: Mapping[str, Any], recorded_at: int, *, correction: bool
) -> Said[Any]:
    """The event a leaf tells of; a plan for no component where leaves beside it say for which."""
    build = correction_event if correction else exclusion_event
    return Said(
        event=build(body["event"], {"components": [], **body, **private}),
        happened_at=body["happened_at"],
        recorded_at=recorded_at,
        by=private["by"],
        entered_by=private["entered_by"],
        seen_by_customer_at=recorded_at,
    )
