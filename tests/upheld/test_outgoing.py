"""Each day's signed head goes out by itself: once, to whom it should, to the letter as it was signed."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from config.instant import DAY, HOUR, Instant
from db.engine import Database
from db.ledger import outside, store
from db.ledger.checkpoint import checkpoint_now
from db.ledger.leaf import Leaf
from db.ledger.note import read_checkpoint, read_note, signed_by
from db.tables.notify import notification
from tests.servers.receiver import Receiver
from tests.servers.smtp import Smtp
from tests.upheld.house import NOON, configuration, document, house
from upheld import outgoing
from upheld.house import open_house
from upheld.installed import installed
from upheld.ledger import signer_of
from upheld.rules import Rules, rules_of

MAIL = {"host": "127.0.0.1", "port": 25, "tls": "none", "sender": "upheld@example.com"}
HOOK = {"kind": "webhook", "url": "https://hooks.example.com/"}
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
LEAF = Leaf(kind="transition", stream="transition/shop", body={"state": "down"})
TODAY: Instant = NOON - NOON % DAY


def rules(folder: Path, **changes: Any) -> Rules:
    return rules_of(configuration(folder, **{"mail": MAIL, **changes}), installed())


def customers(**changes: Any) -> dict[str, Any]:
    return {"acme": {**document()["customers"]["acme"], **changes}}


async def sent(database: Database, rules: Rules, now: Instant, *, grow: bool = True) -> list[Any]:
    """Every message of a checkpoint in the outbox, oldest first, after that instant's work."""

    def work(tx: Connection) -> list[Any]:
        if grow:
            store.append(tx, LEAF, now - DAY)
        head = checkpoint_now(tx, signer_of(tx, rules.config, KEY, now), now)
        outgoing.send(tx, rules, head, "0123456789abcdef", now)
        wanted = select(notification).where(notification.c.purpose == "checkpoint").order_by(notification.c.id)
        return [*tx.execute(wanted)]

    return await database.write(work)


async def test_the_head_of_a_day_goes_to_the_customer_s_contact_once(database: Database, tmp_path: Path) -> None:
    made = rules(tmp_path)
    (first,) = await sent(database, made, TODAY + HOUR)
    assert len(await sent(database, made, TODAY + 5 * HOUR)) == 1
    assert (first.person, first.channel, first.address) == ("Chen", "mail", "chen@acme.example")
    facts, note = first.message["facts"], first.message["facts"]["note"]
    point = read_checkpoint(read_note(note).text)
    assert (facts["event"], facts["day"], facts["size"], point.size) == ("checkpoint", "2026-09-03", 1, 1)
    assert note.rstrip() in first.message["text"] and "0123456789abcdef" in first.message["text"]
    assert "upheld verify BUNDLE --seen checkpoint-2026-09-03.txt" in first.message["text"]
    assert first.message["subject"] == "Signed head of the ledger, 3 September 2026"
    both = await sent(database, made, TODAY + DAY + HOUR)
    assert [one.message["facts"]["day"] for one in both] == ["2026-09-03", "2026-09-04"]


async def test_while_everything_is_of_today_nothing_is_sent(database: Database, tmp_path: Path) -> None:
    def begin(tx: Connection) -> None:
        store.append(tx, LEAF, TODAY)

    assert await sent(database, rules(tmp_path), TODAY + HOUR, grow=False) == []
    await database.write(begin)
    assert await sent(database, rules(tmp_path), TODAY + HOUR, grow=False) == []
    assert len(await sent(database, rules(tmp_path), TODAY + DAY, grow=False)) == 1


async def test_a_reader_of_chinese_reads_chinese(database: Database, tmp_path: Path) -> None:
    (one,) = await sent(database, rules(tmp_path, customers=customers(contact={**CONTACT, "language": "zh-CN"})), NOON)
    assert one.message["subject"] == "账本签名检查点，2026年9月3日"
    assert "Keep this message" not in one.message["text"] and "签名检查点" in one.message["text"]


