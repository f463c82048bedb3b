"""A channel that does not deliver is told over another one, once."""

from functools import partial
from pathlib import Path

from sqlalchemy import select

from config.instant import MINUTE
from db.engine import Database
from db.tables.notify import notification
from notify.breaker import Open
from notify.channel import Reason
from tests.upheld.house import NOON, configuration
from upheld.alarm import channel_trouble
from upheld.installed import installed
from upheld.rules import rules_of

PEOPLE = {
    "li": {"name": "Li", "email": "li@example.com", "reach": [{"channel": "mail"}]},
    "wang": {
        "name": "Wang",
        "email": "wang@example.com",
        "role": "service-manager",
        "language": "en",
        "reach": [{"channel": "mail"}, {"channel": "ding", "after": "5m"}, {"channel": "hook"}],
    },
}
CHANNELS = {
    "mail": {"kind": "email", "host": "127.0.0.1", "sender": "upheld@example.com"},
    "ding": {"kind": "dingtalk", "url": "http://127.0.0.1:1/?access_token=t"},
    "hook": {"kind": "webhook", "url": "http://127.0.0.1:1/"},
}


async def test_the_manager_hears_it_over_his_next_way_and_once(database: Database, tmp_path: Path) -> None:
    rules = rules_of(configuration(tmp_path, people=PEOPLE, channels=CHANNELS), installed())

    for fails in (5, 6, 9):
        trouble = Open(began_at=NOON - MINUTE, last_at=NOON, reason=Reason.LOGIN, fails=fails)
        await database.write(partial(channel_trouble, rules=rules, channel="mail", trouble=trouble, now=NOON))
    await database.write(lambda tx: channel_trouble(tx, rules, "mail", None, NOON + MINUTE))

    rows = await database.read(lambda tx: tx.execute(select(notification).order_by(notification.c.id)).all())
    assert [(row.person, row.channel, row.due_at, row.message["subject"]) for row in rows] == [
        ("wang", "ding", NOON, "Channel mail does not deliver"),
        ("wang", "ding", NOON + MINUTE, "Channel mail delivers again"),
    ]
    assert "our login is refused; the last 5 attempts failed." in rows[0].message["text"]


async def test_where_there_is_no_other_way_the_log_takes_it(database: Database, tmp_path: Path) -> None:
    changed = {"people": {"li": PEOPLE["li"]}, "channels": {"mail": CHANNELS["mail"]}}
    rules = rules_of(configuration(tmp_path, **changed), installed())
    trouble = Open(began_at=NOON, last_at=NOON, reason=Reason.GONE, fails=1)

    await database.write(lambda tx: channel_trouble(tx, rules, "mail", trouble, NOON))

    rows = await database.read(lambda tx: tx.execute(select(notification.c.person, notification.c.channel)).all())
    assert [tuple(row) for row in rows] == [("upheld", "log")]
