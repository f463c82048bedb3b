"""Everything about one customer or person as a file, and its end."""

import json
import stat
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, insert, select

from config.instant import DAY, Instant
from config.model import Config
from db.engine import Database
from db.ledger import store as ledger
from db.tables.incidents import case_event, case_file
from db.tables.notify import contact_point, notification, receipt
from db.tables.people import user
from incidents.decide import Refused
from tests.upheld.house import NOON, configuration
from tests.upheld.test_keeping import LONG_AFTER, ending, fill
from upheld import privacy
from upheld.call import Call
from upheld.cli.main import main
from upheld.commands import COMMANDS
from upheld.installed import installed
from upheld.privacy import Kept
from upheld.rules import rules_of

_F = case_file.c

PEOPLE = {"li": {"name": "Li Wei", "email": "li@a.example"}}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration(tmp_path, people=PEOPLE)


def call(config: Config, now: Instant = NOON, **arguments: Any) -> Call:
    return Call(rules=rules_of(config, installed()), by="person:wang", arguments=arguments, now=now)


def full(tx: Connection) -> None:
    fill(tx)
    tx.execute(insert(user).values(name="chen", password_hash="h", role="customer", customer="acme", created_at=NOON))
    tx.execute(insert(user).values(name="wei", password_hash="h", role="engineer", person="li", created_at=NOON))
    told = tx.execute(select(notification.c.id).limit(1)).scalar_one()
    tx.execute(insert(receipt).values(notification=told, what="pressed", detail="1", received_at=NOON))
    way = {"person": "li", "channel": "mail", "address": "li@example.com", "code_hash": "h", "asked_at": NOON}
    tx.execute(insert(contact_point).values(**way, tries=0))


def leaves(tx: Connection, kind: str) -> list[Any]:
    kept = [ledger.at(tx, index) for index in range(ledger.size(tx))]
    return [one.entry.body for one in kept if one.entry.kind == kind]


async def test_an_export_of_a_customer_holds_his_rows_and_no_secret(database: Database, config: Config) -> None:
    await database.write(full)
    one = privacy.sought(config, "acme", None)
    found = await database.read(lambda tx: privacy.gathered(tx, one))
    assert {table: len(rows) for table, rows in found.items()} == {
        "user": 1, "case": 1, "case_event": 1, "notification": 1, "receipt": 1, "ledger_opening": 1,
    }  # fmt: skip
    assert not privacy.SECRETS & {name for rows in found.values() for row in rows for name in row}


async def test_an_export_of_a_person_finds_him_wherever_he_is_named(database: Database, config: Config) -> None:
    await database.write(full)
    one = privacy.sought(config, None, "li")
    found = await database.read(lambda tx: privacy.gathered(tx, one))
    assert set(found) == {"user", "notification", "contact_point", "incident_event", "case_event", "ledger_opening"}


@pytest.mark.parametrize(
    ("text", "named"), [("Li Wei called", True), ("由Li Wei处理", True), ("Li Weiss", False), ("list", False)]
)
def test_a_name_is_found_whole_only(config: Config, text: str, named: bool) -> None:
    assert privacy.sought(config, None, "li").about(text) is named


async def test_under_an_agreement_in_force_a_customer_is_not_erased(database: Database, config: Config) -> None:
    await database.write(full)
    with pytest.raises(Kept, match="agreement acme/sla-standard is in force: its records stay"):
        await database.write(lambda tx: privacy.erase(tx, call(config, customer="acme", reason="asked")))
    assert len(await database.read(lambda tx: tx.execute(select(case_event)).all())) == 1


async def test_of_a_person_his_login_goes_and_what_is_demanded_stays_and_is_named(
    database: Database, config: Config
) -> None:
    await database.write(full)
    made = await database.write(lambda tx: privacy.erase(tx, call(config, person="li", reason="asked")))
    assert made["rows"] == 2, "login and proven address"
    assert any("rows of cases stay" in one and "acme/sla-standard" in one for one in made["kept"])
    names = await database.read(lambda tx: list(tx.scalars(select(user.c.name))))
    assert names == ["chen"]


async def test_when_nothing_demands_it_a_person_is_gone_from_rows_and_openings(
    database: Database, config: Config
) -> None:
    await database.write(full)
    ended = ending(config, NOON + DAY)
    await database.write(lambda tx: privacy.erase(tx, call(ended, LONG_AFTER, person="li", reason="asked")))
    one = privacy.sought(config, None, "li")
    assert await database.read(lambda tx: privacy.gathered(tx, one)) == {}
    assert list(await database.read(lambda tx: tx.scalars(select(case_event.c.by)).all())) == ["person:erased"]
    assert await database.read(lambda tx: leaves(tx, "erasure")) == [{"index": 1}]


