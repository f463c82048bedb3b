"""What a bundle says was asked, beside what the target's own access log says was asked. Pure.

Compared are ticks: one may leave several lines (a redirect, a recheck), and it was asked once. A tick near the log's
beginning or end, or in no day the bundle tells of, is not compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from config.instant import DAY, Instant, Span
from probe.phase import phase_of, tick_of
from probe.result import Outcome
from upheld.proof.accesslog import Logged
from upheld.proof.bundle import Bundle

SLACK = 5 * 60_000
"""A log is written when the answer has gone out, by another clock, and a check may be late."""
_WEIGHT = {
    one: weight
    for weight, one in enumerate((Outcome.MISSED, Outcome.INVALID, Outcome.DOWN, Outcome.DEGRADED, Outcome.UP))
}
_UNASKED = (Outcome.MISSED, Outcome.INVALID)
"""Nothing, or perhaps nothing, reached the target. A line of the log is matched all the same where it was invalid."""
Asked: TypeAlias = dict[Instant, tuple[Outcome, Span]]
"""By tick its result, and how late a line of the log may be behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    check: str
    at: Instant
    result: Outcome


@dataclass(slots=True)
class Compared:
    """`matched` counts by result; `refused`: ours, bad, and not in the log, as where nothing could reach the target."""

    check: str
    matched: dict[Outcome, int] = field(default_factory=dict)
    only_ours: list[Tick] = field(default_factory=list)
    refused: list[Tick] = field(default_factory=list)
    only_theirs: list[Logged] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.only_ours and not self.only_theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """`absent`: http checks of the bundle without one line; `unknown`: lines of checks the bundle does not tell of."""

    checks: Sequence[Compared]
    absent: Sequence[str]
    unknown: int
    window: tuple[Instant, Instant] | None

    @property
    def agrees(self) -> bool:
        return all(one.agrees for one in self.checks)


def reconcile(bundle: Bundle, log: Iterable[Logged], wanted: Sequence[str] = ()) -> Reconciled:
    """`wanted`: checks the log must hold, beside those that it does."""
    first: Instant | None = None
    last: Instant = 0
    theirs: dict[str, dict[Instant, Logged]] = {}
    for line in log:
        first, last = line.at if first is None else min(first, line.at), max(last, line.at)
        if line.check is not None and line.tick is not None:
            theirs.setdefault(line.check, {}).setdefault(line.tick, line)
    asked, told, web = _asked(bundle)
    unknown = sum(len(lines) for check, lines in theirs.items() if check not in asked)
    if first is None:
        checks = [Compared(check=check) for check in wanted]
        return Reconciled(checks=checks, absent=sorted(web), unknown=unknown, window=None)
    compared = [
        _compared(check, asked.get(check, {}), told.get(check, set()), theirs.get(check, {}), (first, last))
        for check in sorted((theirs.keys() & asked.keys()) | set(wanted))
    ]
    absent = sorted(web - theirs.keys() - set(wanted))
    return Reconciled(checks=compared, absent=absent, unknown=unknown, window=(first, last))


def _asked(bundle: Bundle) -> tuple[dict[str, Asked], dict[str, set[Instant]], set[str]]:
    """Of each check what was asked and which days are told of; and which checks are of kind http."""
    days: dict[tuple[str, Instant, str], Mapping[str, Any]] = {}
    web = set[str]()
    for one in bundle.evidence:
        body = one.entry.body
        if one.entry.kind == "observed":  # of two leaves of one day the later holds
            days[(body["check"], body["day"], body["location"])] = body
        elif one.entry.kind == "check" and body["asked"] and body["kind"] == "http":
            web.add(body["check"])
    asked: dict[str, Asked] = {}
    told: dict[str, set[Instant]] = {}
    for (check, day, _), body in days.items():
        told.setdefault(check, set()).add(day)
        mine = asked.setdefault(check, {})
        for run in body["runs"]:
            result, takes = Outcome(run["result"]), run["interval_ms"] + run["timeout_ms"]
            for tick in _ticks(check, run):
                # Asked twice, or from several places: what weighs most is what the log must hold.
                if tick not in mine or _WEIGHT[mine[tick][0]] < _WEIGHT[result]:
                    mine[tick] = (result, takes)
    return asked, told, web


def _ticks(check: str, run: Mapping[str, Any]) -> Iterable[Instant]:
    interval = run["interval_ms"]
    phase = phase_of(check, interval)
    first, last = (tick_of(run[name], interval, phase) for name in ("first_at", "last_at"))
    gone = set(run["missing"])
    return (tick for tick in range(first, last + 1, interval) if tick not in gone)


def _compared(
    check: str,
    ours: Asked,
    days: set[Instant],
    theirs: Mapping[Instant, Logged],
    window: tuple[Instant, Instant],
) -> Compared:
    found = Compared(check=check)
    for tick, (result, takes) in sorted(ours.items()):
        if tick in theirs and result != Outcome.MISSED:
            found.matched[result] = found.matched.get(result, 0) + 1
        elif result not in _UNASKED and window[0] + SLACK <= tick <= window[1] - takes - SLACK:
            one = Tick(check=check, at=tick, result=result)
            (found.refused if result == Outcome.DOWN else found.only_ours).append(one)
    for tick, line in sorted(theirs.items()):
        known = ours.get(tick)
        if (known is None or known[0] == Outcome.MISSED) and tick - tick % DAY in days:
            found.only_theirs.append(line)
    return found
