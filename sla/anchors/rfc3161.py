"""A time-stamping authority (RFC 3161): it signs the SHA-256 of the note together with its own clock's time.

The answer is kept as it came, so that `openssl ts -verify` can read it.
"""

import asyncio
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

from config.value import Value
from sla.anchor import Anchor, AnchorError, Head, Receipt, WebAddress
from sla.asking import post

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class Options(Value):
    """`ca_file`: PEM certificates of the authority's root, and of those between where it does not send them."""

    url: WebAddress
    ca_file: Path


async def submit(options: Options, head: Head) -> Receipt:
    """Raises AnchorError."""
    from sla import timestamp  # with a library of its own, which only those need who have chosen this anchor

    authorities = await asyncio.to_thread(_authorities, head.folder / options.ca_file)
    stamped = head.note.encode()
    request = timestamp.request_of(stamped)
    answer = await post(options.url, request.as_bytes(), QUERY)
    if answer.status != 200:
        raise AnchorError(f"{options.url} answers HTTP {answer.status} {answer.start}")
    at = await asyncio.to_thread(timestamp.verified, answer.body, request, stamped, authorities)
    return Receipt(at=at, content_type=REPLY, body=answer.body)


def _authorities(file: Path) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise AnchorError(f"ca_file: {file} holds no PEM certificates ({error})") from error


ANCHOR = Anchor(options=Options, submit=submit)
