"""Which addresses of a target are asked: the options `family` and `addresses` of every kind that opens connections."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import Annotated, Literal, TypeAlias

from aiohttp.abc import ResolveResult
from pydantic import BeforeValidator

from config.value import Value
from probe.fault import down, ours
from probe.net.course import BadTarget, Course, Unanswered
from probe.net.names import look_up
from probe.net.policy import Zone, zone_of
from probe.resolver import NUMERIC, Resolver
from probe.result import Reason

Family: TypeAlias = Annotated[
    Literal["auto", "4", "6", "both"],
    BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),
]
_SOCKETS = {"auto": socket.AF_UNSPEC, "4": socket.AF_INET, "6": socket.AF_INET6}


class Reach(Value):
    """The options every kind that opens connections has; its own options model is a class below this one."""

    family: Family = "auto"
    """`auto`: whatever this machine has a route to. `both`: IPv4 and IPv6 must answer."""
    addresses: Literal["any", "all", "quorum"] = "any"
    """How many of a name's addresses must answer; with `any` the quickest to connect is asked alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where one connection may go: to those addresses (none: the name's own), and no nearer to us than `nearest`."""

    nearest: Zone
    family: Family = "auto"
    at: tuple[str, ...] = ()
    avoid: str = ""
    """The last of several to be tried."""
    resolvers: tuple[str, ...] = ()


class Denied(Unanswered):
    """Nobody may be asked there. A fault of whoever wrote the target, unless a redirect led there."""

    def __init__(self, address: str) -> None:
        super().__init__(ours(Reason.TARGET_DENIED, f"{address} may not be asked"))
        self.address = address


async def find(
    resolver: Resolver, host: str, port: int, choice: Choice, course: Course | None = None
) -> Sequence[ResolveResult]:
    """At least one, all of them allowed. The course is told which name server answered.

    Raises Unanswered (Denied), socket.gaierror, ValueError.
    """
    if choice.at:
        found = [_numeric(host, address, port) for address in choice.at]
    elif is_literal(host):
        return _itself(host, port, choice.family, choice.nearest)
    elif choice.family == "both":
        found = await _both(partial(_named, resolver, choice, course), host, port)
    else:
        found = await _named(resolver, choice, course, host, port, _SOCKETS[choice.family])
    return _allowed(found, choice.nearest)


async def _named(
    resolver: Resolver, choice: Choice, course: Course | None, host: str, port: int, family: socket.AddressFamily
) -> list[ResolveResult]:
    if not choice.resolvers:
        return await resolver.resolve(host, port, family)
    found = await look_up(resolver, host, port, family, choice.resolvers, course)
    return found if choice.family != "auto" else [one for one in found if routed(one["host"])] or found


async def _both(
    named: Callable[[str, int, socket.AddressFamily], Awaitable[list[ResolveResult]]], host: str, port: int
) -> list[ResolveResult]:
    found = list[ResolveResult]()
    for family, name in ((socket.AF_INET6, "IPv6"), (socket.AF_INET, "IPv4")):
        try:
            found += await named(host, port, family)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise
            raise Unanswered(down(Reason.DNS_FAILURE, f"{host} has no {name} address: {error}")) from error
    return found


def _allowed(found: Sequence[ResolveResult], nearest: Zone) -> Sequence[ResolveResult]:
    allowed = [one for one in found if zone_of(one["host"]) <= nearest]
    if not allowed:
        raise Denied(found[0]["host"])
    return allowed


@lru_cache(maxsize=16384)
def _itself(host: str, port: int, family: Family, nearest: Zone) -> Sequence[ResolveResult]:
    if family not in ("auto", "6" if ":" in host else "4"):
        raise BadTarget(f"the target is one address, which is not what family: {family} asks for")
    return _allowed([_numeric(host, host, port)], nearest)


def _numeric(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=socket.IPPROTO_TCP, flags=NUMERIC)


@lru_cache(maxsize=16384)
def is_literal(host: str) -> bool:
    """A literal with a scope is a name like others: the system must say which interface is meant."""
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def routed(address: str) -> bool:
    """Whether this machine has a route there. Sends nothing."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((address.partition("%")[0], 9))
        except OSError:
            return False
    return True


def split_target(target: str, default: int | None = None, scheme: str = "tcp") -> tuple[str, int]:
    """`host:port` or `[v6]:port`, with `scheme://` before it or not; without a port where there is a `default`.

    Raises BadTarget.
    """
    place = target.removeprefix(f"{scheme}://").rstrip("/")
    host, colon, port = place.rpartition(":")
    if default is not None and (not colon or place.endswith("]") or (":" in host.strip("[]") and "[" not in host)):
        host, port = place, str(default)
    if not host.strip("[]") or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        example = "db.example.com:5432" if default is None else "db.example.com"
        raise BadTarget(f"'{target}' is not an address like {example}")
    return host.strip("[]"), int(port)
