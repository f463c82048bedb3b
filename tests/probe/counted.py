"""What a store of SQLite says of what was asked: how many results, which ticks have none, who was called down."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.instant import Span

_LINES = """
SELECT min(first_at), max(last_at), sum(CASE result WHEN 'missed' THEN 0 ELSE count END)
FROM observation_run GROUP BY "check"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`lost`: ticks without a result between a check's first and its last, whether the store owns up to them or not."""

    checks: int
    results: int
    lost: int
    down: int


def counted(file: Path, interval: Span) -> Counted:
    """Of checks that are all asked so often, and were never asked again to confirm something."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
        lines = store.execute(_LINES).fetchall()
        (down,) = store.execute("SELECT count(*) FROM check_transition WHERE state = 'down'").fetchone()
    ticks = sum(round((last - first) / interval) + 1 for first, last, _ in lines)
    results = sum(count for _, _, count in lines)
    return Counted(checks=len(lines), results=results, lost=ticks - results, down=down)
