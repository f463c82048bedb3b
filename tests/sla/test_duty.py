"""Standing duties: their turns by the agreement's own clock, and which turn is the first that is owed."""

from pathlib import Path

import pytest

from config.conduct import Rhythm
from config.instant import rfc3339
from sla.duty import owed_now, turn_at
from tests.config.installed import read
from tests.sla.contract import AGREEMENT, BASE, at

DUTY = '        duties: {drill: {text: "Drill", every: quarter}}\n'


@pytest.mark.parametrize(
    ("rhythm", "name", "start", "end"),
    [
        ("month", "2026-12", "2026-11-30T16:00", "2026-12-31T16:00"),
        ("quarter", "2026-Q4", "2026-09-30T16:00", "2026-12-31T16:00"),
        ("half-year", "2026-H2", "2026-06-30T16:00", "2026-12-31T16:00"),
        ("year", "2026", "2025-12-31T16:00", "2026-12-31T16:00"),
    ],
)
def test_a_turn_is_a_whole_one_by_the_wall_clock(rhythm: Rhythm, name: str, start: str, end: str) -> None:
    last_moment = turn_at("year", "Asia/Shanghai", at("10-01 00:00:00")).end - 1
    turn = turn_at(rhythm, "Asia/Shanghai", last_moment)
    assert (turn.name, rfc3339(turn.start)[:16], rfc3339(turn.end)[:16]) == (name, start, end)
    assert turn_at(rhythm, "Asia/Shanghai", last_moment + 1).start == turn.end


def test_the_first_turn_owed_is_the_first_that_began_under_the_agreement(tmp_path: Path) -> None:
    written = AGREEMENT.replace("2026-01-01", "2026-08-01") + DUTY
    agreements = list(read(tmp_path, BASE + written).agreements())
    found = [owed_now(agreements, "drill", at(f"{month}-15 12:00:00")) for month in ("07", "09", "10")]
    assert [[one.id for one in each] for each in found] == [[], [], ["harbour-bank/sla-standard/drill/2026-Q4"]]
    assert owed_now(agreements, "sample", at("10-15 12:00:00")) == []
