"""Who waits for news of commits is woken at once, and in quick succession once for several."""

import asyncio

import pytest

from db import gathered
from db.gathered import SECONDS, Gathered

A, OTHER = frozenset({"a", "b"}), frozenset({"b"})


async def test_the_first_wakes_at_once_and_what_follows_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "SECONDS", 0.5)
    woken = list[str]()
    hear = Gathered("a", lambda: woken.append("woken"))

    hear(OTHER)  # nothing for this one, and no reason to rest
    assert len(woken) == 0
    hear(A)
    assert len(woken) == 1
    for _ in range(3):
        hear(A)
    assert len(woken) == 1
    await asyncio.sleep(0.8)
    assert len(woken) == 2
    await asyncio.sleep(0.6)
    hear(A)
    assert len(woken) == 3


async def test_in_a_storm_it_wakes_now_and_then_and_once_more_for_the_last() -> None:
    woken = list[float]()
    loop = asyncio.get_running_loop()
    hear = Gathered("a", lambda: woken.append(loop.time()))
    began_at = loop.time()

    for _ in range(30):
        last_at = loop.time()
        hear(A)
        await asyncio.sleep(SECONDS / 10)
    await asyncio.sleep(1.5 * SECONDS)

    assert woken[0] < woken[-1] and woken[-1] >= last_at
    assert len(woken) <= (woken[-1] - began_at) / SECONDS + 2
