"""A world on each database, its pages on a server, and readers who are logged in."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Request
from pytest_aiohttp.plugin import AiohttpClient

from console.user import Role
from db.engine import Database
from tests.console.world import PASSWORD, World, configuration

Reader: TypeAlias = TestClient[Request, None]
LogIn: TypeAlias = Callable[..., Awaitable[Reader]]

ENGLISH = {"Accept-Language": "en"}

_TOKEN = re.compile(r'name="form" value="([^"]*)"')


@pytest.fixture
def world(database: Database) -> World:
    return World(database, configuration())


@pytest.fixture
async def server(world: World) -> TestServer:
    return TestServer(world.app())


@pytest.fixture
async def stranger(aiohttp_client: AiohttpClient, server: TestServer) -> Reader:
    """Nobody has logged in here."""
    return await aiohttp_client(server, headers=ENGLISH)


@pytest.fixture
def log_in(aiohttp_client: AiohttpClient, server: TestServer, world: World) -> LogIn:
    """A new reader with this role; `customer` for that role alone."""

    async def enter(role: Role = Role.ENGINEER, customer: str | None = None, name: str | None = None) -> Reader:
        chosen = name or role.value
        await world.user(chosen, role, customer)
        reader: Reader = await aiohttp_client(server, headers=ENGLISH)
        answer = await reader.post("/login", data={"name": chosen, "password": PASSWORD}, allow_redirects=False)
        assert answer.status == 303
        return reader

    return enter


async def page(reader: Reader, path: str, status: int = 200, headers: Mapping[str, str] | None = None) -> str:
    """The page as text, after looking at its status."""
    answer = await reader.get(path, headers=headers, allow_redirects=False)
    assert answer.status == status
    return await answer.text()


async def token_of(reader: Reader, path: str = "/desk") -> str:
    """The form token that stands in the page."""
    answer = await reader.get(path)
    found = _TOKEN.search(await answer.text())
    assert found is not None
    return found[1]


async def send(reader: Reader, path: str, *, home: str = "/desk", **fields: str) -> tuple[int, str]:
    """A form of ours, filled in: the answer's status, and where it leads or what it says."""
    data = {"form": await token_of(reader, home), **fields}
    answer = await reader.post(path, data=data, allow_redirects=False)
    return answer.status, answer.headers.get("Location") or await answer.text()
