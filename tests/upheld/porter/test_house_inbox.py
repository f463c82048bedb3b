"""What the porter says to the house of the posts he has taken."""

import asyncio
import socket

from db.errors import StoreUnavailable
from upheld.porter.line import Done, Line, Posts
from upheld.porter.porter import HouseInbox


async def test_the_first_post_goes_by_itself_and_what_comes_right_after_it_together() -> None:
    ours, theirs = socket.socketpair()
    line, house = await Line.over(ours), await Line.over(theirs)
    inbox = HouseInbox(line)

    first = asyncio.create_task(inbox.accept([{"body": b"1"}]))
    assert await house.hear() == Posts(number=1, rows=[{"body": b"1"}])
    later = [asyncio.create_task(inbox.accept([{"body": body}])) for body in (b"2", b"3")]
    assert await house.hear() == Posts(number=2, rows=[{"body": b"2"}, {"body": b"3"}])

    inbox.hear(Done(number=2, trouble="full"))
    told = await asyncio.gather(*later, return_exceptions=True)
    assert [type(one) for one in told] == [StoreUnavailable] * 2
    assert not first.done()
    inbox.hear(Done(number=1))
    await first
    line.close()
    house.close()
