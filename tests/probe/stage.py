"""A prober on a virtual loop, with a target that follows a script and a store that can be made to fail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.pool import StaticPool
from typing_extensions import override

from config.instant import Instant
from config.model import Check
from config.state import State
from db.database import Database, Listener
from db.errors import StoreUnavailable
from db.tables.metadata import METADATA
from db.tables.probe import check_transition
from probe.ending import Warned
from probe.health import Others
from probe.kind import Ask, ProbeKind, Question
from probe.kinds import heartbeat
from probe.listeners import Hear, Listeners, OnFlapping, OnWarned
from probe.result import Answer, Outcome, Plain, Reason
from probe.service import Prober
from probe.verdict import CheckChange
from probe.watch import LastAnswer
from tests.probe.virtual import START, VirtualLoop

T = TypeVar("T")


class MemoryStore(Database):
    """One SQLite connection in memory, worked at once; `broken` makes every write fail."""

    def __init__(self, beside: "MemoryStore | None" = None) -> None:
        """`beside`: another way to the same tables."""
        self.engine: Engine = (
            create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
            if beside is None
            else beside.engine
        )
        METADATA.create_all(self.engine)
        self.broken = False
        self.writes = 0

    @override
    async def write(self, work: Callable[[Connection], T]) -> T:
        if self.broken:
            raise StoreUnavailable("the disk is full")
        with self.engine.begin() as tx:
            result = work(tx)
        self.writes += 1
        return result

    @override
    async def read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as tx:
            return work(tx)

    @override
    def listen(self, listener: Listener) -> None:
        raise NotImplementedError

    @override
    async def close(self) -> None:
        self.engine.dispose()


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass
class Target:
    """Answers by a script: from each instant (seconds after the start) on this outcome."""

    loop: VirtualLoop
    script: dict[str, list[tuple[float, Outcome]]] = field(default_factory=dict)
    facts: dict[str, list[tuple[float, Mapping[str, Plain]]]] = field(default_factory=dict)
    asked: list[tuple[str, float]] = field(default_factory=list)
    ticks: list[Instant] = field(default_factory=list)
    bug: Exception | None = None
    lasts: float = 0.0
    """Seconds until a bad answer is there."""
    opened: int = 0
    """So often its kind was made ready to ask."""

    @property
    def kind(self) -> ProbeKind:
        return ProbeKind(options=Options, open=self._open)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Ask]:
        self.opened += 1
        yield self._ask

    async def _ask(self, question: Question) -> Answer:
        if self.bug is not None:
            raise self.bug
        second = (self.loop.wall() - START) / 1000
        self.asked.append((question.check, second))
        if question.tick is not None:
            self.ticks.append(question.tick())
        outcome = Outcome.UP
        for since, then in self.script.get(question.check, []):
            if second >= since:
                outcome = then
        reasons = {Outcome.UP: None, Outcome.DOWN: Reason.STATUS, Outcome.INVALID: Reason.NETWORK_UNREACHABLE}
        facts: Mapping[str, Plain] = {}
        for since, told in self.facts.get(question.check, []):
            if second >= since:
                facts = told
        latency = 1500
        if outcome is Outcome.DOWN and self.lasts:
            await asyncio.sleep(self.lasts)
            latency = round(self.lasts * 1e6)
        return Answer(outcome=outcome, reason=reasons[outcome], latency_us=latency, facts=facts)


class Stage:
    """`told` is what `on_changes` was called with."""

    def __init__(self, loop: VirtualLoop, store: MemoryStore | None = None, location: str = "local") -> None:
        self.loop = loop
        self.location = location
        self.target = Target(loop)
        self.store = store or MemoryStore()
        self.told: list[CheckChange] = []
        self.told_at: list[Instant] = []
        self.downs: list[tuple[float, float]] = []
        """Of each outage, in seconds of the story: when it began, when it was told."""
        self.refusing = False
        self.others: Others | None = None
        self.hear: Hear = lambda tx, changes, now: changes
        self.on_flapping: OnFlapping = lambda tx, checks, now: None
        self.on_warned: OnWarned = lambda tx, warned, now: None
        self.warned: list[Warned] = []
        self.after: dict[str, tuple[str, ...]] = {}
        self.prober = self.again()

    def killed(self, away: float) -> VirtualLoop:
        """The process died with its loop; another one, `away` seconds later, gets the store as it was."""
        loop = VirtualLoop((self.loop.wall() - START) / 1000 + away)
        self.loop = self.target.loop = loop
        self.prober = self.again()
        return loop

    def again(self) -> Prober:
        """Another process on the same store."""
        kinds = {"scripted": self.target.kind, "heartbeat": heartbeat.KIND}
        return Prober(
            self.store,
            self.loop.wall,
            self.location,
            kinds,
            Listeners(hear=self.hear, changes=self._on_changes, flapping=self.on_flapping, warned=self.on_warned),
            others=self.others,
            after=lambda component: self.after.get(component, ()),
        )

    def known(self, check: str) -> LastAnswer:
        found = self.prober.answer(check)
        assert found is not None
        return found

    def _on_changes(self, tx: Connection, changes: Sequence[CheckChange], now: Instant) -> None:
        if self.refusing:
            raise RuntimeError("incidents have a bug")
        stored = tx.execute(select(check_transition.c.id)).all()
        assert len(stored) >= len(changes), "told before it was stored"
        self.told += changes
        self.downs += [((o.happened_at - START) / 1000, (now - START) / 1000) for o in changes if o.state is State.DOWN]
        self.told_at.append(now)

    @property
    def line(self) -> list[tuple[float, str, Reason | None]]:
        return [((one.happened_at - START) / 1000, one.state.value, one.reason) for one in self.told]


def check(name: str = "shop/home", **changed: object) -> Check:
    settings: dict[str, object] = {
        "id": name,
        "component": name.partition("/")[0],
        "kind": "scripted",
        "target": "the stage",
        "interval": 10_000,
        "timeout": 2_000,
        "recheck": 3_000,
        "fall": 3,
        "rise": 2,
    }
    return Check.model_validate({**settings, **changed})
