"""Every check in its time: nothing dropped, nothing doubled, nothing caught up in a burst."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvloop

from config.instant import HOUR, MINUTE, SECOND, Instant, Span
from probe.phase import phase_of, tick_of
from probe.schedule import Schedule, Slot
from probe.timeline import Timeline
from probe.turns import Caps
from tests.probe.virtual import START, VirtualLoop, run


class Desk:
    """Notes what the schedule does. `takes`: seconds a run lasts; `recheck`: what it wants afterwards."""

    def __init__(self, loop: VirtualLoop, caps: Caps | None = None) -> None:
        self.loop = loop
        self.late: list[float] = []
        self.schedule = Schedule(Timeline(loop.time, loop.wall), caps=caps, lag=self.late.append)
        self.runs: list[tuple[str, Instant, Instant]] = []
        self.missed: list[tuple[str, Instant, Instant]] = []
        self.takes: dict[str, float] = {}
        self.recheck: dict[str, Span | None] = {}
        self.under_way: Counter[str] = Counter()
        self.most = 0

    def add(self, check: str, interval: Span, host: str | None = None, now: Instant | None = None) -> Slot:
        async def work(tick: Instant, started: Instant) -> Span | None:
            self.runs.append((check, tick, started))
            self.under_way[check] += 1
            assert self.under_way[check] == 1, "asked twice at once"
            self.most = max(self.most, self.under_way.total())
            await asyncio.sleep(self.takes.get(check, 0.01))
            self.under_way[check] -= 1
            return self.recheck.get(check)

        def missed(first: Instant, last: Instant) -> None:
            self.missed.append((check, first, last))

        now = self.loop.wall() if now is None else now
        return self.schedule.add(check, interval, work, missed, now, host=host)

    def ticks(self, check: str) -> list[Instant]:
        return [tick for name, tick, _ in self.runs if name == check]

    def starts(self, check: str) -> list[Instant]:
        return [started for name, _, started in self.runs if name == check]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def grid(check: str, interval: Span, since: Instant, until: Instant) -> list[Instant]:
    first = tick_of(since, interval, phase_of(check, interval)) + interval
    return list(range(first, until, interval))


def test_an_hour_of_checks_runs_on_every_tick_and_on_time(loop: VirtualLoop) -> None:
    desk = Desk(loop)
    checks = {f"c{number}/home": (1 + number % 7) * 10 * SECOND for number in range(40)}

    async def hour() -> None:
        for check, interval in checks.items():
            desk.add(check, interval)
        desk.schedule.start()
        await asyncio.sleep(3600)
        await desk.schedule.stop(1)

    run(hour(), loop)
    for check, interval in checks.items():
        assert desk.ticks(check) == grid(check, interval, START, START + HOUR)
        assert max(start - tick for _, tick, start in desk.runs) <= 1
    assert desk.missed == []


def test_a_loop_held_shorter_than_the_interval_drops_no_check(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def held() -> None:
        for number in range(200):
            desk.add(f"c{number}/home", 10 * SECOND)
        desk.schedule.start()
        await asyncio.sleep(30)
        loop.hold(2)
        await asyncio.sleep(27.99)
        await desk.schedule.stop(1)

    run(held(), loop)
    for number in range(200):
        assert desk.ticks(f"c{number}/home") == grid(f"c{number}/home", 10 * SECOND, START, START + MINUTE)
    assert desk.missed == []
    assert desk.schedule.held_seconds > 1.5


def test_whole_intervals_held_are_told_as_missed_and_run_once(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def held() -> None:
        desk.add("shop/home", SECOND)
        desk.schedule.start()
        await asyncio.sleep(10)
        loop.hold(5)
        await asyncio.sleep(10)
        await desk.schedule.stop(1)

    run(held(), loop)
    ticks = grid("shop/home", SECOND, START, START + 25 * SECOND)
    told = [tick for _, first, last in desk.missed for tick in range(first, last + 1, SECOND)]
    assert 4 <= len(told) <= 5
    assert sorted(desk.ticks("shop/home") + told) == ticks


def test_a_run_that_outlasts_its_interval_is_not_doubled(loop: VirtualLoop) -> None:
    desk = Desk(loop)
    desk.takes["shop/home"] = 2.5

    async def slow() -> None:
        desk.add("shop/home", SECOND)
        desk.schedule.start()
        await asyncio.sleep(20)
        await desk.schedule.stop(5)

    run(slow(), loop)
    told = [tick for _, first, last in desk.missed for tick in range(first, last + 1, SECOND)]
    ticks = desk.ticks("shop/home")
    assert sorted(ticks + told) == list(range(ticks[0], ticks[-1] + 1, SECOND))
    assert len(ticks) == 8


def test_rechecks_come_a_pause_after_the_start_and_leave_the_grid_alone(loop: VirtualLoop) -> None:
    desk = Desk(loop)
    desk.recheck["shop/home"] = 20 * SECOND

    async def unconfirmed() -> None:
        desk.add("shop/home", MINUTE)
        desk.schedule.start()
        await asyncio.sleep(180)
        await desk.schedule.stop(1)

    run(unconfirmed(), loop)
    starts = desk.starts("shop/home")
    assert {later - earlier for earlier, later in itertools.pairwise(starts)} == {20 * SECOND}
    assert set(desk.ticks("shop/home")) <= set(grid("shop/home", MINUTE, START, START + HOUR))


def test_a_recheck_longer_than_the_rest_of_the_interval_is_the_next_tick(loop: VirtualLoop) -> None:
    desk = Desk(loop)
    desk.recheck["shop/home"] = 50 * SECOND
    desk.takes["shop/home"] = 3

    async def unconfirmed() -> None:
        desk.add("shop/home", MINUTE)
        desk.schedule.start()
        await asyncio.sleep(240)
        await desk.schedule.stop(5)

    run(unconfirmed(), loop)
    starts = desk.starts("shop/home")
    assert [later - earlier for earlier, later in itertools.pairwise(starts)][:4] == [
        50 * SECOND,
        10 * SECOND,
        50 * SECOND,
        10 * SECOND,
    ]


@pytest.mark.parametrize("step", [HOUR, -HOUR, 10 * SECOND + 1])
def test_a_step_of_the_wall_clock_neither_skips_nor_bursts(loop: VirtualLoop, step: Span) -> None:
    desk = Desk(loop)

    async def stepped() -> None:
        for number in range(20):
            desk.add(f"c{number}/home", 10 * SECOND)
        desk.schedule.start()
        await asyncio.sleep(60)
        loop.stepped = step
        desk.schedule.adjust()
        await asyncio.sleep(60)
        await desk.schedule.stop(1)

    run(stepped(), loop)
    for number in range(20):
        assert 5 <= len(desk.starts(f"c{number}/home")) - 6 <= 7
    assert desk.most <= 20


def test_time_asleep_is_told_as_missed(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def suspended() -> None:
        desk.add("shop/home", 10 * SECOND)
        desk.schedule.start()
        await asyncio.sleep(60)
        loop.stepped = 600 * SECOND
        desk.schedule.adjust()
        await asyncio.sleep(60)
        await desk.schedule.stop(1)

    run(suspended(), loop)
    told = [tick for _, first, last in desk.missed for tick in range(first, last + 1, 10 * SECOND)]
    ticks = desk.ticks("shop/home")
    assert sorted(ticks + told) == [
        tick for tick in range(ticks[0], ticks[-1] + 1, 10 * SECOND) if tick in ticks or tick in told
    ]
    assert 59 <= len(told) <= 61


def test_no_more_run_at_once_than_allowed_and_all_have_their_turn(loop: VirtualLoop) -> None:
    desk = Desk(loop, Caps(at_once=3))

    async def crowd() -> None:
        for number in range(30):
            desk.takes[f"c{number}/home"] = 0.5
            desk.add(f"c{number}/home", 10 * SECOND)
        desk.schedule.start()
        await asyncio.sleep(60)
        await desk.schedule.stop(1)

    run(crowd(), loop)
    assert desk.most == 3
    assert min(len(desk.ticks(f"c{number}/home")) for number in range(30)) >= 5
    assert desk.missed == []


def test_a_removed_check_is_not_run_again(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def removed() -> int:
        slot = desk.add("shop/home", SECOND)
        desk.schedule.start()
        await asyncio.sleep(5)
        desk.schedule.remove(slot)
        before = len(desk.runs)
        await asyncio.sleep(5)
        await desk.schedule.stop(1)
        return before

    assert run(removed(), loop) == len(desk.runs)


def test_stopping_lets_a_run_end_within_the_grace_and_ends_it_afterwards(loop: VirtualLoop) -> None:
    desk = Desk(loop)
    desk.takes = {"quick/home": 1.0, "slow/home": 100.0}

    async def stopped() -> Instant:
        desk.add("quick/home", 10 * SECOND)
        desk.add("slow/home", 10 * SECOND)
        desk.schedule.start()
        while desk.under_way.total() < 2:
            await asyncio.sleep(0.1)
        await desk.schedule.stop(5)
        return desk.under_way["quick/home"]

    assert run(stopped(), loop) == 0
    assert desk.under_way["slow/home"] == 1
    assert desk.schedule.running == 0


def test_a_tick_that_is_due_at_once_does_not_end_the_schedule_on_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    # For what is due within half a millisecond, as after a pause of the process, uvloop's handle knows no `when`.
    monkeypatch.setattr("probe.schedule.FLOOR", 0.0002)
    monkeypatch.setattr("probe.schedule.CEILING", 0.0002)
    runs: list[Instant] = []
    enough = 20

    async def watch() -> None:
        done = asyncio.Event()

        async def work(tick: Instant, started: Instant) -> None:
            runs.append(tick)
            if len(runs) == enough:
                done.set()

        loop = asyncio.get_running_loop()
        schedule = Schedule(Timeline(loop.time, lambda: START + round(loop.time() * 1000)))
        schedule.add("shop/home", 10, work, lambda first, last: None, START + round(loop.time() * 1000))
        schedule.start()
        await asyncio.wait_for(done.wait(), 60)
        await schedule.stop(1)

    uvloop.run(watch())
    assert len(runs) >= enough


def test_a_run_that_has_died_is_noticed_and_replaced_and_the_others_go_on(loop: VirtualLoop) -> None:
    desk = Desk(loop, Caps(at_once=2))
    begun = list[float]()

    async def stuck(tick: Instant, started: Instant) -> None:
        begun.append(loop.time())
        if len(begun) == 1:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(10_000)  # deaf to being ended
            await asyncio.sleep(50)

    async def watch() -> None:
        slot = desk.schedule.add("shop/stuck", 10 * SECOND, stuck, lambda first, last: None, loop.wall(), 30.0)
        desk.add("shop/home", 10 * SECOND)
        desk.schedule.start()
        for second in range(300):
            await asyncio.sleep(1)
            desk.schedule.adjust()
            if second == 150:
                slot.due = None  # fallen out of the heap
        assert desk.schedule.running <= 1
        await desk.schedule.stop(1)

    run(watch(), loop)
    assert desk.schedule.replaced == 2
    assert 30 < begun[1] - begun[0] < 45
    assert len(begun) >= 25 and len(desk.runs) in (29, 30)


def test_a_loop_that_was_held_up_kills_no_run(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def watch() -> None:
        slot = desk.add("shop/home", 10 * SECOND)
        slot.limit = 5.0
        desk.takes["shop/home"] = 2
        desk.schedule.start()
        while slot.task is None:
            await asyncio.sleep(0.5)
        loop.hold(60)
        desk.schedule.adjust()
        await asyncio.sleep(5)
        desk.schedule.adjust()
        await desk.schedule.stop(1)

    run(watch(), loop)
    assert desk.schedule.replaced == 0


def test_what_begins_together_is_woken_for_once(loop: VirtualLoop) -> None:
    """Waking costs as much as asking: 2000 checks in ten seconds are begun in at most as many instants as have room."""
    desk = Desk(loop)

    async def watch() -> None:
        for number in range(2000):
            desk.add(f"c{number}/home", 10 * SECOND)
        desk.schedule.start()
        await asyncio.sleep(10)
        await desk.schedule.stop(1)

    run(watch(), loop)
    begun = {tick for number in range(2000) for tick in desk.ticks(f"c{number}/home")}
    assert 450 < len(begun) <= 500


def test_a_tick_that_comes_while_thousands_are_being_added_is_asked(loop: VirtualLoop) -> None:
    """It was not there yet when what came before was judged, so nobody else would ask for it."""
    desk = Desk(loop)

    async def watch() -> None:
        now = loop.wall()
        for number in range(500):
            loop.hold(0.02)
            desk.add(f"c{number}/home", 10 * SECOND, now=now)
        desk.schedule.start()
        await asyncio.sleep(14.99)
        await desk.schedule.stop(1)

    run(watch(), loop)
    for number in range(500):
        check = f"c{number}/home"
        assert desk.ticks(check) == grid(check, 10 * SECOND, START, START + 25 * SECOND)
    assert not desk.missed
