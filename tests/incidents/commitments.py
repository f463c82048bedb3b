"""Every commitment of every shipped profile, shown: when it is due, met at that instant and missed a millisecond after.

    python -m tests.incidents.commitments [profile …]

Each is started at four moments of 2026 in Shanghai; `docs/commitments.md` holds the tables, which a test compares.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from config.agreement import Agreement, CaseKind, Commitment, Level
from config.instant import DAY, HOUR, Instant, instant_of, moment_of
from config.load import load
from config.profile import PINNED
from incidents.case import (
    BeyondAbility,
    CaseEvent,
    CaseNoted,
    CaseOpened,
    CaseRecorded,
    CaseResolved,
    Confirmed,
    Contested,
    Fulfilled,
    replay_case,
)
from incidents.clock import Clock, ClockState, clocks
from tests.config.installed import INSTALLED

SHANGHAI = ZoneInfo("Asia/Shanghai")
PROFILES = tuple(sorted(ref.partition("@")[0] for ref in PINNED["profiles"]))
STARTS: Mapping[str, str] = {
    "inside hours": "2026-09-04T16:30",
    "a Saturday night": "2026-09-05T03:00",
    "before a holiday": "2026-09-30T17:00",
    "before a make-up day": "2026-10-09T17:00",
}
INSIDE = frozenset(("inside hours", "before a holiday", "before a make-up day"))
"""Those in service hours from 09:00 to 18:00 on working days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One commitment of a level as the profile's file has it; `outside`: in its clocks for outside service hours."""

    profile: str
    level: int
    outside: bool
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """Of one row from one start: `due` None where a plan sets it; the states as they were read at their instants."""

    started: Instant
    due: Instant | None
    waiting_at_due: ClockState | None
    met_at_due: ClockState
    missed_after: ClockState | None
    late_after: ClockState | None

    @property
    def good(self) -> bool:
        late = {None} if self.due is None else {ClockState.MISSED}
        return (
            self.waiting_at_due in (None, ClockState.RUNNING)
            and self.met_at_due is ClockState.MET
            and {self.missed_after, self.late_after} == late
        )


def rows(profiles: Sequence[str] = PROFILES) -> Iterator[Row]:
    """From the files themselves, so that nothing the program leaves out is left out here."""
    for profile in profiles:
        for level in levels(profile):
            for section in ("commitments", "outside_hours"):
                for clock in level.get(section, ()):
                    yield Row(profile=profile, level=level["number"], outside=section != "commitments", clock=clock)


@cache
def levels(profile: str) -> Sequence[Mapping[str, Any]]:
    shipped = yaml.safe_load((files("config") / "profiles" / f"{profile}.yaml").read_text())
    return tuple(shipped["levels"])


def fits(row: Row, start: str) -> bool:
    """Whether a case from then has this clock: a level with clocks for outside service hours has one set at a time."""
    if agreement(row.profile).level(row.level).outside_hours is None:
        return True
    return row.outside is (start not in INSIDE)


@cache
def agreement(profile: str) -> Agreement:
    """The profile with everything it proposes agreed."""
    agreed = [
        {"number": level["number"], "commitments": own}
        for level in levels(profile)
        if (own := {id: _written(one) for id, one in level["commitments"].items() if one.get("agreed") is False})
    ]
    terms: dict[str, Any] = {
        "covers": ["shop"],
        "measured_from": "2026-01-01",
        "profile": f"{profile}@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "levels": agreed,
    }
    made = {
        "site": {"timezone": "Asia/Shanghai"},
        "components": {"shop": {"tier": "core"}},
        "customers": {"acme": {"name": "Acme", "agreement": terms}},
    }
    with TemporaryDirectory() as folder:
        file = Path(folder) / "upheld.yaml"
        file.write_text(yaml.safe_dump(made, sort_keys=False))
        (found,) = load(file, kinds=INSTALLED).agreements()
    return found


def _written(proposed: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in proposed.items() if key != "agreed"}


def commitment(row: Row) -> Commitment:
    level = agreement(row.profile).level(row.level)
    return ((level.outside_hours or {}) if row.outside else level.commitments)[row.clock]


def demonstrate(row: Row, start: str) -> Demonstration:
    """A case in which the clock begins at that moment, read undone and done at its end and just after."""
    begun, one = instant(STARTS[start]), commitment(row)
    level = agreement(row.profile).level(row.level)
    if one.stops == "registered":
        return _registered(row, one, level, begun)
    log = _log(one, level, begun)
    first = _clock(row, log, begun)
    at = begun + DAY if first.due_at is None else first.due_at
    ends = first.due_at is not None
    return Demonstration(
        started=first.started_at,
        due=first.due_at,
        waiting_at_due=_clock(row, log, at).state,
        met_at_due=_clock(row, [*log, _kept(row, one, at)], at).state,
        missed_after=_clock(row, log, at + 1).state if ends else None,
        late_after=_clock(row, [*log, _kept(row, one, at + 1)], at + 1).state if ends else None,
    )


