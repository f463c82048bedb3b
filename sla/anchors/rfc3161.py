"""A time-stamping authority (RFC 3161): it signs the SHA-256 of the note together with its own clock's time.

The answer is kept as it came, so that `openssl ts -verify` can read it.
"""

import asyncio
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from pydantic import BaseModel, ConfigDict
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from config.instant import Instant, instant_of
from sla.anchor import Anchor, AnchorError, Head, Receipt, WebAddress
from sla.asking import post

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class Options(BaseModel):
    """`ca_file`: PEM certificates of the authority's root, and of those between where it does not send them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: WebAddress
    ca_file: Path


async def submit(options: Options, head: Head) -> Receipt:
    """Raises AnchorError."""
    authorities = await asyncio.to_thread(_authorities, head.folder / options.ca_file)
    stamped = head.note.encode()
    request = TimestampRequestBuilder().data(stamped).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = await post(options.url, request.as_bytes(), QUERY)
    if answer.status != 200:
        raise AnchorError(f"{options.url} answers HTTP {answer.status} {answer.start}")
    at = await asyncio.to_thread(_verified, answer.body, request, stamped, authorities)
    return Receipt(at=at, content_type=REPLY, body=answer.body)


def _authorities(file: Path) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise AnchorError(f"ca_file: {file} holds no PEM certificates ({error})") from error


def _verified(body: bytes, request: TimeStampRequest, stamped: bytes, authorities: list[Certificate]) -> Instant:
    """The time in the token, of which signature, chain, purpose, hash and nonce hold."""
    builder = VerifierBuilder.from_request(request)
    for one in dict.fromkeys(authorities):
        own = one.issuer == one.subject
        builder = builder.add_root_certificate(one) if own else builder.add_intermediate_certificate(one)
    try:
        response = decode_timestamp_response(body)
        builder.build().verify_message(response, stamped)
        return instant_of(response.tst_info.gen_time)
    except (VerificationError, ValueError) as error:
        raise AnchorError(f"the answer is no time stamp of this head: {error}") from error


ANCHOR = Anchor(options=Options, submit=submit)
