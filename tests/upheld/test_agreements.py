"""Agreements in the whole house: a restart without the text, a reload with another, commands, statements."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from pytest_aiohttp.plugin import AiohttpClient

from config.instant import DAY, HOUR
from config.state import State
from incidents.store.transition import Transition, append
from sla.store import contract as store
from tests.upheld.house import NOON, document, house, served, write
from tests.upheld.test_cli import refused, upheld
from upheld.control import CommandRefused
from upheld.house import House
from upheld.statements import statement_of

pytestmark = pytest.mark.store

ACME = "acme/sla-standard"
UP = Transition(component="shop", state=State.UP, happened_at=NOON - HOUR, by="source:am")
REVISION = {"id": ACME, "target": "99", "effective": "2026-09-20", "reason": "less traffic by night", "signed": []}


def without_customers(folder: Path) -> None:
    written = document()
    del written["customers"]
    (folder / "upheld.yaml").write_text(yaml.safe_dump(written))


def versions(opened: House) -> list[tuple[int, str]]:
    return [(one.version, one.availability.target) for one in opened.config.customers["acme"].agreements]


async def test_a_restart_keeps_what_is_stored_after_the_file_has_lost_it(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        await opened.command("agreement.revise", "person:wang", REVISION)
        before = versions(opened)
        name = opened.config.customers["acme"].name
    async with house(tmp_path, customers={}) as opened:
        assert before == versions(opened) == [(1, "99.9"), (2, "99")]
        assert (name, opened.config.customers["acme"].name) == ("Acme", "acme")
        statement = await opened.database.read(
            lambda tx: statement_of(tx, opened.config, opened.rules.caseload, "acme", "2026-09", NOON)
        )
        assert [part.component for part in statement.components] == ["shop"]


async def test_a_component_that_the_files_lose_is_no_longer_counted_as_up(tmp_path: Path) -> None:
    """Whoever takes it out together with its customer takes its measuring away, and not the agreement."""
    async with house(tmp_path) as opened:
        await opened.database.write(lambda tx: append(tx, UP, UP.happened_at))
        write(tmp_path, components={"crm": {}}, customers={}, listen={"address": opened.config.listen.address})
        assert await opened.reload() == []
        statement = await opened.database.read(
            lambda tx: statement_of(tx, opened.config, opened.rules.caseload, "acme", "2026-09", NOON + DAY)
        )
    (part,) = statement.components
    assert (part.component, part.account.service_time - part.account.unobserved) == ("shop", HOUR)


async def test_a_reload_with_another_text_keeps_the_contract_and_says_so(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        written = document(listen={"address": opened.config.listen.address})
        written["customers"]["acme"]["agreement"]["target"] = "90"
        opened.path.write_text(yaml.safe_dump(written))
        answer = await reader.post("/-/reload")
        said = (await answer.text()).splitlines()
        assert (answer.status, said[0]) == (200, "configuration taken over")
        assert said[1].startswith("version 1 of acme/sla-standard is stored since 2026-09-04 and stays as it is")
        assert versions(opened) == [(1, "99.9")]


async def test_a_new_version_in_the_file_is_stored_by_the_reload(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        first = document()["customers"]["acme"]["agreement"]
        second = {**first, "version": 2, "effective": "2026-10-01", "target": "99.95"}
        changed = {"acme": {"name": "Acme", "agreements": [first, second]}}
        write(tmp_path, customers=changed, listen={"address": opened.config.listen.address})
        assert await opened.reload() == []
        assert opened.taken.kept == ()
        assert versions(opened) == [(1, "99.9"), (2, "99.95")]
        stored = await opened.database.read(lambda tx: store.contract(tx, ACME))
        assert stored is not None
        assert [one.agreement.version for one in stored.versions] == [1, 2]


async def test_a_plan_says_what_changes_and_what_is_the_store_s(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        first = document()["customers"]["acme"]["agreement"]
        second = {**first, "version": 2, "effective": "2026-10-01"}
        listed = [{**first, "target": "90"}, second]
        path = tmp_path / "new.yaml"
        path.write_text(
            yaml.safe_dump(
                document(
                    listen={"address": opened.config.listen.address},
                    customers={"acme": {"name": "Acme Ltd", "agreements": listed}},
                )
            )
        )
        lines = await opened.command("plan", "", {"path": str(path)})
        assert "changed customers.acme" in lines
        assert "    name: Acme -> Acme Ltd" in lines
        assert "added customers.acme.agreements.sla-standard@2" in lines
        (owned,) = (
            place
            for place, line in enumerate(lines)
            if line.startswith("the store owns acme/sla-standard, version 1 (configuration, upheld):")
        )
        assert "availability.target: 99.9 -> 90" in lines[owned + 1]
        assert "write `version: 2` and its `effective:`" in lines[owned + 1]


async def test_a_revision_inside_a_month_counts_each_stretch_under_its_own_terms(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        await opened.command("agreement.revise", "person:wang", REVISION)
        end = NOON + 27 * DAY
        statement = await opened.database.read(
            lambda tx: statement_of(tx, opened.config, opened.rules.caseload, "acme", "2026-09", end)
        )
        (part,) = statement.agreements
        assert [one.version for one in part.versions] == [1, 2]
        (component,) = statement.components
        assert component.account.budget is not None
        assert component.account.budget.widest == 19 * DAY // 1000 + 11 * DAY // 100


async def test_what_cannot_be_agreed_is_refused_with_what_to_do_and_nothing_is_stored(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        for arguments, says in (
            ({**REVISION, "target": "100.1"}, "a target lies above 0 and is at most 100, not 100.1"),
            ({**REVISION, "effective": "2026-08-01"}, "the versions overlap"),
            ({**REVISION, "effective": "soon"}, "a date is written 2026-01-01"),
            ({**REVISION, "effective": None}, "say from when it holds"),
            ({**REVISION, "target": None}, "say what changes"),
            ({**REVISION, "reason": " "}, "say why"),
            ({**REVISION, "ends": "2026-09-20"}, "ends before it is in force"),
            ({**REVISION, "id": "linden"}, "there is no agreement 'linden'; known: acme/sla-standard"),
            ({**REVISION, "text": "components: [shopp]", "file": "new.yaml"}, "no component is named 'shopp'"),
            ({**REVISION, "text": "- a list", "file": "new.yaml"}, "new.yaml:1:1: a list is not an agreement"),
        ):
            with pytest.raises(CommandRefused, match=says.replace(".", r"\.")):
                await opened.command("agreement.revise", "person:wang", arguments)
        assert versions(opened) == [(1, "99.9")]


LINDEN = """\
profile: support-agreement@1
terms: strict-7x24@1
target: "99.5"
components: [shop]
measured_from: 2026-09-10
contract: LC-2026-004
parties: {customer: {called: 甲方, name: Linden Clinic Ltd}, provider: {called: 乙方}}
ends: 2027-09-10
renewal: {notice: 60d}
"""


async def test_a_customer_that_no_file_names_has_an_agreement_all_the_same(tmp_path: Path) -> None:
    arguments = {"customer": "linden", "text": LINDEN, "file": "linden.yaml", "reason": "new", "signed": []}
    async with house(tmp_path) as opened:
        with pytest.raises(CommandRefused, match="there is no customer 'linden'; known: acme; a new one needs --name"):
            await opened.command("agreement.add", "person:wang", arguments)
        named = {**arguments, "name": "Linden Clinic", "email": "mo@linden.example"}
        made = await opened.command("agreement.add", "person:wang", named)
        assert (made["agreement"], made["state"], made["contract"]) == (
            "linden/support-agreement",
            "to come",
            "LC-2026-004",
        )
        linden = opened.config.customers["linden"]
        assert (linden.name, [one.email for one in linden.contacts]) == ("Linden Clinic", ["mo@linden.example"])
        assert linden.agreements[0].parties.provider.called == "乙方"
        assert list(opened.config.customers) == ["acme", "linden"]


async def test_an_agreement_that_lacks_its_terms_names_each_of_them(tmp_path: Path) -> None:
    text = "{components: [shop], measured_from: 2026-09-10}"
    arguments = {"customer": "acme", "text": text, "file": "new.yaml", "reason": "new", "signed": []}
    async with house(tmp_path) as opened:
        with pytest.raises(CommandRefused) as refusal:
            await opened.command("agreement.add", "person:wang", arguments)
        said = str(refusal.value).splitlines()
        assert len(said) == 6
        assert all(one.startswith("new.yaml:1:1: the agreement does not say its ") for one in said)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write(tmp_path)
    monkeypatch.setenv("UPHELD_CONFIG", str(path))
    assert upheld("migrate").exit_code == 0
    return path


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_commands_revise_confirm_end_and_list_without_a_server(config: Path) -> None:
    assert "no agreement is stored" in upheld("agreement", "list").stdout
    revised = told(
        upheld("agreement", "revise", "acme", "--target", "99.5", "--effective", "2027-01-01", "--by", "wang",
               "--reason", "amendment 1", "--confirmed", "provider:amendment 1", "--json")
    )  # fmt: skip
    assert [(one["version"], one["by"], one["reason"]) for one in revised["versions"]] == [
        (1, "upheld", "written in the configuration"),
        (2, "person:wang", "amendment 1"),
    ]
    confirmed = told(upheld("agreement", "confirm", "acme", "amendment 1, page 3", "--by", "customer:acme", "--json"))
    assert confirmed["versions"][1]["confirmed_by"] == ["customer", "provider"]
    assert confirmed["events"][-1]["reference"] == "amendment 1, page 3"
    signed = ("--confirmed", "customer:letter 7")
    ended = told(upheld("agreement", "end", "acme", "--on", "2028-01-01", "--reason", "moved away", *signed, "--json"))
    assert ended["ends"] == "2028-01-01T00:00:00.000Z"
    assert ended["events"][-1]["signed_by_customer"] == "letter 7"
    (listed,) = told(upheld("agreement", "list", "--json"))
    assert (listed["agreement"], listed["ends"]) == (ACME, ended["ends"])
    assert "How availability is counted" in upheld("agreement", "annex", "acme").stdout
    stated = told(upheld("agreement", "annex", "acme", "--format", "json", "--lang", "zh-CN"))
    assert stated["version"] == 2 and any("99.5" in one["text"] for one in stated["clauses"])
    paper = config.with_name("annex.pdf")
    upheld("agreement", "annex", "acme", "--format", "pdf", "--lang", "zh-CN", "-o", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    shown = upheld("agreement", "show", "acme").stdout
    assert "At least 99.5" in shown and "moved away" in shown and "amendment 1, page 3" in shown
    assert "letter 7" in shown
    assert "可用率不低于99.5%" in upheld("agreement", "show", "acme", env={"UPHELD_LANG": "zh-CN"}).stdout
    owned = "the store owns acme/sla-standard, version 1 (configuration, upheld), version 2 (command, person:wang)"
    assert owned in upheld("plan").stdout


def test_a_command_that_is_not_understood_says_what_to_write(config: Path) -> None:
    assert "write customer:acme or provider" in refused(upheld("agreement", "confirm", "acme", "x", "--by", "chen"), 2)
    wrong = upheld("agreement", "end", "acme", "--on", "2028-01-01", "--reason", "x", "--confirmed", "chen")
    assert wrong.exit_code == 2
    assert "write customer:REF or provider:REF" in wrong.stderr
    assert "there is no agreement 'linden'" in refused(upheld("agreement", "show", "linden"), 1)
