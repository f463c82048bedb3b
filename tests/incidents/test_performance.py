"""How fast and how well: every incident and case counts, also what is not over or never happened."""

from dataclasses import replace

from config.agreement import CaseKind
from config.instant import DAY, HOUR, MINUTE, Instant
from incidents.case import (
    Case,
    CaseEvent,
    CaseOpened,
    CaseRecorded,
    CaseResolved,
    Contested,
    Fulfilled,
    replay_case,
)
from incidents.incident import Incident, Progress
from incidents.performance import Share, Timing, Worked, nearest_rank, performance
from tests.incidents.samples import NOON, incident

NOW = NOON + 10 * DAY
MONTH = (NOON, NOON + 20 * DAY)


def fault(id: str, begun: int = 0, *, found: int = 2, taken: int | None = None, over: int | None = None) -> Incident:
    """Minutes: when it began after noon, and after that when it was opened, taken and over."""
    start = NOON + begun * MINUTE
    return replace(
        incident(),
        id=id,
        severity=1,
        started_at=start,
        opened_at=start + found * MINUTE,
        acknowledged_at=None if taken is None else start + taken * MINUTE,
        resolved_at=None if over is None else start + over * MINUTE,
        progress=Progress.TRIGGERED if over is None else Progress.RESOLVED,
        recovered=over is not None,
    )


def case(
    id: str,
    reported: Instant,
    *events: tuple[int, CaseEvent],
    kind: CaseKind = CaseKind.FAULT,
    of: str | None = None,
    customer: str = "acme",
) -> Case:
    """With what happened so many minutes after the report."""
    opened = CaseOpened(
        customer=customer,
        agreement=f"{customer}/main",
        agreement_version=1,
        kind=kind,
        level=1,
        title="x",
        reported_at=reported,
        component="shop",
        incident=of,
    )
    log = [(0, opened), *events]
    told = [(reported + later * MINUTE, event) for later, event in log]
    return replay_case(id, [CaseRecorded(event=event, happened_at=at, recorded_at=at, by="x") for at, event in told])


def test_each_time_counts_what_is_over_what_is_not_and_says_what_never_happened() -> None:
    by_hand = replace(fault("INC-3", taken=6, over=20), recovered=True)
    muted = replace(fault("INC-5", over=40), recovered=False)
    found = [fault("INC-1", taken=7, over=60), fault("INC-2", over=10), by_hand, fault("INC-4", found=4), muted]
    around = case("CASE-1", NOON, (30, Fulfilled(commitment="workaround", how="the other line")), of="INC-1")
    worked = Worked(
        window=MONTH, incidents=found, cases=[around], recovered_at={"INC-3": by_hand.started_at + 3 * HOUR}
    )
    times = {one.of: one for one in performance(worked, NOW).times}
    so_far = NOW - NOON
    told = {of: (one.n, one.waiting, one.without, one.median, one.p90) for of, one in times.items()}
    assert told == {
        Timing.DETECT: (5, 0, 0, 2 * MINUTE, 4 * MINUTE),
        Timing.ACKNOWLEDGE: (3, 1, 2, 5 * MINUTE, so_far - 4 * MINUTE),
        Timing.MITIGATE: (5, 2, 0, 3 * HOUR, so_far),
        Timing.RESOLVE: (5, 2, 0, 3 * HOUR, so_far),
    }, "a workaround, an end by hand that was none before it recovered, and two that are not over"


def test_severities_stand_apart_and_a_month_without_anything_has_no_figure() -> None:
    mild = replace(fault("INC-2", over=9), severity=3)
    found = performance(Worked(window=MONTH, incidents=[mild, fault("INC-1", over=5)], cases=()), NOW)
    assert [(one.severity, one.median) for one in found.times if one.of is Timing.RESOLVE] == [
        (1, 5 * MINUTE),
        (3, 9 * MINUTE),
    ]
    nothing = performance(Worked(window=MONTH, incidents=(), cases=()), NOW)
    assert nothing.times == () and {one.n for one in nothing.shares} == {0}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert [nearest_rank(list(range(1, n + 1)), 90) for n in (1, 9, 10, 11)] == [1, 9, 9, 10]
    assert (nearest_rank([1, 2, 3, 4], 50), nearest_rank([], 50)) == (2, None)


def test_shares_have_what_they_are_of() -> None:
    solved = CaseResolved(how="done")
    answered = Fulfilled(commitment="respond", how="by telephone")
    found = [
        case("CASE-1", NOON - DAY, (10, solved)),  # reported before, and what CASE-2 repeats
        case("CASE-2", NOON + DAY, (10, answered), (10, solved)),
        case("CASE-3", NOON + DAY, (5, solved), (9, Contested(reason="no")), kind=CaseKind.QUESTION),
        case("CASE-4", NOON + DAY, of="INC-1", customer="brook"),
    ]
    shares = {
        one.of: (one.hits, one.n) for one in performance(Worked(window=MONTH, incidents=(), cases=found), NOW).shares
    }
    assert shares == {
        Share.RESOLVED: (1, 3),
        Share.AT_FIRST_CONTACT: (1, 2),
        Share.FIRST_TIME: (1, 2),
        Share.REPEATED: (1, 2),
    }
