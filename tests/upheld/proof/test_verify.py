"""A bundle holds, and nothing in it can be changed unseen; what a customer kept tells on whoever rewrites the rest."""

import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.engine import Database
from db.ledger.canonical import canonical
from db.ledger.erasure import destroy
from tests.once import once
from tests.upheld.proof import sample
from upheld import signing
from upheld.cli import main
from upheld.proof.bundle import BundleUnreadable, read, write
from upheld.proof.verify import Check, key_id_of, public_key, verify

SCRIPT = Path(__file__).parents[3] / "docs" / "verify.py"
FEW, MANY = 300, 10_000


@pytest.fixture
async def written(database: Database, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Making the month takes longer than reading the bundle, which no test changes."""

    async def make(folder: Path) -> bytes:
        return write(await sample.bundle(await sample.october(database, folder)))

    return await once(tmp_path_factory, f"october-{type(database).__name__}", make)


def found(data: bytes) -> list[str]:
    """What does not hold; unreadable counts."""
    try:
        report = verify(read(data))
    except BundleUnreadable as error:
        return [f"unreadable: {error}"]
    return [f"{one.check}: {one.text}" for one in report.findings]


async def test_a_sealed_month_holds_with_its_outage_its_cases_and_its_days(written: bytes) -> None:
    bundle = read(written)
    assert found(written) == []
    kinds = {one.entry.kind for one in bundle.evidence}
    assert kinds >= {
        "transition",
        "incident",
        "case",
        "check",
        "observed",
        "agreement_version",
        "agreement_event",
        "entered",
        "statement.sealed",
    }
    component = bundle.record["components"][0]
    assert component["counted_down_s"] == 10_920
    assert len(bundle.record["cases"]) == 2
    assert (bundle.record["satisfaction"]["mean"], bundle.record["satisfaction"]["own"]) == ("4/1", 1)
    assert [(one["text"], one["owner"], one["open"]) for one in bundle.record["measures"]] == [
        ("a page that says it", "person:wang", True)
    ]
    (desk,) = [one for one in bundle.record["indicators"] if one["id"] == "desk_answer"]
    assert (desk["value"], desk["n"], desk["met"], desk["unmeasured"]) == ("19/20", 40, False, None)
    typed = desk["entered"]
    assert (typed["by"], typed["proof"], typed["before"]) == ("person:wang", "call log 7", "97.5")
    consents = bundle.record["agreements"][0]["versions"][0]["consents"]
    assert consents["provider"] is None
    assert (consents["customer"]["confirmed"], consents["customer"]["by"]) == (True, "customer:acme")
    assert consents["customer"]["at"] == "2026-10-20T02:20:00.000Z"
    assert write(bundle) == written


async def test_the_command_says_what_holds_and_whose_key_signed(written: bytes, tmp_path: Path) -> None:
    file, key, seen = tmp_path / "a.bundle", tmp_path / "upheld.pub", tmp_path / "seen.txt"
    file.write_bytes(written)
    own = read(written).key
    key.write_text(own)
    seen.write_text(read(written).history[0].checkpoint, encoding="utf-8")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["verify", str(file), *words])
        return result.exit_code, result.output

    assert run() == (3, run()[1]) and key_id_of(public_key(own)) in run()[1] and "--key" in run()[1]
    assert run("--key", str(key), "--seen", str(seen))[0] == 0
    key.write_bytes(signing.public_pem(Ed25519PrivateKey.generate()))
    code, said = run("--key", str(key))
    assert code == 1 and "but you hold key" in said
    assert "而您持有的是" in run("--key", str(key), "--lang", "zh-CN")[1]
    assert run("--key", str(key), "--json", "--lang", "zh-CN") == run("--key", str(key), "--json")
    key.write_text(own)
    said = run("--key", str(key), "--lang", "zh-CN")[1]
    assert "核验通过" in said and f"中的 {len(read(written).evidence)} 条事实" in said
    file.write_bytes(written + b" ")
    assert run("--key", str(key))[0] == 2


@pytest.mark.server
async def test_the_stand_alone_script_agrees(written: bytes, tmp_path: Path) -> None:
    file, key = tmp_path / "a.bundle", tmp_path / "upheld.pub"
    file.write_bytes(written)
    key.write_text(read(written).key)

    def run(*words: str) -> tuple[int, str]:
        ended = subprocess.run([sys.executable, str(SCRIPT), str(file), *words], capture_output=True, text=True)
        return ended.returncode, ended.stdout + ended.stderr

    assert len(SCRIPT.read_text().splitlines()) <= 150
    assert run(str(key))[0] == 0, run(str(key))[1]
    assert run()[0] == 3
    value = json.loads(written)
    value["record"]["components"][0]["counted_down_s"] = 60
    file.write_bytes(canonical(value))
    code, said = run(str(key))
    assert code == 1 and "the seal is of this record" in said


async def test_no_single_change_goes_unseen(written: bytes) -> None:
    assert _tamper(written, FEW, seed=1) > FEW // 2


@pytest.mark.long(minutes=60)
async def test_none_of_ten_thousand_changes_goes_unseen(written: bytes, show: Callable[[str], None]) -> None:
    show(f"{_tamper(written, MANY, seed=2)} of {MANY} changes leave another bundle, none goes unseen")


def _tamper(written: bytes, times: int, seed: int) -> int:
    """How many changes made a difference."""
    seen = 0
    chance = random.Random(seed)
    whole = json.loads(written)
    places = list(_places(whole, ()))
    for number in range(times):
        value = copy.deepcopy(whole)
        place = chance.choice(places)
        done = _change(value, place, chance)
        data = canonical(value)
        if data == written:
            continue
        assert found(data), f"{number}: {done} at {place} goes unseen"
        seen += 1
    return seen


def _places(value: Any, here: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    if isinstance(value, dict):
        for key in value:
            yield from _places(value[key], (*here, key))
    elif isinstance(value, list):
        for at in range(len(value)):
            yield from _places(value[at], (*here, at))


def _change(whole: Any, place: tuple[Any, ...], chance: random.Random) -> str:
    *above, last = place
    holder = whole
    for step in above:
        holder = holder[step]
    value = holder[last]
    ways: list[Callable[[], str]] = [lambda: _drop(holder, last), lambda: _set(holder, last, _other(value, chance))]
    if isinstance(holder, list):
        ways += [lambda: _twice(holder, last), lambda: _swap(holder, last, chance)]
    if isinstance(holder, dict):
        ways.append(lambda: _set(holder, f"{last}x", value))
    return chance.choice(ways)()


def _drop(holder: Any, last: Any) -> str:
    del holder[last]
    return "dropped"


def _set(holder: Any, last: Any, value: Any) -> str:
    holder[last] = value
    return f"set to {str(value)[:40]!r}"


def _twice(holder: Any, last: Any) -> str:
    holder.insert(last, copy.deepcopy(holder[last]))
    return "doubled"


def _swap(holder: Any, last: Any, chance: random.Random) -> str:
    other = chance.randrange(len(holder))
    holder[last], holder[other] = holder[other], holder[last]
    return "swapped"


def _other(value: Any, chance: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice((-1, 1, 1000))
        case str() if value:
            at = chance.randrange(len(value))
            return value[:at] + chr((ord(value[at]) + 1) % 127 or 65) + value[at + 1 :]
        case None | "":
            return "x"
        case dict():
            return {}
        case _:
            return []


async def test_a_case_without_its_beginning_is_a_finding(written: bytes) -> None:
    bundle = read(written)
    first = next(one for one in bundle.evidence if one.entry.stream.startswith("case/"))
    report = verify(replace(bundle, evidence=tuple(one for one in bundle.evidence if one is not first)))
    assert report.findings[0].check is Check.COMPLETE
    assert "no statement can be composed from its facts" in report.findings[-1].text


async def test_an_earlier_head_that_stands_twice_is_a_finding(written: bytes) -> None:
    bundle = read(written)
    report = verify(replace(bundle, history=(bundle.history[0], *bundle.history)))
    assert [one.text for one in report.findings] == ["the earlier heads are out of order, or one stands twice"]


async def test_a_checkpoint_of_another_ledger_is_told_apart(written: bytes) -> None:
    bundle = read(written)
    key = public_key(bundle.key)
    assert verify(bundle, key, bundle.checkpoint).holds
    forked = bundle.history[0].checkpoint.splitlines()
    report = verify(bundle, key, "\n".join([*forked[:2], "A" * 43 + "=", *forked[3:]]) + "\n")
    assert [one.check for one in report.findings] == [Check.SEEN]


async def test_an_earlier_head_that_cannot_be_read_is_a_finding_beside_the_checkpoint_one_kept(written: bytes) -> None:
    bundle = read(written)
    broken = replace(bundle, history=(replace(bundle.history[0], checkpoint="no note"), *bundle.history[1:]))
    report = verify(broken, public_key(bundle.key), bundle.checkpoint)
    assert "an earlier head is not readable" in report.findings[0].text


async def test_a_sealed_month_still_follows_from_its_facts_after_the_words_of_people_were_erased(
    database: Database, tmp_path: Path
) -> None:
    months = await sample.october(database, tmp_path)
    named = await sample.bundle(months)
    spoken = [one.index for one in named.evidence if one.opening is not None]
    assert len(spoken) > 5
    await database.write(lambda tx: destroy(tx, spoken, months.now))
    await sample.head(months, months.now + 1)
    bare = await sample.bundle(months)
    assert [one for one in bare.evidence if one.opening is not None] == []
    assert found(write(bare)) == []
    figure = {**bare.record, "components": [{**bare.record["components"][0], "counted_down_s": 0}]}
    assert found(write(replace(bare, record=figure))) != []
