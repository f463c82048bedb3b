"""Where one of the two does not understand the other, nobody is kept waiting: the porter ends."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry
from typing_extensions import override

from incidents.intake import Inbox, Row
from incidents.tally import Counted
from upheld.porter.connection import posts
from upheld.porter.lodge import Hired, Lodge

HIRED = """
import os
from config.model import Source
from upheld.porter.line import Line, Sources
from upheld.porter.lodge import hire
import asyncio
async def tell(hired):
    (await Line.over(hired.line)).say(Sources(sources={"a": Source(id="a", kind="unheard of")}))
    print(os.waitstatus_to_exitcode((await asyncio.to_thread(os.waitpid, hired.pid, 0))[1]))
asyncio.run(tell(hire()))
"""


class Nowhere(Inbox):
    @override
    async def accept(self, posts: Sequence[Row]) -> None:
        raise AssertionError("nothing was posted")

    @override
    async def set_aside(self, post: Row, reason: str) -> None:
        raise AssertionError("nothing was posted")


async def test_the_house_ends_one_it_does_not_understand() -> None:
    ours, his = socket.socketpair()
    hatch, his_hatch = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    registry = CollectorRegistry()
    with subprocess.Popen(["sleep", "600"]) as process:
        hired = Hired(pid=process.pid, line=ours, hatch=hatch)
        lodge = await Lodge.open(hired, Nowhere(), Counted(registry), registry, {}, posts([]))
        his.sendall((3).to_bytes(8, "big") + b"abc")
        await asyncio.wait_for(lodge._hearing, 60)
        assert not lodge.well()
    await lodge.close()
    for end in (his, his_hatch):
        end.close()


@pytest.mark.slow
def test_the_porter_ends_who_does_not_understand_the_house() -> None:
    done = subprocess.run([sys.executable, "-c", HIRED], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.splitlines()[-1] == "1"
    assert "the porter has stumbled" in done.stdout
