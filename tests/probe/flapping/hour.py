"""The server beside the street: it is started, killed, started again and reloaded, and then its store is read."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from config.instant import SECOND, Instant, Span
from config.state import State
from sla.line import raw_line
from sla.record import Transition
from sla.store.transition import transitions
from sla.terms import BRIDGE_MAX
from sla.timeline import bridge
from tests.probe.count.figures import Told, compared
from tests.probe.count.script import Kill, windows
from tests.probe.count.world import configuration as agreed
from tests.probe.flapping.script import Pace, Script, Target, written
from tests.probe.flapping.street import Street
from tests.scenarios.town import now
from tests.servers.process import Upheld, Warm


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What became of it. `false`: stretches said to be down in which the target never was."""

    told: Sequence[Told]
    false: Sequence[tuple[str, Instant, Instant]]
    kills: Sequence[Kill]
    reloads: int
    street: Street
    unknown: float
    """Of all the time."""


def lived(folder: Path, seed: int, checks: int, lasting: Span, pace: Pace) -> Hour:
    street = Street(seed)
    targets = written(seed, checks, 0, 0, pace).targets  # what is to happen to them is not known before all is up
    with street.open(targets):
        upheld = Warm(folder, _configuration(targets, street, pace, 0))
        with upheld:
            script = written(seed, checks, lasting, now(), pace)
            street.flap(script.targets)
            kills, reloads = _play(script, upheld, street)
            _sleep(script.until + 2 * max(pace.intervals))  # what was seen then is confirmed or not by now
        stored = _stored(folder, script)
    return _judged(folder, script, stored, kills, reloads, street)


def _configuration(targets: Sequence[Target], street: Street, pace: Pace, edition: int) -> dict[str, Any]:
    """Another `edition` is called otherwise and has a component more or less; the checks are the same."""
    more = {"annex": {"name": "Annex"}} if edition % 2 else {}
    components = {
        one.name: {"name": f"{one.name} ({edition})", "checks": {"home": _check(one, street.ports[one.name], pace)}}
        for one in targets
    }
    return {"site": {"name": "Street", "timezone": "UTC"}, "components": {**components, **more}}


def _check(target: Target, port: int, pace: Pace) -> dict[str, Any]:
    own: dict[str, Any] = {"kind": "tcp", "target": f"127.0.0.1:{port}", "expect": "ready"}
    if target.kind == "http":
        own = {"kind": "http", "target": f"http://127.0.0.1:{port}/"}
    times = {"interval": f"{target.interval}ms", "timeout": f"{pace.timeout}ms"}
    return {**own, **times, "attempts": 2, "fall": pace.fall}


def _play(script: Script, upheld: Upheld, street: Street) -> tuple[list[Kill], int]:
    """The kills as they really were, and the number of reloads."""
    kills, reloads = list[Kill](), 0
    for turn in script.turns:
        _sleep(turn.at)
        if turn.away is None:
            reloads += 1
            upheld.configure(_configuration(script.targets, street, script.pace, reloads))
            upheld.reload()
            continue
        killed_at = now()
        upheld.kill9()
        _sleep(killed_at + turn.away)
        upheld.start()
        upheld.wait_ready()
        kills.append(Kill(at=killed_at, away=now() - killed_at))
    return kills, reloads


def _sleep(until: Instant) -> None:
    time.sleep(max(0, until - now()) / SECOND)


def _stored(folder: Path, script: Script) -> dict[str, tuple[Transition, ...]]:
    names = [one.name for one in script.targets]
    window = min(one.start for target in script.targets for one in target.outages), script.until
    engine = create_engine(f"sqlite:///{folder}/upheld.db")
    with engine.connect() as tx:
        found = transitions(tx, names, (window[0] - script.pace.settled, window[1]), now(), 0)
    engine.dispose()
    return found


def _judged(
    folder: Path,
    script: Script,
    stored: dict[str, tuple[Transition, ...]],
    kills: Sequence[Kill],
    reloads: int,
    street: Street,
) -> Hour:
    agreement = next(agreed(folder, list(stored)).agreements())
    told, false = list[Told](), list[tuple[str, Instant, Instant]]()
    unknown = whole = 0
    around = script.pace.settled // 3
    for one in script.targets:
        if not one.outages:
            continue
        within = windows(one.outages, around)
        facts = stored[one.name]
        told += compared(facts, agreement, one.name, one.outages, within, kills, script.until, one.interval)
        false += ((one.name, *span) for span in _never(facts, one, (within[0][0], script.until)))
        span = within[0][0], within[-1][1]
        unknown += sum(
            min(end, span[1]) - max(start, span[0])
            for start, end, state in raw_line(facts, span, script.until)
            if state is State.UNKNOWN and start < span[1] and end > span[0]
        )
        whole += span[1] - span[0]
    return Hour(told=told, false=false, kills=kills, reloads=reloads, street=street, unknown=unknown / whole)


def _never(facts: Sequence[Transition], target: Target, window: tuple[Instant, Instant]) -> Iterator[tuple[int, int]]:
    """Stretches of down that no outage touches; over a short absence one goes on, as agreed."""
    line, _ = bridge(raw_line(facts, window, window[1]), BRIDGE_MAX)
    for start, end, state in line:
        if state is State.DOWN and not any(one.start < end and start < one.end for one in target.outages):
            yield start, end