def _registered(row: Row, one: Commitment, level: Level, begun: Instant) -> Demonstration:
    """The entry of the case is what keeps it: before that there is nothing to read."""

    def entered(at: Instant) -> Clock:
        (opened,) = _log(one, level, begun)
        return _clock(row, [replace(opened, recorded_at=at)], at)

    due = entered(begun).due_at
    assert due is not None
    late = entered(due + 1).state
    return Demonstration(
        started=entered(due).started_at,
        due=due,
        waiting_at_due=None,
        met_at_due=entered(due).state,
        missed_after=late,
        late_after=late,
    )


def _clock(row: Row, log: list[CaseRecorded], now: Instant) -> Clock:
    """The cycle that the log's start began."""
    found = clocks(replay_case("CASE-2026-0001", log), agreement(row.profile), now)
    return next(one for one in found if one.name == row.clock)


def _log(one: Commitment, level: Level, begun: Instant) -> list[CaseRecorded]:
    """What has happened when the clock begins."""
    opened = CaseOpened(
        customer="acme",
        agreement="acme/main",
        agreement_version=1,
        kind=_kind(one, level),
        level=level.number,
        title="orders fail",
        reported_at=begun if one.starts in ("reported", "updated") else begun - HOUR,
    )
    log = [_recorded(opened, begun if opened.reported_at == begun else begun - HOUR)]
    if one.starts == "beyond_limit":
        log.append(_recorded(BeyondAbility(reason="the maker's database"), begun))
    if one.starts == "resolved":
        log.append(_recorded(CaseResolved(how="restarted"), begun))
    if one.starts == "contested":
        log += [_recorded(CaseResolved(how="restarted"), begun - 1), _recorded(Contested(reason="not yet"), begun)]
    return log


def _kept(row: Row, one: Commitment, at: Instant) -> CaseRecorded:
    """What meets it."""
    match one.stops:
        case "resolved" | "restored":
            return _recorded(CaseResolved(how="mended"), at)
        case "updated":
            return _recorded(CaseNoted(text="the maker looks at it"), at)
        case "confirmed":
            return _recorded(Confirmed(text="good"), at)
        case _:
            return _recorded(Fulfilled(commitment=row.clock, how="seen"), at)


def _kind(one: Commitment, level: Level) -> CaseKind:
    kinds = one.kinds or (() if level.severities else level.kinds)
    return kinds[0] if kinds else CaseKind.FAULT


def _recorded(event: CaseEvent, at: Instant) -> CaseRecorded:
    return CaseRecorded(event=event, happened_at=at, recorded_at=at, by="person:li")


def instant(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


def when(at: Instant | None) -> str:
    return "by plan" if at is None else f"{moment_of(at).astimezone(SHANGHAI):%a %m-%d %H:%M}"


def table(profile: str) -> list[str]:
    """As the handbook has it: a line for each commitment, a column for each start."""
    heads = [f"{name}: {when(instant(at))}" for name, at in STARTS.items()]
    lines = [f"| level | clock | limit | {' | '.join(heads)} |", "|---|---|---|" + "---|" * len(STARTS)]
    for row in rows((profile,)):
        found = [when(demonstrate(row, start).due) if fits(row, start) else "–" for start in STARTS]
        one = commitment(row)
        name = f"{row.clock} (outside)" if row.outside else row.clock
        lines.append(f"| {row.level} | {name} | {limit(one)} | {' | '.join(found)} |")
    return lines


def limit(one: Commitment) -> str:
    said = str(one.limit) + (f", outside {one.outside}" if one.outside else "")
    said += f", target {one.target}" if one.target else ""
    said += f", from {one.starts}" if one.starts != "reported" else ""
    return said + (f", on {one.calendar}" if one.calendar != "24x7" else "")


def main(profiles: Sequence[str]) -> int:
    """A line for each; 1 if one of them was not read as it has to be."""
    wrong = 0
    for row in rows(profiles or PROFILES):
        for start in STARTS:
            if not fits(row, start):
                continue
            one = demonstrate(row, start)
            wrong += not one.good
            section = "outside" if row.outside else ""
            after = "–" if one.missed_after is None else one.missed_after.value
            print(
                f"{row.profile:18} {row.level} {row.clock:10} {section:7} start {when(one.started)}  "
                f"due {when(one.due):16} at due {one.met_at_due.value}, 1 ms after {after}"
            )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
