"""What a TLS connection says about its certificates, as facts of a result."""

import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from config.instant import SECOND, Instant, instant_of
from probe.result import Plain

TOLD = 8
"""Certificates of a chain that become facts."""
_DER = 2  # _ssl.ENCODING_DER


def certificate_facts(tls: ssl.SSLObject) -> dict[str, Plain]:
    """`not_after` in POSIX milliseconds, `tls_version`. An unverified certificate has a date too."""
    facts: dict[str, Plain] = {"tls_version": tls.version()}
    encoded = tls.getpeercert(binary_form=True)
    if encoded:
        not_after = _end(encoded)
        if not_after is None and (told := tls.getpeercert()):
            not_after = int(ssl.cert_time_to_seconds(str(told["notAfter"]))) * SECOND
        if not_after is not None:
            facts["not_after"] = not_after
    return facts


@lru_cache(maxsize=1024)
def _end(encoded: bytes) -> Instant | None:
    """Kept, for a server shows the same one for months. None: OpenSSL takes what this stricter reader does not."""
    try:
        return instant_of(x509.load_der_x509_certificate(encoded).not_valid_after_utc)
    except ValueError:
        return None


def sent_chain(tls: ssl.SSLObject) -> list[x509.Certificate]:
    """What the server sent, its own first; what cannot be read is left out."""
    return _chain(tls, "get_unverified_chain")


def verified_chain(tls: ssl.SSLObject) -> list[x509.Certificate]:
    """From the server's own to the authority that is trusted. Only of a connection that was verified."""
    return _chain(tls, "get_verified_chain")


def _chain(tls: ssl.SSLObject, name: str) -> list[x509.Certificate]:
    # Public since Python 3.13, before that a layer below; there it gives objects, above it gives bytes.
    inner = tls if hasattr(tls, name) else getattr(tls, "_sslobj")  # noqa: B009
    found = list[x509.Certificate]()
    for one in getattr(inner, name)() or ():
        with suppress(ValueError):
            encoded = one if isinstance(one, bytes) else one.public_bytes(_DER)
            found.append(x509.load_der_x509_certificate(encoded))
    return found


def chain_facts(certificates: Sequence[x509.Certificate]) -> dict[str, Plain]:
    """`chain.0.subject`, `.issuer`, `.not_after` (ms), `.sha256`, `.serial`, and so on; `names` of the first one."""
    facts: dict[str, Plain] = {"chain_length": len(certificates)}
    for place, one in enumerate(certificates[:TOLD]):
        facts |= {
            f"chain.{place}.subject": _name(one, "subject"),
            f"chain.{place}.issuer": _name(one, "issuer"),
            f"chain.{place}.not_after": instant_of(one.not_valid_after_utc),
            f"chain.{place}.sha256": one.fingerprint(SHA256()).hex(),
            f"chain.{place}.serial": f"{one.serial_number:x}",
        }
    if certificates:
        facts["names"] = _names(certificates[0])
    return facts


def first_end(certificates: Sequence[x509.Certificate]) -> Instant | None:
    """When the first of them ends; None where there is none."""
    return min((instant_of(one.not_valid_after_utc) for one in certificates), default=None)


def _name(certificate: x509.Certificate, whose: str) -> str:
    """Its common name, or all of the name where it has none."""
    try:
        name: x509.Name = getattr(certificate, whose)
        common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
        text = str(common[0].value) if common else name.rfc4514_string()
    except ValueError:
        return "?"
    return text[:200].replace("\0", "\ufffd")


def _names(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        each = chain(names.get_values_for_type(x509.DNSName), map(str, names.get_values_for_type(x509.IPAddress)))
        return ", ".join(each)[:500].replace("\0", "\ufffd")
    except (ValueError, x509.ExtensionNotFound):
        return ""
