"""Two hundred webhooks a second while the server's clock is set to and fro, or the whole process stands still."""

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios import storm
from tests.scenarios.reckoning import reckon
from tests.servers.clock import Clock
from tests.servers.process import Serve, Upheld
from tests.servers.receiver import Receiver

TIMES = 200
HOUR = 3600


@pytest.mark.server
@pytest.mark.long(minutes=30)
async def test_a_clock_that_is_set_200_times_loses_no_escalation_and_fires_none_early(
    folder: Path, receiver: Receiver, database_url: str, show: Callable[[str], None]
) -> None:
    chance, clock = random.Random(TIMES), Clock(folder)
    upheld = Upheld(folder / "upheld", storm.configuration(database_url, receiver), environment=clock.environment)
    with upheld, storm.sender(upheld) as sender:
        storm.wait_for_traffic(sender)
        for _ in range(TIMES):
            clock.set(chance.choice([-HOUR, -60, -1, 0, 1, 60, HOUR]))
            time.sleep(chance.uniform(0.1, 0.5))
        sender.stop()
        clock.set(HOUR + 60)  # what was to be done an hour from now is due
        await storm.settled(database_url)
        show(await reckon(f"{TIMES} settings of the clock", sender, database_url, receiver, one_clock=False))


@pytest.mark.server
@pytest.mark.long(minutes=30)
async def test_a_process_that_stands_still_200_times_loses_no_escalation_and_fires_none_early(
    serve: Serve, receiver: Receiver, database_url: str, show: Callable[[str], None]
) -> None:
    chance = random.Random(TIMES)
    upheld = serve(storm.configuration(database_url, receiver))
    with storm.sender(upheld) as sender:
        storm.wait_for_traffic(sender)
        for _ in range(TIMES):
            upheld.process.send_signal(signal.SIGSTOP)
            time.sleep(chance.uniform(0.1, 2.0))
            upheld.process.send_signal(signal.SIGCONT)
            time.sleep(chance.uniform(0.05, 0.5))
        sender.stop()
    await storm.settled(database_url)
    show(await reckon(f"{TIMES} halts", sender, database_url, receiver))
