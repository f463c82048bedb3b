"""Whether the observations carry the line: nowhere may a component be recorded as better than its checks saw it.

The checks' answers of each day stand in the ledger as runs. They are judged again, with the thresholds the check then
had, by the function that judged them first, and put together by the rules that check and component then had. Where the
recorded line says up or degraded and the observations say down, or nothing, somebody dropped a failure or made an
answer up. Recorded as worse than observed is no finding: a supplier may be stricter with himself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from config.instant import DAY, HOUR, SECOND, Instant, rfc3339
from config.location import Panel
from config.model import DownWhen
from config.state import State
from incidents.impact import changes_since, combine_of
from probe.definition import same_question
from probe.heartbeat import HEARTBEAT
from probe.panel.vote import Line, drawn, state_at
from probe.result import Answer, Outcome, Reason, Result
from probe.verdict import CheckChange, CheckState, Thresholds, cease, evidence_of, judge, lapse
from sla.interval import Interval
from upheld.proof.told import Told

TOLERANCE = SECOND
"""A difference no longer than this is none: the edges of two lines may be told a moment apart."""
WRITTEN_WITHIN = HOUR
"""So long after its end a day's leaf may still be to come."""
PROBE = "probe:"
"""How it is said that a probe says it."""
_BETTER = frozenset((State.UP, State.DEGRADED))


def days_told(cutoff: Instant) -> Instant:
    """Until when the ledger must tell of every day: a UTC day gets its leaf soon after it is over."""
    return cutoff - WRITTEN_WITHIN - (cutoff - WRITTEN_WITHIN) % DAY


def unsupported(told: Sequence[Told], components: Sequence[str], window: Interval) -> Iterator[str]:
    """A sentence for each stretch of a component's line that its observations do not carry."""
    for component in components if window[0] < window[1] else ():
        observed = _observed(told, component, window)
        if observed is None:
            if _probed(told, component):
                yield f"{component} was recorded by probes, but no check of it is here: whoever sealed it left them out"
            continue
        recorded = _recorded(told, component)
        points = sorted({window[0], window[1], *(at for at, _ in (*observed, *recorded) if window[0] < at < window[1])})
        for start, end in pairwise(points):
            said, seen = state_at(recorded, start), state_at(observed, start)
            hidden = said is State.UNKNOWN and seen is State.DOWN
            if end - start > TOLERANCE and (hidden or (said in _BETTER and seen in (State.DOWN, State.UNKNOWN))):
                yield (
                    f"{component} is recorded as {said} from {rfc3339(start)} to {rfc3339(end)}, "
                    f"but what was observed says {seen}"
                )


def _recorded(told: Sequence[Told], component: str) -> Line:
    mine = [one for one in told if one.entry.stream == f"transition/{component}"]
    last = {one.entry.body["happened_at"]: State(one.entry.body["state"]) for one in mine}
    return sorted(last.items())


def _probed(told: Sequence[Told], component: str) -> bool:
    """Whether any change of it says that a probe saw it; a probe's check is always recorded before."""
    mine = (one.entry for one in told if one.entry.stream == f"transition/{component}")
    return any(one.body["by"].startswith(PROBE) for one in mine)


def _observed(told: Sequence[Told], component: str, window: Interval) -> Line | None:
    """The component's line as its checks saw it; None for one that is not asked but told of."""
    definitions: dict[str, list[tuple[Instant, Mapping[str, Any]]]] = {}
    for one in told:
        if one.entry.kind == "check" and one.entry.body["component"] == component:
            at, body = one.entry.recorded_at, one.entry.body
            definitions.setdefault(body["check"], []).append((at, body))
    if not definitions:
        return None
    recorded = state_at(_recorded(told, component), window[0])
    lines = {check: _line(told, check, known, window, recorded) for check, known in definitions.items()}
    return _combined(lines, definitions, window)


def _combined(
    lines: Mapping[str, Line], definitions: Mapping[str, Sequence[tuple[Instant, Mapping[str, Any]]]], window: Interval
) -> Line:
    """Put together anew at every change of a definition: checks come and go, and so may the rule."""
    turns = sorted({window[0] - DAY, *(at for known in definitions.values() for at, _ in known if at < window[1])})
    found: list[tuple[Instant, State]] = []
    for start, end in pairwise([*turns, window[1]]):
        asked = {check: body for check, known in definitions.items() if (body := _at(known, start)) is not None}
        asked = {check: body for check, body in asked.items() if body["asked"]}
        if not asked or end <= start:
            found.append((start, State.UNKNOWN))
            continue
        rule = next(iter(asked.values()))["down_when"]
        combine = combine_of(DownWhen(mode=rule["mode"], up=rule["up"]))
        changes = changes_since({check: lines[check] for check in asked}, combine, start)
        found += [(at, state) for at, state in changes if at < end]
    return found


