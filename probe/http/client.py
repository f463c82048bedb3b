"""Fetches a response: resolves, connects, encrypts, sends, listens, and follows where it leads."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from errno import ECONNRESET
from functools import lru_cache
from ipaddress import ip_address
from socket import AF_INET6, AF_UNSPEC, IPPROTO_TCP, SOCK_STREAM

from aiohappyeyeballs import AddrInfoType, start_connection
from aiohttp.abc import ResolveResult
from yarl import URL

from probe.certificate import certificate_facts
from probe.fault import down
from probe.http.exchange import Course, Exchange, Unanswered
from probe.http.request import Request, address, encode, redirect
from probe.http.response import Response
from probe.resolver import Resolver
from probe.result import Plain, Reason

NEXT_ADDRESS = 0.25
"""Seconds an address of several may take before the next one is tried beside it (RFC 8305)."""
NEVER = 86400.0
"""The caller's deadline is the only one."""

Trust = Callable[[], ssl.SSLContext]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`url` is where it came from in the end; the certificate's facts are those of that place."""

    response: Response
    url: URL
    certificate: Mapping[str, Plain]
    redirects: int = 0


class Client:
    """Nothing is kept from one request to the next: no connection, name or cookie."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    async def fetch(
        self, request: Request, target: str, *, trust: Trust, max_redirects: int | None, course: Course
    ) -> Fetched:
        """`max_redirects` None: an answer that leads elsewhere is one like others. Cancel it when its time is up.

        Raises Unanswered and OSError, ValueError where the target cannot be asked.
        """
        url, redirects = address(target), 0
        while True:
            try:
                fetched = await self._once(request, url, trust, max_redirects is not None, course)
                location = None if max_redirects is None else fetched.response.location
                if location is None:
                    return replace(fetched, redirects=redirects)
                if redirects == max_redirects:
                    raise Unanswered(down(Reason.REDIRECT, "too many redirects"))
                redirects += 1
                request, url = redirect(request, url, fetched.response.status, location)
            except ValueError as error:
                if not redirects:
                    raise
                raise Unanswered(down(Reason.REDIRECT, "redirected to an address that cannot be asked")) from error
            course.enter("resolve")

    async def _once(self, request: Request, url: URL, trust: Trust, follow: bool, course: Course) -> Fetched:
        sent, host, port = encode(request, url), url.raw_host or "", url.port or 0
        encrypted = url.scheme == "https"
        found = [] if _is_literal(host) else await self._resolver.resolve(host, port, AF_UNSPEC)
        course.enter("connect")
        response = Response(request.method, follow=follow)
        exchange = Exchange(response, course, encrypting=encrypted)
        transport: asyncio.Transport | None = None
        try:
            transport = await _connect(exchange, host, port, found)
            if encrypted and not exchange.done.done():
                course.enter("tls")
                transport = await _encrypt(transport, exchange, trust(), host)
            course.enter("processing")
            transport.write(sent)
            fault = await exchange.done
            if fault is not None:
                raise Unanswered(fault)
            tls = transport.get_extra_info("ssl_object") if encrypted else None
            return Fetched(response=response, url=url, certificate=certificate_facts(tls) if tls else {})
        finally:
            if transport is not None:
                transport.abort()
            response.release()


async def _connect(exchange: Exchange, host: str, port: int, found: Sequence[ResolveResult]) -> asyncio.Transport:
    """To the host itself where it is a literal address, and otherwise to whichever of those found answers first."""
    loop = asyncio.get_running_loop()
    if len(found) > 1:
        taken = await start_connection([_told(one) for one in found], happy_eyeballs_delay=NEXT_ADDRESS, interleave=1)
        transport, _ = await loop.create_connection(lambda: exchange, sock=taken)
    else:
        place = found[0]["host"] if found else host
        transport, _ = await loop.create_connection(lambda: exchange, place, port)
    return transport


async def _encrypt(
    transport: asyncio.Transport, exchange: Exchange, context: ssl.SSLContext, host: str
) -> asyncio.Transport:
    name = host.rstrip(".")
    encrypted = await asyncio.get_running_loop().start_tls(
        transport, exchange, context, server_hostname=name, ssl_handshake_timeout=NEVER
    )
    exchange.encrypting = False
    if encrypted is None:
        raise ConnectionResetError(ECONNRESET, "the connection was lost")
    return encrypted


def _told(found: ResolveResult) -> AddrInfoType:
    place = (found["host"], found["port"])
    family = found["family"]
    return family, SOCK_STREAM, IPPROTO_TCP, "", (*place, 0, 0) if family == AF_INET6 else place


@lru_cache(maxsize=16384)
def _is_literal(host: str) -> bool:
    """A literal with a scope is a name like others: the system must say which interface is meant."""
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False
