"""What an error of the operating system says, and about whom: the target, or ourselves.

ENETUNREACH is our own routing table speaking and EMFILE our own limit: neither may ever mean down. EHOSTUNREACH comes
back from the target's own network (no answer to ARP, or a router's word) and does.
"""

import errno
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
    detail = str(error) or type(error).__name__
    match error:
        case ssl.SSLCertVerificationError():
            expired = getattr(error, "verify_code", None) == _EXPIRED
            return down(Reason.CERTIFICATE_EXPIRED if expired else Reason.CERTIFICATE_INVALID, detail)
        case ssl.SSLError():
            return down(Reason.TLS_FAILURE, detail)
        case socket.gaierror():
            # A name that does not exist is the target's; a resolver that does not answer is not.
            if error.errno in _NO_SUCH_NAME:
                return down(Reason.DNS_FAILURE, detail)
            return ours(Reason.RESOLVER_UNREACHABLE, detail)
        case TimeoutError() if error.errno is None:
            return down(Reason.TIMEOUT, detail)
        case ConnectionError() if error.errno is None:
            # An event loop's own word for a connection that ended too early, as in the middle of a handshake.
            return down(Reason.CONNECTION_RESET, str(error) or "the connection was closed too early")
    return _numbered(_numbers(error), detail)


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
