"""What is dear to make and never changed afterwards: made by the worker that needs it first, read by the others."""

import fcntl
import os
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

Made = TypeVar("Made")


async def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Awaitable[Made]]) -> Made:
    """`make` is given an empty folder of its own; what it returns is pickled for the run's other workers."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    kept = shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(await make(factory.mktemp(name))))
    made: Made = pickle.loads(kept.read_bytes())
    return made
