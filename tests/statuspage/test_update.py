"""What of an incident's log the public reads, and what never."""

from config.instant import MINUTE, SECOND
from config.look.state import Shown
from config.state import State
from incidents.incident import (
    Acknowledged,
    Escalated,
    Event,
    Noted,
    Opened,
    Recorded,
    Recovered,
    Resolved,
    SeverityRaised,
    StateChanged,
)
from statuspage.facts import Cause, Phase
from statuspage.update import updates_of
from tests.statuspage.harbour import NOW

OPENED = Opened(
    component="shop", state=State.PARTIAL, severity=2, because="rule", cause="shop/home", title="504", started_at=NOW
)


def log(*events: tuple[Event, int]) -> list[Recorded]:
    return [Recorded(event=event, happened_at=NOW, recorded_at=NOW + after, by="upheld") for event, after in events]


def test_each_public_event_is_one_update_under_its_number_in_the_log() -> None:
    found = updates_of(
        log(
            (OPENED, 0),
            (SeverityRaised(severity=1, because="core"), SECOND),
            (StateChanged(state=State.DOWN), MINUTE),
            (Noted(text="the password is hunter2"), 2 * MINUTE),
            (Acknowledged(), 3 * MINUTE),
            (Resolved(because="up", recovered=True), 4 * MINUTE),
            (Recovered(), 5 * MINUTE),
        )
    )
    assert [(one.seq, one.cause, one.phase, one.state) for one in found] == [
        (1, Cause.OPENED, Phase.INVESTIGATING, None),
        (3, Cause.CHANGED, Phase.INVESTIGATING, Shown.DOWN),
        (5, Cause.ACKNOWLEDGED, Phase.INVESTIGATING, None),
        (6, Cause.RESOLVED, Phase.RESOLVED, None),
    ]
    assert all(one.text is None for one in found)


def test_a_call_is_claimed_only_when_somebody_was_reached_and_soon() -> None:
    reached = Escalated(round=1, step=1, paged=("li",))
    nobody = Escalated(round=1, step=1, paged=(), nobody="no one on duty")
    assert updates_of(log((OPENED, 0), (reached, SECOND)))[0].cause is Cause.CALLED
    assert updates_of(log((OPENED, 0), (nobody, SECOND)))[0].cause is Cause.OPENED
    assert updates_of(log((OPENED, 0), (reached, 15 * MINUTE)))[0].cause is Cause.OPENED


def test_an_incident_closed_by_hand_is_not_said_to_be_mended() -> None:
    found = updates_of(log((OPENED, 0), (Resolved(because="not ours", recovered=False), MINUTE)))
    assert found[-1].cause is Cause.CLOSED
