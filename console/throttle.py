"""How often somebody may try to log in: a token bucket for every account and every address, in memory. Pure."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from config.instant import MINUTE, Instant, Span

_MOST_BUCKETS = 20_000
_ROUTED = 64
"""Bits of an IPv6 address that one subscriber cannot change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many tries at once, and one more every `refill`."""

    tries: int
    refill: Span


ACCOUNT = Allowance(tries=10, refill=5 * MINUTE)
ADDRESS = Allowance(tries=20, refill=3 * MINUTE)


class Throttle:
    """What is left of an allowance, by key."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._full_at: dict[str, Instant] = {}
        """When the bucket will be full again; one that is full is not kept."""

    def wait(self, key: str, now: Instant) -> Span:
        """How long until the next try; 0: now."""
        room = (self._allowance.tries - 1) * self._allowance.refill
        return max(0, self._full_at.get(key, now) - now - room)

    def take(self, key: str, now: Instant) -> None:
        """One try."""
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._allowance.refill
        if len(self._full_at) > _MOST_BUCKETS:
            self._forget(now)

    def give_back(self, key: str, now: Instant) -> None:
        """The try succeeded: it does not count."""
        full_at = self._full_at.get(key, now) - self._allowance.refill
        if full_at > now:
            self._full_at[key] = full_at
        else:
            self._full_at.pop(key, None)

    def _forget(self, now: Instant) -> None:
        """Full ones go; if that is not enough, those nearest to full."""
        kept = sorted(((at, key) for key, at in self._full_at.items() if at > now), reverse=True)
        self._full_at = {key: at for at, key in kept[: _MOST_BUCKETS // 2]}


def network_of(address: str) -> str:
    """The address; of an IPv6 one the network of its subscriber."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, _ROUTED), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
