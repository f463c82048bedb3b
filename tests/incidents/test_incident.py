"""An incident is the sum of its events."""

from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.instant import MINUTE
from config.state import State
from incidents.incident import (
    Acknowledged,
    Escalated,
    Event,
    Noted,
    Opened,
    Progress,
    Recorded,
    Recovered,
    Resolved,
    SeverityLowered,
    SeverityRaised,
    Snoozed,
    StateChanged,
    Woken,
    evolve,
    open_incident,
    replay,
)
from tests.incidents.samples import NOON, opened, recorded

words = st.text(max_size=5)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(StateChanged, state=st.sampled_from(State)),
    st.builds(SeverityRaised, severity=st.integers(1, 3), because=words),
    st.builds(SeverityLowered, severity=st.integers(1, 3), because=words),
    st.builds(Snoozed, until=st.integers(NOON, NOON + 10**6), because=words),
    st.just(Woken()),
    st.builds(Acknowledged, channel=words),
    st.builds(Escalated, round=st.integers(1, 9), step=st.integers(0, 9), paged=st.just(("li",))),
    st.builds(Noted, text=words),
    st.builds(Resolved, because=words, recovered=st.booleans()),
    st.just(Recovered()),
)
logs = st.lists(st.builds(recorded, events, st.integers(NOON, NOON + 10**6)), max_size=12)


@given(logs)
def test_replaying_the_log_is_the_same_as_having_been_there(log: list[Recorded]) -> None:
    begun = recorded(opened())

    stepwise = reduce(evolve, log, open_incident("INC-2026-0001", begun))

    assert replay("INC-2026-0001", [begun, *log]) == stepwise
    assert stepwise.version == 1 + len(log)


@given(logs, logs)
def test_an_incident_is_acknowledged_first_by_whoever_was_first(before: list[Recorded], after: list[Recorded]) -> None:
    acknowledgement = recorded(Acknowledged(), NOON + 5, by="person:li")
    quiet = [one for one in before if not isinstance(one.event, Acknowledged)]

    incident = replay("INC-2026-0001", [recorded(opened()), *quiet, acknowledgement, *after])

    assert incident.acknowledged_at == NOON + 5


def test_each_event_changes_what_it_is_about() -> None:
    begun = recorded(opened(started_at=NOON - MINUTE))

    def after(*happened: Any) -> Any:
        return replay("INC-2026-0001", [begun, *(recorded(one, NOON + n) for n, one in enumerate(happened, start=1))])

    assert (after().opened_at, after().started_at, after().progress) == (NOON, NOON - MINUTE, Progress.TRIGGERED)
    assert after(StateChanged(state=State.PARTIAL)).state is State.PARTIAL
    assert after(SeverityRaised(severity=1, because="x")).severity == 1
    taken = after(Acknowledged())
    assert (taken.progress, taken.acknowledged_at, taken.acknowledged_by) == (Progress.ACKNOWLEDGED, NOON + 1, "test")
    muted = after(Resolved(because="x", recovered=False))
    assert (muted.progress, muted.resolved_at, muted.muted) == (Progress.RESOLVED, NOON + 1, True)
    assert not after(Resolved(because="x", recovered=False), Recovered()).muted


def test_opened_is_an_event_like_any_other_in_the_type() -> None:
    assert isinstance(opened(), Opened)
