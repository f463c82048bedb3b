"""kill -9, again and again, while two hundred webhooks a second come in: what was promised is kept."""

from collections.abc import Callable

import pytest

from tests.scenarios import storm
from tests.scenarios.reckoning import reckon
from tests.servers.process import Serve
from tests.servers.receiver import Receiver

SHORT = 4
"""Every fourth time it is killed while it starts."""
LONG, ROUNDS = 50, 10


@pytest.mark.server
async def test_kill_9_under_load_loses_nothing_and_tells_nobody_of_what_is_over(
    serve: Serve, receiver: Receiver, database_url: str, show: Callable[[str], None]
) -> None:
    show(await killed(serve, receiver, database_url, SHORT, seed=0))


@pytest.mark.server
@pytest.mark.long(minutes=30)
@pytest.mark.parametrize("seed", range(1, ROUNDS + 1))
async def test_kill_9_under_load_a_thousand_times(
    serve: Serve, receiver: Receiver, database_url: str, show: Callable[[str], None], seed: int
) -> None:
    show(await killed(serve, receiver, database_url, LONG, seed=seed, all_told=True))


async def killed(serve: Serve, receiver: Receiver, store: str, times: int, *, seed: int, all_told: bool = False) -> str:
    upheld = serve(storm.configuration(store, receiver))
    with storm.sender(upheld) as sender:
        storm.wait_for_traffic(sender)
        storm.kill_again_and_again(upheld, times, seed=seed)
        sender.stop()
    await storm.settled(store, all_told=all_told)
    return await reckon(f"{times} kills", sender, store, receiver)
