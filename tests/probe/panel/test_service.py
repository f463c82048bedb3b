"""Several probers of one store, each by a path of its own, on a virtual clock: what the check's line is made of."""

import asyncio
from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from config.instant import MINUTE, SECOND
from config.location import LOCAL, Location, Owner, Panel, Quorum
from config.model import Check
from db.tables.probe import check_state, failing_result, observation_run, vote
from probe import pruning, store
from probe.health import Others
from probe.panel.service import Panels
from probe.panel.store import newest
from probe.result import Outcome, Reason
from tests.probe.stage import MemoryStore, Stage, check
from tests.probe.virtual import START, VirtualLoop, run

D, U = Outcome.DOWN, Outcome.UP
THREE = {LOCAL: Location(), "branch": Location(owner=Owner.CUSTOMER), "probes": Location(owner=Owner.THIRD_PARTY)}
TWO = {one: THREE[one] for one in (LOCAL, "branch")}
CHECKS = [check()]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


class Places:
    """One store, and a stage for each location: its own process, its own path to the targets."""

    def __init__(self, loop: VirtualLoop, panel: Panel) -> None:
        self.loop, self.panel, self.store = loop, panel, MemoryStore()
        self.panels = Panels(lambda: self.panel, lambda check: True)
        self.stages = {one: self._stage(one) for one in THREE}
        self.checks = CHECKS

    def _stage(self, location: str) -> Stage:
        made = Stage(self.loop, MemoryStore(self.store), location)
        made.hear = partial(self.panels.hear, location=location)
        made.prober = made.again()
        return made

    def __getitem__(self, location: str) -> Stage:
        return self.stages[location]

    async def begin(self) -> None:
        """The start of a server, or a reload."""
        await self._follow(partial(self.panels.begin, checks=[one.id for one in self.checks]))

    async def tend(self, seconds: float) -> None:
        """Meanwhile the server looks after the votes of all."""
        for _ in range(round(seconds / 5)):
            await asyncio.sleep(5)
            await self._follow(self.panels.tend)

    async def _follow(self, work: Any) -> None:
        now = self.loop.wall()

        def follow(tx: Any) -> None:
            store.add_changes(tx, work(tx, now=now), now)

        await self.store.write(follow)

    async def start(self, *locations: str) -> None:
        for one in locations:
            await self[one].prober.start(self.checks)

    async def stop(self, *locations: str) -> None:
        for one in locations:
            await self[one].prober.stop()

    def line(self, name: str = "shop/home") -> list[tuple[float, str]]:
        with self.store.engine.connect() as tx:
            found = store.changes_of(tx, name, 0, self.loop.wall() + 1)
        last = {one.happened_at: one.state for one in found}
        pieces = [((at - START) / 1000, state.value) for at, state in sorted(last.items())]
        return [one for index, one in enumerate(pieces) if not index or pieces[index - 1][1] != one[1]]

    def played(self, story: Coroutine[Any, Any, None]) -> None:
        run(story, self.loop)


def states(line: list[tuple[float, str]]) -> list[str]:
    return [state for _, state in line]


def test_two_of_three_must_fail_and_the_outage_starts_when_the_second_did(loop: VirtualLoop) -> None:
    places = Places(loop, Panel(locations=THREE))
    places[LOCAL].target.script = {"shop/home": [(100, D), (400, U)]}
    places["branch"].target.script = {"shop/home": [(160, D), (300, U)]}

    async def story() -> None:
        await places.begin()
        await places.start(*THREE)
        await asyncio.sleep(500)
        await places.stop(*THREE)

    places.played(story())
    (_, first), (down, second), (up, third) = places.line()
    assert (first, second, third) == ("up", "down", "up")
    assert 160 <= down < 170 and 300 <= up < 310
    with places.store.engine.connect() as tx:
        ran = {tuple(row) for row in tx.execute(select(observation_run.c.location, observation_run.c.result))}
        bad = tx.execute(select(failing_result.c.location).distinct()).scalars().all()
        kept = set(tx.execute(select(check_state.c.location)).scalars())
    assert ran == {(LOCAL, "up"), (LOCAL, "down"), ("branch", "up"), ("branch", "down"), ("probes", "up")}
    assert set(bad) == {LOCAL, "branch"} and kept == set(THREE)


def test_one_place_alone_makes_no_outage_and_a_tie_keeps_the_state(loop: VirtualLoop) -> None:
    places = Places(loop, Panel(locations=TWO))
    places[LOCAL].target.script = {"shop/home": [(100, D), (500, U)]}
    places["branch"].target.script = {"shop/home": [(200, D), (300, U)]}

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await asyncio.sleep(600)
        await places.stop(*TWO)

    places.played(story())
    (_, first), (down, second), (up, third) = places.line()
    assert (first, second, third) == ("up", "down", "up")
    assert 200 <= down < 210, "one of two is a tie, and it was up"
    assert 500 <= up < 510, "from 300 on one of two is a tie, and it was down"


def test_a_place_that_falls_silent_loses_its_vote_and_has_it_again_when_it_speaks(loop: VirtualLoop) -> None:
    places = Places(loop, Panel(locations=TWO, quorum=Quorum(fresh=2)))

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await places.tend(100)
        places[LOCAL].prober, silenced = places[LOCAL].again(), places[LOCAL].prober
        await silenced.stop()
        await places.tend(100)
        await places.start(LOCAL)
        await places.tend(100)
        await places.stop(*TWO)

    places.played(story())
    line = places.line()
    assert states(line) == ["up", "unknown", "up"] or states(line) == ["unknown", "up", "unknown", "up"]
    (silent, _), (again, _) = line[-2:]
    with places.store.engine.connect() as tx:
        runs = tx.execute(select(observation_run).where(observation_run.c.location == LOCAL)).all()
        lapsed = tx.execute(select(vote).where(vote.c.location == LOCAL, vote.c.reason == "lapsed")).all()
    before = max(one.last_at for one in runs if one.first_at < START + 100_000 and one.result == "up")
    assert silent == (before + 2 * 10 * SECOND + 2 * SECOND - START) / 1000, "evidence holds for two intervals and more"
    assert 200 <= again < 210
    assert {one.happened_at for one in lapsed} == {round(START + silent * 1000)}


