"""A sealed month beside the log of a real nginx: whoever holds only these two finds what was made up or left out."""

import json
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.instant import DAY, MINUTE, Instant
from db.engine import Database
from probe.kind import Question
from probe.kinds.http import KIND
from probe.phase import phase_of, tick_of
from probe.result import Outcome
from tests.servers.nginx import Nginx
from tests.upheld.proof.sample import DOWN, bundle, october
from upheld.cli import main
from upheld.proof.bundle import write

CHECK, INTERVAL = "acme-shop/home", 10 * MINUTE
MIDNIGHT = DOWN[0] - DOWN[0] % DAY
TICKS = range(tick_of(MIDNIGHT, INTERVAL, phase_of(CHECK, INTERVAL)) + INTERVAL, MIDNIGHT + DAY - INTERVAL, INTERVAL)
"""Of one day, in which it was down for three hours."""
FORGOTTEN, EXTRA = TICKS[60], TICKS[100] + 7
_CLOCK = re.compile(r"\[[^\]]+\]")


async def asks(nginx: Nginx, ticks: list[Instant]) -> list[Outcome]:
    """Through the real kind, with the mark each request bears."""
    found = list[Outcome]()
    options = KIND.options.model_validate({})
    assert KIND.open is not None
    async with KIND.open() as ask:
        for tick in ticks:
            _switch(nginx, off=DOWN[0] <= tick < DOWN[1])
            question = Question(
                check=CHECK, target=f"{nginx.url}/", options=options, timeout=5_000, tick=partial(int, tick)
            )
            found.append((await ask(question)).outcome)
    return found


def _switch(nginx: Nginx, *, off: bool) -> None:
    if off:
        nginx.switch_off("/index.html")
        nginx.switch_off("/")
    else:
        nginx.switch_on("/index.html")
        nginx.switch_on("/")


def as_of(line: str, when: Instant) -> str:
    """nginx's own line, by the clock of the month that was played."""
    return _CLOCK.sub(datetime.fromtimestamp(when / 1000, UTC).strftime("[%d/%b/%Y:%H:%M:%S %z]"), line, count=1)


@pytest.fixture
def database_kind() -> str:
    """Both stores make the same bundle, and other tests say so."""
    return "sqlite"


def reconciled(folder: Path, lines: list[str]) -> tuple[int, dict[str, Any]]:
    log = folder / "access.log"
    log.write_text("\n".join(lines) + "\n")
    told = CliRunner().invoke(main, ["reconcile", str(log), str(folder / "bundle"), "--json"])
    return told.exit_code, json.loads(told.stdout)


@pytest.mark.server
async def test_a_sealed_month_agrees_with_nginx_until_somebody_leaves_out_or_makes_up(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "bundle").write_bytes(write(await bundle(await october(database, tmp_path))))
    ticks = [*TICKS, EXTRA]
    with Nginx(folder, audited=True) as nginx:
        outcomes = await asks(nginx, ticks)
    logged = nginx.audit_log.read_text().splitlines()
    assert len(logged) == len(ticks)
    assert outcomes.count(Outcome.DOWN) == len([tick for tick in TICKS if DOWN[0] <= tick < DOWN[1]]) > 0

    # Lines before and behind the day, so that the whole of it lies within the log.
    first, last = (
        as_of(logged[0].replace(CHECK, "other/check"), when) for when in (MIDNIGHT - DAY, MIDNIGHT + 2 * DAY)
    )
    lines = {tick: as_of(line, tick + 1_000) for tick, line in zip(ticks, logged, strict=True)}
    honest = [line for tick, line in lines.items() if tick != EXTRA]
    _, told = reconciled(tmp_path, [first, *honest, last])
    (found,) = told["checks"]
    assert _of_the_day(found["only_ours"]) == []
    # What the month was played with is asked a little off the grid, so that one tick more may be down in it.
    assert sum(found["matched"].values()) == len(TICKS)
    assert found["matched"]["down"] - outcomes.count(Outcome.DOWN) in (0, 1)
    assert found["only_theirs"] == []

    crooked = [line for tick, line in lines.items() if tick != FORGOTTEN]
    code, told = reconciled(tmp_path, [first, *crooked, last])
    (found,) = told["checks"]
    assert code == 1
    assert _of_the_day(found["only_ours"]) == [FORGOTTEN]
    assert found["only_theirs"] == [lines[EXTRA]]


def _of_the_day(missing: list[dict[str, str]]) -> list[Instant]:
    ticks = [round(datetime.fromisoformat(one["tick"]).timestamp() * 1000) for one in missing]
    return [tick for tick in ticks if TICKS[0] <= tick <= TICKS[-1]]
