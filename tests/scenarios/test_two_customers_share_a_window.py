"""Acme and Brook stand on one shop: what Acme is given holds nothing that Brook has, said or was told."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from config.agreement import Category
from config.instant import MINUTE
from config.state import State
from db.engine import Database
from db.ledger.canonical import canonical
from incidents.case import Fulfilled
from incidents.routing import Routing
from incidents.source import AlertNews
from incidents.store import case as cases
from sla.correction import Requested
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.proposal import Proposed
from sla.saying import leaf_of
from sla.sealing import NotSealed
from sla.store import correction, exclusion
from sla.telling import Telling
from sla.word import Said
from tests.upheld.house import TOKEN
from tests.upheld.months import OCTOBER, Months, at, written
from upheld import sealing
from upheld.cli import main
from upheld.counter import Counter
from upheld.proof.gather import Streams, resting_on
from upheld.reports.making import paper
from upheld.reports.pack import pack
from upheld.statements import composed

pytestmark = pytest.mark.store

SCRIPT = Path(__file__).parents[2] / "docs" / "verify.py"
BOTH = ("acme", "brook")
SHOP: dict[str, Any] = {"name": {"en": "Shop", "zh-CN": "商城"}}
OF_ACME = ("acme", "Acme", "receipt 1", "sheet 2", "sheet 3", "call 4")
OF_BROOK = ("brook", "Brook", "布鲁克", "sheet 7", "receipt 8", "letter 9", "call 6")
"""What the other has no business to read: who else is there, what he has, and what was written about him."""


def covering_both() -> dict[str, Any]:
    """Each has one component of his own, and both have the shop."""
    document = written(BOTH, "2026-10-01")
    for name, customer in document["customers"].items():
        customer["agreement"]["covers"] = ["shop", f"{name}-shop"]
    document["customers"]["brook"]["name"] = {"en": "Brook", "zh-CN": "布鲁克"}
    components = {"shop": SHOP, **document["components"]}
    sources = {"am": {"kind": "alertmanager", "token": TOKEN}}
    return {"components": components, "customers": document["customers"], "sources": sources}


TALKS = {"acme": "call 4", "brook": "call 6"}


async def october(database: Database, folder: Path) -> Months:
    """A window on what both have and Brook has alone, one that Brook asked for, a correction he contests; sealed."""
    months = Months(database=database, folder=folder, customers=BOTH, changes=covering_both())
    months.now = at("10-01 00:00")
    for name in ("shop", "acme-shop", "brook-shop"):
        await months.states(("10-01 00:00", State.UP), component=name)
    exclusions, corrections = Exclusions(months.config), Corrections(months.config)
    said = at("10-02 09:00")

    def plan(start: str, *components: str) -> Proposed:
        begins, ends = at(f"{start} 01:00"), at(f"{start} 03:00")
        return Proposed(components=components, category=Category.MAINTENANCE, start=begins, end=ends)

    def speak(tx: Connection) -> None:
        exclusions.propose(tx, plan("10-10", "brook-shop", "shop"), "person:li", said)
        for customer, proof in (("acme", "receipt 1"), ("brook", "receipt 8")):
            exclusions.notice(tx, "X-1", "person:li", said, delivered_at=said, proof=proof, customer=customer)
        exclusions.countersign(tx, "X-1", "brook", said, proof="sheet 7", entered_by="person:li")
        exclusions.approve(tx, "X-1", "person:wang", said)
        exclusions.propose(tx, plan("10-20", "shop"), "customer:brook", said, entered_by="person:li")
        exclusions.countersign(tx, "X-2", "acme", said, proof="sheet 2", entered_by="person:li")

    def correct(tx: Connection) -> None:
        late = at("10-21 09:00")
        asked = Requested(
            component="shop",
            start=at("10-20 01:30"),
            end=at("10-20 02:00"),
            state=State.UP,
            reason="it was up",
            evidence="log 3",
        )
        corrections.request(tx, asked, "person:li", late)
        corrections.approve(tx, "C-1", "person:wang", late)
        corrections.contest(tx, "C-1", "brook", "letter 9", late, entered_by="person:li")
        corrections.confirm(tx, "C-1", "acme", late, proof="sheet 3", entered_by="person:li")

    await database.write(speak)
    await months.states(("10-10 01:10", State.DOWN), ("10-10 02:00", State.UP), component="shop")
    await database.write(lambda tx: fails(tx, months))
    await months.states(("10-20 01:10", State.DOWN), ("10-20 02:00", State.UP), component="shop")
    await database.write(correct)
    months.now = at("11-01 00:30")
    await months.until("11-02 06:00")
    return months


def fails(tx: Connection, months: Months) -> None:
    """An incident of the shop, and with it a case for each; what was said to each of his."""

    def alert(when: str, *, firing: bool) -> None:
        one = AlertNews(
            key="f",
            firing=firing,
            labels={"component": "shop"},
            severity_word=None,
            summary="Nobody can buy",
            link=None,
            starts_at=at("10-13 09:00"),
            stamp=when,
            ends_at=None if firing else at(when),
        )
        months.rules.incidents.alert_news(tx, "am", [one], Routing(), at(when), at(when))

    alert("10-13 09:00", firing=True)
    for case in cases.of_customer(tx, "acme") + cases.of_customer(tx, "brook"):
        word, now = TALKS[case.customer], at("10-13 09:10")
        months.rules.caseload.record(tx, case.id, Fulfilled(commitment="respond", how=word), "person:wang", now, now)
    alert("10-13 11:00", firing=False)


async def given(months: Months, customer: str) -> dict[str, bytes]:
    """All he can ask for of October, by name: every format in both languages, the bundle, each file of the pack."""
    counter, now = Counter(lambda: months.rules), months.now

    def files(tx: Connection) -> dict[str, bytes]:
        found = {
            f"{form} {language}": counter.file(tx, customer, "2026-10", form, language, now).body
            for form in counter.formats
            for language in ("en", "zh-CN")
        }
        made = pack(tx, months.config, months.rules.caseload, customer, "2026-10", now)
        with zipfile.ZipFile(io.BytesIO(made.body)) as archive:
            found |= {f"pack {name}": archive.read(name) for name in archive.namelist()}
        for kind, subject in (("incident", "INC-2026-0001"), ("quarterly", "2026-Q4")):
            report = paper(tx, months.config, months.rules.caseload, kind, subject, now, customer=customer)
            found[f"report {kind}"] = str(report).encode()
        return found

    return await months.database.read(files)


def leaking(files: Mapping[str, bytes], words: Iterable[str]) -> dict[str, list[str]]:
    """File -> which of the words are in it."""
    found = {name: [word for word in words if word in text(body)] for name, body in files.items()}
    return {name: several for name, several in found.items() if several}


def text(body: bytes) -> str:
    """A workbook and a PDF are packed."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if body.startswith(b"%PDF"):
        return subprocess.run(
            ["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=True
        ).stdout.decode()
    return body.decode("utf-8", "replace")


async def test_acme_receives_nothing_of_brook_nor_brook_of_acme(database: Database, tmp_path: Path) -> None:
    months = await october(database, tmp_path)
    acmes, brooks = await given(months, "acme"), await given(months, "brook")
    assert leaking(acmes, OF_BROOK) == {}
    assert leaking(brooks, OF_ACME) == {}
    for files, own in ((acmes, ("receipt 1", "sheet 2", "sheet 3")), (brooks, ("receipt 8", "sheet 7", "letter 9"))):
        assert all(word in text(files["bundle en"]) for word in own), "his own is whole"
        assert all(word in text(files["pack exclusions.json"] + files["pack corrections.json"]) for word in own)


async def test_acme_reads_what_his_own_time_rests_on(database: Database, tmp_path: Path) -> None:
    """The window on the shop without Brook's component, and that another customer asked for the other one."""
    acmes = await given(await october(database, tmp_path), "acme")
    record = json.loads(acmes["json en"])
    assert [(one["id"], one["components"], one["valid"], one["requested_by"]) for one in record["exclusions"]] == [
        ("X-1", ["shop"], True, "person:li"),
        ("X-2", ["shop"], True, "another customer"),
    ]
    assert [(one["id"], one["standing"], one["confirmed"]) for one in record["corrections"]] == [
        ("C-1", "applied", True)
    ]
    assert record["only_own"] is True
    assert "another customer" in text(acmes["html en"]) and "另一客户" in text(acmes["html zh-CN"])


async def test_each_verifies_his_bundle_and_a_leaf_left_out_is_missed(database: Database, tmp_path: Path) -> None:
    months = await october(database, tmp_path)
    for customer in BOTH:
        written = (await given(months, customer))["bundle en"]
        assert checked(written, tmp_path) == (3, "")
        script = subprocess.run([sys.executable, SCRIPT, tmp_path / "a.bundle"], capture_output=True, text=True)
        assert script.returncode == 3, script.stdout
        whole = json.loads(written)
        for stream in ("exclusion/X-1/component/shop", f"exclusion/X-1/customer/{customer}", "correction/C-1"):
            less = {**whole, "leaves": [one for one in whole["leaves"] if one["leaf"]["stream"] != stream]}
            assert len(less["leaves"]) < len(whole["leaves"])
            code, said = checked(canonical(less), tmp_path)
            assert code == 1 and f"facts of {stream} are missing" in said


async def test_a_seal_that_leaves_one_of_his_streams_out_is_not_proven(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the window holds for the shop; that it was announced to him in time, and what he agreed to."""
    months = await october(database, tmp_path)
    await months.states(("10-15 01:00", State.DOWN), ("10-15 01:20", State.UP), component="shop", late=True)
    months.now += MINUTE
    for part in ("component/shop", "customer/acme"):

        def fewer(*given: Any, part: str = part) -> Streams:
            return {stream: numbers for stream, numbers in resting_on(*given).items() if not stream.endswith(part)}

        with monkeypatch.context() as now:
            now.setattr(sealing, "resting_on", fewer)
            with pytest.raises(NotSealed, match="is not what follows from the facts"):
                await database.write(lambda tx: months.sealer.seal(tx, "acme", OCTOBER, "person:li", months.now))


async def test_what_was_sealed_before_still_verifies_and_is_not_revised(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that was said of a window was one stream then, and a statement named every component of it."""
    with monkeypatch.context() as then:
        for store in (exclusion, correction):
            then.setattr(store, "tellings", as_one)
        then.setattr(sealing, "composed", partial(composed, only_own=False))
        months = await october(database, tmp_path)
    sealed = await months.sealed()
    assert json.loads(sealed.record)["exclusions"][0]["components"] == ["brook-shop", "shop"]
    acmes = await given(months, "acme")
    assert acmes["json en"] == sealed.record
    assert checked(acmes["bundle en"], tmp_path) == (3, "")
    packed = {name: body for name, body in acmes.items() if name.startswith("pack")}
    assert leaking(packed, ("sheet 7", "receipt 8", "letter 9")) == {}
    assert await database.read(lambda tx: months.sealer.unchanged(tx, "acme", OCTOBER, months.now))

    await months.states(("10-15 01:00", State.DOWN), ("10-15 01:20", State.UP), component="shop", late=True)
    months.now += MINUTE
    await database.write(lambda tx: months.sealer.seal(tx, "acme", OCTOBER, "person:li", months.now))
    revised = await months.sealed()
    assert revised.seal.revision == 2
    again = await given(months, "acme")
    assert json.loads(again["json en"])["exclusions"][0]["components"] == ["shop"]
    assert checked(again["bundle en"], tmp_path) == (3, "")


def as_one(topic: str, id: str, said: Said[Any], before: Iterable[str] = ()) -> list[Telling]:
    body, private = leaf_of(said, before)
    return [Telling(kind=topic, stream=f"{topic}/{id}", body=body, private=private)]


def checked(bundle: bytes, folder: Path) -> tuple[int, str]:
    """Exit code of `upheld verify` without a key, and what it found."""
    file = folder / "a.bundle"
    file.write_bytes(bundle)
    done = CliRunner().invoke(main, ["verify", str(file)])
    return done.exit_code, done.stderr
