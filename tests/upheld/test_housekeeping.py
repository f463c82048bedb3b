"""The calendar's work is stopped in the middle without a word of trouble."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest

from config.instant import HOUR
from tests.upheld.house import NOON, house
from upheld.housekeeping import Housekeeping
from upheld.issuer import Issuer
from upheld.rules import Rules


async def test_work_that_is_stopped_in_the_middle_is_no_trouble(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    async with house(tmp_path) as opened:

        def rules() -> Rules:
            begun.set()
            goes_on.wait(60)
            return opened.rules

        later = NOON + HOUR
        issuer = Issuer(opened.database, rules, lambda: later)
        keeping = Housekeeping(
            opened.database,
            lambda: opened.rules,
            lambda: later,
            opened.key,
            issuer,
            opened.anchoring,
            lambda tx, now: 0,
        )
        keeping.start()
        await asyncio.to_thread(begun.wait)
        await keeping.stop()
        goes_on.set()
        await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
