"""Reports and the audit pack from the store: issued once and kept, owed until then, exported with a trace."""

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import DAY, HOUR, MINUTE, SECOND, rfc3339
from config.language import LANGUAGES
from config.model import Config
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from incidents.case import CaseResolved, Confirmed, Contested
from incidents.routing import Routing
from incidents.source import AlertNews
from incidents.store import transition
from probe import store as probes
from probe.batch import Batch, Bucket, OpenRun
from probe.latency import BOUNDS_US
from probe.observation import Run
from probe.result import Answer, Outcome, Reason
from probe.result import Result as Probed
from sla.report import Paper
from sla.store import report as stored
from tests.upheld.house import NOON, configuration, write
from tests.upheld.months import OCTOBER, Months
from upheld.call import Call
from upheld.cli import main
from upheld.clock import utc_now
from upheld.commands import COMMANDS
from upheld.installed import installed
from upheld.reports.due import due
from upheld.reports.forms import FORMS
from upheld.reports.making import NoReport, paper
from upheld.reports.pack import pack
from upheld.rules import Rules, rules_of

pytestmark = pytest.mark.store

STARTS, ENDS = NOON - 5 * HOUR, NOON - 4 * HOUR
CHECK = {"kind": "http", "target": "https://shop.example.com/"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    shop = {"name": {"en": "Web shop", "zh-CN": "网上商城"}, "tier": "core", "checks": {"home": CHECK}}
    people = {"li": {"name": {"en": "Li Wei", "zh-CN": "李伟"}}, "wang": {"name": "Wang"}}
    return configuration(tmp_path, components={"shop": shop}, people=people)


@pytest.fixture
def rules(config: Config) -> Rules:
    return rules_of(config, installed())


def fails(tx: Connection, rules: Rules) -> None:
    """An hour down, taken by Li; with it a question that was answered and confirmed."""

    def alert(firing: bool, at: int) -> None:
        one = AlertNews(
            key="f",
            firing=firing,
            labels={"component": "shop"},
            severity_word=None,
            summary="Bills cannot be paid",
            link=None,
            starts_at=STARTS,
            stamp=str(at),
            ends_at=None if firing else at,
        )
        rules.incidents.alert_news(tx, "am", [one], Routing(), at, at)

    for state, at in ((State.DOWN, STARTS), (State.UP, ENDS)):
        change = transition.Transition(component="shop", state=state, happened_at=at, by="probe:shop/home")
        transition.append(tx, change, at + MINUTE)
    alert(True, STARTS)
    incident = rules.incidents.acknowledge(tx, "INC-2026-0001", "person:li", STARTS + MINUTE, "desk")
    rules.incidents.note(tx, incident.id, "person:li", "Disk changed", STARTS + 2 * MINUTE)
    alert(False, ENDS)
    asked = rules.caseload.open_by_person(
        tx,
        customer="acme",
        kind=CaseKind.QUESTION,
        title="How is a bill printed?",
        by="person:li",
        reported_at=STARTS,
        now=STARTS,
    )
    for event, by, at in (
        (CaseResolved(how="explained"), "person:li", ENDS),
        (Confirmed(text="thanks"), "customer:acme", ENDS + 1),
    ):
        rules.caseload.record(tx, asked.id, event, by, at, at)


def measured(tx: Connection, _: Rules) -> None:
    """Two good runs, a failing answer between them that showed a certificate, and what answers took."""
    day = NOON - NOON % DAY - DAY
    failed = day + 2 * HOUR

    def run(outcome: Outcome, first: int, count: int, missing: tuple[int, ...] = ()) -> tuple[OpenRun, Run]:
        one = Run(
            check="shop/home",
            location="local",
            outcome=outcome,
            first_at=day + first,
            last_at=day + first + count * MINUTE,
            last_tick=day + first + count * MINUTE,
            count=count,
            missing=missing,
            interval=MINUTE,
            timeout=10 * SECOND,
            latency_sum_us=count * 1000,
            latency_max_us=1000,
        )
        return OpenRun(run=one, row=None), one

    answer = Answer(
        outcome=Outcome.DOWN, latency_us=2000, reason=Reason.TIMEOUT, facts={"not_after": NOON + 40 * DAY}, phases={}
    )
    counts = [0] * (len(BOUNDS_US) + 1)
    counts[0] = 99
    probes.save(
        tx,
        Batch(
            runs=(
                run(Outcome.UP, 0, 60, (day + MINUTE,)),
                run(Outcome.DOWN, 2 * HOUR, 1),
                run(Outcome.UP, 3 * HOUR, 39),
            ),
            failing=(Probed(check="shop/home", location="local", tick=failed, started_at=failed, answer=answer),),
            buckets=(
                Bucket(
                    check="shop/home", location="local", bucket_at=day, count=99, sum_us=99_000, counts=tuple(counts)
                ),
            ),
        ),
        NOON,
    )


def made(tx: Connection, rules: Rules, kind: str, subject: str, now: int = NOON, **how: Any) -> Paper:
    return paper(tx, rules.config, rules.caseload, kind, subject, now, **how)


def issue(tx: Connection, rules: Rules, kind: str, subject: str, now: int = NOON, **how: Any) -> Mapping[str, Any]:
    call = Call(rules=rules, by="person:li", arguments={"kind": kind, "subject": subject, **how}, now=now)
    found: Mapping[str, Any] = COMMANDS["report.issue"](tx, call)
    return found


async def test_an_incident_report_holds_what_happened_who_was_called_and_the_customers_cases(
    database: Database, rules: Rules
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    one = await database.read(lambda tx: made(tx, rules, "incident", "INC-2026-0001"))
    facts = one.facts
    assert (facts.started_at, facts.resolved_at, facts.acknowledged_by) == (STARTS, ENDS, "person:li")
    assert {"opened", "acknowledged", "resolved"} <= {event.what for event in facts.happenings}
    assert [change.state for change in facts.transitions] == ["down", "up"]
    assert [case.incident for case in facts.cases] == ["INC-2026-0001"]
    assert one.frame.customer == "acme"


@pytest.fixture
def shared(tmp_path: Path) -> Rules:
    """The shop is Acme's and the bank's, the ledger is the bank's alone."""
    agreement = {
        "profile": "sla-standard@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "measured_from": "2026-09-01",
    }
    covers = {"acme": ["shop"], "bank": ["shop", "ledger"], "other": ["ledger"]}
    customers = {
        name: {"name": name.title(), "agreement": agreement | {"covers": owed}} for name, owed in covers.items()
    }
    config = configuration(tmp_path, components={"shop": {}, "ledger": {}}, customers=customers)
    return rules_of(config, installed())


def spoken_of_among_us(tx: Connection, rules: Rules) -> None:
    """A fault that two customers share, with everything that staff can write on it."""
    fails_for_all(tx, "shop", rules, True, STARTS)
    fails_for_all(tx, "ledger", rules, True, STARTS)
    whole, part, li = "INC-2026-0001", "INC-2026-0002", "person:li"
    at = STARTS + MINUTE
    rules.incidents.snooze(tx, whole, at + HOUR, li, "secret: snoozed", at)
    rules.incidents.reclassify(tx, whole, 3, li, "secret: milder", at)
    rules.incidents.reclassify(tx, whole, 1, li, "secret: worse", at)
    rules.incidents.merge(tx, part, whole, li, "secret: the bank's ledger", at)
    rules.incidents.split(tx, part, li, "secret: apart", at)
    rules.incidents.note(tx, whole, li, "secret: the bank's people opened the wrong valve", at)
    rules.incidents.resolve(tx, whole, li, "A valve was open", at)


def fails_for_all(tx: Connection, component: str, rules: Rules, firing: bool, at: int) -> None:
    one = AlertNews(
        key=component,
        firing=firing,
        labels={"component": component},
        severity_word=None,
        summary="It fails",
        link=None,
        starts_at=at,
        stamp=str(at),
        ends_at=None,
    )
    rules.incidents.alert_news(tx, "am", [one], Routing(), at, at)


@pytest.mark.parametrize("customer", ["acme", "bank"])
async def test_what_staff_write_on_an_incident_is_in_no_file_of_a_customer(
    database: Database, shared: Rules, customer: str
) -> None:
    await database.write(lambda tx: spoken_of_among_us(tx, shared))
    his = await database.read(lambda tx: made(tx, shared, "incident", "INC-2026-0001", customer=customer))
    pages = b"".join(FORMS[word].render(his, "en") for word in ("html", "json"))
    assert b"secret" not in pages and b"A valve was open" in pages
    done = await database.read(lambda tx: pack(tx, shared.config, shared.caseload, customer, "2026-09", NOON))
    files = contents(done.body)
    assert [name for name, body in files.items() if b"secret" in body] == []
    (incident,) = [one for one in json.loads(files["incidents.json"]) if one["component"] == "shop"]
    said = [event["event"] for event in incident["events"]]
    assert {"snoozed", "severity_lowered", "severity_raised", "absorbed", "parted", "resolved"} <= {*said}
    assert "noted" not in said


async def test_the_paper_for_the_staff_has_what_they_wrote(database: Database, shared: Rules) -> None:
    await database.write(lambda tx: spoken_of_among_us(tx, shared))
    ours = await database.read(lambda tx: made(tx, shared, "incident", "INC-2026-0001"))
    assert FORMS["json"].render(ours, "en").count(b"secret") == 6


async def test_whom_an_incident_does_not_concern_gets_no_report_of_it(database: Database, shared: Rules) -> None:
    await database.write(lambda tx: spoken_of_among_us(tx, shared))
    with pytest.raises(NoReport, match="does not concern 'other'"):
        await database.read(lambda tx: made(tx, shared, "incident", "INC-2026-0001", customer="other"))


async def test_a_report_names_only_people_it_speaks_of(database: Database, rules: Rules) -> None:
    await database.write(lambda tx: fails(tx, rules))
    one = await database.read(lambda tx: made(tx, rules, "completion", "CASE-2026-0002"))
    assert list(one.frame.people) == ["li", "wang"], "Wang was called when the question came"


async def test_every_report_is_written_in_every_form_and_language_the_same_each_time(
    database: Database, rules: Rules
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    await database.write(lambda tx: measured(tx, rules))
    subjects = {
        "incident": "INC-2026-0001",
        "completion": "CASE-2026-0002",
        "forms": "CASE-2026-0002",
        "inspection": "2026-09",
        "quarterly": "2026-Q3",
    }
    assert set(subjects) == set(installed().reports)
    for kind, subject in subjects.items():
        again = partial(made, rules=rules, kind=kind, subject=subject, customer="acme")
        first, second = await database.read(again), await database.read(again)
        for word in ("html", "json"):
            for language in LANGUAGES:
                body = FORMS[word].render(first, language)
                assert body and body == FORMS[word].render(second, language)


async def test_an_inspection_sums_up_what_was_stored(database: Database, rules: Rules) -> None:
    await database.write(lambda tx: measured(tx, rules))
    one = await database.read(lambda tx: made(tx, rules, "inspection", "2026-09", customer="acme"))
    (shop,) = one.facts.components
    (check,) = shop.checks
    assert (check.answers, check.missed, check.reasons) == ({"up": 99, "down": 1}, 1, {"timeout": 1})
    assert check.certificate_until == NOON + 40 * DAY
    assert [(week.count, week.mean_us, week.within_us) for week in check.weeks] == [(99, 1000, 1000)]
    assert check.before is None


async def test_an_issued_report_stays_as_it_was_issued_with_the_words_of_whoever_did(
    database: Database, rules: Rules
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    done = await database.write(
        lambda tx: issue(tx, rules, "incident", "INC-2026-0001", words={"cause": " a bad disk ", "prevention": ""})
    )
    said, at = Contested(reason="It fails again"), NOON + HOUR
    await database.write(lambda tx: rules.caseload.record(tx, "CASE-2026-0001", said, "customer:acme", at, at))
    one = await database.read(lambda tx: made(tx, rules, "incident", "INC-2026-0001", NOON + DAY))
    assert one.frame.issue is not None and one.frame.issue.words == {"cause": "a bad disk"}
    assert hashlib.sha256(one.record()).hexdigest() == done["record_sha256"]
    assert [case.closed_at for case in one.facts.cases] == [ENDS + MINUTE]
    anew = await database.read(lambda tx: made(tx, rules, "incident", "INC-2026-0001", NOON + DAY, anew=True))
    assert [case.closed_at for case in anew.facts.cases] == [None] and anew.frame.issue is None


async def test_the_issue_of_a_report_is_a_leaf_with_its_hash_and_without_a_name(
    database: Database, rules: Rules
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    done = await database.write(lambda tx: issue(tx, rules, "incident", "INC-2026-0001", words={"cause": "a bad disk"}))
    leaf = await database.read(lambda tx: ledger.newest_of(tx, "report/acme"))
    assert leaf is not None and leaf.entry.body["sha256"] == done["record_sha256"]
    assert b"li" not in leaf.data.replace(b"cli", b"") and b"disk" not in leaf.data


async def test_a_report_is_due_until_it_is_delivered(database: Database, rules: Rules) -> None:
    await database.write(lambda tx: fails(tx, rules))
    await database.write(lambda tx: issue(tx, rules, "incident", "INC-2026-0001"))
    (owed,) = await database.read(lambda tx: due(tx, rules.config, NOON))
    assert (owed.kind, owed.subject, owed.due_at) == ("incident", "INC-2026-0001", ENDS + DAY)


async def test_the_last_of_two_issues_holds_and_both_stay(database: Database, rules: Rules) -> None:
    await database.write(lambda tx: fails(tx, rules))
    for cause in ("a bad disk", "a bad cable"):
        words = {"cause": cause}
        await database.write(partial(issue, rules=rules, kind="incident", subject="INC-2026-0001", words=words))
    one = await database.read(lambda tx: made(tx, rules, "incident", "INC-2026-0001"))
    assert one.frame.issue is not None and one.frame.issue.words["cause"] == "a bad cable"
    kept = await database.read(lambda tx: stored.records(tx, "acme", NOON, NOON + 1))
    assert [(kind, seq) for kind, _, seq, _ in kept] == [("incident", 1), ("incident", 2)]


@pytest.mark.parametrize(
    ("kind", "subject", "how", "said"),
    [
        ("incident", "INC-9", {}, "no incident"),
        ("completion", "CASE-9", {}, "no case"),
        ("gossip", "INC-1", {}, "write one of"),
        ("inspection", "2026-09", {}, "say whose"),
        ("inspection", "2026-09", {"customer": "nobody"}, "no customer"),
        ("inspection", "2026-Q3", {"customer": "acme"}, "no month"),
        ("inspection", "2027-01", {"customer": "acme"}, "not begun"),
        ("quarterly", "September", {"customer": "acme"}, "no period"),
        ("quarterly", "2026-Q1", {"customer": "acme"}, "no agreement"),
    ],
)
async def test_what_cannot_be_reported_is_refused_with_what_to_write(
    database: Database, rules: Rules, kind: str, subject: str, how: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(NoReport, match=said):
        await database.read(lambda tx: made(tx, rules, kind, subject, **how))


@pytest.mark.parametrize(
    ("kind", "subject", "how", "said"),
    [
        ("forms", "CASE-2026-0002", {}, "never issued"),
        ("quarterly", "2026-Q3", {"customer": "acme"}, "not over"),
        ("inspection", "2026-09", {"customer": "acme"}, "not over"),
        ("incident", "INC-2026-0001", {"words": {"blame": "Li"}}, "no blame"),
    ],
)
async def test_what_is_not_over_or_not_a_report_is_not_issued_and_nothing_is_written(
    database: Database, rules: Rules, kind: str, subject: str, how: Mapping[str, Any], said: str
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    with pytest.raises(NoReport, match=said):
        await database.write(lambda tx: issue(tx, rules, kind, subject, **how))
    assert await database.read(lambda tx: stored.records(tx, "acme", 0, NOON + 1)) == []


def contents(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_an_audit_pack_holds_everything_names_each_file_in_both_languages_and_is_the_same_each_time(
    database: Database, rules: Rules
) -> None:
    await database.write(lambda tx: fails(tx, rules))
    await database.write(lambda tx: measured(tx, rules))
    await database.write(lambda tx: issue(tx, rules, "incident", "INC-2026-0001"))
    first, second = [
        await database.read(lambda tx: pack(tx, rules.config, rules.caseload, "acme", "2026-09", NOON))
        for _ in range(2)
    ]
    assert first.body == second.body
    files = contents(first.body)
    assert tuple(files) == first.files
    readme = files["README.txt"].decode()
    for name in files:
        if name != "README.txt":
            listed = name.partition("/")[0] + "/" if "/" in name else name
            assert readme.count(f"\n{listed}") == 2, name
    lines = [line.partition("  ") for line in files["SHA256SUMS"].decode().splitlines()]
    sums = {name: found for found, _, name in lines}
    assert {name: hashlib.sha256(body).hexdigest() for name, body in files.items() if name != "SHA256SUMS"} == sums
    (incident,) = json.loads(files["incidents.json"])
    assert "acknowledged" in [event["event"] for event in incident["events"]]
    assert len(json.loads(files["cases.json"])) == 2
    assert [one["state"] for one in json.loads(files["transitions.json"])["shop"]] == ["down", "up"]
    (day,) = [one for one in json.loads(files["observations.json"]) if one["runs"]]
    assert (sum(run["count"] for run in day["runs"]), len(day["failing"])) == (100, 1)
    leaves = [json.loads(line) for line in files["ledger.jsonl"].splitlines()]
    assert {"transition", "case", "incident"} <= {line["leaf"]["kind"] for line in leaves}
    assert [name for name in files if name.startswith("reports/")] == ["reports/incident-INC-2026-0001-1.json"]


async def test_a_sealed_month_is_in_the_pack_with_its_seal_and_evidence(database: Database, tmp_path: Path) -> None:
    months = Months(database=database, folder=tmp_path)
    await months.up_since("09-30 00:00")
    await months.until("11-05 00:00")
    sealed = await months.sealed(period=OCTOBER)
    made = await database.read(lambda tx: pack(tx, months.config, months.rules.caseload, "acme", "2026-10", months.now))
    files = contents(made.body)
    (name,) = [one for one in files if one.startswith("statements/") and one.endswith(".seal.json")]
    assert files[name.replace(".seal.json", ".json")] == sealed.record
    assert json.loads(files[name])["record_sha256"] == sealed.seal.record_sha256
    assert files[name.replace(".seal.json", ".evidence.json")]
    assert any(json.loads(line)["leaf"]["kind"] == "statement.sealed" for line in files["ledger.jsonl"].splitlines())


def upheld(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrated store and a folder to write in."""
    monkeypatch.setenv("UPHELD_CONFIG", str(write(tmp_path)))
    assert upheld("migrate").exit_code == 0
    opened = upheld("case", "open", "acme", "How?", "--kind", "question", "--by", "li")
    assert opened.exit_code == 0, opened.output
    return tmp_path


def test_a_report_is_written_issued_and_listed_by_command(shell: Path) -> None:
    listed = json.loads(upheld("case", "list", "--json").stdout)
    case = listed[0]["id"]
    target = shell / "forms.html"
    assert upheld("report", "forms", case, "--lang", "zh-CN", "-o", str(target)).exit_code == 0
    assert "受理记录表" in target.read_text()
    early = upheld("report", "completion", case, "--issue")
    assert (early.exit_code, "not over" in early.stderr) == (1, True)
    assert upheld("case", "event", case, "resolved", "so").exit_code == 0
    done = upheld("report", "completion", case, "--issue", "--verification", "looked at it", "--json")
    assert json.loads(done.stdout)["customer"] == "acme"
    again = json.loads(upheld("report", "completion", case, "--format", "json").stdout)
    assert again["issue"]["words"] == {"verification": "looked at it"}
    owed = json.loads(upheld("report", "due", "acme", "--json").stdout)
    assert {"kind", "customer", "subject", "due_at", "state", "overdue", "next"} <= set(owed[0])
    assert "2026-Q3" in {one["subject"] for one in owed if one["kind"] == "quarterly"}


def test_an_audit_pack_leaves_a_trace_before_it_leaves_the_house(shell: Path) -> None:

    target, month = shell / "pack.zip", rfc3339(utc_now())[:7]
    done = upheld("report", "audit-pack", "acme", month, "-o", str(target), "--by", "li")
    assert done.exit_code == 0, done.output
    sha256 = hashlib.sha256(target.read_bytes()).hexdigest()
    assert sha256 in done.stdout
    with closing(sqlite3.connect(shell / "upheld.db")) as store:
        (row,) = store.execute('select customer, period, what, sha256, "by" from export').fetchall()
    assert row == ("acme", month, "audit-pack", sha256, "person:li")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("incident",), "say what about"),
        (("inspection", "acme"), "say of when"),
        (("audit-pack", "acme", "2026-09"), "where to"),
        (("audit-pack", "nobody", "2026-09", "-o", "pack.zip"), "no customer"),
        (("audit-pack", "acme", "September", "-o", "pack.zip"), "no period"),
        (("due", "nobody"), "no customer"),
        (("incident", "INC-1"), "no incident"),
    ],
)
def test_a_wrong_use_is_one_line_that_says_what_to_write(shell: Path, words: tuple[str, ...], said: str) -> None:
    done = upheld("report", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line
    assert not (shell / "pack.zip").exists()
