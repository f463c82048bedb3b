"""What a certificate says of its end, whoever can read it."""

import ssl
from datetime import UTC, datetime
from typing import cast

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from config.instant import instant_of
from probe.certificate import certificate_facts
from probe.result import Plain

ENDS = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)


class Shown:
    """As a connection shows it: its bytes, and what OpenSSL read of them where it was verified."""

    def __init__(self, encoded: bytes | None, told: dict[str, str]) -> None:
        self._encoded, self._told = encoded, told

    def version(self) -> str:
        return "TLSv1.3"

    def getpeercert(self, binary_form: bool = False) -> bytes | dict[str, str] | None:
        return self._encoded if binary_form else self._told


def facts(encoded: bytes | None, told: dict[str, str]) -> dict[str, Plain]:
    return certificate_facts(cast("ssl.SSLObject", Shown(encoded, told)))


@pytest.fixture(scope="module")
def encoded() -> bytes:
    leaf = trustme.CA().issue_cert("shop.example", not_after=ENDS)
    return x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).public_bytes(Encoding.DER)


def test_verified_or_not_it_has_its_end(encoded: bytes) -> None:
    wanted = {"tls_version": "TLSv1.3", "not_after": instant_of(ENDS)}
    assert facts(encoded, {"notAfter": "Mar  1 12:30:00 2027 GMT"}) == facts(encoded, {}) == wanted


def test_what_only_openssl_can_read_is_told_by_openssl() -> None:
    assert facts(b"odd", {"notAfter": "Mar  1 12:30:00 2027 GMT"})["not_after"] == instant_of(ENDS)


@pytest.mark.parametrize("shown", [b"odd", None])
def test_what_nobody_can_read_has_no_end(shown: bytes | None) -> None:
    assert facts(shown, {}) == {"tls_version": "TLSv1.3"}
