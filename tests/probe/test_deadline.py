"""Many deadlines and one timer: each is kept, in whatever order they were set, and those not reached leave nothing."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from probe.deadline import Deadline
from tests.probe.virtual import VirtualLoop, run


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


async def patient(seconds: float, work: float) -> float:
    """When the time was up; 0 where the work was done before."""
    try:
        with Deadline(seconds):
            await asyncio.sleep(work)
    except TimeoutError:
        return asyncio.get_running_loop().time()
    return 0.0


def test_each_of_many_is_given_up_at_its_own_time(loop: VirtualLoop) -> None:
    seconds = [7.0, 3.0, 5.0, 0.5, 3.0, 9.0]

    async def together() -> list[float]:
        return await asyncio.gather(*(patient(one, 100) for one in seconds))

    began = loop.time()
    assert [ended - began for ended in run(together(), loop)] == pytest.approx(seconds, abs=0.002)


def test_one_set_while_others_wait_may_be_the_first_to_be_reached(loop: VirtualLoop) -> None:
    async def story() -> list[float]:
        slow = [asyncio.create_task(patient(one, 100)) for one in (10, 20, 30)]
        await asyncio.sleep(1)
        early = await patient(2, 100)
        return [early, *await asyncio.gather(*slow)]

    began = loop.time()
    assert [ended - began for ended in run(story(), loop)] == pytest.approx([3, 10, 20, 30], abs=0.002)


def test_work_that_is_done_in_time_hears_nothing_of_it(loop: VirtualLoop) -> None:
    async def story() -> list[float]:
        done = [await patient(5, 1) for _ in range(500)]
        await asyncio.sleep(100)
        return done

    assert set(run(story(), loop)) == {0.0}


def test_whatever_was_set_and_left_meanwhile_each_that_hangs_is_given_up_in_its_hundredth(loop: VirtualLoop) -> None:
    chance = Random(7)
    stories = [(chance.uniform(0, 3), chance.uniform(0, 4), chance.uniform(0, 4)) for _ in range(500)]

    async def one(begins: float, seconds: float, work: float) -> float:
        await asyncio.sleep(begins)
        return await patient(seconds, work)

    async def together() -> list[float]:
        return await asyncio.gather(*(one(*story) for story in stories))

    began = loop.time()
    for (begins, seconds, work), ended in zip(stories, run(together(), loop), strict=True):
        if work > seconds + 0.02:
            assert began + begins + seconds - 0.002 <= ended <= began + begins + seconds + 0.012
        elif work < seconds:
            assert ended == 0.0


def test_of_two_the_outer_one_is_reached_where_it_is_the_earlier(loop: VirtualLoop) -> None:
    async def story() -> tuple[str, float]:
        began = loop.time()
        try:
            with Deadline(2):
                try:
                    with Deadline(5):
                        await asyncio.sleep(100)
                except TimeoutError:
                    return "inner", loop.time() - began
        except TimeoutError:
            return "outer", loop.time() - began
        return "none", loop.time() - began

    whose, took = run(story(), loop)
    assert whose == "outer"
    assert took == pytest.approx(2, abs=0.002)


def test_no_time_at_all_is_up_at_the_first_wait(loop: VirtualLoop) -> None:
    began = loop.time()
    assert run(patient(0, 100), loop) - began == pytest.approx(0, abs=0.002)


def test_a_cancelled_task_is_cancelled_and_not_out_of_time(loop: VirtualLoop) -> None:
    async def story() -> bool:
        task = asyncio.create_task(patient(5, 100))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert run(story(), loop)


def test_cancelled_in_the_moment_its_time_is_up_it_stays_cancelled(loop: VirtualLoop) -> None:
    async def story() -> bool:
        task = asyncio.create_task(patient(5, 100))
        loop.call_later(5, task.cancel)
        await asyncio.wait([task])
        return task.cancelled()

    assert run(story(), loop)


def test_an_error_of_the_work_is_not_hidden_by_the_time_that_ran_out(loop: VirtualLoop) -> None:
    async def stubborn() -> None:
        with Deadline(1):
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                raise LookupError("of its own") from None

    with pytest.raises(LookupError):
        run(stubborn(), loop)


def test_neither_a_loop_nor_a_task_is_held_on_to() -> None:
    loop = VirtualLoop()
    left: list[weakref.ref[Any]] = [weakref.ref(loop)]

    async def story() -> None:
        for _ in range(3):
            task = asyncio.create_task(patient(50, 1))
            left.append(weakref.ref(task))
            await task

    run(story(), loop)
    del loop
    gc.collect()
    assert [one() for one in left] == [None] * 4