def test_a_place_whose_writes_were_late_was_never_away(loop: VirtualLoop) -> None:
    places = Places(loop, Panel(locations=TWO, quorum=Quorum(fresh=2)))

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await places.tend(100)
        places[LOCAL].store.broken = True
        await places.tend(100)
        places[LOCAL].store.broken = False
        assert states(places.line())[-1] == "unknown", "nobody heard of it"
        await places.tend(60)
        await places.stop(*TWO)

    places.played(story())
    assert states(places.line()) in (["up"], ["unknown", "up"])


def test_from_one_place_nothing_is_voted_and_a_second_one_cuts_no_history(loop: VirtualLoop) -> None:
    places = Places(loop, Panel())
    places["branch"].target.script = {"shop/home": [(0, D)]}
    places[LOCAL].target.script = {"shop/home": [(194, D)]}

    async def story() -> None:
        await places.begin()
        await places.start(LOCAL)
        await asyncio.sleep(200)
        with places.store.engine.connect() as tx:
            assert newest(tx) == {}
        places.panel = Panel(locations=TWO)
        await places.begin()
        await asyncio.sleep(60)
        assert states(places.line()) == ["up", "down"], "nobody else has a vote yet"
        await places.start("branch")
        await places.tend(100)
        places.panel = Panel()
        await places.begin()
        await places.stop("branch")
        await asyncio.sleep(60)
        await places.stop(LOCAL)

    places.played(story())
    (_, first), (down, second) = places.line()
    assert (first, second) == ("up", "down")
    assert 190 <= down <= 205, "back-dated over the change of the panel"
    with places.store.engine.connect() as tx:
        assert newest(tx) == {}


def test_with_fewer_fresh_places_than_agreed_nothing_is_known_from_the_agreement_on(loop: VirtualLoop) -> None:
    places = Places(loop, Panel())

    async def story() -> None:
        await places.begin()
        await places.start(LOCAL)
        await asyncio.sleep(100)
        places.panel = Panel(locations=TWO, quorum=Quorum(bad=2))
        await places.begin()
        await asyncio.sleep(100)
        await places.stop(LOCAL)

    places.played(story())
    line = places.line()
    assert states(line) == ["up", "unknown"] and line[1][0] == 100


def test_another_place_that_reaches_everything_makes_our_failures_invalid(loop: VirtualLoop) -> None:
    names = [f"shop{number}/home" for number in range(6)]
    places = Places(loop, Panel(locations=TWO))
    places.checks = [_spread(name) for name in names]
    places[LOCAL].target.script = {name: [(300, D), (600, U)] for name in names}
    local = places[LOCAL]

    async def elsewhere(checks: Any, since: int) -> Any:
        now = loop.wall()
        return await places.store.read(
            lambda tx: places.panels.contradiction(tx, LOCAL, checks=checks, since=since, now=now)
        )

    local.others = Others(elsewhere=lambda: elsewhere)
    local.prober = local.again()

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await asyncio.sleep(900)
        await places.stop(*TWO)

    places.played(story())
    with places.store.engine.connect() as tx:
        bad = tx.execute(select(failing_result)).all()
        votes = {tuple(row) for row in tx.execute(select(vote.c.location, vote.c.state))}
    assert {(one.location, one.result, one.reason) for one in bad} == {(LOCAL, "invalid", Reason.QUARANTINED)}
    assert {one.evidence["facts"]["contradicted_by"] for one in bad} == {"branch"}
    assert (LOCAL, "down") not in votes and (LOCAL, "unknown") in votes
    assert all(states(places.line(name))[-1] == "up" and "down" not in states(places.line(name)) for name in names)


def test_a_place_that_fails_as_well_contradicts_nobody(loop: VirtualLoop) -> None:
    names = [f"shop{number}/home" for number in range(6)]
    places = Places(loop, Panel(locations=TWO))
    places.checks = [_spread(name) for name in names]
    for one in TWO:
        places[one].target.script = {name: [(300, D)] for name in names}

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await asyncio.sleep(600)
        with places.store.engine.connect() as tx:
            word = places.panels.contradiction(tx, LOCAL, names, START + 300_000, loop.wall())
            early = places.panels.contradiction(tx, LOCAL, names, loop.wall() + MINUTE, loop.wall())
        assert word.contradicted_by is None and not word.awaited
        assert early.contradicted_by is None and early.awaited
        await places.stop(*TWO)

    places.played(story())
    assert all(states(places.line(name))[-1] == "down" for name in names)


def test_of_old_votes_only_what_still_holds_is_kept(loop: VirtualLoop) -> None:
    places = Places(loop, Panel(locations=TWO))
    places["branch"].target.script = {"shop/home": [(100, D), (200, U)]}

    async def story() -> None:
        await places.begin()
        await places.start(*TWO)
        await asyncio.sleep(300)
        await places.stop(*TWO)

    places.played(story())
    with places.store.engine.begin() as tx:
        held = newest(tx)
        assert pruning.changes(tx, "shop/home", loop.wall()) > 0
        assert newest(tx) == held
        assert len(tx.execute(select(vote)).all()) == 2


def _spread(name: str) -> Check:
    return check(
        name, target=f"https://{name.partition('/')[0]}.example/", interval=60_000, recheck=20_000, timeout=10_000
    )
