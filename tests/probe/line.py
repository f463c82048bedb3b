"""The state of a check, built slowly from all its results by the text of sla-definition.md: what `judge` must equal."""

from collections.abc import Sequence

from config.instant import Instant
from config.state import State
from probe.result import Answer, Outcome, Reason, Result
from probe.verdict import CheckChange, Thresholds

Line = list[tuple[Instant, State]]
_REASON = {
    Outcome.UP: None,
    Outcome.DOWN: Reason.STATUS,
    Outcome.DEGRADED: Reason.TOO_SLOW,
    Outcome.INVALID: Reason.NETWORK_UNREACHABLE,
    Outcome.MISSED: Reason.MISSED,
}


def result(at: Instant, outcome: Outcome, *, tick: Instant | None = None, latency_us: int = 0) -> Result:
    return Result(
        check="shop/home",
        location="local",
        tick=at if tick is None else tick,
        started_at=at,
        answer=Answer(outcome=outcome, reason=_REASON[outcome], latency_us=latency_us),
    )


def _voted(bad: Sequence[bool], index: int, thresholds: Thresholds) -> bool:
    """Whether the vote is on at that result: the newest confirmed turn at or before it decides."""
    for first in range(index, -1, -1):
        if len(bad) >= first + thresholds.fall and all(bad[first : first + thresholds.fall]):
            return True
        if len(bad) >= first + thresholds.rise and not any(bad[first : first + thresholds.rise]):
            return False
    return False


def line_by_definition(results: Sequence[Result], thresholds: Thresholds, until: Instant) -> Line:
    """Pieces (start, state) from the beginning of time to `until`, maximal, the first one unknown."""
    assert thresholds.evidence is not None
    asked = [one for one in results if one.answer.outcome is not Outcome.MISSED]
    valid = [one for one in asked if one.answer.outcome is not Outcome.INVALID]
    downs = [one.answer.outcome is Outcome.DOWN for one in valid]
    slows = [one.answer.outcome is not Outcome.UP for one in valid]
    line: Line = [(-1, State.UNKNOWN)]
    for index, one in enumerate(valid):
        later = [other.started_at for other in asked if other.started_at > one.started_at]
        end = min([*later, one.started_at + thresholds.evidence])
        down, slow = _voted(downs, index, thresholds), _voted(slows, index, thresholds)
        line.append((one.started_at, State.DOWN if down else State.DEGRADED if slow else State.UP))
        line.append((end, State.UNKNOWN))
    return _maximal([piece for piece in line if piece[0] <= until])


def line_of_changes(changes: Sequence[CheckChange], until: Instant) -> Line:
    """What a reader of the stored changes sees: by instant, and of several at one instant the later recorded."""
    line: Line = [(-1, State.UNKNOWN)]
    line += [(change.happened_at, change.state) for change in changes if change.happened_at <= until]
    return _maximal(sorted(line, key=lambda piece: piece[0]))


def _maximal(line: Line) -> Line:
    last_at_instant = dict(line)
    pieces: Line = []
    for at in sorted(last_at_instant):
        if not pieces or pieces[-1][1] is not last_at_instant[at]:
            pieces.append((at, last_at_instant[at]))
    return pieces
