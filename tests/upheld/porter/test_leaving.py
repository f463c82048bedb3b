"""The porter leaves: let go, he answers whoever is between the two by then; gone by himself, it is said."""

import asyncio
import socket
import subprocess

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from incidents.tally import Counted
from tests.upheld.porter.test_stumbling import Nowhere
from upheld.porter.connection import posts
from upheld.porter.line import Leave, Line
from upheld.porter.lodge import Hired, Lodge
from upheld.porter.porter import Porter

POST = b"POST /hooks/am HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
MANY = 50
"""More than are taken out in a row."""


async def test_who_is_in_the_hatch_when_the_house_lets_him_go_is_answered() -> None:
    ours, his = socket.socketpair()
    hatch, his_hatch = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pairs = [socket.socketpair() for _ in range(MANY)]
    for _, connection in pairs:
        socket.send_fds(hatch, [POST], [connection.fileno()])
        connection.close()
    hatch.close()
    house = await Line.over(ours)
    house.say(Leave())

    await asyncio.wait_for(Porter(await Line.over(his)).attend(his_hatch), 60)

    answers = [peer.recv(1 << 16) for peer, _ in pairs]
    assert all(one.startswith(b"HTTP/1.1 404") for one in answers)
    house.close()
    for peer, _ in pairs:
        peer.close()


@pytest.mark.parametrize("let_go", [True, False])
async def test_where_nobody_waits_for_children_it_is_said_all_the_same_that_he_is_gone(let_go: bool) -> None:
    ours, his = socket.socketpair()
    hatch, his_hatch = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    gone = subprocess.Popen(["true"])
    gone.wait()
    registry = CollectorRegistry()
    hired = Hired(pid=gone.pid, line=ours, hatch=hatch)
    lodge = await Lodge.open(hired, Nowhere(), Counted(registry), registry, {}, posts([]))
    with capture_logs() as logs:
        closing = asyncio.create_task(lodge.close()) if let_go else None
        await asyncio.sleep(0)
        his.close()
        await asyncio.wait_for(lodge._hearing, 60)
    await (closing or lodge.close())
    his_hatch.close()
    said = [one["event"] for one in logs]
    assert said == ([] if let_go else ["the porter is gone: the house answers posts itself"])
