"""The operator's own way out: a proxy that is told where to go, and what its refusals mean."""

from dataclasses import dataclass
from socket import gaierror, inet_aton

from yarl import URL

from probe.fault import Fault, down, fault_of, ours
from probe.http.request import basic
from probe.net.address import Choice, Denied, find, is_literal
from probe.net.course import Unanswered
from probe.net.policy import Zone
from probe.resolver import Resolver
from probe.result import Reason

_UNREACHED = frozenset((502, 503, 504))
"""A proxy's words for a target that does not answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """`authorization` is a whole line of a head, or nothing."""

    host: str
    port: int
    authorization: bytes = b""

    @property
    def name(self) -> str:
        return f"the proxy {self.host}:{self.port}"

    def asking(self, url: URL) -> bytes:
        """For a way through to there."""
        place = f"{url.host_subcomponent}:{url.port}".encode()
        return b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (place, place, self.authorization)

    def unasked(self, error: OSError | Unanswered) -> Unanswered:
        """It is ours, whatever is wrong with it."""
        cause = error.fault.detail if isinstance(error, Unanswered) else fault_of(error).detail
        return Unanswered(ours(Reason.NETWORK_UNREACHABLE, f"{self.name} cannot be asked: {cause}"))

    def refusal(self, status: int) -> Fault | None:
        if 200 <= status < 300:
            return None
        if status in _UNREACHED:
            return down(Reason.HOST_UNREACHABLE, f"{self.name} says that it cannot reach the target: {status}")
        return ours(Reason.NOT_PERMITTED, f"{self.name} refuses to lead to the target: {status}")


def proxy_at(text: str) -> Proxy:
    """`http://user:password@proxy.example.com:3128`. Raises ValueError, which does not repeat it."""
    try:
        url = URL(text)
    except ValueError as error:
        raise ValueError("a proxy is an address like http://proxy.example.com:3128") from error
    if url.scheme != "http" or not url.raw_host or url.raw_path_qs != "/":
        raise ValueError("a proxy is an address like http://proxy.example.com:3128")
    line = b""
    if url.user is not None or url.password is not None:
        line = f"Proxy-Authorization: {basic(url.user or '', url.password or '')}\r\n".encode()
    return Proxy(host=url.raw_host, port=url.port or 80, authorization=line)


async def judge(resolver: Resolver, host: str, port: int, choice: Choice) -> None:
    """Whether a proxy may be sent there. Raises Denied.

    The proxy looks names up, not we: so what the operator names is judged where it is an address in whatever spelling,
    and what others name has to be an allowed one by our own resolver too.
    """
    if choice.nearest is Zone.LOOPBACK and not is_literal(host) and not _spelled(host):
        return
    try:
        await find(resolver, host, port, choice)
    except gaierror as error:
        raise Denied(host) from error


def _spelled(host: str) -> bool:
    """An IPv4 address in decimal, octal, hexadecimal or with parts left out."""
    try:
        return bool(inet_aton(host))
    except (OSError, UnicodeError):
        return False
