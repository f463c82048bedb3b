"""Names to addresses, by name servers that were chosen: a recheck asks another one than the check did.

What `probing.resolvers` calls `system` is whatever this machine is set to, its hosts file included. One that does not
answer hands over to the next; that a name does not exist is an answer.
"""

import asyncio
import socket
from collections.abc import Sequence

from aiohttp.abc import ResolveResult

from config.value import SYSTEM
from probe.net.course import Course
from probe.resolver import NUMERIC, Resolver

PATIENCE = 2.0
"""Seconds that one is given while there is another to ask."""


async def look_up(
    resolver: Resolver, host: str, port: int, family: int, servers: Sequence[str], course: Course | None
) -> list[ResolveResult]:
    """By the first of `servers` that answers, which the course is told. Raises socket.gaierror."""
    silent = socket.gaierror(socket.EAI_AGAIN, "no name server answers")
    for place, server in enumerate(servers):
        try:
            async with asyncio.timeout(PATIENCE if place + 1 < len(servers) else None):
                found = await _ask(resolver, server, host, port, family)
        except TimeoutError:
            silent = socket.gaierror(socket.EAI_AGAIN, f"{server} did not answer within {PATIENCE:g} s")
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN:
                _tell(course, server)
                raise
            silent = error
        else:
            _tell(course, server)
            return found
    raise silent


async def _ask(resolver: Resolver, server: str, host: str, port: int, family: int) -> list[ResolveResult]:
    if server == SYSTEM:
        return await resolver.resolve(host, port, socket.AddressFamily(family))
    return [
        ResolveResult(hostname=host, host=address, port=port, family=kind, proto=socket.IPPROTO_TCP, flags=NUMERIC)
        for address, kind in await _addresses(server, host, family)
    ]


async def _addresses(server: str, host: str, family: int) -> list[tuple[str, int]]:
    """With their family. Errors are those of the system's own look-ups, so that they mean the same."""
    import dns.asyncresolver  # on use: few configurations name a server
    import dns.exception

    asked = dns.asyncresolver.Resolver(configure=False)
    address, port = place_of(server, 53)
    asked.nameservers, asked.port = [address], port
    try:
        answers = await asked.resolve_name(host, family)
        return list(answers.addresses_and_families())
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        raise socket.gaierror(socket.EAI_NONAME, f"{server}: {error}") from error
    except (dns.exception.DNSException, OSError) as error:
        raise socket.gaierror(socket.EAI_AGAIN, f"{server}: {error}") from error


def place_of(server: str, default: int) -> tuple[str, int]:
    """`192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`."""
    host, _, port = server.rpartition(":")
    if server.count(":") == 1 or host.endswith("]"):
        return host.strip("[]"), int(port)
    return server.strip("[]"), default


def _tell(course: Course | None, server: str) -> None:
    if course is not None:
        course.resolver = server
