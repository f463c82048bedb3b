"""Certificates, good and odd, that hostile servers show."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import trustme

from tests.probe.hostile.case import Case

HOST = "127.0.0.1"
TODAY = datetime.now(UTC)


class Papers:
    """Of one authority, whom every encrypted check trusts."""

    def __init__(self, folder: Path) -> None:
        self._own, self._other = trustme.CA(), trustme.CA()
        self.file = folder / "authority.pem"
        self._own.cert_pem.write_to_path(str(self.file))
        self._key = folder / "key.pem"
        self.now = int(TODAY.timestamp() * 1000)

    def trusted(self, case: Case) -> Mapping[str, Any]:
        """The case's options, which trust the authority where it encrypts."""
        if case.tls is None and "tls" not in case.options:
            return case.options
        return {**case.options, "tls": {"ca_file": str(self.file), **case.options.get("tls", {})}}

    def shown(self, name: str | None) -> ssl.SSLContext | None:
        return None if name is None else self._contexts[name]

    @cached_property
    def _contexts(self) -> Mapping[str, ssl.SSLContext]:
        day = timedelta(days=1)
        own = self._own.issue_cert
        shown = {
            "good": own(HOST),
            "expired": own(HOST, not_before=TODAY - 9 * day, not_after=TODAY - day),
            "not yet": own(HOST, not_before=TODAY + day, not_after=TODAY + 9 * day),
            "another host": own("shop.example.org"),
            "a thousand names": own(*(f"shop{number}.example.org" for number in range(1000))),
            "a star alone": own("*.0.0.1"),
            "no names but a common one": own(common_name=HOST),
            "another authority": self._other.issue_cert(HOST),
            "a child of nobody": self._own.create_child_ca().issue_cert(HOST),
        }
        contexts = {name: _context(certificate) for name, certificate in shown.items()}
        contexts["a child of nobody"] = self._without_chain(shown["a child of nobody"])
        contexts["an old version"] = _context(shown["good"])
        contexts["an old version"].maximum_version = ssl.TLSVersion.TLSv1_2
        contexts["asks for ours"] = _context(shown["good"])
        contexts["asks for ours"].verify_mode = ssl.CERT_REQUIRED
        self._own.configure_trust(contexts["asks for ours"])
        contexts["a very long chain"] = self._chained(shown["good"])
        return contexts

    def _without_chain(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        return self._loaded(certificate, certificate.cert_chain_pems[0].bytes())

    def _chained(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        others = b"".join(self._other.issue_cert("shop.example.org").cert_chain_pems[0].bytes() for _ in range(1)) * 60
        return self._loaded(certificate, certificate.cert_chain_pems[0].bytes() + others)

    def _loaded(self, certificate: trustme.LeafCert, chain: bytes) -> ssl.SSLContext:
        self._key.write_bytes(certificate.private_key_pem.bytes() + chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._key)
        return context


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
