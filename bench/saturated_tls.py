"""The same as `saturated` over TLS: a full handshake each time, the certificate verified by both."""

from bench.common import Row
from bench.saturated import compare

LIMIT = 1.2


def measure() -> Row:
    name = "saturated_tls: https, judged in memory, against blackbox (checks per CPU-second)"
    return compare(name, limit=LIMIT, tls=True)
