"""What is sealed changes by the word of both sides alone, on both databases."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import HOUR
from db.engine import Database
from sla.contract import Refused
from tests.upheld.months import Months
from upheld import contracts
from upheld.call import Call
from upheld.commands import COMMANDS

LATE = {"id": "acme", "target": "90", "effective": "2026-10-10", "reason": "agreed afterwards", "signed": []}
BOTH = [["customer", "amendment 1"], ["provider", "amendment 1"]]


@pytest.fixture
async def months(database: Database, tmp_path: Path) -> Months:
    """October is sealed."""
    made = Months(database=database, folder=tmp_path)
    await database.write(lambda tx: contracts.take_over(tx, made.config, made.now))
    await made.up_since("09-30 00:00")
    await made.until("11-03 12:00", 6 * HOUR)
    return made


async def command(months: Months, name: str, **arguments: Any) -> Any:
    call = Call(rules=months.rules, by="person:wang", arguments=arguments, now=months.now)
    return await months.database.write(lambda tx: COMMANDS[name](tx, call))


async def test_a_version_or_an_end_in_a_sealed_month_needs_both_signatures(months: Months) -> None:
    for signed in ([], BOTH[:1], BOTH[1:]):
        with pytest.raises(Refused, match="statements are sealed up to 2026-11-01; only both sides together"):
            await command(months, "agreement.revise", **{**LATE, "signed": signed})
        with pytest.raises(Refused, match="would end 2026-10-20, but statements are sealed up to 2026-11-01"):
            await command(months, "agreement.end", id="acme", ends="2026-10-20", reason="moved", signed=signed)
    made = await command(months, "agreement.revise", **{**LATE, "signed": BOTH})
    assert made["versions"][1]["confirmed_by"] == ["customer", "provider"]


async def test_from_the_seal_on_a_single_side_may_record_what_holds(months: Months) -> None:
    made = await command(months, "agreement.revise", **{**LATE, "effective": "2026-11-01"})
    assert [one["target"] for one in made["versions"]] == ["99.9", "90"]


async def test_a_text_that_reaches_into_a_sealed_month_counts_nowhere(months: Months) -> None:
    first = months.config.customers["acme"].agreements[0]
    second = first.model_copy(update={"version": 2, "effective": first.effective + 24 * HOUR})
    acme = months.config.customers["acme"].model_copy(
        update={"agreements": (first.model_copy(update={"until": second.effective}), second)}
    )
    other = months.config.model_copy(update={"customers": {"acme": acme}})

    def look(tx: Connection) -> tuple[int, int, tuple[str, ...]]:
        read = contracts.in_force(tx, other)
        taken = contracts.take_over(tx, other, months.now)
        return len(read.customers["acme"].agreements), len(taken.whole.customers["acme"].agreements), taken.kept

    read, taken, kept = await months.database.write(look)
    assert (read, taken) == (1, 1)
    assert [line.partition(" begins")[0] for line in kept] == ["not taken over: version 2 of acme/sla-standard"]
