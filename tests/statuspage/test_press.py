import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from db.errors import StoreUnavailable
from statuspage import press
from statuspage.press import Press


class Maker:
    """Counts what is made; fails as long as it is told to."""

    def __init__(self) -> None:
        self.made = 0
        self.fails = False
        self.watched = False
        self.now = 1000.0

    async def make(self) -> None:
        self.made += 1
        if self.fails:
            raise StoreUnavailable("away")

    def press(self, age: float = press.AGE_SECONDS) -> Press:
        return Press(self.make, lambda: self.watched, age=age, clock=lambda: self.now)


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "REST_SECONDS", 0.001)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@asynccontextmanager
async def running(pages: Press) -> AsyncIterator[Press]:
    task = asyncio.create_task(pages.run())
    try:
        yield pages
    finally:
        pages.stop()
        await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


async def test_what_nobody_looks_at_is_made_when_it_changes_and_not_because_time_goes_by(maker: Maker) -> None:
    pages = maker.press(age=0.01)
    async with running(pages):
        pages.changed()
        await until(lambda: maker.made == 1)
        await asyncio.sleep(0.2)
        assert maker.made == 1
        pages.changed()
        await until(lambda: maker.made == 2)


async def test_changes_nobody_looks_at_are_made_together(maker: Maker) -> None:
    async with running(maker.press(age=0.2)) as pages:
        for _ in range(10):
            pages.changed()
            await asyncio.sleep(0.005)
        assert maker.made == 0
        await until(lambda: maker.made == 1)
        await asyncio.sleep(0.3)
        assert maker.made == 1


async def test_who_comes_while_a_change_is_held_back_waits_until_it_is_made(maker: Maker) -> None:
    pages = maker.press()
    async with running(pages):
        pages.changed()
        await asyncio.sleep(0.05)
        assert maker.made == 0
        await asyncio.gather(pages.fresh(), pages.fresh())
        assert maker.made == 1
        await pages.fresh()
        assert maker.made == 1


async def test_while_somebody_looks_a_change_is_made_at_once(maker: Maker) -> None:
    pages = maker.press()
    async with running(pages):
        await pages.fresh()
        pages.changed()
        await until(lambda: maker.made == 1)
        maker.now += press.AGE_SECONDS + 1
        maker.watched = True
        pages.changed()
        await until(lambda: maker.made == 2)


async def test_what_somebody_keeps_open_is_made_again_and_again(maker: Maker) -> None:
    async with running(maker.press(age=0.01)):
        await asyncio.sleep(0.05)
        maker.watched = True
        await until(lambda: maker.made > 2)


async def test_who_comes_after_a_quiet_time_waits_until_the_page_is_made(maker: Maker) -> None:
    pages = maker.press()
    async with running(pages):
        await pages.fresh()
        assert maker.made == 0
        maker.now += press.AGE_SECONDS + 1
        await asyncio.gather(*(pages.fresh() for _ in range(5)))
        assert maker.made == 1
        await pages.fresh()
        assert maker.made == 1


async def test_a_store_that_fails_is_asked_again_though_nobody_looks(maker: Maker) -> None:
    maker.fails = True
    pages = maker.press(age=0.01)
    async with running(pages):
        pages.changed()
        await until(lambda: maker.made > 2)
        maker.fails = False
        made = maker.made
        await until(lambda: maker.made > made)
        made = maker.made
        await asyncio.sleep(0.1)
        assert maker.made <= made + 1


async def test_the_first_reader_waits_until_there_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "PATIENCE_SECONDS", 0.01)
    made: list[float] = []

    async def slow() -> None:
        await asyncio.sleep(0.2)
        made.append(1)

    pages = Press(slow, lambda: False)
    pages.changed()
    async with running(pages):
        await pages.fresh(first=True)
        assert made


async def test_what_the_first_page_took_is_no_measure_for_the_next(maker: Maker) -> None:
    """It would not be made anew for half a minute."""

    async def make() -> None:
        await maker.make()
        maker.now += 3.0 if maker.made == 1 else 0.0

    pages = Press(make, lambda: False, clock=lambda: maker.now)
    pages.changed()
    async with running(pages):
        await pages.fresh(first=True)
        pages.changed()
        await pages.fresh()
        await until(lambda: maker.made > 1)


async def test_a_reader_is_not_kept_waiting_for_a_store_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "PATIENCE_SECONDS", 0.05)
    now, answers = [0.0], asyncio.Event()

    async def never() -> None:
        await answers.wait()

    pages = Press(never, lambda: False, clock=lambda: now[0])
    async with running(pages):
        now[0] += press.AGE_SECONDS + 1
        await asyncio.wait_for(pages.fresh(), 60)
        answers.set()
