"""Events go into the store as plain JSON and come out as themselves."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.agreement import CaseKind
from config.counting import Category
from config.state import State
from incidents.case import CaseEvent
from incidents.fact import case_event, facts_of, incident_event, kind_of
from incidents.finding import Grade
from incidents.incident import Event
from incidents.review import Aim
from incidents.scope import Scope, Urgency
from tests.incidents.samples import opened

VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    str | None: st.none() | st.text(),
    int: st.integers(-(2**62), 2**62),
    bool: st.booleans(),
    State: st.sampled_from(State),
    CaseKind: st.sampled_from(CaseKind),
    Category: st.sampled_from(Category),
    Scope | None: st.none() | st.sampled_from(Scope),
    Urgency | None: st.none() | st.sampled_from(Urgency),
    Aim: st.sampled_from(Aim),
    Grade: st.sampled_from(Grade),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    Mapping[str, Any]: st.just({"id": "default", "steps": [{"notify": ["li"]}], "repeat": None}),
    Mapping[str, int]: st.dictionaries(st.text(), st.integers(1, 5)),
}


def made(event: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(event)
    return st.builds(event, **{field.name: VALUES[hints[field.name]] for field in fields(event)})


@given(st.one_of([made(event) for event in get_args(Event)]))
def test_every_event_of_an_incident_survives_the_store(event: Event) -> None:
    assert incident_event(kind_of(event), json.loads(json.dumps(facts_of(event)))) == event


@given(st.one_of([made(event) for event in get_args(CaseEvent)]))
def test_every_event_of_a_case_survives_the_store(event: CaseEvent) -> None:
    assert case_event(kind_of(event), json.loads(json.dumps(facts_of(event)))) == event


def test_no_two_events_have_one_kind() -> None:
    for family in (Event, CaseEvent):
        events = get_args(family)
        assert len({kind_of(object.__new__(event)) for event in events}) == len(events)


def test_a_fact_of_a_newer_version_is_read_without_what_it_adds_and_an_older_one_with_defaults() -> None:
    facts = facts_of(opened())

    assert incident_event("opened", {**facts, "mood": "grim"}) == opened()
    assert incident_event("opened", {key: facts[key] for key in facts if key != "recurrence_of"}) == opened()


def test_a_kind_nobody_knows_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(KeyError):
        incident_event("danced", {})
