"""A process that dies between sending and recording, on both databases."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from db.engine import Use, open_database
from notify import outbox
from notify.decision import State
from notify.outbox import Result
from notify.store import told as store
from tests.notify.samples import notification
from tests.servers.receiver import Receiver

pytestmark = pytest.mark.server


@contextmanager
def sender(url: str, receiver: Receiver) -> Iterator[None]:
    """A process that delivers; killed at the end, whatever it is doing."""
    command = [sys.executable, "-m", "tests.notify.sender", url, receiver.url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


async def test_what_was_being_sent_when_the_process_died_is_sent_again_with_the_same_id(
    database_url: str, receiver: Receiver
) -> None:
    database = await open_database(database_url)
    await database.write(lambda tx: outbox.enqueue(tx, notification(channel="hook")))
    await database.close()

    receiver.delay = 5.0
    with sender(database_url, receiver):
        receiver.wait_for(count=1)
    receiver.delay = 0.0
    with sender(database_url, receiver):
        first, again = receiver.wait_for(count=2)
        told = await _done(database_url)

    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body
    assert told.state is State.SENT
    assert [(one.result, one.reason) for one in told.attempts] == [(Result.UNKNOWN, "interrupted"), (Result.SENT, None)]


async def _done(url: str) -> store.Told:
    database = await open_database(url, Use.READ)
    try:
        async with asyncio.timeout(60):
            while True:
                [told] = await database.read(lambda tx: store.history(tx, incident="I-1"))
                if told.done_at is not None:
                    return told
                await asyncio.sleep(0.02)
    finally:
        await database.close()
