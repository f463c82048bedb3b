"""A hundred thousand transitions with their leaves, against the same rows alone; then proofs about them.

Both sides run the same statements through the same store, SQLite on disk, 256 facts a transaction as the writer groups
them. CPU, because waiting for the disk is the same for both.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert

from bench.common import Row, row
from config.state import State
from db.engine import Database, open_database
from db.ledger import store as ledger
from db.ledger.tree import consistent, includes, leaf_hash
from db.tables.incidents import transition as table
from incidents.store import transition
from incidents.store.transition import Transition

LEAVES = 100_000
GROUP = 256
COMPONENTS = 500
PROOFS = 200
LIMIT = 3.0


def measure() -> Row:
    with TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Row:
    plain = await open_database(f"sqlite:///{folder}/plain.db")
    peer = await _fill(plain, _row_alone)
    await plain.close()
    kept = await open_database(f"sqlite:///{folder}/kept.db")
    ours = await _fill(kept, transition.append)
    notes = await kept.read(_proofs)
    await kept.close()
    sizes = [(folder / f"{name}.db").stat().st_size / LEAVES for name in ("kept", "plain")]
    notes.append(f"{sizes[0]:,.0f} bytes a fact on disk with its leaf, {sizes[1]:,.0f} without")
    name = "ledger: 100k transitions with their leaves, against the rows alone (CPU us each)"
    return row(name, ours=ours, peer=peer, limit=LIMIT, notes=notes)


async def _fill(database: Database, add: Callable[[Connection, Transition, int], None]) -> float:
    """CPU microseconds a fact."""
    begun = time.process_time()
    for start in range(0, LEAVES, GROUP):
        await database.write(partial(_some, add, range(start, min(start + GROUP, LEAVES))))
    return (time.process_time() - begun) / LEAVES * 1e6


def _some(add: Callable[[Connection, Transition, int], None], numbers: range, tx: Connection) -> None:
    for number in numbers:
        add(tx, _fact(number), number * 1000)


def _fact(number: int) -> Transition:
    return Transition(
        component=f"component-{number % COMPONENTS}",
        state=State.DOWN if number // COMPONENTS % 2 else State.UP,
        happened_at=number * 1000,
        by="probe:local",
        cause=f"component-{number % COMPONENTS}/home",
        reason="timeout",
        bound_at=number * 1000 - 500,
    )


def _row_alone(tx: Connection, fact: Transition, now: int) -> None:
    tx.execute(
        insert(table).values(
            component=fact.component,
            state=fact.state.value,
            happened_at=fact.happened_at,
            recorded_at=now,
            by=fact.by,
            cause=fact.cause,
            reason=fact.reason,
            bound_at=fact.bound_at,
            seen_by_customer_at=now,
        )
    )


def _proofs(tx: Connection) -> list[str]:
    """One by one, as if each were asked alone; every proof is checked. CPU of this thread."""
    top, middle = ledger.root_at(tx, LEAVES), ledger.root_at(tx, LEAVES // 3)
    made, checked = [], []
    for index in range(0, LEAVES, LEAVES // PROOFS):
        begun = time.thread_time()
        (proof,) = ledger.inclusions(tx, [index], LEAVES)
        made.append(time.thread_time() - begun)
        kept = ledger.at(tx, index)
        begun = time.thread_time()
        if not includes(top, LEAVES, index, leaf_hash(kept.data), proof):
            raise AssertionError(f"the proof of leaf {index} does not hold")
        checked.append(time.thread_time() - begun)
    begun = time.thread_time()
    proof = ledger.consistency_of(tx, LEAVES // 3, LEAVES)
    consistency = time.thread_time() - begun
    if not consistent(middle, LEAVES // 3, top, LEAVES, proof):
        raise AssertionError("the proof of consistency does not hold")
    begun = time.thread_time()
    ledger.root_at(tx, LEAVES)
    root = time.thread_time() - begun
    proving = f"a proof of inclusion {statistics.median(made) * 1000:.2f} ms (median of {len(made)})"
    checking = f"its check {statistics.median(checked) * 1e6:.0f} us"
    others = f"a proof of consistency {consistency * 1000:.2f} ms, the root {root * 1000:.2f} ms"
    return [f"CPU of {proving}, {checking}; of {others}"]
