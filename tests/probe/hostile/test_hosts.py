"""Hosts that answer a ping wrongly, on a network of their own: one address, one way to be wrong."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from probe.result import Reason
from tests.probe.kinds.test_icmp import ASK
from tests.servers.namespace import WORLD_ADDRESS, Network, network
from tests.servers.program import Program, find_program

UP = ("up", None)
TIMEOUT = ("down", Reason.TIMEOUT)
UNREACHABLE = ("down", Reason.HOST_UNREACHABLE)
HOSTS: Mapping[str, tuple[str | None, str | None]] = {
    "good": UP,
    "silent": TIMEOUT,
    "other_bytes": TIMEOUT,
    "cut_short": TIMEOUT,
    "longer": TIMEOUT,
    "twice": UP,
    "another_turn": TIMEOUT,
    "another_asker": TIMEOUT,
    "wrong_sum": TIMEOUT,
    "the_request_itself": TIMEOUT,
    "flood": TIMEOUT,
    "lie_before_truth": UP,
    "unreachable": UNREACHABLE,
    "unreachable_of_another": UNREACHABLE,  # many routers quote too little to tell: it only explains the silence
    "no_hops_left": UNREACHABLE,
    "forbidden": UNREACHABLE,
}
SERVE = """
import socket, struct, sys

HOSTS = sys.argv[1].split(",")
heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
spoken = {}
for number, name in enumerate(HOSTS, start=1):
    address = f"10.82.0.{number}"
    spoken[address] = name, socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    spoken[address][1].bind((address, 0))

def packet(type, code, rest, wrong=0):
    told = struct.pack("!BBH", type, code, 0) + rest
    even = told + b"\\0" * (len(told) % 2)
    total = sum(struct.unpack(f"!{len(even) // 2}H", even))
    total = (total & 0xffff) + (total >> 16)
    total = ~((total & 0xffff) + (total >> 16)) & 0xffff ^ wrong
    return struct.pack("!BBH", type, code, total) + rest

def answers(name, request, whole):
    number, turn, payload = request[4:6], request[6:8], request[8:]
    other = bytes(one ^ 1 for one in payload)
    reply = lambda body=payload, number=number, turn=turn, wrong=0: packet(0, 0, number + turn + body, wrong)
    quoted = bytes(4) + whole
    return {
        "good": lambda: [reply()],
        "silent": lambda: [],
        "other_bytes": lambda: [reply(other)],
        "cut_short": lambda: [reply(payload[:-1]), reply(b"")],
        "longer": lambda: [reply(payload + bytes(900))],
        "twice": lambda: [reply(), reply()],
        "another_turn": lambda: [reply(turn=b"\\7\\7")],
        "another_asker": lambda: [reply(number=bytes([number[0] ^ 1, number[1]]))],
        "wrong_sum": lambda: [reply(wrong=1)],
        "the_request_itself": lambda: [request],
        "flood": lambda: [reply(other)] * 2000,
        "lie_before_truth": lambda: [reply(other), reply()],
        "unreachable": lambda: [packet(3, 1, quoted)],
        "unreachable_of_another": lambda: [packet(3, 1, bytes(4) + whole[:-len(payload)] + other)],
        "no_hops_left": lambda: [packet(11, 0, quoted)],
        "forbidden": lambda: [packet(3, 13, quoted)],
    }[name]()

print("ready", flush=True)
while True:
    whole, (asker, _) = heard.recvfrom(65536)
    request, place = whole[(whole[0] & 15) * 4:], socket.inet_ntoa(whole[16:20])
    if request[0] == 8 and place in spoken and not asker.startswith("10.82."):
        name, voice = spoken[place]
        for one in answers(name, request, whole):
            voice.sendto(one, (asker, 0))
"""


@pytest.fixture
def house(folder: Path) -> Iterator[Network]:
    with network() as joined:
        ip = find_program("ip", "iproute2")
        for number in range(1, len(HOSTS) + 1):
            joined.world.run(ip, "addr", "add", f"10.82.0.{number}/32", "dev", "lo")
        joined.world.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all")
        joined.house.run(ip, "route", "add", "10.82.0.0/16", "via", WORLD_ADDRESS)
        joined.house.run("sh", "-c", "echo 0 0 > /proc/sys/net/ipv4/ping_group_range")
        with Program([*joined.world.prefix, sys.executable, "-c", SERVE, ",".join(HOSTS)], folder) as server:
            server.wait_until(lambda: "ready" in server.output, "the hosts listen")
            yield joined


@pytest.mark.server
def test_only_an_answer_of_every_byte_and_the_networks_own_word_of_it_count(house: Network) -> None:
    asked = [[f"10.82.0.{number}", "timeout=300ms", "packets=1"] for number in range(1, len(HOSTS) + 1)]
    done = subprocess.run(
        [*house.house.prefix, sys.executable, "-c", ASK], input=json.dumps(asked), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    found = {name: (one["result"], one["reason"]) for name, one in zip(HOSTS, answers, strict=True)}
    assert found == HOSTS
    assert {one["facts"]["packets_received"] for one in answers if one["result"] == "up"} == {1}
    assert max(one["latency_ms"] for one in answers) < 5_000
