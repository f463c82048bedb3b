"""One GET of an address that a source has checked: no redirect, no proxy, no cookies, a bounded answer, kept a day."""

import asyncio
import time

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from incidents.source import Refuted, Unreachable

TIMEOUT_SECONDS = 5
BODY_LIMIT = 1 << 16
KEPT_SECONDS = 86_400.0
KEPT = 50


class Fetcher:
    """A `Fetch`. What was found is kept for a while: certificates are asked for with every post."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, bytes]] = {}

    async def __call__(self, url: str) -> bytes:
        found = self._kept.get(url)
        if found is not None and time.monotonic() < found[0]:
            return found[1]
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                body = await _get(URL(url))
        except (ClientError, OSError, ValueError) as error:
            raise Unreachable(f"{url} cannot be asked: {type(error).__name__}") from error
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = (time.monotonic() + KEPT_SECONDS, body)
        return body


async def _get(url: URL) -> bytes:
    async with (
        ClientSession(timeout=ClientTimeout(total=None), cookie_jar=DummyCookieJar(), trust_env=False) as session,
        session.get(url, headers={"User-Agent": "upheld"}, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise Refuted(f"{url} answers {answer.status}")
        found = bytearray()
        async for piece in answer.content.iter_any():
            found += piece
            if len(found) > BODY_LIMIT:
                raise Refuted(f"{url} answers with more than {BODY_LIMIT // 1024} KiB")
        return bytes(found)
