"""Pings between two network namespaces, and packets byte by byte."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from probe.icmp.packet import Series, request, sequence_of
from probe.kinds.icmp import KIND, Options
from tests.servers.namespace import WORLD_ADDRESS, Network, network
from tests.servers.program import find_program

ASK = """
import asyncio, json, pathlib, sys
from probe.kinds.icmp import KIND
from probe.once import ask_once, told
async def all():
    answers = []
    for target, *options in json.load(sys.stdin):
        if target == "permit":
            pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
            continue
        answers.append(told("icmp", target, await ask_once({"icmp": KIND}, "icmp", target, options)))
    print(json.dumps(answers))
asyncio.run(all())
"""
WORLD6 = "fd77::1"
QUICK = ("timeout=2s", "gap=10ms")


@pytest.fixture
def world() -> Iterator[Network]:
    """10.78 should be on the cable and is not, 10.79 is behind the world and silent; it keeps back many replies."""
    with network() as joined:
        ip = find_program("ip", "iproute2")
        joined.world.run(ip, "addr", "add", f"{WORLD6}/64", "dev", "cable", "nodad")
        joined.house.run(ip, "addr", "add", "fd77::2/64", "dev", "uplink", "nodad")
        joined.house.run(ip, "route", "add", "10.79.0.0/16", "via", WORLD_ADDRESS)
        joined.house.run(ip, "route", "add", "10.78.0.0/16", "dev", "uplink")
        joined.world.run(ip, "route", "add", "blackhole", "10.79.0.0/16")
        for name, value in (("icmp_ratelimit", 10_000), ("icmp_ratemask", 1)):
            joined.world.run("sh", "-c", f"echo {value} > /proc/sys/net/ipv4/{name}")
        joined.house.run("sh", "-c", "echo 20 > /proc/sys/net/ipv4/neigh/uplink/retrans_time_ms")
        yield joined


@pytest.mark.server
def test_pings_of_a_real_network(world: Network) -> None:
    asked: list[list[str]] = [
        [WORLD_ADDRESS],
        ["permit"],
        [WORLD_ADDRESS, *QUICK, "ttl=9"],
        [f"icmp://[{WORLD6}]", *QUICK, "packets=1", "size=1000"],
        [WORLD_ADDRESS, "timeout=400ms", "gap=10ms", "packets=10", "max_loss=60"],
        ["10.78.0.1", "timeout=300ms"],
        ["10.79.0.1", "timeout=200ms"],
        ["203.0.113.1", *QUICK],
        ["169.254.1.1", *QUICK],
    ]
    done = subprocess.run(
        [*world.house.prefix, sys.executable, "-c", ASK], input=json.dumps(asked), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert [(one["result"], one["reason"]) for one in answers] == [
        ("invalid", "not_permitted"),
        ("up", None),
        ("up", None),
        ("down", "packet_loss"),
        ("down", "host_unreachable"),
        ("down", "timeout"),
        ("invalid", "network_unreachable"),
        ("invalid", "target_denied"),
    ]
    refused, good, good6, lossy, gone, silent = answers[:6]
    assert "sysctl -w net.ipv4.ping_group_range='0 2147483647'" in refused["detail"]
    assert (
        good["facts"].items() >= {"packets_sent": 3, "packets_received": 3, "loss_percent": 0, "reply_ttl": 64}.items()
    )
    assert good["facts"]["rtt_min_us"] <= good["facts"]["rtt_mean_us"] <= good["facts"]["rtt_max_us"]
    assert (good6["facts"]["address"], set(good6["phases"])) == (WORLD6, {"resolve", "processing"})
    # 6 replies to one host at once, of which 3 were spent before
    assert lossy["facts"].items() >= {"packets_sent": 10, "packets_received": 3, "loss_percent": 70}.items()
    assert (gone["facts"]["packets_received"], silent["facts"]["loss_percent"]) == (0, 100)


def test_a_reply_brings_back_every_byte_of_a_request_of_ours() -> None:
    payloads = [b"secret of the first.", b"secret of the second"]
    reply = bytes([0, 0, 9, 9, 7, 7]) + request(4, 1, payloads[1])[6:]
    assert sequence_of(4, reply, payloads) == 1
    others = [
        request(4, 1, payloads[1]),  # a request
        reply[:-1],
        reply[:-1] + b"?",
        reply[:6] + b"\0\0" + reply[8:],  # the number of the other one
        reply[:6] + b"\0\7" + reply[8:],
        b"\0\1" + reply[2:],
        b"\3" + reply[1:],
        reply[:7],
        b"",
    ]
    assert [sequence_of(4, one, payloads) for one in others] == [None] * len(others)
    assert sequence_of(6, reply, payloads) is None
    assert sequence_of(6, bytes([129]) + reply[1:], payloads) == 1
    assert sequence_of(4, request(4, 0, payloads[0])[:20], payloads, reply=False) == 0


def test_a_series_is_summed_up() -> None:
    facts = Series(sent=3, rtts=(1000, 3000)).facts()
    assert facts == {
        "packets_sent": 3, "packets_received": 2, "loss_percent": 33,
        "rtt_min_us": 1000, "rtt_mean_us": 2000, "rtt_max_us": 3000, "rtt_stddev_us": 1000,
    }  # fmt: skip
    assert Series(sent=0, rtts=()).loss == 0


def test_a_ping_goes_to_a_host_without_a_port() -> None:
    assert KIND.fault("db.example.com", Options()) is None
    assert "has a port" in str(KIND.fault("db.example.com:80", Options()))
