"""The real prober, schedule, judging and stores on a virtual clock, killed and begun again by a script."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.news import take_check_news
from probe.kind import Ask, ProbeKind, Question
from probe.result import Answer, Outcome, Reason
from probe.service import Prober
from probe.turns import Caps
from probe.verdict import CheckChange
from sla.record import Transition
from sla.store.transition import transitions
from tests.config.installed import read
from tests.probe.count.script import How, Kill, Outage
from tests.probe.stage import MemoryStore
from tests.probe.virtual import START, VirtualLoop, run

CHECK = "kind: http, target: 'https://x.example.com/', interval: 60s, timeout: 10s"
"""Thresholds and recheck are those of a check that names none."""


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`scripts`: of each component, whose one check is called home."""

    scripts: Mapping[str, list[Outage]]
    kills: Sequence[Kill]
    until: Instant


def names(number: int) -> list[str]:
    return [f"c{one}" for one in range(number)]


def configuration(folder: Path, components: Sequence[str]) -> Config:
    lines = [f"  {name}: {{name: {name}, checks: {{home: {{{CHECK}}}}}}}" for name in components]
    agreement = f"{{profile: sla-standard@1, terms: strict-7x24@1, target: '99.9', covers: [{', '.join(components)}]"
    text = "\n".join(
        [
            "site: {name: Count, external_url: 'https://status.example.com', timezone: UTC}",
            "components:",
            *lines,
            "customers:",
            "  acme:",
            "    name: Acme",
            "    contacts: [{name: Chen, email: chen@acme.example, kind: primary}]",
            f"    agreement: {agreement}, measured_from: 2026-01-01}}",
        ]
    )
    return read(folder, text)


def watched(world: World, config: Config) -> dict[str, tuple[Transition, ...]]:
    """What is stored of each component after all of it."""
    store = MemoryStore()
    lives = [*((one.at, one.at + one.away) for one in world.kills), (world.until, world.until)]
    born = START
    for death, again in lives:
        _live(world, config, store, born, death)
        born = again
    window = (START, world.until)
    with store.engine.connect() as tx:
        found = transitions(tx, list(world.scripts), window, world.until, 0)
    store.engine.dispose()
    return found


def _live(world: World, config: Config, store: MemoryStore, born: Instant, death: Instant) -> None:
    """One process: nothing but the store outlives it, and what waits to be written dies with it."""
    loop = VirtualLoop((born - START) / 1000)

    def told(tx: Connection, changes: Sequence[CheckChange], now: Instant) -> None:
        take_check_news(tx, config, changes, "probe:local", now)

    async def life() -> None:
        kinds = {"http": _Scripted(loop, world.scripts).kind}
        prober = Prober(store, loop.wall, "local", kinds, told, caps=lambda: Caps(at_once=100_000, per_host=100_000))
        await prober.start(list(config.checks()))
        await asyncio.sleep((death - loop.wall()) / 1000)

    run(life(), loop)


class _Scripted:
    def __init__(self, loop: VirtualLoop, scripts: Mapping[str, Sequence[Outage]]) -> None:
        self._loop = loop
        self._scripts = scripts
        self._starts = {name: [one.start for one in script] for name, script in scripts.items()}

    @property
    def kind(self) -> ProbeKind:
        return ProbeKind(options=_Options, open=self._open)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Ask]:
        yield self._ask

    async def _ask(self, question: Question) -> Answer:
        """As the target is when it is asked."""
        name, now = question.check.partition("/")[0], self._loop.wall()
        begun = bisect_right(self._starts[name], now)
        newest = next(islice(self._scripts[name], begun - 1, None)) if begun else None
        if newest is None or now >= newest.end:
            return Answer(outcome=Outcome.UP, latency_us=20_000)
        if newest.how is How.REFUSES:
            return Answer(outcome=Outcome.DOWN, reason=Reason.CONNECTION_REFUSED, latency_us=300)
        await asyncio.sleep(question.timeout / 1000)
        return Answer(outcome=Outcome.DOWN, reason=Reason.TIMEOUT, latency_us=question.timeout * 1000)
