"""Echo requests and replies as bytes, and what a series of them says. Pure."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from probe.result import Plain

REQUEST = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}
_HEAD = struct.Struct("!BBHHH")  # type, code, checksum and id (the kernel fills these in), sequence


def request(version: int, sequence: int, payload: bytes) -> bytes:
    return _HEAD.pack(REQUEST[version], 0, 0, 0, sequence) + payload


def sequence_of(version: int, packet: bytes, payloads: Sequence[bytes], *, reply: bool = True) -> int | None:
    """Which of our requests a reply is to, or an error about it quotes. None for what is none of ours.

    A reply must give every byte back: a number alone is soon somebody else's.
    """
    if len(packet) < _HEAD.size:
        return None
    kind, code, _, _, sequence = _HEAD.unpack_from(packet)
    if kind != (REPLY if reply else REQUEST)[version] or code or sequence >= len(payloads):
        return None
    given, whole = packet[_HEAD.size :], payloads[sequence]
    return sequence if (given == whole if reply else whole.startswith(given)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`rtts` in microseconds, of the requests that were answered."""

    sent: int
    rtts: tuple[int, ...]

    @property
    def loss(self) -> int:
        """Whole percent, rounded down: 1 of 3 is 33."""
        return 100 * (self.sent - len(self.rtts)) // self.sent if self.sent else 0

    @property
    def mean(self) -> int:
        """0 where nothing was answered."""
        return round(sum(self.rtts) / len(self.rtts)) if self.rtts else 0

    def facts(self) -> dict[str, Plain]:
        facts: dict[str, Plain] = {
            "packets_sent": self.sent,
            "packets_received": len(self.rtts),
            "loss_percent": self.loss,
        }
        if self.rtts:
            spread = sqrt(sum((rtt - self.mean) ** 2 for rtt in self.rtts) / len(self.rtts))
            facts |= {
                "rtt_min_us": min(self.rtts),
                "rtt_mean_us": self.mean,
                "rtt_max_us": max(self.rtts),
                "rtt_stddev_us": round(spread),
            }
        return facts
