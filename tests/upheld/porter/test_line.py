"""The line between the house and its porter, over a real pair of sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from upheld.porter.line import Alive, Done, Line, Posts, Said


@pytest.fixture
async def ends() -> AsyncIterator[tuple[Line, Line]]:
    one, other = socket.socketpair()
    lines = await Line.over(one), await Line.over(other)
    yield lines
    for line in lines:
        line.close()


async def test_what_is_said_is_heard_in_order(ends: tuple[Line, Line]) -> None:
    house, porter = ends
    rows = [{"source": "am", "body": b"x" * 3_000_000, "received_at": 1}]
    said: list[Said] = [
        Posts(number=1, rows=rows),
        Done(number=1, trouble="full"),
        Alive(rejected={("am", "overload"): 2}),
    ]
    for one in said:
        porter.say(one)

    assert [await house.hear() for _ in said] == said


async def test_who_stops_listening_halfway_misses_nothing(ends: tuple[Line, Line]) -> None:
    house, porter = ends
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await house.hear()
    porter._writer.write(b"\x00" * 7)  # most of a length, and no more of it yet
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await house.hear()
    words = b"\x80\x05N."  # None, as pickle writes it
    porter._writer.write(bytes([len(words)]))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await house.hear()
    porter._writer.write(words)
    porter.say(Done(number=7))

    assert await house.hear() is None
    assert await house.hear() == Done(number=7)


async def test_the_other_end_is_gone(ends: tuple[Line, Line]) -> None:
    house, porter = ends
    porter.close()

    assert await house.hear() is None
    house.say(Done(number=1))  # to nobody
