"""A form that comes with files, read piece by piece: what is too large is left unread."""

from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from incidents.attachment import LARGEST

MOST = 5
"""Files in one form."""
_LONGEST_FIELD = 64 << 10
_MOST_FIELDS = 40


class TooLarge(Exception):
    """A file, a field or their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was sent; `name` is the sender's."""

    name: str
    body: bytes


async def read_form(request: web.Request) -> tuple[dict[str, str], list[Upload]] | None:
    """Fields and files; None: it cannot be read. Raises TooLarge."""
    typed: dict[str, str] = {}
    files: list[Upload] = []
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                return None
            if part.filename is None:
                typed[part.name] = (await _bytes(part, _LONGEST_FIELD)).decode()
            elif body := await _bytes(part, LARGEST):
                files.append(Upload(name=part.filename, body=body))
            if len(files) > MOST or len(typed) > _MOST_FIELDS:
                raise TooLarge
    except (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError):
        return None
    return typed, files


async def _bytes(part: BodyPartReader, most: int) -> bytes:
    found = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        found += chunk
        if len(found) > most:
            raise TooLarge
    return bytes(found)
