"""Fetches a response: resolves, connects, encrypts, sends, listens, and follows where it leads."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from probe.certificate import certificate_facts
from probe.fault import down
from probe.http.exchange import Exchange
from probe.http.proxy import Proxy, judge
from probe.http.request import Call, call_at, redirect
from probe.http.response import BODY_LIMIT, Response
from probe.http.trail import Trail
from probe.net.address import Choice, Denied
from probe.net.connection import Network, dial, encrypted
from probe.net.course import Course, Unanswered
from probe.net.policy import Zone, zone_of
from probe.net.trust import Tls, context_for
from probe.result import Plain, Reason

_NOWHERE = down(Reason.REDIRECT, "redirected to an address that cannot be asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a check asks. `max_redirects` None: an answer that leads elsewhere is one like others."""

    tls: Tls
    max_redirects: int | None = None
    limit: int = BODY_LIMIT
    proxy: Proxy | None = None


class Fetched(NamedTuple):
    """`call` is the one that was answered in the end; the certificate's facts are those of its place."""

    response: Response
    call: Call
    certificate: Mapping[str, Plain]
    location: str | None = None
    """Where it leads, if that is to be followed."""
    peer: str = ""
    """Address of the server, where it leads elsewhere."""


class Client:
    """Nothing is kept from one request to the next: no connection and no name; cookies are the trail's."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def fetch(
        self, call: Call, choice: Choice, manner: Manner, course: Course, trail: Trail, mark: bytes
    ) -> Fetched:
        """`mark`: lines added to every head. Cancel it when its time is up.

        Raises Unanswered and OSError, ValueError where the target cannot be asked.
        """
        home = call.host
        while True:
            try:
                fetched = await self._once(call, choice, manner, course, mark)
            except Denied as error:
                if not trail.hops:
                    raise
                raise Unanswered(
                    down(Reason.REDIRECT_DENIED, f"redirected to {error.address}, which may not be asked")
                ) from error
            except ValueError as error:
                if not trail.hops:
                    raise
                raise Unanswered(_NOWHERE) from error
            if fetched.location is None:
                return fetched
            call = _onward(call, fetched, fetched.location, manner, trail)
            choice = Choice(nearest=_nearest(choice, manner, fetched, call), family=choice.family)
            if call.host != home:
                manner = replace(manner, tls=manner.tls.for_others)
            course.enter("resolve")

    async def _once(self, call: Call, choice: Choice, manner: Manner, course: Course, mark: bytes) -> Fetched:
        follow = manner.max_redirects is not None
        response = Response(call.request.method, follow=follow, limit=manner.limit)
        exchange = Exchange(response, course, encrypting=call.secure)
        transport: asyncio.Transport | None = None
        try:
            if manner.proxy is None:
                transport = await dial(self._network.resolver, exchange, call.host, call.port, choice, course)
            elif call.secure:
                transport = await self._through(manner.proxy, call, choice, course)
            else:
                mark += manner.proxy.authorization
                transport = await self._to(manner.proxy, exchange, call, choice, course)
            if call.secure and not exchange.done.done():
                course.enter("tls")
                name = manner.tls.name_for(call.host)
                transport = await encrypted(transport, exchange, context_for(manner.tls), name)
                exchange.encrypting = False
            course.enter("processing")
            transport.write(call.head + mark + call.rest)
            fault = await exchange.done
            if fault is not None:
                raise Unanswered(fault)
            shown = transport.get_extra_info("ssl_object") if call.secure else None
            location = response.location if follow else None
            peer = "" if location is None else str(transport.get_extra_info("peername")[0])
            return Fetched(response, call, certificate_facts(shown) if shown else {}, location, peer)
        finally:
            if transport is not None:
                transport.abort()
            response.release()

    async def _to(
        self, proxy: Proxy, protocol: asyncio.Protocol, call: Call, choice: Choice, course: Course
    ) -> asyncio.Transport:
        await judge(self._network.resolver, call.host, call.port, choice)
        course.ours = proxy.name
        try:
            own = Choice(nearest=Zone.LOOPBACK)
            transport = await dial(self._network.resolver, protocol, proxy.host, proxy.port, own, course)
        except (OSError, Unanswered) as error:
            raise proxy.unasked(error) from error
        course.ours = ""
        return transport

    async def _through(self, proxy: Proxy, call: Call, choice: Choice, course: Course) -> asyncio.Transport:
        """A connection that ends at the target, though the proxy holds its middle."""
        response = Response("CONNECT", follow=False)
        exchange = Exchange(response, course, encrypting=False)
        transport = await self._to(proxy, exchange, call, choice, course)
        try:
            transport.write(proxy.asking(call.url))
            fault = await exchange.done or proxy.refusal(response.status)
            if fault is not None:
                raise Unanswered(fault)
            return transport
        except BaseException:
            transport.abort()
            raise
        finally:
            response.release()


def _onward(call: Call, fetched: Fetched, location: str, manner: Manner, trail: Trail) -> Call:
    """What is asked next. Raises Unanswered."""
    response = fetched.response
    facts: dict[str, Plain] = {"status": response.status, "redirects": len(trail.hops)}
    if len(trail.hops) == manner.max_redirects:
        raise Unanswered(down(Reason.REDIRECT, "too many redirects"), facts)
    trail.keep(response, call.url)
    try:
        request, there = redirect(call.request, call.url, response.status, location)
        trail.led(response, there)
        return call_at(request, there, proxied=manner.proxy is not None, cookies=trail.cookies(there))
    except ValueError as error:
        raise Unanswered(_NOWHERE, facts) from error


def _nearest(choice: Choice, manner: Manner, fetched: Fetched, there: Call) -> Zone:
    if manner.proxy is None:
        return min(choice.nearest, zone_of(fetched.peer))
    # Where a server stands only the proxy knows: it may lead to itself, and elsewhere as if it stood far away.
    return choice.nearest if there.host == fetched.call.host else Zone.GLOBAL
