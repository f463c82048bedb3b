"""Commands as they are typed: their exit codes, their one line of trouble, their JSON."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from config.instant import DAY, HOUR, rfc3339
from config.load import load
from db.engine import open_database
from incidents.incident import Noted, SeverityRaised
from incidents.routing import Routing
from incidents.store import incident as incidents
from tests.incidents import samples
from tests.incidents.samples import incident, opened, recorded
from tests.incidents.samples import incidents as incident_rules
from tests.upheld.house import document, seen_failing, write
from upheld.cli import main
from upheld.cli.main import COMMANDS, LATER
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.rules import rules_of

pytestmark = pytest.mark.store

CASES = Path(__file__).parent.parent / "sla" / "cases"
PASSWORD = "correct horse battery staple"
INCIDENT_KEYS = {
    "id",
    "state",
    "severity",
    "component",
    "opened_at",
    "started_at",
    "acknowledged_at",
    "resolved_at",
    "cases",
}


def upheld(*words: str, **how: Any) -> Result:
    return CliRunner().invoke(main, list(words), **how)


def refused(result: Result, code: int) -> str:
    """The one line on standard error."""
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    (line,) = result.stderr.splitlines()
    return line


def test_a_group_without_a_command_shows_its_help_line_by_line() -> None:
    result = upheld("incident")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == upheld("incident", "--help").stdout


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrated, empty store and its configuration, named as an operator's shell would."""
    path = write(tmp_path)
    monkeypatch.setenv("UPHELD_CONFIG", str(path))
    assert upheld("migrate").exit_code == 0
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    shown = upheld(name, "--help")
    assert shown.exit_code == 0
    assert f"main {name}" in shown.stdout


@pytest.mark.parametrize("name", LATER)
def test_what_comes_later_says_so_and_exits_with_2(name: str) -> None:
    assert refused(upheld(name, "anything", "--at-all"), 2) == f"upheld {name}: not in this version"


def test_a_role_of_its_own_comes_later(config: Path) -> None:
    assert "not in this version" in refused(upheld("serve", "--role", "probe"), 2)


def test_without_a_configuration_it_names_the_file_it_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "upheld.yaml" in refused(upheld("incident", "list"), 1)


def test_a_configuration_is_checked_with_every_problem_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "upheld.yaml"
    path.write_text("components:\n  shop: {tier: coer}\n  api: {checks: {a: {kind: htttp}}}\n")
    done = upheld("check-config", str(path))
    assert done.exit_code == 1
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["2", "3"]
    assert "core" in done.stderr and "http" in done.stderr
    path.write_text(yaml.safe_dump(document()))
    good = upheld("check-config", str(path))
    assert (good.exit_code, "1 components" in good.stdout) == (0, True)


def test_init_writes_a_file_that_checks_out_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "upheld.yaml"
    assert upheld("init", "https://shop.example.com/", "-o", str(path)).exit_code == 0
    assert upheld("check-config", str(path)).exit_code == 0
    before = path.read_text()
    assert "exists" in refused(upheld("init", "https://other.example.com/", "-o", str(path)), 1)
    assert path.read_text() == before


def test_the_schema_and_the_long_form_are_printed(config: Path) -> None:
    assert json.loads(upheld("config", "schema").stdout)["properties"]["components"]
    assert yaml.safe_load(upheld("plan", "--expanded").stdout)["components"]["shop"]["tier"] == "core"
    assert "no server runs" in upheld("plan").stdout


def test_the_counting_core_answers_a_file_and_standard_input() -> None:
    file = CASES / "account.json"
    done = upheld("account", str(file))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(upheld("account", "-", input=file.read_bytes()).stdout)
    assert upheld("deadline", str(CASES / "deadline.json")).exit_code == 0
    assert upheld("account", "-", input=b"{}").exit_code == 2
    assert "UTF-8" in refused(upheld("account", "-", input=b"\xff"), 2)


