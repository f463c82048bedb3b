"""Name servers, health services and hosts that a real blackbox exporter asks too: rows of `tests.probe.beside`.

Here a target is a real server of its own (BIND, gRPC, another network namespace), and blackbox is told another target
than we are: of a name server it is the server, for us the name.
"""

import asyncio
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from probe.result import Outcome
from tests.probe.listener import HOST, asked, free_port
from tests.servers.blackbox import Blackbox
from tests.servers.grpchealth import GrpcHealth
from tests.servers.named import Named
from tests.servers.namespace import WORLD_ADDRESS, network
from tests.servers.program import find_program, scratch

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question, as we are asked it and as blackbox is; `theirs` is the module beside its prober's name."""

    name: str
    kind: str
    target: str
    peer: str
    ours: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> dict[str, Any]:
        told = {"preferred_ip_protocol": "ip4", **self.theirs}
        return {"prober": self.kind, "timeout": "1s", self.kind: told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    name: str
    ours: bool
    theirs: bool
    why: str


def dns(server: Named) -> list[Row]:
    place = f"{HOST}:{server.port}"

    def row(name: str, asked: str, type: str = "A", ours: Mapping[str, Any] | None = None, **theirs: Any) -> Row:
        options = {"server": place, "type": type, **(ours or {})}
        told = {"query_name": asked, "query_type": type, **theirs}
        return Row(name=f"dns: {name}", kind="dns", target=asked, peer=place, ours=options, theirs=told)

    def rule(name: str, section: str, expression: str, **words: str) -> Row:
        """`words`: our word and theirs for one rule."""
        ((our, their),) = words.items()
        ours = {"expect": {section: {our: expression}}}
        return row(
            f"{section}, {name}", "www.shop.test", "A", ours, **{f"validate_{section}_rrs": {their: [expression]}}
        )

    none, any_of, each = "fail_if_matches_regexp", "fail_if_none_matches_regexp", "fail_if_not_matches_regexp"
    return [
        row("an address", "www.shop.test"),
        row("mail servers", "shop.test", "MX"),
        row("the zone's head", "shop.test", "SOA"),
        row("an alias", "alias.shop.test"),
        row("over TCP", "www.shop.test", "A", {"transport": "tcp"}, transport_protocol="tcp"),
        row("no such name", "no.shop.test"),
        row("no such name, and that is right", "no.shop.test", "A", {"expect": {"rcode": "NXDOMAIN"}},
            valid_rcodes=["NXDOMAIN"]),
        row("a name, and none is right", "www.shop.test", "A", {"expect": {"rcode": "NXDOMAIN"}},
            valid_rcodes=["NXDOMAIN"]),
        row("its server cannot", "broken.test"),
        row("its server refuses", "example.com"),
        row("no record of the type", "mail.shop.test", "AAAA"),
        rule("one matches", "answer", r"192\.0\.2\.11$", any_matches=any_of),
        rule("none matches", "answer", r"192\.0\.2\.99$", any_matches=any_of),
        rule("all match", "answer", r"192\.0\.2\.", all_match=each),
        rule("not all match", "answer", r"\.10$", all_match=each),
        rule("none may, one does", "answer", r"\.10$", none_matches=none),
        rule("none may, none does", "answer", r"\.99$", none_matches=none),
        rule("one matches", "authority", "ns.shop.test", any_matches=any_of),
        rule("none may, one does", "authority", "ns.shop.test", none_matches=none),
        rule("all match", "additional", "AAAA", all_match=each),
        Row(name="dns: nobody listens", kind="dns", target="www.shop.test", peer=f"{HOST}:{free_port()}",
            ours={"server": f"{HOST}:{free_port()}"}, theirs={"query_name": "www.shop.test"}),
    ]  # fmt: skip


def grpc(server: GrpcHealth) -> list[Row]:
    clear, secure = f"{HOST}:{server.port}", f"{HOST}:{server.tls_port}"

    def row(name: str, place: str = clear, ours: Mapping[str, Any] | None = None, **theirs: Any) -> Row:
        return Row(name=f"grpc: {name}", kind="grpc", target=place, peer=place, ours=ours or {}, theirs=theirs)

    def service(name: str) -> Row:
        return row(f"service {name[:8]}", clear, {"service": name}, service=name)

    trusted = {"tls": {"ca_file": str(server.authority)}}
    return [
        row("the server as a whole"),
        *(service(name) for name in ("shop", "bank", "new", "unheard of", "slow")),
        row("over TLS", secure, trusted, tls=True, tls_config={"ca_file": str(server.authority)}),
        row("over TLS, a service that is not well", secure, {**trusted, "service": "bank"}, service="bank", tls=True,
            tls_config={"ca_file": str(server.authority)}),
        row("an authority nobody knows", secure, {"tls": {}}, tls=True),
        row("that authority, believed", secure, {"tls": {"verify": False}}, tls=True,
            tls_config={"insecure_skip_verify": True}),
        row("in the clear where TLS is spoken", secure),
        row("TLS where none is spoken", clear, trusted, tls=True, tls_config={"ca_file": str(server.authority)}),
        row("nobody listens", f"{HOST}:{free_port()}"),
    ]  # fmt: skip


def icmp() -> list[Row]:
    def row(name: str, target: str, ours: Mapping[str, Any] | None = None, **theirs: Any) -> Row:
        one = {"packets": 1, **(ours or {})}
        return Row(name=f"icmp: {name}", kind="icmp", target=target, peer=target, ours=one, theirs=theirs)

    return [
        row("a host", WORLD_ADDRESS),
        row("a large packet", WORLD_ADDRESS, {"size": 1400}, payload_size=1400),
        row("a packet in pieces on the way", WORLD_ADDRESS, {"size": 1452}, payload_size=1452),
        row("few hops", WORLD_ADDRESS, {"ttl": 1}, ttl=1),
        row("an address behind it", "10.80.0.1", {"ttl": 9}, ttl=9),
        row("not on the cable", "10.78.0.1"),
        row("behind the world and silent", "10.79.0.1"),
        row("no way there", "203.0.113.1"),
        row("ourselves", "127.0.0.1"),
    ]


DIFFERENCES: Mapping[str, str] = {
    "dns: no record of the type": "a NOERROR without the record that was asked for is no answer to us",
}
"""Why the verdict is another."""


async def compared(folder: Path, rows: Sequence[Row]) -> list[Verdicts]:
    modules = {f"m{number}": row.module for number, row in enumerate(rows)}
    with Blackbox(folder, modules) as blackbox:

        async def both(number: int, row: Row) -> Verdicts:
            kind = importlib.import_module(f"probe.kinds.{row.kind}").KIND
            told, ours = await asyncio.gather(
                asyncio.to_thread(blackbox.probe, row.peer, f"m{number}"),
                asked(kind, row.target, timeout=1000, **row.ours),
            )
            why = f"{ours.reason or ''} {ours.detail}".strip()
            return Verdicts(name=row.name, ours=ours.outcome is Outcome.UP, theirs="\nprobe_success 1" in told, why=why)

        return list(await asyncio.gather(*(both(number, row) for number, row in enumerate(rows))))


async def of_servers(folder: Path, named: Named) -> list[Verdicts]:
    with scratch("grpc") as place, GrpcHealth(place) as health:
        return await compared(folder, [*dns(named), *grpc(health)])


def of_hosts() -> list[Verdicts]:
    """From a namespace of its own, where pings are allowed and ways lead where the rows say."""
    with network() as joined:
        ip = find_program("ip", "iproute2")
        house, world = joined.house, joined.world
        for words in (
            ("route", "add", "10.78.0.0/16", "dev", "uplink"),
            ("route", "add", "10.79.0.0/16", "via", WORLD_ADDRESS),
            ("route", "add", "10.80.0.0/16", "via", WORLD_ADDRESS),
        ):
            house.run(ip, *words)
        world.run(ip, "route", "add", "blackhole", "10.79.0.0/16")
        world.run(ip, "addr", "add", "10.80.0.1/32", "dev", "lo")
        house.run("sh", "-c", "echo 0 0 > /proc/sys/net/ipv4/ping_group_range")
        house.run("sh", "-c", "echo 20 > /proc/sys/net/ipv4/neigh/uplink/retrans_time_ms")
        done = subprocess.run(
            [*house.prefix, sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    return [Verdicts(**one) for one in json.loads(done.stdout)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        print(json.dumps([asdict(one) for one in asyncio.run(compared(Path(own), icmp()))]))
