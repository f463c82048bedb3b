"""What a TLS connection says about its certificate, as facts of a result."""

import ssl

from cryptography import x509

from config.instant import SECOND, instant_of
from probe.result import Plain


def certificate_facts(tls: ssl.SSLObject) -> dict[str, Plain]:
    """`not_after` in POSIX milliseconds, `tls_version`. An unverified certificate has a date too."""
    facts: dict[str, Plain] = {"tls_version": tls.version()}
    told = tls.getpeercert()
    if told:
        facts["not_after"] = int(ssl.cert_time_to_seconds(str(told["notAfter"]))) * SECOND
        return facts
    encoded = tls.getpeercert(binary_form=True)
    if encoded:
        facts["not_after"] = instant_of(x509.load_der_x509_certificate(encoded).not_valid_after_utc)
    return facts
