"""What readers of Alertmanagers are told of our silences, and that they make none."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from config.instant import DAY, HOUR, rfc3339
from tests.servers.amtool import Amtool
from tests.upheld.house import NOON, Reader, house, served
from upheld.clock import utc_now
from upheld.house import House

TOKEN, OTHER = "a-token-for-prometheus", "a-token-for-another"
SOURCES = {"prom": {"kind": "prometheus", "token": TOKEN}, "second": {"kind": "prometheus", "token": OTHER}}
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
SHOP = {"name": "component", "value": "shop", "isRegex": False, "isEqual": True}


async def silence(opened: House, *matchers: str, start: int = NOON, reason: str = "the cellar is moved") -> int:
    given = {"matchers": matchers, "start": start, "end": start + DAY, "reason": reason}
    return int((await opened.command("silence.add", "person:li", given))["id"])


async def asked(reader: Reader, path: str = "/silences", token: str = TOKEN) -> tuple[int, Any]:
    answer = await reader.get(f"/api/v2{path}", headers={"Authorization": f"Bearer {token}"})
    return answer.status, await answer.json()


async def test_a_reader_sees_our_silences_in_alertmanagers_shape(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path, sources=SOURCES) as opened, served(opened, aiohttp_client) as reader:
        await silence(opened, "component=shop")
        await silence(opened, 'severity=~"2|3"', "component!=shop", start=NOON + HOUR)
        await silence(opened, "component=shop", "source=prom")
        await opened.command("silence.end", "person:li", {"id": 3, "reason": "done"})
        status, found = await asked(reader)
        _, others = await asked(reader, token=OTHER)
        one, foreign = await asked(reader, "/silence/1"), await asked(reader, "/silence/3", OTHER)

    assert status == 200
    states = [(each["id"], each["status"]["state"]) for each in found]
    assert states == [("3", "expired"), ("2", "pending"), ("1", "active")]
    assert found[2] == {
        "id": "1",
        "status": {"state": "active"},
        "updatedAt": rfc3339(NOON),
        "comment": "the cellar is moved",
        "createdBy": "person:li",
        "startsAt": rfc3339(NOON),
        "endsAt": rfc3339(NOON + DAY),
        "matchers": [SHOP],
    }
    assert found[1]["matchers"] == [
        {"name": "severity", "value": "2|3", "isRegex": True, "isEqual": True},
        {"name": "component", "value": "shop", "isRegex": False, "isEqual": False},
    ]
    assert found[0]["endsAt"] == rfc3339(NOON)
    assert [each["id"] for each in others] == ["2", "1"], "what holds one source is no matter of another"
    assert one == (200, found[2]) and foreign[0] == 404


async def test_what_is_wrong_is_said_and_nothing_is_made(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path, sources=SOURCES) as opened, served(opened, aiohttp_client) as reader:
        await silence(opened, "component=shop")
        assert (await reader.get("/api/v2/silences")).status == 401
        assert (await reader.get("/api/v2/silence/1", headers={"Authorization": "Bearer x"})).status == 401
        assert (await asked(reader, "/silences?filter=shop"))[0] == 400
        assert (await asked(reader, "/silences?filter=component%3Dcrm"))[1] == []
        assert len((await asked(reader, "/silences?filter=component%3D~%22s.*%22&filter=source%3D"))[1]) == 1
        for id in ("0", "9", "-1", "\u00b2", "1" * 40, "a"):
            assert (await asked(reader, f"/silence/{id}"))[0] == 404
        made = {"matchers": [SHOP], "startsAt": rfc3339(NOON), "endsAt": rfc3339(NOON + DAY), "comment": "c"}
        refused = await reader.post("/api/v2/silences", json=made, headers=HEADERS)
        assert (refused.status, "upheld silence" in await refused.json()) == (403, True)
        assert (await reader.post("/api/v2/silences", json=made)).status == 401
        assert (await reader.delete("/api/v2/silence/1", headers=HEADERS)).status == 403
        assert [each["status"]["state"] for each in (await asked(reader))[1]] == ["active"]


@pytest.mark.server
async def test_amtool_queries_them_and_may_not_add_or_expire_one(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path, sources=SOURCES) as opened, served(opened, aiohttp_client) as reader:
        lately = max(NOON, utc_now())  # amtool leaves out what is over by the clock of its own machine
        await silence(opened, "component=shop", start=lately)
        await silence(opened, "component=crm", start=lately, reason="another")
        amtool = Amtool(f"127.0.0.1:{reader.port}", TOKEN)

        async def says(*words: str) -> str:
            return await asyncio.to_thread(amtool, "silence", *words)

        assert "the cellar is moved" in await says("query", "component=shop")
        assert "another" not in await says("query", "component=shop")
        listed = json.loads(await says("query", "-o", "json"))
        said = sorted((each["id"], each["comment"]) for each in listed)
        assert said == [("1", "the cellar is moved"), ("2", "another")]
        for words in (("add", "component=shop", "--comment=c", "--duration=1h"), ("expire", "1")):
            with pytest.raises(subprocess.CalledProcessError) as refused:
                await says(*words)
            assert "403" in refused.value.stderr