CONTACT = {"name": "Chen", "email": "chen@acme.example"}


@pytest.mark.parametrize(
    ("house_says", "customer_says", "days"),
    [
        ({}, None, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        ({"mail": "none"}, None, []),
        ({"mail": "weekly"}, None, [2, 6, 13]),
        ({"mail": "none"}, {"mail": "weekly"}, [2, 6, 13]),
        ({}, {"mail": "none"}, []),
    ],
)
async def test_how_often_it_is_mailed_says_the_customer_else_the_house(
    database: Database,
    tmp_path: Path,
    house_says: dict[str, Any],
    customer_says: dict[str, Any] | None,
    days: list[int],
) -> None:
    """2026-09-06 and 13 are Sundays: the mail that closes the week comes on a Monday, missed ones as soon as can be."""
    own = {} if customer_says is None else {"checkpoints": customer_says}
    made = rules(tmp_path, checkpoints=house_says, customers=customers(**own))
    told: list[Any] = []
    for number in range(14):
        told = await sent(database, made, TODAY - DAY + number * DAY + HOUR)
    assert [int(one.message["facts"]["day"][-2:]) for one in told] == days


async def test_robots_of_the_house_and_of_the_customer_get_each_head(database: Database, tmp_path: Path) -> None:
    made = rules(
        tmp_path,
        channels={"ours": HOOK, "theirs": HOOK, "post": {"kind": "email", **MAIL}},
        checkpoints={"mail": "none", "channels": ["ours", "post"]},
        customers=customers(checkpoints={"mail": "none", "channels": ["theirs"]}),
    )
    told = await sent(database, made, NOON)
    assert [(one.channel, one.address) for one in told] == [("theirs", ""), ("ours", "")]


async def test_without_a_contact_or_a_mail_channel_the_day_is_kept_all_the_same(
    database: Database, tmp_path: Path
) -> None:
    nobody = rules_of(configuration(tmp_path), installed())
    assert await sent(database, nobody, NOON) == []
    assert [one.day for one in await database.read(lambda tx: outside.days(tx, 9))] == [TODAY - DAY]


@pytest.mark.server
async def test_a_house_that_opens_the_day_after_sends_it_by_itself(
    tmp_path: Path, smtp: Smtp, receiver: Receiver
) -> None:
    written = {
        "mail": {**MAIL, "port": smtp.port},
        "channels": {"hook": {"kind": "webhook", "url": receiver.url}},
        "checkpoints": {"channels": ["hook"]},
    }
    async with house(tmp_path, **written):
        assert smtp.mails == []
    config = configuration(tmp_path, **written)
    async with open_house(config, tmp_path / "upheld.yaml", lambda: NOON + DAY) as opened:
        (mail,) = await asyncio.to_thread(smtp.wait_for)
        (post,) = await asyncio.to_thread(receiver.wait_for)
        (day,) = await opened.database.read(lambda tx: outside.days(tx, 9))
        (file,) = mail.message.iter_attachments()
        assert (mail.recipients, file.get_filename()) == (("chen@acme.example",), "checkpoint-2026-09-04.txt")
        assert file.get_payload(decode=True) == day.note.encode()
        assert post.json()["type"] == "checkpoint" and post.json()["data"]["note"] == day.note
        note = read_note(day.note)
        assert signed_by(note, read_checkpoint(note.text).origin, opened.key.public_key())
    assert await asyncio.to_thread(_states, tmp_path / "upheld.db") == [("sent", "sent")] * 2


def _states(file: Path) -> list[Any]:
    """Each notification's state with its attempt's result."""
    with closing(sqlite3.connect(file)) as store:
        joined = "SELECT n.state, d.result FROM notification n JOIN delivery d ON d.notification = n.id"
        return store.execute(f"{joined} WHERE n.purpose = 'checkpoint'").fetchall()
