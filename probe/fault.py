"""What an error of the operating system says, and about whom: the target, or ourselves.

ENETUNREACH is our own routing table speaking and EMFILE our own limit: neither may ever mean down. EHOSTUNREACH comes
back from the target's own network (no answer to ARP, or a router's word) and does.
"""

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from probe.result import Answer, Outcome, Plain, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    outcome: Outcome
    reason: Reason
    detail: str

    def answer(
        self, latency_us: int, phases: Mapping[str, int] | None = None, facts: Mapping[str, Plain] | None = None
    ) -> Answer:
        return Answer(
            outcome=self.outcome,
            reason=self.reason,
            detail=self.detail,
            latency_us=latency_us,
            phases=phases or {},
            facts=facts or {},
        )


_TARGET: Mapping[int, Reason] = {
    errno.ECONNREFUSED: Reason.CONNECTION_REFUSED,
    errno.ECONNRESET: Reason.CONNECTION_RESET,
    errno.ECONNABORTED: Reason.CONNECTION_RESET,
    errno.EPIPE: Reason.CONNECTION_RESET,
    errno.ESHUTDOWN: Reason.CONNECTION_RESET,
    errno.EHOSTUNREACH: Reason.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Reason.HOST_UNREACHABLE,
    errno.ETIMEDOUT: Reason.TIMEOUT,
}
_OURS: Mapping[int, Reason] = {
    errno.ENETUNREACH: Reason.NETWORK_UNREACHABLE,
    errno.ENETDOWN: Reason.NETWORK_UNREACHABLE,
    errno.EADDRNOTAVAIL: Reason.OUT_OF_PORTS,
    errno.EPERM: Reason.NOT_PERMITTED,  # our own firewall
    errno.EMFILE: Reason.OUT_OF_FILES,
    errno.ENFILE: Reason.OUT_OF_FILES,
    errno.ENOBUFS: Reason.OUT_OF_FILES,
    errno.ENOMEM: Reason.OUT_OF_FILES,
}
_NO_SUCH_NAME = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)
_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
_EACH = re.compile(r"\[Errno (\d+)\]")


def down(reason: Reason, detail: str) -> Fault:
    return Fault(outcome=Outcome.DOWN, reason=reason, detail=detail)


def ours(reason: Reason, detail: str) -> Fault:
    return Fault(outcome=Outcome.INVALID, reason=reason, detail=detail)


def fault_of(error: OSError) -> Fault:
    """Total: an error nobody thought of is ours, because a doubt must not become downtime of the target."""
    match error:
        case ssl.SSLCertVerificationError():
            expired = getattr(error, "verify_code", None) == _EXPIRED
            return down(Reason.CERTIFICATE_EXPIRED if expired else Reason.CERTIFICATE_INVALID, _distrust(error))
        case ssl.SSLError():
            return down(Reason.TLS_FAILURE, _no_tls(error))
        case socket.gaierror():
            # A name that does not exist is the target's; a resolver that does not answer is not.
            if error.errno in _NO_SUCH_NAME:
                return down(Reason.DNS_FAILURE, "the name does not exist, or has no address")
            return ours(Reason.RESOLVER_UNREACHABLE, _plain(error))
        case TimeoutError() if error.errno is None:
            return down(Reason.TIMEOUT, _plain(error))
        case ConnectionError() if error.errno is None:
            # An event loop's own word for a connection that ended too early, as in the middle of a handshake.
            return down(Reason.CONNECTION_RESET, str(error) or "the connection was closed too early")
    return _numbered(_numbers(error), _plain(error))


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    """OpenSSL's verdict in a sentence; the names it gives stay."""
    said = getattr(error, "verify_message", "") or str(error)
    known = _DISTRUST.get(getattr(error, "verify_code", 0))
    if known is not None:
        return known
    name = _NOT_FOR.search(said)
    return f"the certificate is not for {name[1]}" if name is not None else f"the certificate is not accepted: {said}"


_DISTRUST: Mapping[int, str] = {
    _EXPIRED: "the certificate has expired",
    9: "the certificate is not valid yet",
    18: "the certificate is self-signed",
    19: "the chain of certificates leads to an authority that is self-signed and not trusted",
    20: "no trusted authority vouches for the certificate; is the intermediate certificate missing?",
    21: "no trusted authority vouches for the certificate; is the intermediate certificate missing?",
}
"""By X509_V_ERR."""
_NOT_FOR = re.compile(r"certificate is not valid for '([^']*)'")


def _no_tls(error: ssl.SSLError) -> str:
    said = (error.reason or "").replace("_", " ").lower()
    if error.reason in _NO_TLS:
        return "the other side does not speak TLS on this port"
    return f"the TLS handshake failed: {said or _plain(error)}"


_NO_TLS = frozenset(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"))
"""What OpenSSL says of bytes that are no TLS at all."""


def _plain(error: OSError) -> str:
    """Without the numbers and brackets of programmers; several addresses one after the other."""
    text = str(error) or type(error).__name__
    places = [_unreached(int(number or error.errno or 0), *place) for number, *place in _CALLED.findall(text)]
    if places:
        return "; ".join(dict.fromkeys(places))
    if error.errno is not None and _TARGET.get(error.errno) is Reason.CONNECTION_RESET:
        return "the other side broke the connection off"
    return _BRACKETS.sub("", text)


def _unreached(number: int, address: str, port: str) -> str:
    if number == errno.ECONNREFUSED:
        return f"nobody listens at {address} port {port}"
    return f"{address} port {port} cannot be reached: {os.strerror(number).lower()}"


_CALLED = re.compile(r"(?:\[Errno (\d+)\] )?Connect call failed \('([^']+)', (\d+)[^)]*\)")
_BRACKETS = re.compile(r"^\[(?:Errno -?\d+|SSL[^\]]*)\] | \(_ssl\.c:\d+\)$")


def _numbers(error: OSError) -> list[int]:
    """Several, where several addresses were tried and their errors were put into one text."""
    if error.errno is not None:
        return [error.errno]
    return [int(number) for number in _EACH.findall(str(error))]


def _numbered(numbers: list[int], detail: str) -> Fault:
    """One address that answered speaks for the target, even where we have no route to another."""
    for number in numbers:
        if number in _TARGET:
            return down(_TARGET[number], detail)
    for number in numbers:
        if number in _OURS:
            return ours(_OURS[number], detail)
    return ours(Reason.INTERNAL_ERROR, detail)
