"""Which addresses may be asked, on whose word. Judged at the address itself, so no spelling of a name gets past it.

What the operator's configuration or command line names may be private or this machine; what a customer types must be
globally routable. A redirect may lead no nearer to us than the place that sends it: a page of the internet has nothing
to send us for in our own network. Link-local and metadata addresses are never asked: what answers there hands out keys.
"""

from enum import IntEnum, StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address


class Origin(StrEnum):
    """Who named the target."""

    OPERATOR = "operator"
    CUSTOMER = "customer"


class Zone(IntEnum):
    """How near to us an address lies; who may ask in one may ask in all before it."""

    GLOBAL = 0
    PRIVATE = 1
    LOOPBACK = 2
    NEVER = 3


REACH = {Origin.CUSTOMER: Zone.GLOBAL, Origin.OPERATOR: Zone.LOOPBACK}
"""The nearest zone a target may lie in."""

_NEVER4 = tuple(
    IPv4Network(one)
    for one in (
        "169.254.0.0/16",  # link-local, and with it nearly every cloud's metadata
        "100.100.100.200/32",  # Alibaba Cloud
        "168.63.129.16/32",  # Azure
        "192.0.0.192/32",  # Oracle Cloud
        "0.0.0.0/8",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_NEVER6 = tuple(
    IPv6Network(one)
    for one in (
        "fe80::/10",
        "fd00:ec2::/32",  # AWS
        "fd20:ce::254/128",  # Google Cloud
        "ff00::/8",
        "::/128",
    )
)
_ROUTED6 = IPv6Network("2000::/3")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


@lru_cache(maxsize=16384)
def zone_of(address: str) -> Zone:
    """Of a numeric address, with its interface or not. Raises ValueError for anything else."""
    place = ip_address(address.partition("%")[0])
    if isinstance(place, IPv4Address):
        return _zone4(place)
    inner = _within(place)
    return _zone6(place) if inner is None else _zone4(inner)


def _zone4(place: IPv4Address) -> Zone:
    if any(place in network for network in _NEVER4):
        return Zone.NEVER
    if place.is_loopback:
        return Zone.LOOPBACK
    return Zone.GLOBAL if place.is_global else Zone.PRIVATE


def _zone6(place: IPv6Address) -> Zone:
    if any(place in network for network in _NEVER6):
        return Zone.NEVER
    if place.is_loopback:
        return Zone.LOOPBACK
    return Zone.GLOBAL if place in _ROUTED6 and place.is_global else Zone.PRIVATE


def _within(place: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is meant: mapped, compatible, by NAT64, 6to4 or Teredo."""
    if place.ipv4_mapped is not None:
        return place.ipv4_mapped
    if place.sixtofour is not None:
        return place.sixtofour
    if place.teredo is not None:
        return place.teredo[1]
    embedded = place in _COMPATIBLE and int(place) > 1  # `::` and `::1` mean themselves
    if embedded or any(place in network for network in _TRANSLATED):
        return IPv4Address(int(place) & 0xFFFFFFFF)
    return None
