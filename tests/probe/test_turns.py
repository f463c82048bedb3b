"""No crowd on one host, and no outage that looks like a gap because of it."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from config.instant import MINUTE, SECOND
from tests.probe.test_schedule import Desk
from tests.probe.virtual import VirtualLoop, run


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_a_host_is_asked_by_two_at_once_and_waiting_is_lateness(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def crowd() -> None:
        for number in range(24):
            desk.takes[f"c{number}/home"] = 0.5
            desk.add(f"c{number}/home", MINUTE, "shop.example.com")
        desk.schedule.start()
        loop.hold(20)  # some are due by now
        await asyncio.sleep(300)
        await desk.schedule.stop(1)

    run(crowd(), loop)
    assert desk.most == 2
    assert desk.missed == []
    assert 10 < max(desk.late) < 25
    assert min(len(desk.ticks(f"c{number}/home")) for number in range(24)) >= 5


def test_a_host_that_hangs_holds_up_itself_for_half_an_interval_and_nobody_else(loop: VirtualLoop) -> None:
    """Its checks take 8 of 10 seconds: by twos it would be 4 turns of 8 seconds, and most would be missed."""
    desk = Desk(loop)

    async def crowd() -> None:
        for number in range(8):
            desk.takes[f"c{number}/home"] = 8.0
            desk.add(f"c{number}/home", 10 * SECOND, "hangs.example.com")
        for number in range(8):
            desk.add(f"g{number}/home", 10 * SECOND, "works.example.com")
        desk.schedule.start()
        await asyncio.sleep(120)
        await desk.schedule.stop(10)

    run(crowd(), loop)
    assert max(desk.late) < 5.1
    for number in range(8):
        assert max(b - a for a, b in itertools.pairwise(desk.starts(f"g{number}/home"))) < 11 * SECOND
        assert max(b - a for a, b in itertools.pairwise(desk.starts(f"c{number}/home"))) < 20 * SECOND


def test_those_who_wait_for_a_host_may_be_removed(loop: VirtualLoop) -> None:
    desk = Desk(loop)

    async def crowd() -> None:
        slots = [desk.add(f"c{number}/home", 10 * SECOND, "shop.example.com") for number in range(2000)]
        for slot in slots:
            desk.takes[slot.check] = 1.0
        desk.schedule.start()
        loop.hold(9.99)
        await asyncio.sleep(0.5)
        for slot in slots[:-1]:
            desk.schedule.remove(slot)
        await asyncio.sleep(30)
        await desk.schedule.stop(1)

    run(crowd(), loop)
    assert len(desk.ticks("c1999/home")) >= 2
    assert desk.schedule.running == 0
