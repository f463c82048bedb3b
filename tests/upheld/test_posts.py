"""`upheld inbox`: what came, what named no component, and reading it again."""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import yaml
from pytest_aiohttp.plugin import AiohttpClient

from config.instant import HOUR, MINUTE
from incidents.intake import Entrance
from incidents.source import Sent
from incidents.store import timer
from incidents.store.inbox import Post, put_into_quarantine, row_of
from tests.upheld.house import NOON, TOKEN, house, served
from upheld.installed import installed
from upheld.posts import post_json, secrets_of, unrouted

SOURCES = {"own": {"kind": "generic", "token": TOKEN}}


async def post(reader: Any, **body: str) -> None:
    async with reader.post("/hooks/own", data=orjson.dumps(body), headers={"Authorization": f"Bearer {TOKEN}"}) as said:
        assert said.status == 202


async def test_an_alert_without_a_component_is_listed_with_the_line_that_gives_it_one(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path, sources=SOURCES) as opened, served(opened, aiohttp_client) as reader:
        await post(reader, dedup_key="a", status="firing", component="web", summary="gone")
        while not await opened.database.read(lambda tx: unrouted(tx, opened.config, opened.rules.entrances)):
            await opened.reader.step()
        (one,) = await opened.database.read(lambda tx: unrouted(tx, opened.config, opened.rules.entrances))

        assert (one["source"], one["summary"], one["labels"]["component"]) == ("own", "gone", "web")
        assert one["write"] == "sources: {own: {known_as: {web: shop}}}"
        assert yaml.safe_load(one["write"])["sources"]["own"] == {"known_as": {"web": "shop"}}
        (gone,) = await opened.database.read(lambda tx: unrouted(tx, opened.config, {}))
        assert gone["write"] is None

        async with reader.get("/metrics") as scraped:
            assert "\nupheld_alerts_unrouted 1.0\n" in await scraped.text()

        arguments = {"source": None, "since": 0, "refused": False}
        told = await opened.command("inbox.replay", "person:li", {**arguments, "apply": False})
        assert (told["posts"], told["applied"], told["opened"], told["unreadable"]) == (1, False, [], [])


async def test_what_was_refused_is_read_again_but_no_mail_that_stands_aside(tmp_path: Path) -> None:
    """It read: no source is named 'mail:acme' any more."""
    async with house(tmp_path, sources=SOURCES) as opened:
        for source in ("own", "mail:acme", "mail:acme?"):
            row = row_of(source, Sent(body=b"{}", received_at=NOON), {})
            await opened.database.write(partial(put_into_quarantine, row=row, reason="x"))
        told = await opened.command("inbox.replay", "person:li", {"since": 0, "refused": True, "apply": False})

    assert (told["posts"], [one["why"] for one in told["unreadable"]]) == (
        1,
        ["the post: nothing stands at status, where the source's `status` looks for it"],
    )


async def test_a_sender_that_must_call_is_expected_from_the_start(tmp_path: Path) -> None:
    night = {"kind": "deadman", "token": TOKEN, "every": "1h", "grace": "5m", "component": "shop"}
    async with house(tmp_path, sources={"night": night}) as opened:
        waiting = await opened.database.read(lambda tx: timer.due(tx, NOON + HOUR + 5 * MINUTE, 10))

    assert [(one.kind, one.subject, one.due_at) for one in waiting] == [
        (timer.Kind.CALL, "night", NOON + HOUR + 5 * MINUTE)
    ]


def test_a_list_of_what_came_says_no_token() -> None:
    key = "an-integration-key-of-32-letters"
    event = orjson.dumps({"routing_key": key, "event_action": "trigger", "payload": {"summary": "gone"}})
    made = Post(id=1, source="pd", received_at=NOON, body=event, envelope={})
    options = installed().sources["pagerduty"].options.model_validate({"token": key})
    secrets = secrets_of({"pd": Entrance(id="pd", source=installed().sources["pagerduty"], options=options)})

    assert secrets == [key]
    assert post_json(made, secrets)["begins"].startswith('{"routing_key":"…","event_action":"trigger"')
