"""The house keeps its ledger: definitions at the start, a leaf a day, a head for whoever asks."""

from pathlib import Path

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pytest_aiohttp.plugin import AiohttpClient

from config.instant import DAY, Instant
from config.model import Site
from db.ledger import checkpoint, store
from db.ledger.leaf import Leaf
from db.ledger.note import read_checkpoint, read_note, signed_by
from probe import store as probes
from probe.batch import Batch, OpenRun
from probe.observation import Run
from probe.result import Outcome
from tests.upheld.house import NOON, document, house, served
from upheld.ledger import signer_of

CHECKED = {"shop": {"checks": {"port": {"kind": "heartbeat", "period": "1h", "grace": "5m", "token": "t" * 20}}}}
LEAF = Leaf(kind="transition", stream="transition/shop", body={"state": "down"})


async def test_the_newest_head_is_there_for_everybody_and_fresh_when_the_ledger_grew(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        key = load_pem_public_key(await (await reader.get("/.well-known/upheld.pub")).read())
        assert isinstance(key, Ed25519PublicKey)
        first = await reader.get("/checkpoint")
        again = await reader.get("/checkpoint")
        await opened.database.write(lambda tx: store.append(tx, LEAF, NOON))
        grown = await reader.get("/checkpoint")

        assert (first.status, first.content_type, first.charset) == (200, "text/plain", "utf-8")
        assert await first.read() == await again.read()
        notes = [read_note(await answer.read()) for answer in (first, grown)]
        heads = [read_checkpoint(note.text) for note in notes]
        assert heads[1].size == heads[0].size + 1
        assert all(signed_by(note, heads[0].origin, key) for note in notes)
        assert await opened.database.read(lambda tx: store.root_at(tx, heads[1].size)) == heads[1].root


async def test_definitions_are_written_at_the_start_and_at_a_reload(tmp_path: Path) -> None:
    async with house(tmp_path, components=CHECKED) as opened:
        (kept,) = await opened.database.read(lambda tx: store.leaves_of(tx, ["check/shop/port"], store.size(tx)))
        assert (kept.entry.body["kind"], kept.entry.recorded_at) == ("heartbeat", NOON)

        bare = {**yaml.safe_load(opened.path.read_text()), "components": document()["components"]}
        opened.path.write_text(yaml.safe_dump(bare))
        assert await opened.reload() == []
        newest = await opened.database.read(lambda tx: store.newest_of(tx, "check/shop/port"))
        assert newest is not None and newest.entry.body["asked"] is False

    async with house(tmp_path) as opened:
        assert len(await opened.database.read(lambda tx: store.leaves_of(tx, ["check/shop/port"], 100))) == 2


async def test_a_day_that_is_over_is_written_and_signed(tmp_path: Path) -> None:
    async with house(tmp_path, components=CHECKED) as opened:
        await opened.database.write(lambda tx: probes.save(tx, Batch(runs=((OpenRun(run=_RUN), _RUN),)), NOON) and None)

        await opened.housekeeping.keep_ledger()
        await opened.housekeeping.keep_ledger()

        kept = await opened.database.read(lambda tx: store.leaves_of(tx, ["observed/shop/port@local"], 100))
        assert [one.entry.body["day"] for one in kept] == [_DAY]
        head = await opened.database.read(checkpoint.newest)
        assert head is not None and head.size == await opened.database.read(store.size)


async def test_a_site_that_moves_keeps_the_name_of_its_ledger(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        moved = opened.config.model_copy(update={"site": Site(external_url="https://new.example.com:8443/status")})
        before = await opened.database.write(lambda tx: signer_of(tx, opened.config, opened.key, NOON))
        after = await opened.database.write(lambda tx: signer_of(tx, moved, opened.key, NOON))
        assert before.name == after.name == "upheld"


_DAY: Instant = NOON - NOON % DAY - DAY
_RUN = Run(
    check="shop/port",
    location="local",
    outcome=Outcome.UP,
    first_at=_DAY,
    last_at=_DAY,
    last_tick=_DAY,
    count=1,
    missing=(),
    interval=3_600_000,
    timeout=300_000,
    latency_sum_us=0,
    latency_max_us=0,
)
