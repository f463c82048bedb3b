"""Behind a proxy on the same machine: who asks is whom the proxy names, so that one stranger cannot lock all out."""

from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from pytest_aiohttp.plugin import AiohttpClient

from tests.upheld.house import Reader, house, served
from upheld.web import address_of

pytestmark = pytest.mark.store

STRANGER, ENGINEER = "203.0.113.7", "198.51.100.9"


class Socket:
    def __init__(self, peer: str) -> None:
        self._peer = peer

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._peer, 40_000) if name == "peername" else default


@pytest.mark.parametrize(
    ("peer", "named", "address"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [STRANGER], STRANGER),
        ("::1", [f"{ENGINEER}, {STRANGER}"], STRANGER),
        ("127.0.0.1", [ENGINEER, STRANGER], STRANGER),
        ("127.0.0.1", [""], "127.0.0.1"),
        (STRANGER, [ENGINEER], STRANGER),
    ],
)
def test_only_a_proxy_on_this_machine_is_believed_and_only_its_own_word(
    peer: str, named: list[str], address: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in named])
    assert address_of(make_mocked_request("GET", "/", headers, transport=Socket(peer))) == address


async def guess(reader: Reader, number: int, address: str) -> int:
    typed = {"name": f"name-{number}", "password": "a guess of many", "next": ""}
    return (await reader.post("/login", data=typed, headers={"X-Forwarded-For": address})).status


async def test_a_stranger_who_guesses_locks_out_himself_alone(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        answers = [await guess(reader, number, STRANGER) for number in range(25)]
        assert answers[0] == 422 and answers[-1] == 429
        assert await guess(reader, 99, ENGINEER) == 422


async def test_what_a_proxy_passes_on_does_not_reload(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        assert (await reader.post("/-/reload", headers={"X-Forwarded-For": STRANGER})).status == 403
        assert (await reader.post("/-/reload")).status == 200
