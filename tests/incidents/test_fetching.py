"""The one GET that a source may have made: to the address it checked, and no further."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from incidents import fetching
from incidents.fetching import Fetcher
from incidents.source import Refuted, Unreachable
from tests.servers.program import free_port


class There:
    """A server that counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        match request.path:
            case "/away":
                return web.Response(status=302, headers={"Location": f"{self.url}/found"})
            case "/missing":
                return web.Response(status=404)
            case "/large":
                return web.Response(body=b"x" * (fetching.BODY_LIMIT + 1))
            case path:
                return web.Response(text=path)


@pytest.fixture
async def there() -> AsyncIterator[There]:
    made = There()
    application = web.Application()
    application.router.add_get("/{any}", made.answer)
    async with TestServer(application) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


async def test_what_was_found_is_not_asked_for_again(there: There) -> None:
    fetch = Fetcher()

    assert [await fetch(f"{there.url}/found") for _ in range(3)] == [b"/found"] * 3
    assert there.asked == ["/found"]


@pytest.mark.parametrize("path", ["away", "missing", "large"])
async def test_a_redirect_a_refusal_and_too_much_are_no_answer(there: There, path: str) -> None:
    with pytest.raises(Refuted):
        await Fetcher()(f"{there.url}/{path}")

    assert there.asked == [f"/{path}"]


async def test_nobody_there_is_told_apart_from_an_answer() -> None:
    with pytest.raises(Unreachable, match="cannot be asked"):
        await Fetcher()(f"http://127.0.0.1:{free_port()}/x")


async def test_what_is_kept_has_a_limit(there: There) -> None:
    fetch = Fetcher()

    for number in range(fetching.KEPT + 1):
        await fetch(f"{there.url}/{number}")
    await fetch(f"{there.url}/0")
    await fetch(f"{there.url}/{fetching.KEPT}")

    assert (there.asked.count("/0"), there.asked.count(f"/{fetching.KEPT}")) == (2, 1)