def test_a_store_that_is_not_there_yet_or_of_another_version_is_one_line_and_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPHELD_CONFIG", str(write(tmp_path)))
    assert "there is no store yet" in refused(upheld("incident", "list"), 3)
    assert upheld("migrate").exit_code == 0
    with sqlite3.connect(tmp_path / "upheld.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    for words in (("incident", "list"), ("case", "open", "acme", "It is slow"), ("serve",)):
        assert "newer version" in refused(upheld(*words), 3)


def test_a_case_from_the_first_call_to_the_confirmation(config: Path) -> None:
    words = ("--component", "shop", "--caller", "Chen", "--level", "2", "--by", "li", "--json")
    opened = json.loads(upheld("case", "open", "acme", "It is slow", *words).stdout)
    assert (opened["customer"], opened["component"], opened["level"], opened["state"]) == ("acme", "shop", 2, "open")
    number = opened["id"]
    said = json.loads(upheld("case", "level", number, "3", "--reason", "one branch", "--by", "li", "--json").stdout)
    assert (said["level"], said["unconfirmed_levels"]) == (2, [3])
    for what in ("respond", "note", "resolved"):
        assert upheld("case", "event", number, what, "told by telephone", "--by", "li").exit_code == 0
    confirmed = json.loads(upheld("case", "confirm", number, "thank you", "--json").stdout)
    assert confirmed["state"] == "confirmed"
    assert "asks for overall" in refused(upheld("case", "rate", number, "--speed", "2", "--by", "li"), 1)
    rated = json.loads(upheld("case", "rate", number, "--overall", "2", "--by", "li", "--json").stdout)
    assert (rated["rated_by"], rated["low_rating"]) == ("person:li", False)
    shown = json.loads(upheld("case", "show", number, "--json").stdout)
    assert {clock["state"] for clock in shown["clocks"] if clock["name"] == "respond"} == {"met"}
    assert [event["by"] for event in shown["events"]][:2] == ["person:li", "person:li"]
    assert json.loads(upheld("case", "list", "--json").stdout) == []
    (listed,) = json.loads(upheld("case", "list", "--all", "--json").stdout)
    assert (listed["id"], listed["progress"]) == (number, listed["state"]), "no word of its own is agreed"
    (row,) = [
        line for line in upheld("case", "list", "--all", "--customer", "acme").stdout.splitlines() if number in line
    ]
    assert "It is slow" in row, "one row is one line where there is no terminal"
    assert number in upheld("case", "show", number).stdout
    found = json.loads(upheld("case", "search", "SLOW", "--json").stdout)
    assert [(one["id"], one["helped"]) for one in found] == [(number, "told by telephone")]
    assert upheld("case", "search", "slow", "--customer", "other").stdout == "no case says so\n"


def test_a_case_is_taken_handed_over_and_stands_in_the_list_for_a_change_of_shift(config: Path) -> None:
    config.write_text(config.read_text() + "\npeople: {li: {name: Li Wei, email: li@example.com}}\n")
    words = ("--scope", "many", "--urgency", "slight", "--by", "li", "--json")
    opened = json.loads(upheld("case", "open", "acme", "It is slow", *words).stdout)
    number = opened["id"]
    assert (opened["level"], opened["responsible"]) == (2, None)
    taken = json.loads(upheld("case", "take", number, "--by", "li", "--json").stdout)
    assert (taken["responsible"], taken["offered"]) == ("li", None)
    refusal = upheld("case", "hand-over", number, "--to", "li", "--next", "call the maker", "--by", "li")
    assert "li has it already" in refused(refusal, 1)
    assert upheld("case", "event", number, "note", "the maker looks at it", "--by", "li").exit_code == 0
    (row,) = json.loads(upheld("case", "shift", "--json").stdout)
    assert (row["id"], row["responsible"], row["next_action"]) == (number, "li", "the maker looks at it")
    assert json.loads(upheld("case", "shift", "--person", "nobody", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("case", "open", "nobody", "It is slow"), "nobody"),
        (("case", "open", "acme", "It is slow", "--level", "9"), "9"),
        (("case", "open", "acme", "It is slow", "--component", "crm"), "crm"),
        (("case", "event", "CASE-1", "note", "x"), "CASE-1"),
        (("case", "show", "CASE-1"), "CASE-1"),
        (("incident", "show", "INC-1"), "INC-1"),
        (("incident", "ack", "INC-1"), "INC-1"),
        (("incident", "resolve", "INC-1"), "INC-1"),
        (("incident", "note", "INC-1", "x"), "INC-1"),
        (("user", "password", "li", "--password", PASSWORD), "li"),
        (("user", "add", "li", "--role", "engineer", "--password", "short"), "12"),
        (("user", "add", "chen", "--role", "customer", "--customer", "nobody", "--password", PASSWORD), "nobody"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(config: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(upheld(*words), 1)


def test_a_time_that_is_none_is_a_wrong_use(config: Path) -> None:
    done = upheld("case", "open", "acme", "It is slow", "--reported-at", "yesterday")
    assert (done.exit_code, "2026-11-22 14:30" in done.stderr) == (2, True)


def test_without_incidents_it_says_so(config: Path) -> None:
    assert upheld("incident", "list").stdout == "no unresolved incident\n"
    assert upheld("incident", "list", "--all").stdout == "no incident\n"
    assert json.loads(upheld("incident", "list", "--json").stdout) == []
    assert "first_time" in upheld("incident", "figures").stdout
    assert "there is no customer" in refused(upheld("incident", "figures", "--customer", "nobody"), 1)
    assert upheld("drill", "list").stdout == "no drill\n"
    assert upheld("sample", "list").stdout == "nothing was drawn\n"
    assert "there is no case" in refused(upheld("sample", "reread", "CASE-9", "x"), 1)
    assert "--sound where nothing was" in refused(upheld("sample", "reread", "CASE-9"), 2)
    assert upheld("finding", "list").stdout == "no open finding\n"
    assert "a drill would call nobody" in refused(upheld("drill", "start", "shop"), 1)
    backwards = ("--from", "2026-11-02", "--to", "2026-11-01")
    assert "there is no time between" in refused(upheld("incident", "figures", *backwards), 1)


def test_an_incident_is_shown_with_the_exchange_that_failed_first(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = incident()

    def seen(tx: Connection) -> None:
        incidents.add(tx, fault, recorded(opened()))
        seen_failing(tx, fault.id)

    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        await database.write(seen)
        await database.close()

    asyncio.run(stored())
    told = json.loads(upheld("incident", "show", fault.id, "--json").stdout)["evidence"]
    assert (told["check"], told["reason"], told["facts"]) == ("shop/home", "status", {"status": 503, "tls": False})
    shown = upheld("incident", "show", fault.id).stdout
    assert "Down  shop/home 2026-09-04 11:59:00 local\nAnswered with an error (status), 31 ms\n" in shown
    assert "返回错误 (status), 31 ms" in upheld("incident", "show", fault.id, "--lang", "zh-CN").stdout
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "返回错误 (status), 31 ms" in upheld("incident", "show", fault.id).stdout


def test_what_happened_is_told_a_person_in_words_and_at_the_sites_time(config: Path) -> None:
    config.write_text(config.read_text() + "\nsite: {timezone: Asia/Shanghai}\n")
    fault, raised = incident(), SeverityRaised(severity=1, because="tier core is down")

    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        more = [recorded(raised), recorded(Noted(text="looking"), by="person:li")]
        await database.write(lambda tx: incidents.add(tx, fault, recorded(opened()), more))
        await database.close()

    asyncio.run(stored())
    english, chinese = (upheld("incident", "show", fault.id, "--lang", one).stdout for one in ("en", "zh-CN"))
    assert "Severity raised to 1" in english and "tier core, Down" in english and "li noted" in english
    assert "严重度升为1" in chinese and "li备注" in chinese
    for shown in (english, chinese, upheld("incident", "list").stdout):
        assert "Asia/Shanghai" in shown and "2026-09-04 20:00:00" in shown
        assert not re.search(r"severity_raised|because=|\dZ\b", shown)
    facts = json.loads(upheld("incident", "show", fault.id, "--json").stdout)["events"][1]
    assert (facts["event"], facts["recorded_at"]) == ("severity_raised", "2026-09-04T12:00:00.000Z")


def test_who_was_told_and_what_holds_an_incident_is_said_in_words(config: Path) -> None:
    database = {"name": {"en": "Database", "zh-CN": "数据库"}}
    told = {"on_call": {"name": "Li", "email": "li@example.com"}, "components": {"shop": {}, "database": database}}
    write(
        config.parent, **told, incidents={"inhibit": [{"source": ["component=database"], "target": ["component=shop"]}]}
    )

    def fails(tx: Connection) -> None:
        rules = rules_of(load(config, kinds=installed().registries), installed())
        for component in ("database", "shop"):
            news = samples.alert(component, labels={"component": component})
            rules.incidents.alert_news(tx, "am", [news], Routing(), samples.NOON, samples.NOON)
        rules.incidents.acknowledge(tx, "INC-2026-0001", "person:li", samples.NOON, "desk")

    async def stored() -> None:
        house = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        await house.write(fails)
        await house.close()

    asyncio.run(stored())
    english, chinese = (upheld("incident", "show", "INC-2026-0001", "--lang", one).stdout for one in ("en", "zh-CN"))
    assert "called" in english and "acknowledged before" in english and "page" not in english
    assert "呼叫" in chinese and "page" not in chinese
    english, chinese = (upheld("incident", "show", "INC-2026-0002", "--lang", one).stdout for one in ("en", "zh-CN"))
    assert "Calls held by INC-2026-0001" in english and "Database" in english and "database" not in english
    assert "数据库" in chinese and "database" not in chinese
    facts = json.loads(upheld("incident", "show", "INC-2026-0001", "--json").stdout)["told"]
    assert {one["purpose"] for one in facts} == {"page"}


def test_what_a_command_changed_is_told_with_names_and_at_the_sites_time(config: Path) -> None:
    people = {"li": {"name": {"en": "Li Wei", "zh-CN": "李伟"}, "email": "li@example.com"}}
    write(config.parent, people=people, site={"timezone": "Asia/Shanghai"})

    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        await database.write(lambda tx: incidents.add(tx, incident(), recorded(opened())))
        await database.close()

    asyncio.run(stored())
    window = ("--category", "maintenance", "--start", "2030-01-01 01:00", "--end", "2030-01-01 05:00")
    wrong = ("--state", "up", "--from", "2026-09-02 01:00", "--to", "2026-09-02 02:00", "--reason", "x")
    for words in (
        ("incident", "ack", incident().id, "--by", "li"),
        ("exclusion", "add", "shop", *window, "--by", "li"),
        ("correction", "request", "shop", *wrong, "--evidence", "log", "--by", "li"),
    ):
        told = upheld(*words)
        assert told.exit_code == 0, told.output
        assert told.stdout.endswith("times: Asia/Shanghai\n") and not re.search(r"\dZ\b|person:", told.stdout), words
    assert "acknowledged_by: Li Wei" in upheld("incident", "ack", incident().id, "--by", "li").stdout
    assert "times:" not in upheld("user", "add", "wang", "--role", "engineer", "--password", PASSWORD).stdout


def test_every_list_has_names_and_the_sites_time(config: Path) -> None:
    people = {"li": {"name": {"en": "Li Wei", "zh-CN": "李伟"}, "email": "li@example.com"}}
    write(config.parent, people=people, site={"timezone": "Asia/Shanghai"})
    done: tuple[tuple[str, ...], ...] = (
        ("agreement", "revise", "acme", "--target", "99.5", "--effective", "2030-01-01", "--reason", "x", "--by", "li"),
        ("obligation", "add", "acme", "An alarm", "--owner", "li", "--due", "2030-01-01", "--by", "li"),
        ("user", "add", "wei", "--role", "engineer", "--password", PASSWORD),
        ("token", "create", "ci", "--user", "wei", "--scope", "read"),
        ("hold", "add", "acme", "--reason", "a proceeding"),
    )
    for words in done:
        told = upheld(*words)
        assert told.exit_code == 0, told.output
    lists: tuple[tuple[tuple[str, ...], str], ...] = (
        (("agreement", "list"), "2026-09-01 00:00:00"),
        (("obligation", "list"), "2030-01-01 00:00:00"),
        (("token", "list"), "wei"),
        (("hold", "list"), "a proceeding"),
    )
    for words, says in lists:
        listed = upheld(*words, env={"COLUMNS": "300"}).stdout
        assert listed.endswith("times: Asia/Shanghai\n"), listed
        assert says in listed and not re.search(r"\dZ\b|person:", listed), listed
    shown = upheld("agreement", "show", "acme", env={"COLUMNS": "300"}).stdout
    assert "Li Wei" in shown and "2030-01-01 00:00:00" in shown and not re.search(r"\dZ\b|person:", shown)


def test_a_case_is_told_a_person_in_words_and_at_the_sites_time(config: Path) -> None:
    config.write_text(config.read_text() + "\nsite: {timezone: Asia/Shanghai}\n")
    when = ("--reported-at", "2026-09-04 12:00", "--by", "li")
    assert upheld("case", "open", "acme", "It is slow", "--level", "2", *when).exit_code == 0
    assert upheld("case", "event", "CASE-2026-0001", "note", "told by telephone", "--by", "li").exit_code == 0
    shown = upheld("case", "show", "CASE-2026-0001").stdout
    assert "li wrote" in shown and "told by telephone" in shown and "case_noted" not in shown
    listed = upheld("case", "list").stdout
    assert "进展: 处理中" in upheld("case", "show", "CASE-2026-0001", env={"UPHELD_LANG": "zh-CN"}).stdout
    assert "响应" in upheld("case", "shift", env={"UPHELD_LANG": "zh-CN"}).stdout
    assert "2026-09-04 12:00:00" in listed and listed.endswith("times: Asia/Shanghai\n")
    assert json.loads(upheld("case", "list", "--json").stdout)[0]["reported_at"] == "2026-09-04T04:00:00.000Z"


def test_users_come_get_another_role_and_another_password(config: Path) -> None:
    added = upheld("user", "add", "li", "--role", "engineer", "--password", PASSWORD, "--json")
    assert json.loads(added.stdout) == {"user": "li", "role": "engineer", "customer": None}
    assert "already" in refused(upheld("user", "add", "li", "--role", "admin", "--password", PASSWORD), 1)
    changed = upheld("user", "role", "li", "customer", "--customer", "acme", "--json")
    assert json.loads(changed.stdout) == {"user": "li", "role": "customer", "customer": "acme"}
    assert upheld("user", "password", "li", "--password", PASSWORD + "!").exit_code == 0
    assert PASSWORD.encode() not in (config.parent / "upheld.db").read_bytes()


@pytest.mark.server
@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-1.7"), ("xlsx", b"PK")])
def test_what_is_no_text_goes_to_a_file_or_a_pipe_and_never_to_a_terminal(
    config: Path, form: str, begins: bytes
) -> None:
    words = ("statement", "acme", "2026-09", "--format", form)
    assert upheld(*words).stdout_bytes.startswith(begins)
    assert upheld(*words, "-o", str(config.parent / "out")).exit_code == 0
    assert (config.parent / "out").read_bytes().startswith(begins)
    screen, terminal = os.openpty()
    program = "from upheld.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, *words], stdout=terminal, stderr=subprocess.PIPE, text=True)
    os.close(terminal)
    os.close(screen)
    assert done.returncode == 2
    assert done.stderr == (
        f"upheld: --format {form}: nothing for a terminal; write it to a file with -o, or redirect it\n"
    )


def test_statements_are_written_one_or_all_and_refused_with_a_reason(config: Path) -> None:
    one = upheld("statement", "acme", "2026-09", "--format", "json")
    assert json.loads(one.stdout)["customer"] == "acme"
    folder = config.parent / "statements"
    assert upheld("statement", "--all", "2026-09", "--format", "csv", "-o", str(folder)).exit_code == 0
    assert [file.name for file in folder.iterdir()] == ["acme-2026-09.csv"]
    assert "not in this version" in refused(upheld("statement", "acme", "2026-09", "--format", "docx"), 2)
    assert "which period" in refused(upheld("statement", "acme"), 2)
    assert "nobody" in refused(upheld("statement", "nobody", "2026-09"), 2)
    assert refused(upheld("statement", "acme", "2026-13"), 2)


def test_the_key_is_printed_and_written(config: Path) -> None:
    printed = upheld("key")
    assert printed.stdout.startswith("-----BEGIN PUBLIC KEY-----")
    file = config.parent / "upheld.pub"
    assert upheld("key", "-o", str(file)).exit_code == 0
    assert file.read_text() == printed.stdout


def test_a_wrong_use_is_one_line_that_names_the_help(config: Path) -> None:
    line = refused(upheld("statement", "acme", "2026-10", "--langg", "en"), 2)
    assert line.startswith("upheld: No such option") and line.endswith("`main statement --help` shows how it is used")
    assert "nonsense" in refused(upheld("nonsense"), 2)


def test_a_configuration_that_tells_nobody_is_good_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "upheld.yaml"
    path.write_text('components: {shop: "https://shop.example.com/"}\n')
    checked = upheld("check-config", str(path))
    assert checked.exit_code == 0
    assert "nobody is told of an incident: write `on_call:" in checked.stdout


UNHEARD = """
channels: {mail: {kind: email, host: 127.0.0.1, sender: upheld@example.com}}
people:
  li: {name: Li, reach: [{channel: mail}]}
  wang: {name: Wang, email: wang@example.com, reach: [{channel: mail}]}
  zhao: {name: Zhao, role: expert}
  sun: {name: Sun}
escalations:
  night: {steps: [{notify: [wang, "role:expert"]}], fallback: [wang]}
components:
  shop: {name: Shop, escalation: night, checks: {nightly: {kind: heartbeat, period: 24h, token: "${env:NIGHTLY}"}}}
  crm: {name: CRM}
sources:
  one: {kind: pagerduty, token: the-same-for-both}
  two: {kind: pagerduty, token: the-same-for-both}
  am: {kind: alertmanager, token: the-same-for-both}
  short: {kind: alertmanager, token: fifteen-letters}
customers: {acme: {name: Acme, contacts: [{name: Chen}]}}
"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            [
                "nobody is told of incidents on crm: write `escalation: night` there, or a policy `default`",
                "people.zhao: nothing reaches him; write `email: …` or `reach: […]` there",
                "people.li: nothing reaches him over mail; write `email: …` there",
                "sources.two: the token of one, which gets all that is sent; write another one",
                "sources.short: its token has fewer than 16 characters and is soon guessed; write a longer one",
                "components.shop.checks.nightly: its token has fewer than 16 characters and is soon guessed; "
                "write a longer one",
                "customers.acme: no contact has an email, so that he is told nothing; write `email: …`",
            ],
        ),
        (
            "zh-CN",
            [
                "crm 发生事件时无人收到通知；请在组件处写 `escalation: night`，或写一个名为 `default` 的升级策略",
                "people.zhao: 无法通知到此人；请在此处写 `email: …` 或 `reach: […]`",
                "people.li: 经 mail 无法通知到此人；请在此处写 `email: …`",
                "sources.two: 与 one 的 token 相同，所有来信都归后者；请换一个",
                "sources.short: token 不足 16 个字符，容易被猜到；请换一个更长的",
                "components.shop.checks.nightly: token 不足 16 个字符，容易被猜到；请换一个更长的",
                "customers.acme: 没有联系人写有邮件地址，客户收不到任何通知；请写 `email: …`",
            ],
        ),
    ],
)
def test_what_a_good_configuration_brings_to_nobody_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, told: list[str]
) -> None:
    monkeypatch.setenv("UPHELD_LANG", lang)
    path = tmp_path / "upheld.yaml"
    path.write_text(UNHEARD)
    monkeypatch.setenv("NIGHTLY", "eightlet")
    checked = upheld("check-config", str(path))
    assert checked.exit_code == 0, checked.output
    *lines, _ = checked.stdout.splitlines()
    assert [line.removeprefix(f"{path}: ") for line in lines] == told
    assert "fifteen-letters" not in checked.output


def test_a_check_that_can_never_be_asked_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "upheld.yaml"
    path.write_text(
        "components:\n  shop:\n    name: Shop\n    checks:\n"
        '      home: {kind: http, target: "https://u:p@shop.example.com/", headers: {Authorization: Bearer x}}\n'
    )
    checked = upheld("check-config", str(path))
    assert checked.exit_code == 1
    assert ":5:" in checked.stderr and "credentials are given both in the address and in a header" in checked.stderr


EXCLUSION_KEYS = {"id", "state", "components", "category", "start", "end", "requested_by", "recorded_at", "approved_by"}


def test_an_exclusion_goes_from_the_proposal_to_the_customers_word(config: Path) -> None:
    window = ("--start", "2026-09-04 01:00", "--end", "2026-09-04 05:00")
    added = json.loads(upheld("exclusion", "add", "shop", "--category", "maintenance", *window, "--json").stdout)
    assert set(added) >= EXCLUSION_KEYS
    assert (added["id"], added["state"]) == ("X-1", "proposed")
    told = ("--at", "2026-09-02 09:00", "--proof", "250 accepted")
    for words in (
        ("notice", "X-1", *told),
        ("approve", "X-1", "--by", "wang"),
        ("countersign", "X-1", "--by", "customer:acme", "--proof", "sheet 17"),
        ("worked", "X-1", "--from", "2026-09-04 01:10", "--to", "2026-09-04 02:00"),
    ):
        assert upheld("exclusion", *words).exit_code == 0
    shown = json.loads(upheld("exclusion", "show", "X-1", "--json").stdout)
    assert [one["event"] for one in shown["events"]] == [
        "proposed",
        "notice_given",
        "approved",
        "countersigned",
        "worked",
    ]
    assert "X-1" in upheld("exclusion", "list").stdout
    chinese = upheld("exclusion", "show", "X-1", env={"UPHELD_LANG": "zh-CN"}).stdout
    assert "已提出" in chinese and "已会签" in chinese and "类别=维护" in chinese
    assert "呼叫人员: 否" in chinese and "公开显示: 是" in chinese
    assert not re.search(r"\dZ\b|notice_given|countersigned|maintenance", chinese)
    dry = upheld("exclusion", "withdraw", "X-1", "--reason", "not needed", "--dry-run")
    assert "2026-09" in dry.stdout
    assert upheld("exclusion", "withdraw", "X-1", "--reason", "not needed").exit_code == 0
    assert json.loads(upheld("exclusion", "list", "--json").stdout) == []
    assert [one["state"] for one in json.loads(upheld("exclusion", "list", "--all", "--json").stdout)] == ["withdrawn"]


def test_what_an_exclusion_cannot_be_is_one_line(config: Path) -> None:
    window = ("--start", "2026-09-04 05:00", "--end", "2026-09-04 01:00")
    assert "ends before it begins" in refused(
        upheld("exclusion", "add", "shop", "--category", "maintenance", *window), 1
    )
    assert "no component 'nothing'" in refused(
        upheld("exclusion", "add", "nothing", "--category", "maintenance", "--every", "Sun 01:00", "--duration", "4h"),
        1,
    )
    assert "force-majeure" in refused(upheld("exclusion", "add", "shop", "--category", "weather"), 2)
    assert "no exclusion 'X-9'" in refused(upheld("exclusion", "approve", "X-9"), 1)
    assert "no exclusion 'X-9'" in refused(upheld("exclusion", "show", "X-9"), 1)
    assert "customer:ID" in refused(upheld("exclusion", "countersign", "X-9", "--by", "li", "--proof", "p"), 2)
    assert "no customer 'nobody'" in refused(upheld("exclusion", "list", "--customer", "nobody"), 1)


def test_a_correction_goes_from_the_request_to_the_customers_word(config: Path) -> None:
    asked = ("--from", "2026-09-04 10:00", "--to", "2026-09-04 10:30", "--state", "partial")
    why = ("--reason", "one of two networks", "--evidence", "log E-4471")
    assert upheld("correction", "request", "shop", *asked, *why, "--dry-run").exit_code == 0
    assert json.loads(upheld("correction", "list", "--all", "--json").stdout) == []
    added = json.loads(upheld("correction", "request", "shop", *asked, *why, "--json").stdout)
    assert (added["id"], added["put_to"], added["state"]) == ("C-1", "partial", "requested")
    assert "C-1" in upheld("correction", "list").stdout
    assert upheld("correction", "approve", "C-1", "--by", "wang").exit_code == 0
    assert upheld("correction", "confirm", "C-1", "--by", "customer:acme", "--proof", "mail").exit_code == 0
    assert "waits for anybody" in upheld("correction", "list").stdout
    contested = upheld("correction", "contest", "C-1", "--by", "customer:acme", "--reason", "both failed", "--json")
    assert json.loads(contested.stdout)["words"] == {"acme": "contested"}
    shown = json.loads(upheld("correction", "show", "C-1", "--json").stdout)
    assert [one["event"] for one in shown["events"]] == ["requested", "approved", "confirmed", "contested"]
    table = upheld("correction", "show", "C-1", env={"COLUMNS": "300"}).stdout
    assert "recorded at" in table and "proof=mail" in table and "reason=both failed" in table
    chinese = upheld("correction", "show", "C-1", env={"UPHELD_LANG": "zh-CN"}).stdout
    assert "已申请" in chinese and "依据=mail" in chinese and "更正为: 部分故障" in chinese
    assert "2026-09-04 10:00:00" in chinese and not re.search(r"\dZ\b|requested|put_to|proof=", chinese)
    assert "no correction 'C-9'" in refused(upheld("correction", "approve", "C-9"), 1)
    assert "approved already" in refused(upheld("correction", "approve", "C-1", "--by", "zhao"), 1)


def test_a_figure_from_outside_is_entered_and_listed(config: Path) -> None:
    assert upheld("indicator", "list").stdout == "nothing is entered\n"
    figure = "desk_answer", "2026-10", "99", "--n", "9", "--proof", "call log", "--by", "wang"
    assert "there is no customer 'nobody'" in refused(upheld("indicator", "enter", "nobody", *figure), 1)


def test_remedies_and_obligations_are_listed_and_refusals_say_what_to_do(config: Path) -> None:
    assert upheld("remedy", "list").stdout == "nothing is booked\n"
    assert upheld("obligation", "list").stdout == "no open obligation\n"
    assert json.loads(upheld("obligation", "list", "--all", "--json").stdout) == []
    assert "there is no customer 'nobody'" in refused(upheld("remedy", "list", "nobody"), 1)
    assert "there is no obligation 'x'" in refused(upheld("obligation", "fulfil", "x", "--by", "li"), 1)
    assert "there is no customer 'nobody'" in refused(upheld("remedy", "breach", "nobody", "a list leaked"), 1)


def test_calls_are_held_and_go_on_from_the_command_line(config: Path) -> None:
    words = ("silence", "add", "component=shop", "source=~am|probe", "--reason", "moved", "--until")
    assert "31 days" in refused(upheld(*words, "2199-01-01"), 1)

    made = json.loads(upheld(*words, rfc3339(utc_now() + DAY), "--json").stdout)
    assert (made["id"], made["worst_too"], made["holds"]) == (1, False, [])
    assert json.loads(upheld("silence", "list", "--json").stdout) == [made]
    assert upheld("silence", "end", "1", "--reason", "done").exit_code == 0
    assert upheld("silence", "list").stdout == "nothing is silenced\n"
    assert "is over already" in refused(upheld("silence", "end", "1", "--reason", "done"), 1)


def test_who_acknowledges_what_another_has_is_told_so_and_can_take_it_over(config: Path) -> None:
    made = incident_rules(samples.config())

    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        news = [samples.alert("disk", labels={"service": "crm"})]
        await database.write(lambda tx: made.alert_news(tx, "am", news, samples.BY_SERVICE, samples.NOON, samples.NOON))
        await database.close()

    asyncio.run(stored())
    written = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**written, "people": {"li": {"name": "Li"}}}))
    words = ("incident", "ack", "INC-2026-0001", "--json", "--by")
    assert upheld(*words, "li").stderr == ""
    second = upheld(*words, "wang")
    assert json.loads(second.stdout)["acknowledged_by"] == "person:li"
    assert second.stderr == "li has it already; `--over` takes it over\n"
    third = upheld(*words, "nobody-known", "--over")
    assert json.loads(third.stdout)["acknowledged_by"] == "person:nobody-known"
    assert "nobody of `people:` is 'nobody-known'" in third.stderr


def test_an_alert_is_split_out_of_an_incident_from_the_command_line(config: Path) -> None:
    made = incident_rules(samples.config())

    def fails(tx: Connection) -> None:
        for key in ("disk", "fan"):
            news = samples.alert(key, labels={"service": "crm", "room": key})
            made.alert_news(tx, "am", [news], samples.BY_SERVICE, samples.NOON, samples.NOON)

    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        await database.write(fails)
        await database.close()

    asyncio.run(stored())
    shown = json.loads(upheld("incident", "show", "INC-2026-0001", "--json").stdout)
    assert [(one["key"], one["labels"]["room"]) for one in shown["alerts"]] == [("disk", "disk"), ("fan", "fan")]
    assert "crm does not answer" in upheld("incident", "show", "INC-2026-0001").stdout
    words = ("incident", "split", "INC-2026-0001", "--reason", "its disk is full")
    assert "choose at least one" in refused(upheld(*words, "--match", "room=attic"), 1)
    assert "bad matcher" in refused(upheld(*words, "--match", "room"), 1)
    split = json.loads(upheld(*words, "--alert", str(shown["alerts"][0]["number"]), "--json").stdout)
    assert (split["id"], split["split_from"], split["component"]) == ("INC-2026-0002", "INC-2026-0001", "crm")
    assert "leave at least one alert" in refused(upheld(*words, "--match", "room=~.*"), 1)


def test_two_incidents_become_one_and_two_again_from_the_command_line(config: Path) -> None:
    async def stored() -> None:
        database = await open_database(f"sqlite:///{config.parent / 'upheld.db'}")
        for number, component in enumerate(("shop", "crm"), start=1):
            fault = replace(incident(), id=f"INC-2026-000{number}", component=component)
            await database.write(partial(incidents.add, incident=fault, recorded=recorded(opened(component=component))))
        await database.close()

    asyncio.run(stored())
    merge = ("incident", "merge", "INC-2026-0002", "INC-2026-0001", "--reason", "one switch", "--json")
    assert json.loads(upheld(*merge).stdout)["parts"] == ["INC-2026-0002"]
    assert "is part of INC-2026-0001; do it there" in refused(upheld(*merge), 1)
    assert "part of INC-2026-0001" in refused(
        upheld("incident", "snooze", "INC-2026-0002", "--until", rfc3339(utc_now() + 1000), "--reason", "x"), 1
    )
    until = rfc3339(utc_now() + HOUR)
    put_off = upheld("incident", "snooze", "INC-2026-0001", "--until", until, "--reason", "x", "--json")
    assert json.loads(put_off.stdout)["snoozed_until"] == until
    assert "INC-2026-0001  snoozed" in upheld("incident", "list").stdout, "nobody has it: it read acknowledged"
    structlog.reset_defaults()  # what is logged on the way stands in no answer, whoever configured the log before
    split = json.loads(upheld("incident", "split", "INC-2026-0002", "--reason", "two", "--json").stdout)
    assert (split["merged_into"], split["parts"]) == (None, [])
    assert "is part of no other incident" in refused(upheld("incident", "split", "INC-2026-0002", "--reason", "x"), 1)
