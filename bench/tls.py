"""1000 pages asked 200 times a second over TLS: a full handshake each time, the certificate verified by both.

CPU per check of the whole of upheld, everything stored, against that of the blackbox exporter alone: what Prometheus
needs to have it asked, and to store what comes of it, does not count.
"""

from bench import checks
from bench.common import Row, row
from bench.saturated import trusting_module
from tests.servers.nginx import Nginx
from tests.servers.program import scratch

LIMIT = 0.8


def measure() -> Row:
    with (
        scratch("bench") as folder,
        Nginx(folder, listeners=checks.LISTENERS, workers=2, access_log=False, tls=True) as target,
    ):
        pages = checks.addresses("https", target.tls_ports)
        peer = checks.prometheus_with_blackbox(folder, target, pages, trusting_module(target.authority))
        ours, lag = checks.upheld(folder, target, pages, {"tls": {"ca_file": str(target.authority)}})
    notes = [
        f"Prometheus and blackbox exporter: {peer}",
        f"upheld: {ours}",
        f"upheld's schedule lag p99: at most {lag:g} ms",
    ]
    name = (
        f"tls: {checks.TARGETS} pages, {checks.TARGETS // checks.INTERVAL}/s, against blackbox alone (CPU us per check)"
    )
    return row(name, ours=ours.total, peer=peer.cpu["blackbox"], limit=LIMIT, notes=notes)
