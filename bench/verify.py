"""Verifying a month's bundle, against the second that a reader may wait: the file read, every proof and figure checked.

One component with three hours down and its cases, and ten of them in one bundle; a head signed every day. CPU of this
thread.
"""

import asyncio
import time
from pathlib import Path

from bench.common import Row, row
from config.instant import Instant
from db.engine import open_database
from tests.servers.program import scratch
from tests.upheld.months import Months
from tests.upheld.proof import sample
from upheld.proof.bundle import read, write
from upheld.proof.verify import public_key, verify

SECOND = 1000.0
"""Milliseconds."""
COMPONENTS = 10
ROUNDS = 3


def measure() -> Row:
    sizes = {}
    for components in (1, COMPONENTS):
        with scratch("bench") as folder:
            sizes[components] = asyncio.run(_made(folder, components))
    spent = {components: _cpu(data) for components, data in sizes.items()}
    notes = [
        f"components: {components}; {len(data) / 1024:,.0f} KiB, {len(read(data).evidence)} leaves, "
        f"{len(read(data).history)} earlier heads: {spent[components]:.0f} ms"
        for components, data in sizes.items()
    ]
    return row(
        f"verify: a month's bundle of {COMPONENTS} components, against one second (CPU ms)",
        ours=spent[COMPONENTS],
        peer=SECOND,
        limit=1.0,
        notes=notes,
    )


async def _made(folder: Path, components: int) -> bytes:
    database = await open_database(f"sqlite:///{folder}/store.db")
    try:
        months = await sample.october(database, folder, _daily, **sample.several(components))
        return write(await sample.bundle(months))
    finally:
        await database.close()


async def _daily(months: Months, now: Instant) -> None:
    await sample.head(months, now)


def _cpu(data: bytes) -> float:
    """The best of several turns, in milliseconds."""
    spent: list[float] = []
    for _ in range(ROUNDS):
        before = time.thread_time()
        bundle = read(data)
        if not verify(bundle, public_key(bundle.key), bundle.checkpoint).holds:
            raise AssertionError("the bundle does not hold")
        spent.append((time.thread_time() - before) * 1000)
    return min(spent)
