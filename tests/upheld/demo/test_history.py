"""The demo's past goes on whatever becomes of its mails."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from typing_extensions import override

from config.agreement import CaseKind
from config.instant import SECOND, parse_rfc3339
from config.load import load
from db.engine import open_database
from db.tables.notify import notification
from sla import sealing
from sla.parties import parties_of
from sla.store import statement as stored
from upheld import contracts, signing
from upheld.demo.history import Past
from upheld.demo.setting import CUSTOMER, ZONE, document, free_ports, history_begins
from upheld.installed import installed
from upheld.rules import rules_of


class Unwatched(Past):
    """Nothing was measured, nobody called: the customer is asked how each month that ends counts."""

    @override
    def _lay_out(self) -> None:
        for month in sealing.months(parties_of(self.rules.config, CUSTOMER), self.ends):
            self._plan(month.window(ZONE)[1] + SECOND, self._issue)


NOW = parse_rfc3339("2026-11-22T12:00:00Z")


@pytest.mark.slow
async def test_a_past_whose_mails_reach_nobody_is_told_to_its_end(tmp_path: Path) -> None:
    ports = free_ports(None)
    path = tmp_path / "upheld.yaml"
    begins = history_begins(NOW)
    path.write_text(document(ports, begins), encoding="utf-8")
    config = load(path, kinds=installed().registries)
    database = await open_database(f"sqlite:///{tmp_path}/upheld.db")
    try:
        await database.write(lambda tx: contracts.take_over(tx, config, begins))
        past = Unwatched(
            database=database,
            rules=rules_of(config, installed()),
            kinds=installed().kinds,
            begins=begins,
            clock=lambda: NOW,
            key=signing.ensure(config.signing.key_file),
        )
        await past.happen(lambda: False)
        sealed = await database.read(lambda tx: stored.sealed_periods(tx, CUSTOMER))
        delivered = await database.read(lambda tx: stored.delivered_periods(tx, CUSTOMER))
    finally:
        await database.close()
    assert len(sealed) == 3 and delivered == set()


async def test_the_customers_two_contacts_are_written_to_each_in_his_language(tmp_path: Path) -> None:
    ports = free_ports(None)
    path = tmp_path / "upheld.yaml"
    path.write_text(document(ports, history_begins(NOW)), encoding="utf-8")
    rules = rules_of(load(path, kinds=installed().registries), installed())
    database = await open_database(f"sqlite:///{tmp_path}/upheld.db")

    def report(tx: Connection) -> None:
        rules.caseload.open_by_person(
            tx, customer=CUSTOMER, kind=CaseKind.QUESTION, title="x", by="person:li", reported_at=NOW, now=NOW
        )

    def told(tx: Connection) -> dict[str, str]:
        found = tx.execute(select(notification.c.address, notification.c.message))
        return {row.address: row.message["subject"] for row in found}

    try:
        await database.write(report)
        subjects = await database.read(told)
    finally:
        await database.close()
    assert subjects["brown@harbour.example"].startswith("Case CASE-")
    assert subjects["chen@harbour.example"].startswith("工单")
