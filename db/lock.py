"""One server per SQLite file: a lock the kernel drops with the process, so that kill -9 leaves nothing behind."""

import fcntl
import os
from pathlib import Path
from typing import IO

from db.errors import StoreLocked


def take(database_file: Path) -> IO[str]:
    """Holds until the returned file is closed or the process ends. Raises StoreLocked naming the holder's pid."""
    path = database_file.with_name(database_file.name + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreLocked(
            f"{database_file}: another upheld works on this file (pid {holder}); stop it first, "
            "or use PostgreSQL for several processes"
        ) from error
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
