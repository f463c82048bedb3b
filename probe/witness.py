"""Third parties that are asked whether our own line works: `tcp://host:port`, asked only when failures cluster.

A witness that takes the connection or refuses it was reached, so our line works. One that stays silent contradicts what
our probes say of their targets.
"""

import asyncio
from collections.abc import Mapping, Sequence

from probe.net.address import split_target
from probe.resolver import Resolver

WITHIN = 3.0
REACHED = "reached"


async def ask(resolver: Resolver, witnesses: Sequence[str]) -> Mapping[str, str]:
    """What each said: `reached`, or why not. Takes WITHIN seconds at most; raises nothing."""
    words = await asyncio.gather(*(_ask(resolver, one) for one in witnesses))
    return dict(zip(witnesses, words, strict=True))


def silent(words: Mapping[str, str]) -> bool:
    """Every witness contradicts; without any nobody does."""
    return bool(words) and REACHED not in words.values()


async def _ask(resolver: Resolver, witness: str) -> str:
    try:
        async with asyncio.timeout(WITHIN):
            return await _connect(resolver, *split_target(witness))
    except TimeoutError:
        return "no answer in time"
    except (OSError, ValueError) as error:
        return str(error)[:200] or type(error).__name__


async def _connect(resolver: Resolver, host: str, port: int) -> str:
    found = await resolver.resolve(host, port)
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_connection(asyncio.Protocol, found[0]["host"], port)
    except (ConnectionRefusedError, ConnectionResetError):
        return REACHED
    transport.abort()
    return REACHED
