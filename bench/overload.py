"""Ten times what can be taken: what is refused is told so, and nothing that was answered 202 is lost."""

from bench import alerts
from bench.common import Row, row, wrk
from tests.servers.process import Upheld
from tests.servers.program import scratch
from tests.servers.smtp import Smtp

OFFERED = 20_000
"""Posts a second, if every one were answered at once."""
CONNECTIONS = 8_000
"""More than may wait for their commit (incidents/intake.py), or nothing would be refused."""
SECONDS = 20


def measure() -> Row:
    with (
        scratch("bench") as folder,
        Smtp(folder) as mail,
        Upheld(folder / "upheld", alerts.configuration(mail.port)) as server,
    ):
        script = alerts.write_script(folder, delay=1000 * CONNECTIONS // OFFERED)
        load = wrk(f"{server.url}/hooks/am", script, seconds=SECONDS, connections=CONNECTIONS)
        kept = alerts.counted(server.folder / "upheld.db", "inbox")
    notes = [
        f"answered 202: {load.good:,} ({load.rate:,.0f}/s), p99 {load.p99:,.0f} ms; 503: {load.bad:,}; kept: {kept:,}",
    ]
    name = f"overload: posts answered 202 and not kept, {OFFERED:,}/s offered for {SECONDS} s"
    return row(name, ours=max(0, load.good - kept), peer=load.good, limit=0, notes=notes)
