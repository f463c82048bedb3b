"""Loops that take what is due: woken, tired, troubled, stopped."""

import asyncio

from db.errors import StoreUnavailable
from upheld.ticker import Ticker

NEVER = 3600.0


class Work:
    """Steps that are counted; `left` says how many of them find more to do, `fails` how many fail first."""

    def __init__(self, *, left: int = 0, fails: list[Exception] | None = None) -> None:
        self.left = left
        self.fails = fails or []
        self.done = 0
        self.stepped = asyncio.Event()

    async def step(self) -> bool:
        self.stepped.set()
        if self.fails:
            raise self.fails.pop(0)
        self.done += 1
        self.left -= 1
        return self.left > 0

    async def next(self) -> None:
        """Returns after one more step has begun."""
        self.stepped.clear()
        await self.stepped.wait()


async def ended(ticker: Ticker, running: asyncio.Task[None]) -> None:
    ticker.stop()
    await running


async def test_while_there_is_more_it_goes_on_without_a_rest() -> None:
    work = Work(left=5)
    ticker = Ticker("test", work.step, rest=NEVER)
    running = asyncio.create_task(ticker.run())
    while work.done < 5:
        await asyncio.sleep(0)
    await ended(ticker, running)
    assert work.done == 5


async def test_a_rest_ends_when_it_is_woken() -> None:
    work = Work()
    ticker = Ticker("test", work.step, rest=NEVER)
    running = asyncio.create_task(ticker.run())
    await work.next()
    ticker.wake()
    await work.next()
    await ended(ticker, running)
    assert work.done == 2


async def test_a_rest_ends_by_itself() -> None:
    work = Work()
    ticker = Ticker("test", work.step, rest=0.001)
    running = asyncio.create_task(ticker.run())
    for _ in range(3):
        await work.next()
    await ended(ticker, running)
    assert work.done == 3


async def test_waking_during_a_step_is_not_forgotten() -> None:
    steps = 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        if steps == 1:
            ticker.wake()
        else:
            ticker.stop()
        return False

    ticker = Ticker("test", step, rest=NEVER)
    await ticker.run()
    assert steps == 2


async def test_a_step_that_fails_is_tried_again_whatever_it_was() -> None:
    work = Work(fails=[StoreUnavailable("full"), ValueError("our mistake")])
    ticker = Ticker("test", work.step, rest=NEVER)
    running = asyncio.create_task(ticker.run())
    while not work.done:
        ticker.wake()
        await asyncio.sleep(0)
    await ended(ticker, running)
    assert work.fails == []


async def test_stopping_waits_for_the_step_under_way() -> None:
    inside, go_on, finished = asyncio.Event(), asyncio.Event(), False

    async def step() -> bool:
        nonlocal finished
        inside.set()
        await go_on.wait()
        finished = True
        return True

    ticker = Ticker("test", step)
    running = asyncio.create_task(ticker.run())
    await inside.wait()
    ticker.stop()
    go_on.set()
    await running
    assert finished
