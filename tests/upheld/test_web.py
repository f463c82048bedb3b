"""The web application around the rooms: what every answer carries, health, key, reload, and what goes wrong."""

from pathlib import Path

import yaml
from aiohttp import web
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pytest_aiohttp.plugin import AiohttpClient

from db.errors import StoreUnavailable
from tests.upheld.house import document, house, served
from upheld.web import application

ASKED = ("/", "/en/", "/nowhere", "/-/healthy", "/metrics", "/login", "/hooks/none", "/api/v2/summary.json")


async def test_every_answer_forbids_what_a_page_does_not_need(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        for path in ASKED:
            answer = await reader.get(path, allow_redirects=False)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert "aiohttp" not in answer.headers["Server"].lower(), path
            assert "Strict-Transport-Security" not in answer.headers, path
        behind = await reader.get("/en/", headers={"X-Forwarded-Proto": "https"})
        assert "max-age" in behind.headers["Strict-Transport-Security"]


async def test_it_is_ready_while_the_house_is_open(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        assert (await reader.get("/-/healthy")).status == 200
        assert (await reader.get("/-/ready")).status == 200
        opened.open = False
        assert (await reader.get("/-/ready")).status == 503
        assert (await reader.get("/-/healthy")).status == 200


async def test_the_public_key_is_there_for_everybody(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        answer = await reader.get("/.well-known/upheld.pub")
        pem = await answer.read()
        assert load_pem_public_key(pem)
        assert len(answer.headers["X-Key-Id"]) == 16


async def test_a_mistake_of_ours_has_a_number_and_says_nothing_else(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async def mistaken(request: web.Request) -> web.Response:
        raise ZeroDivisionError("a secret of ours")

    async def absent(request: web.Request) -> web.Response:
        raise StoreUnavailable("a disk of ours")

    async with house(tmp_path) as opened:
        rooms = [web.get("/mistaken", mistaken), web.get("/absent", absent)]
        reader = await aiohttp_client(application(opened, rooms))
        first, second = await reader.get("/mistaken"), await reader.get("/absent")
        assert (first.status, second.status) == (500, 503)
        assert "secret" not in await first.text() and "disk of ours" not in await second.text()
        assert second.headers["Retry-After"] == "5"


async def test_a_reload_takes_over_what_is_right_and_names_what_is_wrong(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        before = yaml.safe_load(opened.path.read_text())
        more = {**before["components"], "billing": {"name": "Billing"}}

        opened.path.write_text(yaml.safe_dump({**before, "components": more, "escalation": {}}))
        asked = await reader.get("/-/reload")
        assert (asked.status, asked.headers["Allow"]) == (405, "POST")
        answer = await reader.post("/-/reload")
        assert (answer.status, "upheld.yaml:" in await answer.text()) == (400, True)
        assert set(opened.config.components) == {"shop"}
        assert "upheld_config_last_reload_successful 0.0" in await (await reader.get("/metrics")).text()

        opened.path.write_text(yaml.safe_dump({**before, "components": more}))
        assert (await reader.post("/-/reload")).status == 200
        assert set(opened.config.components) == {"shop", "billing"}
        assert "upheld_config_last_reload_successful 1.0" in await (await reader.get("/metrics")).text()


async def test_what_only_a_restart_can_change_is_refused_by_name(tmp_path: Path) -> None:
    changes = {
        "store": {"url": "sqlite:///elsewhere.db"},
        "listen": {"address": "127.0.0.1:1"},
        "signing": {"key_file": "another.key"},
    }
    async with house(tmp_path) as opened:
        before = opened.config
        opened.path.write_text(yaml.safe_dump(document(**changes)))
        problems = await opened.reload()
        assert [one.partition(":")[0] for one in problems] == ["store.url", "listen.address", "signing.key_file"]
        assert opened.config is before
