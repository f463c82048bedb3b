"""A sealed month with everything in it that a bundle can hold, made through the real stores."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import DAY, MINUTE, Instant
from db.engine import Database
from incidents.case import CaseResolved, Fulfilled, Rated
from probe import days, definition
from probe.recorder import Recorder
from probe.result import Answer, Outcome, Reason, Result
from probe.store import save
from probe.watch import Watch
from sla import agreeing
from sla.agreeing import Act, Signature
from sla.booking import MEASURE, Obligation
from sla.contract import Side, Way
from sla.store import remedy
from tests.upheld.months import Months, at, written
from upheld import ledger, signing
from upheld.call import Call
from upheld.entering import enter
from upheld.installed import installed
from upheld.proof.bundle import Bundle
from upheld.proof.gather import bundle_of

CHECKED: dict[str, Any] = {
    "components": {
        "acme-shop": {
            "name": {"en": "Shop", "zh-CN": "商城"},
            "checks": {
                "home": {"kind": "http", "target": "https://a.example.com/", "interval": "10m", "recheck": "1m"}
            },
        }
    }
}
"""A component that is asked every ten minutes."""


def several(count: int) -> dict[str, Any]:
    """A month's changes for that many such components under one agreement, all down at the same time."""
    shop, names = CHECKED["components"]["acme-shop"], ["acme-shop", *(f"acme-{number}" for number in range(1, count))]
    agreement = {**written(["acme"], "2026-10-01")["customers"]["acme"]["agreement"], "covers": names}
    customer = {**written(["acme"], "2026-10-01")["customers"]["acme"], "agreement": agreement}
    return {"components": dict.fromkeys(names, shop), "customers": {"acme": customer}}


DOWN = (at("10-13 09:00"), at("10-13 12:00"))


async def asked(
    months: Months,
    begins: Instant,
    ends: Instant,
    down: tuple[Instant, Instant] = DOWN,
    each_day: Callable[[Instant], Awaitable[None]] | None = None,
) -> None:
    """What the check would have been answered, through the real judging and stores; day leaves as they fall due."""
    checks = list(months.config.checks())
    watches, recorder = [Watch(one, installed().kinds[one.kind], "local") for one in checks], Recorder()
    ids, interval, recheck = [one.id for one in checks], checks[0].interval, checks[0].recheck
    await months.database.write(lambda tx: definition.record(tx, months.config.asked(), begins))
    now, midnight = begins, begins - begins % DAY + DAY
    while now < ends:
        failing = down[0] <= now < down[1]
        answer = Answer(outcome=Outcome.DOWN, reason=Reason.STATUS) if failing else Answer(outcome=Outcome.UP)
        judged = [
            recorder.result(one, Result(check=id, location="local", tick=now, started_at=now, answer=answer))
            for id, one in zip(ids, watches, strict=True)
        ]
        if any(one.changes for one in judged) or now >= midnight:
            await _write(months, recorder, now)
        if now >= midnight:
            await months.database.write(partial(_days, checks=ids, now=now))
            if each_day is not None:
                await each_day(now)
            midnight += DAY
        now += (recheck if any(one.recheck for one in judged) else interval) or MINUTE
    await _write(months, recorder, ends)
    await months.database.write(partial(_days, checks=ids, now=ends))


async def _write(months: Months, recorder: Recorder, now: Instant) -> None:
    batch = recorder.batch()
    if batch is None:
        return

    def work(tx: Connection) -> list[int]:
        rows = save(tx, batch, now)
        months.rules.incidents.check_news(tx, batch.changes, "probe:local", now)
        return rows

    rows = await months.database.write(work)
    begun = [held for held, _ in batch.runs if held.row is None]
    for held, row in zip(begun, rows, strict=True):
        held.row = row


def _days(tx: Connection, checks: list[str], now: Instant) -> None:
    for piece in days.due(tx, checks, now):
        days.write(tx, piece, now)


async def october(
    database: Database,
    folder: Path,
    each_day: Callable[[Months, Instant], Awaitable[None]] | None = None,
    **changes: Any,
) -> Months:
    """Asked the whole month; down for three hours with incident and case; a question by telephone; then sealed."""
    months = Months(database=database, folder=folder, changes={**CHECKED, **changes})
    months.now = at("10-01 00:00")
    await months.begin()
    daily = None if each_day is None else partial(each_day, months)
    called, solved = at("10-20 10:10"), at("10-20 10:20")

    def telephone(tx: Connection) -> None:
        caseload = months.rules.caseload
        case = caseload.open_by_person(
            tx, customer="acme", kind=CaseKind.QUESTION, title="How long are results kept?", by="person:wang",
            reported_at=at("10-20 10:00"), now=called,
        )  # fmt: skip
        for event in (Fulfilled(commitment="respond", how="told"), CaseResolved(how="explained")):
            caseload.record(tx, case.id, event, "person:wang", solved, solved)
        caseload.record(tx, case.id, Rated(scores={"overall": 4}, comment="quick"), "customer:acme", solved, solved)
        agreement = next(months.config.agreements()).id
        measure = Obligation(
            id="", agreement=agreement, rule="", month="2026-10", then="a page that says it", gives=MEASURE,
            due_at=at("12-01 00:00"), owner="person:wang",
        )  # fmt: skip
        remedy.add_measure(tx, "acme", measure, "person:li", solved)
        figure = {"customer": "acme", "indicator": "desk_answer", "period": "2026-10", "n": 40, "proof": "call log 7"}
        for given in ({"value": "97.5"}, {"value": "95", "reason": "two calls were missing"}):
            enter(tx, Call(rules=months.rules, by="person:wang", arguments={**figure, **given}, now=solved))
        word = Signature(reference="/room/acme/agreements/sla-standard, chen", at=solved)
        act = Act(by="customer:acme", reason="", way=Way.DESK, now=solved)
        agreeing.confirm(tx, "acme", 1, Side.CUSTOMER, word, act)

    await asked(months, at("09-30 00:00"), called, each_day=daily)
    await database.write(telephone)
    await asked(months, solved, at("11-01 08:10"), each_day=daily)
    months.now = at("11-01 00:30")
    await months.until("11-02 06:00")
    return months


async def head(months: Months, now: Instant) -> str:
    """The ledger's signed head, as it goes to the customer each day."""
    key = signing.ensure(months.config.signing.key_file)
    return (await ledger.head(months.database, months.config, key, lambda: now)).note


async def bundle(months: Months) -> Bundle:
    sealed = await months.sealed()
    key = signing.public_pem(signing.ensure(months.config.signing.key_file)).decode()
    return await months.database.read(lambda tx: bundle_of(tx, sealed, key))
