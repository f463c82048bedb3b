"""What a gateway reports later: from a real call's request to the acknowledged incident."""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from incidents.incident import Incident, Progress
from incidents.store import incident as incidents
from notify.decision import State
from notify.store import told
from tests.notify.robots import serving
from tests.upheld.house import Reader, house, served

SECRET = "a token of the gateway"
ALERT = {
    "version": "4",
    "status": "firing",
    "groupKey": "g",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Down", "component": "shop", "severity": "critical"},
            "annotations": {"summary": "it is down"},
            "startsAt": "2026-09-04T11:59:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "f1",
        }
    ],
}


def changes(gateway: str, **li: Any) -> dict[str, Any]:
    receipts = {
        "token": SECRET,
        "id": "json.call",
        "key": "json.key",
        "answered": "json.event == 'answered'",
        "failed": "json.event == 'failed'",
        "reply": '{"code": 0}',
    }
    ways = [{"channel": "call"}, {"channel": "log", "after": "1h"}]
    return {
        "channels": {
            "call": {"kind": "voice", "url": gateway, "reference": "json.call", "receipts": receipts},
            "log": {"kind": "log"},
        },
        "people": {"li": {"name": "Li", "phone": "13800138000", "reach": ways, **li}},
        "escalations": {"default": {"steps": [{"notify": ["li"]}], "fallback": ["li"]}},
    }


async def gate(request: web.Request) -> web.Response:
    """The call about the shop is c-1."""
    return web.json_response({"call": "c-1" if "网上商城" in (await request.json())["text"] else "another"})


async def report(reader: Reader, token: str = SECRET, **said: Any) -> tuple[int, str]:
    answer = await reader.post(f"/receipts/call?token={token}", data=json.dumps({"call": "c-1", **said}))
    return answer.status, await answer.text()


async def called(opened: Any, reader: Reader) -> None:
    """The shop is down and the gateway has taken the call."""
    headers = {"Authorization": "Bearer a-token-for-the-tests"}
    assert (await reader.post("/hooks/am", json=ALERT, headers=headers)).status == 202
    async with asyncio.timeout(60):
        while not (seen := await history(opened)) or seen[0].state is not State.SENT:
            await asyncio.sleep(0.02)


async def history(opened: Any) -> list[told.Told]:
    def read(tx: Connection) -> tuple[told.Told, ...]:
        incident = incidents.newest_of(tx, "shop")
        return () if incident is None else told.history(tx, incident=incident.id)

    return list(await opened.database.read(read))


async def shop(opened: Any) -> Incident:
    found: Incident | None = await opened.database.read(lambda tx: incidents.newest_of(tx, "shop"))
    assert found is not None
    return found


async def test_key_1_acknowledges_and_another_does_not(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with (
        serving(gate) as url,
        house(tmp_path, **changes(url)) as opened,
        served(opened, aiohttp_client) as reader,
    ):
        await called(opened, reader)
        assert await report(reader, event="answered") == (200, '{"code": 0}')
        assert await report(reader, key="5") == (200, '{"code": 0}')
        assert (await shop(opened)).progress is Progress.TRIGGERED
        assert await report(reader, key="1") == (200, '{"code": 0}')
        assert await report(reader, key="1") == (200, '{"code": 0}')

        taken = await shop(opened)
        [first, *_] = await history(opened)

    assert (taken.progress, taken.acknowledged_by) == (Progress.ACKNOWLEDGED, "person:li")
    assert [(heard.what.value, heard.detail) for heard, _ in first.heard] == [
        ("answered", ""),
        ("key", "5"),
        ("key", "1"),
    ]


async def test_a_call_that_reached_nobody_brings_the_next_way_at_once(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with (
        serving(gate) as url,
        house(tmp_path, **changes(url)) as opened,
        served(opened, aiohttp_client) as reader,
    ):
        await called(opened, reader)
        assert [one.notification.due_at - one.notification.created_at for one in await history(opened)][1] > 0
        assert (await report(reader, event="failed"))[0] == 200

        [_, second] = await history(opened)

    assert second.notification.due_at == second.notification.created_at


async def test_who_does_not_know_the_token_or_the_message_changes_nothing(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with (
        serving(gate) as url,
        house(tmp_path, **changes(url)) as opened,
        served(opened, aiohttp_client) as reader,
    ):
        await called(opened, reader)
        assert (await report(reader, token="wrong", key="1"))[0] == 401
        assert (await report(reader, call="c-2", key="1"))[0] == 404
        assert (await reader.post("/receipts/log", data="{}")).status == 404
        assert (await reader.get(f"/receipts/call?token={SECRET}")).status in (404, 405)
        bearer = {"Authorization": f"Bearer {SECRET}"}
        assert (await reader.post("/receipts/call", data=b'{"call": "c-1"}', headers=bearer)).status == 200

        assert (await shop(opened)).progress is Progress.TRIGGERED
        assert [one.heard for one in await history(opened)] == [(), ()]


async def test_a_token_in_no_letters_is_a_wrong_one_and_no_mistake_of_ours(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with (
        serving(gate) as gateway,
        house(tmp_path, **changes(gateway)) as opened,
        served(opened, aiohttp_client) as reader,
    ):
        incoming, outgoing = await asyncio.open_connection(reader.host, reader.port)
        head = b"POST /receipts/call HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\nConnection: close\r\n"
        outgoing.write(head + b"Content-Length: 2\r\n\r\n{}")
        assert b" 401 " in await incoming.readline()
        outgoing.close()
