"""Fetches a response: resolves, connects, encrypts, sends, listens, and follows where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from yarl import URL

from probe.certificate import certificate_facts
from probe.fault import down
from probe.http.exchange import Exchange
from probe.http.request import Request, address, encode, redirect
from probe.http.response import Response
from probe.net.address import Choice, Denied
from probe.net.connection import Network, dial, encrypted
from probe.net.course import Course, Unanswered
from probe.net.policy import zone_of
from probe.net.trust import Tls, context_for
from probe.result import Plain, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`url` is where it came from in the end; the certificate's facts are those of that place."""

    response: Response
    url: URL
    certificate: Mapping[str, Plain]
    redirects: int = 0
    peer: str = ""
    """Address of the server, where it leads elsewhere."""


class Client:
    """Nothing is kept from one request to the next: no connection, name or cookie."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def fetch(
        self, request: Request, target: str, choice: Choice, *, tls: Tls, max_redirects: int | None, course: Course
    ) -> Fetched:
        """`max_redirects` None: an answer that leads elsewhere is one like others. Cancel it when its time is up.

        Raises Unanswered and OSError, ValueError where the target cannot be asked.
        """
        url, redirects = address(target), 0
        while True:
            try:
                fetched = await self._once(request, url, choice, tls, max_redirects is not None, course)
                location = None if max_redirects is None else fetched.response.location
                if location is None:
                    return replace(fetched, redirects=redirects)
                if redirects == max_redirects:
                    raise Unanswered(down(Reason.REDIRECT, "too many redirects"))
                redirects += 1
                request, url = redirect(request, url, fetched.response.status, location)
            except Denied as error:
                if not redirects:
                    raise
                where = f"redirected to {error.address}, which may not be asked"
                raise Unanswered(down(Reason.REDIRECT_DENIED, where)) from error
            except ValueError as error:
                if not redirects:
                    raise
                raise Unanswered(down(Reason.REDIRECT, "redirected to an address that cannot be asked")) from error
            choice = Choice(nearest=min(choice.nearest, zone_of(fetched.peer)), family=choice.family)
            course.enter("resolve")

    async def _once(
        self, request: Request, url: URL, choice: Choice, tls: Tls, follow: bool, course: Course
    ) -> Fetched:
        sent, host, secure = encode(request, url), url.raw_host or "", url.scheme == "https"
        response = Response(request.method, follow=follow)
        exchange = Exchange(response, course, encrypting=secure)
        transport = None
        try:
            transport = await dial(self._network.resolver, exchange, host, url.port or 0, choice, course)
            if secure and not exchange.done.done():
                course.enter("tls")
                transport = await encrypted(transport, exchange, context_for(tls), tls.name_for(host))
                exchange.encrypting = False
            course.enter("processing")
            transport.write(sent)
            fault = await exchange.done
            if fault is not None:
                raise Unanswered(fault)
            shown = transport.get_extra_info("ssl_object") if secure else None
            peer = transport.get_extra_info("peername")[0] if follow and response.location else ""
            return Fetched(
                response=response, url=url, certificate=certificate_facts(shown) if shown else {}, peer=str(peer)
            )
        finally:
            if transport is not None:
                transport.abort()
            response.release()
