"""Anchors are asked for the newest daily head until they confirm it; whoever asks us gets head, proof and answers."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from config.instant import DAY
from config.language import choose
from db.ledger import checkpoint, outside, store
from db.ledger.cosignature import cosignatures, read_witness
from db.ledger.leaf import Leaf
from db.ledger.note import read_checkpoint, read_note
from db.ledger.tree import consistent
from tests.servers.authority import Authority
from tests.servers.authority import listening as stamping
from tests.servers.witness import Witness, listening
from tests.upheld.house import NOON, configuration, house, served
from upheld.house import House, open_house

pytestmark = pytest.mark.store

LEAF = Leaf(kind="transition", stream="transition/shop", body={"state": "down"})


@asynccontextmanager
async def next_day(folder: Path, **written: Any) -> AsyncIterator[House]:
    """A house that was opened the day before, so that yesterday's head has just gone out."""
    async with house(folder, **written):
        pass
    config = configuration(folder, **written)
    async with open_house(config, folder / "upheld.yaml", lambda: NOON + DAY) as opened:
        await opened.housekeeping.keep_ledger()
        yield opened


def failures(opened: House, anchor: str) -> float | None:
    return opened.registry.get_sample_value("upheld_anchor_failures_total", {"anchor": anchor})


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    async with listening(Witness({})) as started:
        yield started


def written(witness: Witness) -> dict[str, Any]:
    return {"anchors": {"w1": {"kind": "witness", "url": witness.url, "key": witness.verifier_key}}}


async def test_a_witness_s_cosignature_stands_under_the_note_and_its_answer_is_kept(
    tmp_path: Path, aiohttp_client: AiohttpClient, witness: Witness
) -> None:
    async with next_day(tmp_path, **written(witness)) as opened, served(opened, aiohttp_client) as reader:
        (day,) = await opened.database.read(lambda tx: outside.days(tx, 9))
        witness.logs[read_checkpoint(read_note(day.note).text).origin] = opened.key.public_key()
        await opened.anchoring.ask()
        await opened.anchoring.ask()

        assert len(witness.asked) == 1 and failures(opened, "w1") is None
        note = await (await reader.get(f"/checkpoints/{day.size}")).text()
        (line,) = cosignatures(read_note(note), read_witness(witness.verifier_key))
        (kept,) = await (await reader.get(f"/checkpoints/{day.size}/anchors")).json()
        assert (kept["anchor"], kept["kind"], kept["note"]) == ("w1", "witness", day.note)
        assert base64.b64decode(kept["receipt"]).decode() == line.line
        raw = await reader.get(f"/checkpoints/{day.size}/anchors/w1")
        assert (raw.content_type, await raw.text()) == ("text/plain", line.line)
        assert (await reader.get(f"/checkpoints/{day.size}/anchors/w2")).status == 404


async def test_an_anchor_that_fails_is_counted_asked_again_and_holds_nothing_up(
    tmp_path: Path, witness: Witness
) -> None:
    async with next_day(tmp_path, **written(witness)) as opened:
        for _ in range(2):
            await opened.anchoring.ask()
        assert failures(opened, "w1") == 2
        (day,) = await opened.database.read(lambda tx: outside.days(tx, 9))
        assert await opened.database.read(lambda tx: outside.anchored_at(tx, day.size)) == []
        witness.logs[read_checkpoint(read_note(day.note).text).origin] = opened.key.public_key()
        await opened.anchoring.ask()
        assert [one.anchor for one in await opened.database.read(lambda tx: outside.anchored_at(tx, day.size))] == [
            "w1"
        ]
        assert failures(opened, "w1") == 2


async def test_one_anchor_s_trouble_is_no_other_s(tmp_path: Path, witness: Witness) -> None:
    gone = {"kind": "rfc3161", "url": "http://127.0.0.1:1/", "ca_file": "none.pem"}
    anchors = {"gone": gone, **written(witness)["anchors"]}
    async with next_day(tmp_path, anchors=anchors) as opened:
        (day,) = await opened.database.read(lambda tx: outside.days(tx, 9))
        witness.logs[read_checkpoint(read_note(day.note).text).origin] = opened.key.public_key()
        await opened.anchoring.ask()
        assert [one.anchor for one in await opened.database.read(lambda tx: outside.anchored_at(tx, day.size))] == [
            "w1"
        ]
        assert failures(opened, "gone") == 1


@pytest.mark.server
async def test_a_time_stamp_is_kept_as_openssl_reads_it(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with stamping(Authority(tmp_path / "tsa")) as tsa:
        anchors = {"tsa": {"kind": "rfc3161", "url": tsa.url, "ca_file": "tsa/ca.pem"}}
        async with next_day(tmp_path, anchors=anchors) as opened, served(opened, aiohttp_client) as reader:
            await opened.anchoring.ask()
            (day,) = await opened.database.read(lambda tx: outside.days(tx, 9))
            answer = await reader.get(f"/checkpoints/{day.size}/anchors/tsa")
            assert answer.content_type == "application/timestamp-reply"
            tsa.verify(day.note.encode(), await answer.read())


async def test_the_feed_lists_the_daily_heads_and_each_is_proven_to_go_on(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with next_day(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        feed = await reader.get("/checkpoints.atom")
        assert feed.content_type == "application/atom+xml"
        root = ElementTree.fromstring(await feed.text())
        names = {"a": "http://www.w3.org/2005/Atom"}
        (entry,) = root.findall("a:entry", names)
        note = entry.findtext("a:content", "", names)
        head = read_checkpoint(read_note(note).text)
        link = entry.find("a:link", names)
        assert link is not None and link.get("href") == f"/checkpoints/{head.size}"
        assert entry.findtext("a:updated", "", names) == root.findtext("a:updated", "", names) == head.extensions[0]
        assert choose(opened.config.site.name, "en") in root.findtext("a:title", "", names)
        assert await (await reader.get(f"/checkpoints/{head.size}")).text() == note

        await opened.database.write(lambda tx: store.append(tx, LEAF, NOON + DAY))
        await reader.get("/checkpoint")
        proof = await (await reader.get(f"/checkpoints/{head.size}/proof")).json()
        newest = read_checkpoint(read_note(proof["note"]).text)
        hashes = [base64.b64decode(one) for one in proof["proof"]]
        assert (proof["first"]["size"], proof["second"]["size"]) == (head.size, newest.size)
        assert newest.size == head.size + 1
        assert consistent(head.root, head.size, newest.root, newest.size, hashes)
        signed = await opened.database.read(checkpoint.newest)
        assert signed is not None and signed.root == newest.root


@pytest.mark.parametrize("path", ["/checkpoints/999999", "/checkpoints/999999/proof"])
async def test_a_size_that_was_never_signed_is_said_not_to_be(
    tmp_path: Path, aiohttp_client: AiohttpClient, path: str
) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        answer = await reader.get(path)
        assert answer.status == 404
        assert await answer.text() == "no head was signed over 999999 leaves; /checkpoints.atom lists the daily ones\n"
        assert (await reader.get("/checkpoints/0x1")).status == 404
        assert "<entry>" not in await (await reader.get("/checkpoints.atom")).text()
