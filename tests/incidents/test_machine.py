"""Whatever comes in whatever order, killed in between or not: what is stored is what a much smaller machine says."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection

from config.instant import DAY, MINUTE, SECOND, Instant
from config.oncall import Escalation, Step
from db.engine import open_database
from incidents.decide import Refused
from incidents.incident import Incident, Progress
from incidents.store import incident as store
from incidents.store import timer
from tests.conftest import Templates
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents, named
from tests.incidents.told import notifications

ESCALATES_AFTER = 15 * MINUTE
POLICY = Escalation(
    id="default",
    steps=(Step(notify=("li",)), Step(notify=("wang",), after=ESCALATES_AFTER)),
    fallback=("wang",),
    acknowledged_for=100 * DAY,
)
CONFIG = config(escalations=named((POLICY,)))
T = TypeVar("T")


class Killed(Exception):
    """The process ended before its transaction did."""


@dataclass
class Expected:
    """One incident, as the small machine has it. Times in POSIX milliseconds."""

    progress: Progress
    opened_at: Instant
    due_at: Instant | None
    """When the second contact is told."""
    escalated: bool = False
    muted: bool = False


class Machine(RuleBasedStateMachine):
    """Alerts of one component; every failure is an alert of its own, which comes once and ends once."""

    examples = 0
    writes = 0

    def __init__(self, empty: Path) -> None:
        super().__init__()
        type(self).examples += 1
        self.file = empty.with_suffix(".copy")
        shutil.copy(empty, self.file)
        self.runner = asyncio.Runner()
        self.now = NOON
        self.begun = 0
        self.firing: dict[int, Instant] = {}
        self.over: dict[int, Instant] = {}
        self.incidents: list[Expected] = []
        self.start()

    # the machine under test

    def start(self) -> None:
        self.database = self.runner.run(open_database(f"sqlite:///{self.file}"))
        self.made = incidents(CONFIG)

    def write(self, work: Callable[[Connection], T]) -> T:
        type(self).writes += 1
        return self.runner.run(self.database.write(work))

    def post(self, number: int, at: Instant, *, firing: bool) -> Callable[[Connection], None]:
        ends_at = None if firing else self.now
        news = alert(f"f{number}", firing=firing, at=at, stamp=str(at), ends_at=ends_at)
        return lambda tx: self.made.alert_news(tx, "am", [news], BY_SERVICE, self.now, self.now)

    def newest(self) -> Incident | None:
        return self.write(lambda tx: store.newest_of(tx, "crm"))

    # what happens to it, and what the small machine makes of it

    @rule()
    def begins(self) -> None:
        self.now += SECOND
        self.begun += 1
        self.firing[self.begun] = self.now
        self.write(self.post(self.begun, self.now, firing=True))
        if not self.incidents or self.incidents[-1].progress is Progress.RESOLVED:
            self.incidents.append(Expected(Progress.TRIGGERED, self.now, self.now + ESCALATES_AFTER))

    @precondition(lambda self: self.firing)
    @rule(data=st.data())
    def is_told_again(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.firing)))
        self.write(self.post(number, self.firing[number], firing=True))

    @precondition(lambda self: self.firing)
    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.firing)))
        self.now += SECOND
        since = self.over[number] = self.firing.pop(number)
        self.write(self.post(number, since, firing=False))
        if not self.firing:
            self.recovers()

    @precondition(lambda self: self.over)
    @rule(data=st.data(), firing=st.booleans())
    def is_told_late(self, data: st.DataObject, firing: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.over)))
        self.write(self.post(number, self.over[number], firing=firing))

    @rule()
    def its_end_comes_before_its_begin(self) -> None:
        self.begun += 1
        since = self.over[self.begun] = self.now - SECOND
        self.write(self.post(self.begun, since, firing=False))
        self.write(self.post(self.begun, since, firing=True))

    @precondition(lambda self: self.incidents)
    @rule()
    def is_acknowledged(self) -> None:
        one, found = self.incidents[-1], self.newest()
        assert found is not None

        def acknowledge(tx: Connection) -> Incident:
            return self.made.acknowledge(tx, found.id, "person:li", self.now, "cli")

        if one.progress is Progress.RESOLVED:
            with pytest.raises(Refused):
                self.write(acknowledge)
            return
        self.write(acknowledge)
        one.progress, one.due_at = Progress.ACKNOWLEDGED, None

    @precondition(lambda self: self.incidents)
    @rule()
    def is_resolved_by_hand(self) -> None:
        one, found = self.incidents[-1], self.newest()
        assert found is not None
        self.write(lambda tx: self.made.resolve(tx, found.id, "person:li", "mended", self.now))
        if one.progress is not Progress.RESOLVED:
            one.progress, one.due_at, one.muted = Progress.RESOLVED, None, bool(self.firing)

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

        def fire(tx: Connection) -> None:
            for due in timer.due(tx, self.now, 100):
                self.made.fire(tx, due, self.now)

        self.write(fire)
        for one in self.incidents:
            if one.due_at is not None and one.due_at <= self.now:
                one.escalated, one.due_at = True, None

    @rule()
    def is_killed_between_two_transactions(self) -> None:
        self.runner.run(self.database.close())
        self.start()

    @rule()
    def is_killed_before_the_commit(self) -> None:
        post = self.post(self.begun + 1, self.now, firing=True)

        def work(tx: Connection) -> None:
            post(tx)
            raise Killed

        with pytest.raises(Killed):
            self.write(work)

    def recovers(self) -> None:
        one = self.incidents[-1]
        one.muted = False
        if one.progress is not Progress.RESOLVED:
            one.progress, one.due_at = Progress.RESOLVED, None

    # what must hold after each step

    @invariant()
    def each_incident_is_what_the_small_machine_says(self) -> None:
        found = sorted(self.write(store.newest), key=lambda one: one.id)
        assert [(one.progress, one.opened_at, one.muted) for one in found] == [
            (one.progress, one.opened_at, one.muted) for one in self.incidents
        ]

    @invariant()
    def whoever_should_be_told_is_told(self) -> None:
        pages = self.write(lambda tx: notifications(tx, "page"))
        told = Counter((page.incident, page.person) for page in pages)
        for number, one in enumerate(self.incidents, 1):
            incident = f"INC-2026-{number:04}"
            assert told[incident, "li"] == 1
            assert bool(told[incident, "wang"]) is one.escalated
        assert {incident for incident, _ in told} == {f"INC-2026-{n + 1:04}" for n in range(len(self.incidents))}

    @invariant()
    def only_what_nobody_has_goes_on(self) -> None:
        for number, one in enumerate(self.incidents, 1):
            incident = f"INC-2026-{number:04}"
            waits = self.write(partial(timer.waiting, kind=timer.Kind.ESCALATION, subject=incident))
            assert not waits or one.progress is Progress.TRIGGERED
            assert waits or one.due_at is None

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        for part in self.file.parent.glob(f"{self.file.name}*"):
            part.unlink()


@pytest.fixture
async def empty(templates: Templates) -> Path:
    return Path(templates.sqlite().removeprefix("sqlite:///"))


LONG = 2_000


def machine(empty: Path) -> type[Machine]:
    """One that begins with a copy of this store."""

    class Copied(Machine):
        def __init__(self) -> None:
            super().__init__(empty)

    return Copied


@pytest.mark.store
@pytest.mark.slow
def test_the_store_holds_what_the_small_machine_says(empty: Path) -> None:
    run_state_machine_as_test(machine(empty), settings=settings(max_examples=30, stateful_step_count=25))


@pytest.mark.store
@pytest.mark.long(minutes=120)
def test_the_store_holds_what_the_small_machine_says_for_long(empty: Path, show: Callable[[str], None]) -> None:
    lived = machine(empty)
    run_state_machine_as_test(lived, settings=settings(max_examples=LONG, stateful_step_count=60))
    show(f"{lived.examples} lives of an incident, {lived.writes} transactions, each as the small machine says")
    assert lived.examples >= LONG
