"""Figures from outside are typed in until their period is sealed; a later one takes the place of the one before."""

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from config.instant import Instant
from db.engine import Database
from db.tables.entered import entered_figure
from sla.contract import Refused
from sla.statement import Statement
from sla.store import pruning
from tests.upheld.months import OCTOBER, Months, at
from upheld.call import Call
from upheld.entering import enter
from upheld.statements import statement_of

GIVEN = {
    "customer": "acme", "indicator": "desk_answer", "period": "2026-10", "value": "97.5", "n": 40, "proof": "call log",
}  # fmt: skip


@pytest.fixture
async def months(database: Database, tmp_path: Path) -> Months:
    made = Months(database=database, folder=tmp_path, now=at("10-01 00:00"))
    await made.begin()
    return made


async def entered(months: Months, now: Instant, **changes: Any) -> Any:
    call = Call(rules=months.rules, by="person:wang", arguments={**GIVEN, **changes}, now=now)
    return await months.database.write(lambda tx: enter(tx, call))


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"indicator": "nothing"}, "no indicator 'nothing'; entered are: data_accuracy, desk_answer"),
    ({"indicator": "first_contact"}, "counted from the facts; entered are: data_accuracy, desk_answer"),
    ({"period": "2026-11"}, "2026-11 has not begun"),
    ({"period": "2026-09"}, "not in force in 2026-09"),
    ({"period": "October"}, "'October' is no period"),
    ({"value": "-1"}, "'-1' is no figure"),
    ({"value": "100.1"}, "at most 100"),
    ({"n": 0}, "n says of how many"),
    ({"proof": " "}, "say where it can be checked"),
)


async def test_a_figure_that_cannot_be_one_is_refused(months: Months) -> None:
    for changes, said in WRONG:
        with pytest.raises(Refused, match=said):
            await entered(months, at("10-20 10:00"), **changes)


async def test_a_later_figure_says_why_and_none_is_entered_after_the_seal(months: Months) -> None:
    await months.up_since("09-30 00:00")
    when = at("10-20 10:00")
    await entered(months, when)
    with pytest.raises(Refused, match="was entered already; say why"):
        await entered(months, when, value="95")
    made = await entered(months, when, value="95", reason="two calls were missing")
    assert (made["value"], made["before"], made["reason"]) == ("95", "97.5", "two calls were missing")

    def october(tx: Connection) -> Statement:
        return statement_of(tx, months.config, months.rules.caseload, "acme", "2026-10", when)

    found = {one.indicator.id: one for one in (await months.database.read(october)).indicators}
    assert (found["desk_answer"].value, found["desk_answer"].met) == (Fraction(19, 20), False)
    months.now = at("11-01 00:30")
    await months.until("11-02 06:00")
    await months.sealed()
    with pytest.raises(Refused, match="acme 2026-10 is sealed"):
        await entered(months, months.now, value="96", reason="one call more")

    _, ends = OCTOBER.window("Asia/Shanghai")
    for before, rows in ((ends, 2), (ends + 1, 0)):
        await months.database.write(partial(pruning.statements, customer="acme", before=before, now=months.now))
        assert len(await months.database.read(lambda tx: tx.execute(select(entered_figure)).all())) == rows
