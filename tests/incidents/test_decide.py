"""What follows from a component's condition and from what a person does: every cell of the table."""

import itertools

import pytest

from config.instant import MINUTE
from config.state import State
from incidents.decide import Refused, acknowledge, decide, note, reclassify, resolve
from incidents.incident import (
    Acknowledged,
    Incident,
    Noted,
    Opened,
    Progress,
    Recovered,
    Reopened,
    Resolved,
    SeverityLowered,
    SeverityRaised,
    StateChanged,
)
from incidents.severity import Severity
from tests.incidents.samples import NOON, condition, incident

NONE = None
TRIGGERED = incident(severity=1)
ACKNOWLEDGED = incident(Progress.ACKNOWLEDGED, severity=1)
RESOLVED = incident(Progress.RESOLVED, resolved_at=NOON, recovered=True)
MUTED = incident(Progress.RESOLVED, severity=1, resolved_at=NOON, recovered=False)
FAILING = [State.DEGRADED, State.PARTIAL, State.DOWN]

TABLE = {
    **{("none", state): Opened for state in FAILING},
    **{("resolved", state): Opened for state in FAILING},
    **{(progress, State.UP): Resolved for progress in ("triggered", "acknowledged")},
    **{(progress, state): StateChanged for progress in ("triggered", "acknowledged") for state in FAILING[:2]},
    ("muted", State.UP): Recovered,
}
LATEST = {"none": NONE, "triggered": TRIGGERED, "acknowledged": ACKNOWLEDGED, "resolved": RESOLVED, "muted": MUTED}
CELLS = list(itertools.product(LATEST, State))


@pytest.mark.parametrize(("progress", "state"), CELLS)
def test_a_condition_has_exactly_the_consequence_of_the_table(progress: str, state: State) -> None:
    expected = TABLE.get((progress, state))

    found = [type(event) for event in decide(LATEST[progress], condition(state))]

    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(("progress", "state"), CELLS)
def test_a_failing_parent_holds_what_would_open_and_nothing_else(progress: str, state: State) -> None:
    free = decide(LATEST[progress], condition(state))
    held = decide(LATEST[progress], condition(state, held_by="database"))

    assert held == ([] if any(isinstance(event, Opened) for event in free) else free)


@pytest.mark.parametrize(("progress", "state"), CELLS)
def test_flapping_holds_every_recovery_and_no_opening(progress: str, state: State) -> None:
    calm = decide(LATEST[progress], condition(state))
    flapping = decide(LATEST[progress], condition(state, flapping=True))

    assert flapping == ([] if any(isinstance(event, (Resolved, Recovered)) for event in calm) else calm)


def test_what_is_opened_began_when_the_component_began_to_fail() -> None:
    (event,) = decide(None, condition(since=NOON - 5 * MINUTE))

    assert isinstance(event, Opened)
    assert (event.started_at, event.severity, event.because) == (NOON - 5 * MINUTE, 1, "tier core is down")


def test_getting_worse_raises_the_severity_and_getting_milder_does_not_lower_it() -> None:
    mild = incident(severity=3, state=State.DEGRADED)

    events = decide(mild, condition(State.DOWN))

    assert events == [StateChanged(state=State.DOWN), SeverityRaised(severity=1, because="tier core is down")]
    assert decide(TRIGGERED, condition(State.DOWN, severity=Severity(value=3, because="x"))) == []


def test_a_muted_incident_gives_way_to_something_new_and_to_something_worse() -> None:
    assert decide(MUTED, condition(newest_at=NOON)) == []
    assert isinstance(decide(MUTED, condition(newest_at=NOON + 1))[0], Opened)
    milder = incident(Progress.RESOLVED, severity=2, resolved_at=NOON)
    assert isinstance(decide(milder, condition())[0], Opened)
    assert decide(MUTED, condition(newest_at=NOON + 1, held_by="database")) == []


def test_what_is_back_within_the_window_is_open_again_unless_it_is_muted_or_something_else() -> None:
    back = condition(since=NOON + MINUTE, newest_at=NOON + MINUTE)

    assert [type(one) for one in decide(RESOLVED, back, MINUTE)] == [Reopened]
    assert [type(one) for one in decide(RESOLVED, back, MINUTE - 1)] == [Opened]
    assert [type(one) for one in decide(MUTED, back, MINUTE)] == [Opened]
    other = condition(since=NOON + MINUTE, cause="shop/api")
    assert [type(one) for one in decide(RESOLVED, other, MINUTE)] == [Opened]


def test_acknowledging_twice_is_no_fault_and_a_resolved_incident_cannot_be() -> None:
    assert acknowledge(TRIGGERED, "mail") == [Acknowledged(channel="mail")]
    assert acknowledge(ACKNOWLEDGED, "mail") == []
    assert acknowledge(ACKNOWLEDGED, "desk", over=True) == [Acknowledged(channel="desk")]
    for over in (RESOLVED, MUTED):
        with pytest.raises(Refused, match="already resolved"):
            acknowledge(over, "mail")


@pytest.mark.parametrize("state", State)
def test_resolving_by_hand_mutes_only_while_the_component_fails(state: State) -> None:
    assert resolve(TRIGGERED, "done", state) == [Resolved(because="done", recovered=not state.failing)]
    assert resolve(RESOLVED, "done", state) == []


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_a_person_raises_lowers_or_leaves_the_severity_and_says_why(severity: int) -> None:
    expected = {1: [SeverityRaised(severity=1, because="why")], 2: [], 3: [SeverityLowered(severity=3, because="why")]}

    assert reclassify(incident(severity=2), severity, " why ") == expected[severity]


def test_a_severity_without_a_reason_or_of_what_is_over_or_that_there_is_not_is_refused() -> None:
    for of, severity, reason in (
        (TRIGGERED, 2, " "),
        (RESOLVED, 2, "why"),
        (TRIGGERED, 4, "why"),
        (TRIGGERED, 0, "why"),
    ):
        with pytest.raises(Refused):
            reclassify(of, severity, reason)


@pytest.mark.parametrize(("known", "measured", "raised"), [(1, 1, False), (2, 2, False), (2, 1, True), (3, 2, True)])
def test_what_a_person_lowered_is_raised_only_by_what_is_worse_than_was_known(
    known: int, measured: int, raised: bool
) -> None:
    lowered = incident(severity=3, lowered_from=known)

    events = decide(lowered, condition(severity=Severity(value=measured, because="measured")))

    assert [type(one) for one in events] == ([SeverityRaised] if raised else [])


def test_a_note_needs_words() -> None:
    assert note(" called the provider ") == [Noted(text="called the provider")]
    with pytest.raises(Refused):
        note("  ")


def test_no_incident_is_both_unresolved_and_muted() -> None:
    every: list[Incident] = [one for one in LATEST.values() if one is not None]

    assert [(one.unresolved, one.muted) for one in every] == [
        (True, False),
        (True, False),
        (False, False),
        (False, True),
    ]
