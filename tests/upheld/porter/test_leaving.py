"""The porter leaves: let go, he answers whoever is between the two by then; gone by himself, it is said."""

import asyncio
import socket

from upheld.porter.line import Leave, Line
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
