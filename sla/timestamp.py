"""Time stamps as RFC 3161 has them: what is asked of an authority, and whether its answer holds."""

from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from config.instant import Instant, instant_of
from sla.anchor import AnchorError


def request_of(stamped: bytes) -> TimeStampRequest:
    """For the SHA-256 of it, with a nonce."""
    return TimestampRequestBuilder().data(stamped).hash_algorithm(HashAlgorithm.SHA256).build()


def verified(body: bytes, request: TimeStampRequest, stamped: bytes, authorities: list[Certificate]) -> Instant:
    """The time in the token, of which signature, chain, purpose, hash and nonce hold. Raises AnchorError."""
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
