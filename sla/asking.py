"""One post to an anchor: to the address that the operator wrote and nowhere else, with a bounded answer."""

import asyncio
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from sla.anchor import AnchorError

TIMEOUT_SECONDS = 10
ANSWER_LIMIT = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    @property
    def start(self) -> str:
        """Of the body, in a line."""
        return " ".join(self.body[:200].decode("utf-8", "replace").split())


async def post(url: str, body: bytes, content_type: str) -> Answer:
    """No redirects, no proxy of the environment, no cookies. Raises AnchorError."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _post(URL(url), body, content_type)
    except TimeoutError as error:
        raise AnchorError(f"no answer from {url} within {TIMEOUT_SECONDS} s") from error
    except (ClientError, OSError, ValueError) as error:
        raise AnchorError(f"{url} cannot be asked: {type(error).__name__}: {error}") from error


async def _post(url: URL, body: bytes, content_type: str) -> Answer:
    headers = {"Content-Type": content_type, "User-Agent": "upheld"}
    async with (
        ClientSession(
            timeout=ClientTimeout(total=None), auto_decompress=False, cookie_jar=DummyCookieJar(), trust_env=False
        ) as session,
        session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        found = bytearray()
        async for piece in answer.content.iter_any():
            found += piece
            if len(found) > ANSWER_LIMIT:
                raise AnchorError(f"{url} answers with more than {ANSWER_LIMIT // 1024} KiB")
        return Answer(status=answer.status, content_type=answer.content_type, body=bytes(found))
