"""A month asked from two places is sealed and proven from both: neither can be rewritten, nor left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.instant import DAY, Instant
from config.location import LOCAL
from db.engine import Database
from probe import days
from probe.batch import Batch
from probe.listeners import Listeners
from probe.recorder import Recorder
from probe.result import Answer, Outcome, Reason, Result
from probe.store import save
from probe.verdict import CheckChange
from probe.watch import Watch
from tests.upheld.months import Months, at
from tests.upheld.proof import sample
from tests.upheld.proof.sample import CHECKED
from upheld.installed import installed
from upheld.places import Places
from upheld.proof.verify import verify

BRANCH = "branch"
DOWN = {
    LOCAL: [(at("10-13 09:00"), at("10-13 12:00")), (at("10-20 09:00"), at("10-20 12:00"))],
    BRANCH: [(at("10-13 09:00"), at("10-13 11:00"))],
}
"""Both saw the first outage, and its end came earlier at the branch; the second was seen from here alone."""
TWO: dict[str, Any] = {**CHECKED, "probing": {"locations": {BRANCH: {"owner": "customer"}}}}


@dataclass
class Post:
    """A prober without a clock of its own."""

    place: str
    watch: Watch
    listeners: Listeners
    due: Instant
    recorder: Recorder = field(default_factory=Recorder)

    def ask(self) -> bool:
        """Whether something changed."""
        now, check = self.due, self.watch.check
        failing = any(start <= now < end for start, end in DOWN[self.place])
        answer = Answer(outcome=Outcome.DOWN, reason=Reason.STATUS) if failing else Answer(outcome=Outcome.UP)
        result = Result(check=check.id, location=self.place, tick=now, started_at=now, answer=answer)
        judged = self.recorder.result(self.watch, result)
        self.due += (check.recheck if judged.recheck else None) or check.interval
        return bool(judged.changes)

    async def write(self, database: Database, now: Instant) -> None:
        batch = self.recorder.batch()
        if batch is not None:
            rows = await database.write(partial(self._save, batch=batch, now=now))
            begun = [held for held, _ in batch.runs if held.row is None]
            for held, row in zip(begun, rows, strict=True):
                held.row = row

    def _save(self, tx: Connection, batch: Batch, now: Instant) -> list[int]:
        heard = self.listeners.heard(tx, batch, now)
        rows = save(tx, heard, now)
        self.listeners.tell(tx, heard, now)
        return rows


async def month(database: Database, folder: Path) -> Months:
    months = Months(database=database, folder=folder, changes=TWO)
    places = Places(lambda: months.rules, installed().kinds, database, lambda: months.now)
    months.now = at("09-30 00:00")
    await months.begin()
    await database.write(lambda tx: places.take_over(tx, months.now))
    (check,) = months.config.checks()

    def changes(tx: Connection, found: Sequence[CheckChange], now: Instant) -> None:
        months.rules.incidents.check_news(tx, found, "probe:local", now)

    posts = [
        Post(
            place, Watch(check, installed().kinds[check.kind], place),
            Listeners(hear=places.hear(place), changes=changes), months.now,
        )
        for place in (LOCAL, BRANCH)
    ]  # fmt: skip
    midnight = months.now - months.now % DAY + DAY
    while (now := min(one.due for one in posts)) < at("11-01 08:10"):
        months.now = now
        changed = [one.ask() for one in posts if one.due == now]
        if any(changed) or now >= midnight:
            for one in posts:
                await one.write(database, now)
        if now >= midnight:
            await places.step()
            await database.write(partial(_days, check=check.id, now=now))
            midnight += DAY
    for one in posts:
        await one.write(database, now)
    await database.write(partial(_days, check=check.id, now=now))
    months.now = at("11-01 00:30")
    await months.until("11-02 06:00")
    return months


def _days(tx: Connection, check: str, now: Instant) -> None:
    for piece in days.due(tx, [check], now):
        days.write(tx, piece, now)


async def test_what_both_places_saw_is_counted_and_proven_from_both(database: Database, tmp_path: Path) -> None:
    bundle = await sample.bundle(await month(database, tmp_path))
    assert [one.text for one in verify(bundle).findings] == []
    (component,) = bundle.record["components"]
    assert component["counted_down_s"] == 10_920, "one alone neither begins an outage nor ends it"
    told = {one.entry.body["location"] for one in bundle.evidence if one.entry.kind == "observed"}
    assert told == {LOCAL, BRANCH}