async def test_a_file_that_names_an_erased_person_is_emptied_and_another_stays(
    database: Database, config: Config
) -> None:
    def add(tx: Connection) -> None:
        full(tx)
        for sha256, body in (("a", b"Li Wei restarted it"), ("b", b"Nobody is named")):
            row = {"case": "CASE-1", "sha256": sha256, "size": len(body), "body": body, "recorded_at": NOON}
            tx.execute(insert(case_file).values(**row))

    await database.write(add)
    ended = ending(config, NOON + DAY)
    await database.write(lambda tx: privacy.erase(tx, call(ended, LONG_AFTER, person="li", reason="asked")))
    kept = await database.read(
        lambda tx: [tuple(row) for row in tx.execute(select(_F.sha256, _F.body).order_by(_F.sha256))]
    )
    assert kept == [("a", b""), ("b", b"Nobody is named")]


async def test_while_one_customers_records_are_demanded_a_person_is_erased_from_those_of_whom_nothing_is(
    database: Database, config: Config
) -> None:
    await database.write(full)
    ended, running = ending(config, NOON + DAY).customers["acme"], config.customers["acme"]
    both = config.model_copy(update={"customers": {"acme": ended, "other": running}})
    made = await database.write(lambda tx: privacy.erase(tx, call(both, LONG_AFTER, person="li", reason="asked")))
    assert list(await database.read(lambda tx: tx.scalars(select(case_event.c.by)).all())) == ["person:erased"]
    assert await database.read(lambda tx: leaves(tx, "erasure")) == [{"index": 1}]
    one = privacy.sought(config, None, "li")
    assert set(await database.read(lambda tx: privacy.gathered(tx, one))) == {"incident_event"}
    assert len(made["kept"]) == 1 and made["kept"][0].startswith("1 rows of incidents stay: ")


async def test_a_customer_long_after_his_agreement_is_erased_with_his_openings(
    database: Database, config: Config
) -> None:
    await database.write(full)
    ended = ending(config, NOON + DAY)
    await database.write(lambda tx: privacy.erase(tx, call(ended, LONG_AFTER, customer="acme", reason="asked")))
    one = privacy.sought(config, "acme", None)
    assert await database.read(lambda tx: privacy.gathered(tx, one)) == {}
    assert await database.read(lambda tx: leaves(tx, "erasure")) == [{"index": 1}]


async def test_one_is_asked_for_and_known_and_a_reason_is_given(database: Database, config: Config) -> None:
    asked: dict[str, str]
    for asked, told in (
        ({"reason": "r"}, "say whose"),
        ({"customer": "acme", "person": "li", "reason": "r"}, "say whose"),
        ({"customer": "nobody", "reason": "r"}, "nothing is known of a customer 'nobody'"),
        ({"customer": "acme", "reason": " "}, "say why"),
    ):
        with pytest.raises(Kept, match=told):
            await database.write(partial(privacy.erase, call=call(config, NOON, **asked)))


async def test_no_command_stores_an_identity_number(database: Database, config: Config) -> None:
    number = "110105" + "19491231" + "002X"
    asked = call(config, customer="acme", kind="fault", title=f"no login for {number}", level=1)
    with pytest.raises(Refused, match="never stored"):
        await database.write(lambda tx: COMMANDS["case.open"](tx, asked))


def test_an_exported_file_is_its_owners_alone_and_leaves_a_leaf(tmp_path: Path) -> None:
    config = configuration(tmp_path, people=PEOPLE)
    store, file = f"sqlite:///{tmp_path}/upheld.db", tmp_path / "acme.zip"
    configuration(tmp_path, people=PEOPLE, store={"url": store})
    run, path = CliRunner(), str(tmp_path / "upheld.yaml")
    assert config.customers
    assert run.invoke(main, ["migrate", "-c", path]).exit_code == 0
    assert run.invoke(main, ["hold", "add", "acme", "--reason", "docket 118", "-c", path]).exit_code == 0
    done = run.invoke(main, ["privacy", "export", "acme", "-o", str(file), "-c", path, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["leaf"] == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as packed:
        assert set(packed.namelist()) == {"legal_hold.json", "ledger_opening.json"}
    again = run.invoke(main, ["privacy", "export", "acme", "-o", str(file), "-c", path])
    assert (again.exit_code, "give a new file" in again.output) == (1, True)
