"""A file that somebody adds to a case: what it is by its own first bytes, and how large it may be. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from incidents.decide import Refused
from notify.message import harmless

LARGEST = 5 << 20
"""Bytes of one file."""
TOGETHER = 25 << 20
"""Bytes of all files of one case."""
_LONGEST_NAME = 120

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    name: str
    media_type: str
    sha256: str
    body: bytes


def attachment(name: str, body: bytes) -> Attachment:
    """`name` as the sender calls it; of a path only the last part. Raises Refused."""
    last = " ".join(harmless(name).replace("\\", "/").rpartition("/")[2].split()) or "file"
    if not body:
        raise Refused(f"{last} is empty")
    if len(body) > LARGEST:
        raise Refused(f"{last} has more than {LARGEST >> 20} MiB")
    shown = last if len(last) <= _LONGEST_NAME else f"{last[: _LONGEST_NAME - 20]}…{last[-19:]}"
    return Attachment(name=shown, media_type=sniffed(body), sha256=sha256(body).hexdigest(), body=body)


def sniffed(body: bytes) -> str:
    """What the bytes begin as; the sender's word for it is worth nothing, and nothing is ever shown in a page."""
    for beginning, media_type in _BEGINNINGS:
        if body.startswith(beginning):
            return media_type
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if "\0" in text else "text/plain"