def _at(known: Sequence[tuple[Instant, Mapping[str, Any]]], at: Instant) -> Mapping[str, Any] | None:
    """The definition in force; before the first one is recorded, the first."""
    held = [body for when, body in known if when <= at]
    return held[-1] if held else known[0][1]


def _line(
    told: Sequence[Told],
    check: str,
    known: Sequence[tuple[Instant, Mapping[str, Any]]],
    window: Interval,
    recorded: State,
) -> Line:
    """The check's own line from the window's start on, of all its locations together.

    `recorded`: what was recorded of its component there, which a tie that goes on from before the window keeps.
    """
    runs: dict[str, list[Mapping[str, Any]]] = {}
    for location, run in _runs(told, check):
        runs.setdefault(location, []).append(run)
    lines = {location: _seen_from(location, seen, check, known, window) for location, seen in runs.items()}
    turns = [window[0], *(at for at, _ in known if window[0] < at < window[1]), window[1]]
    together: list[tuple[Instant, State]] = []
    for start, end in pairwise(turns):
        panel = Panel.of_leaf(_at(known, start) or {})
        votes = {one: [(0, State.UNKNOWN), *lines.get(one, ())] for one in panel.locations}
        before = together[-1][1] if together else recorded
        together += [piece for piece in drawn(votes, panel.quorum, start, before) if piece[0] < end]
    return together


def _seen_from(
    location: str,
    runs: Sequence[Mapping[str, Any]],
    check: str,
    known: Sequence[tuple[Instant, Mapping[str, Any]]],
    window: Interval,
) -> Line:
    """A location's own line, judged again run by run."""
    changes: list[CheckChange] = []
    edited = [at for (_, before), (at, after) in pairwise(known) if not same_question(before, after)]
    state, limits = CheckState(), _thresholds(known[0][1])
    for run in runs:
        while edited and edited[0] <= run["first_at"]:
            at = edited.pop(0)
            ceased = cease(state, check, at, Reason.CHECK_EDITED, limits)
            changes += ceased.changes
            state, limits = ceased.state, _thresholds(_at(known, at) or known[0][1])
        for result in _beginning(check, location, run, limits):
            judged = judge(state, result, limits)
            changes += judged.changes
            state = judged.state
        if Outcome(run["result"]).valid:
            state = replace(state, seen_at=run["last_at"], judged_at=run["last_at"])
    changes += lapse(state, check, window[1], limits).changes
    return sorted({one.happened_at: one.state for one in changes}.items())


def _thresholds(body: Mapping[str, Any]) -> Thresholds:
    if not body["asked"]:
        return Thresholds(fall=1, rise=1, evidence=0)
    if body["kind"] == HEARTBEAT:
        return Thresholds(fall=1, rise=1, evidence=None)
    return Thresholds(
        fall=body["fall"], rise=body["rise"], evidence=evidence_of(body["interval_ms"], body["timeout_ms"])
    )


def _runs(told: Sequence[Told], check: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(location, run) in order; of two leaves of one day the later holds."""
    days: dict[tuple[Instant, str], Mapping[str, Any]] = {}
    for one in told:
        if one.entry.kind == "observed" and one.entry.body["check"] == check:
            days[(one.entry.body["day"], one.entry.body["location"])] = one.entry.body
    for (_, location), body in sorted(days.items()):
        for run in body["runs"]:
            yield location, run


def _beginning(check: str, location: str, run: Mapping[str, Any], limits: Thresholds) -> Iterator[Result]:
    """As many of a run's equal answers as can change anything: those after them only keep the evidence fresh."""
    outcome = Outcome(run["result"])
    answer = Answer(outcome=outcome, reason=None if outcome is Outcome.UP else Reason.INTERNAL_ERROR)
    for number in range(min(run["count"], max(limits.fall, limits.rise))):
        at = run["first_at"] + number
        yield Result(check=check, location=location, tick=at, started_at=at, answer=answer)
