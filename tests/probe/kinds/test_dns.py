"""What the dns kind says of a real BIND, and of name servers that misbehave."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from probe.kinds import dns
from probe.kinds.dns import KIND, Options
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, asked, free_port, listening
from tests.servers.named import LARGE, Named


async def told(named: Named, name: str, **options: Any) -> Answer:
    return await asked(KIND, name, server=f"{HOST}:{named.port}", **options)


A, DOWN = "192.0.2.10", Outcome.DOWN
DELEGATED = {"recursion": False, "expect": {"answer": {"at_least": 0}, "authority": {"any_matches": "elsewhere"}}}
RULES: list[tuple[str, dict[str, Any], Reason | None]] = [
    # every type, its value as in a zone file however it is written
    ("www.shop.test", {"expect": {"answer": A}}, None),
    ("WWW.shop.TEST.", {"expect": {"answer": ["192.0.2.11", A]}}, None),
    ("www.shop.test", {"type": "aaaa", "expect": {"answer": "2001:DB8:0::10"}}, None),
    ("alias.shop.test", {"type": "CNAME", "expect": {"answer": "WWW.shop.test"}}, None),
    ("alias.shop.test", {"expect": {"answer": {"only": [A, "192.0.2.11"]}}}, None),
    ("shop.test", {"type": "MX", "expect": {"answer": {"only": ["10 mail.shop.test", "20 mail2.shop.test."]}}}, None),
    ("shop.test", {"type": "TXT", "expect": {"answer": "v=spf1 -all"}}, None),
    ("shop.test", {"type": "NS", "expect": {"answer": "ns.shop.test", "additional": {"any_matches": "2.53$"}}}, None),
    ("shop.test", {"type": "CAA", "expect": {"answer": '0 issue "ca.example.net"'}}, None),
    ("shop.test", {"type": "SOA", "expect": {"answer": {"any_matches": " 2026112601 "}}}, None),
    ("_sip._tcp.shop.test", {"type": "SRV", "expect": {"answer": "1 2 5060 www.shop.test."}}, None),
    ("_443._tcp.www.shop.test", {"type": "TLSA"}, None),
    (A, {"type": "PTR", "expect": {"answer": "www.shop.test"}}, None),
    # rules
    ("www.shop.test", {"expect": {"answer": "192.0.2.99"}}, Reason.BODY),
    ("www.shop.test", {"expect": {"answer": {"only": A}}}, Reason.BODY),
    ("www.shop.test", {"expect": {"answer": {"at_least": 3}}}, Reason.DNS_FAILURE),
    ("www.shop.test", {"expect": {"answer": {"any_matches": r"IN A 192\.0\.2\.11$"}}}, None),
    ("www.shop.test", {"expect": {"answer": {"any_matches": "10.0.0.1"}}}, Reason.BODY),
    ("www.shop.test", {"expect": {"answer": {"all_match": r"IN A 192\.0\.2\."}}}, None),
    ("www.shop.test", {"expect": {"answer": {"all_match": r"\.10$"}}}, Reason.BODY),
    ("www.shop.test", {"expect": {"answer": {"none_matches": r"\.99$"}}}, None),
    ("www.shop.test", {"expect": {"answer": {"none_matches": r"\.10$"}}}, Reason.BODY),
    ("www.shop.test", {"expect": {"authority": {"any_matches": r"NS ns\.shop"}}}, None),
    ("www.shop.test", {"expect": {"authority": {"none_matches": r"NS ns\.shop"}}}, Reason.BODY),
    ("www.shop.test", {"expect": {"additional": {"all_match": "AAAA"}}}, Reason.BODY),
    # nothing there, and codes
    ("mail.shop.test", {"type": "AAAA"}, Reason.DNS_FAILURE),
    ("mail.shop.test", {"type": "AAAA", "expect": {"answer": {"at_least": 0, "all_match": "x"}}}, None),
    ("no.shop.test", {}, Reason.DNS_FAILURE),
    ("no.shop.test", {"expect": {"rcode": ["NXDOMAIN", "NOERROR"]}}, None),
    ("www.shop.test", {"expect": {"rcode": "NXDOMAIN"}}, Reason.STATUS),
    ("broken.test", {}, Reason.STATUS),
    ("broken.test", {"expect": {"rcode": "servfail"}}, None),
    ("example.com", {}, Reason.STATUS),
    ("sub.shop.test", DELEGATED, None),
]  # fmt: skip


async def test_rules_of_every_section_and_type(named: Named) -> None:
    for name, options, reason in RULES:
        answer = await told(named, name, **options)
        assert answer.reason is reason, (name, options, answer.detail)
        assert answer.outcome is (Outcome.UP if reason is None else DOWN)
        assert KIND.fault(name, Options.model_validate(options)) is None


async def test_facts_say_what_came_and_how(named: Named) -> None:
    answer = await told(named, "www.shop.test")
    assert dict(answer.facts) == {
        "server": HOST, "transport": "udp", "datagrams": 1, "rcode": "NOERROR", "authoritative": True,
        "truncated": False, "answer_rrs": 2, "authority_rrs": 1, "additional_rrs": 1, "ttl": 300,
        "answers": "192.0.2.10, 192.0.2.11",
    }  # fmt: skip
    assert set(answer.phases) == {"resolve", "processing"}
    assert (await told(named, "shop.test", type="SOA")).facts["serial"] == 2026112601


async def test_what_does_not_fit_a_datagram_comes_over_tcp_and_what_is_secret_over_tls(named: Named) -> None:
    cut = await told(named, "large.shop.test", type="TXT", transport="udp", expect={"answer": {"at_least": 0}})
    whole = await told(named, "large.shop.test", type="TXT", expect={"answer": {"at_least": LARGE}})
    tcp = await told(named, "www.shop.test", transport="tcp")
    where: dict[str, Any] = {"server": f"{HOST}:{named.tls_port}", "transport": "tls"}
    tls = await asked(KIND, "www.shop.test", tls={"ca_file": str(named.authority)}, **where)
    strange = await asked(KIND, "www.shop.test", **where)
    assert (cut.facts["truncated"], whole.facts["transport"], tcp.facts["datagrams"]) == (True, "tcp", 0)
    assert [one.outcome for one in (cut, whole, tcp, tls)] == [Outcome.UP] * 4
    assert set(tls.phases) == {"resolve", "connect", "tls", "processing"}
    assert strange.reason is Reason.CERTIFICATE_INVALID


async def test_each_address_of_a_server_may_be_asked(named: Named) -> None:
    both = await asked(KIND, "www.shop.test", server=f"localhost:{named.port}", family="4", addresses="all")
    assert (both.outcome, both.facts["address.127.0.0.1"]) == (Outcome.UP, "up")


class Wrong(asyncio.DatagramProtocol):
    """Answers with what `answer` makes of a question."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.heard = answer, 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard += 1
        for one in self.answer(data, self.heard):
            self.transport.sendto(one, addr)


async def of_wrong(answer: Any, **options: Any) -> Answer:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Wrong(answer), local_addr=(HOST, 0)
    )
    try:
        port = transport.get_extra_info("sockname")[1]
        return await asked(KIND, "www.shop.test", server=f"{HOST}:{port}", timeout=300, **options)
    finally:
        transport.close()


def nothing(data: bytes) -> bytes:
    """NOERROR with the question and nothing else."""
    return data[:2] + b"\x84\x00\x00\x01" + bytes(6) + data[12 : data.index(b"\0", 12) + 5]


WRONG: list[tuple[Any, Reason]] = [
    (lambda data, heard: [], Reason.TIMEOUT),
    (lambda data, heard: [data[:2] + b"no"], Reason.PROTOCOL_ERROR),
    (lambda data, heard: [data[:2] + b"\xff" * 300], Reason.PROTOCOL_ERROR),
    (lambda data, heard: [bytes([data[0] ^ 1]) + nothing(data)[1:]] * 50, Reason.TIMEOUT),  # another's id
    (lambda data, heard: [data], Reason.TIMEOUT),  # the question itself
    (lambda data, heard: [nothing(data)], Reason.DNS_FAILURE),
]


async def test_wrong_answers_end_in_time_with_their_reason() -> None:
    answers = await asyncio.gather(*(of_wrong(answer) for answer, _ in WRONG))
    assert [one.reason for one in answers] == [reason for _, reason in WRONG]
    assert {one.outcome for one in answers} == {DOWN}


async def test_a_datagram_that_got_lost_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.dns.transport.AGAIN", 0.05)
    answer = await of_wrong(lambda data, heard: [nothing(data)] * (heard > 1), expect={"answer": {"at_least": 0}})
    assert (answer.outcome, answer.facts["datagrams"]) == (Outcome.UP, 2)


async def test_a_server_from_before_edns_is_asked_without_it() -> None:
    def old(data: bytes, heard: int) -> list[bytes]:
        knows = data[10:12] == b"\0\0"  # no additional record
        return [nothing(data) if knows else data[:2] + b"\x84\x01" + bytes(8)]

    answer = await of_wrong(old, expect={"answer": {"at_least": 0}})
    assert (answer.outcome, answer.facts["datagrams"]) == (Outcome.UP, 2), answer.detail


async def test_nobody_there_and_streams_that_break_off() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(b"\xff\xff half")
        await writer.drain()

    async with listening(half) as port:
        broken = await asked(KIND, "a.test", server=f"{HOST}:{port}", transport="tcp")
    for transport in ("udp", "tcp"):
        gone = await asked(KIND, "a.test", server=f"{HOST}:{free_port()}", transport=transport)
        assert (gone.outcome, gone.reason) == (DOWN, Reason.CONNECTION_REFUSED)
    assert (broken.outcome, broken.reason) == (DOWN, Reason.CONNECTION_RESET)


async def test_a_resolver_of_our_own_that_fails_says_nothing_of_the_name(
    named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's file names 127.0.0.9 first, where nobody is, and then BIND; both at BIND's port."""
    file = tmp_path / "resolv.conf"
    file.write_text(f"# ours\nnameserver 127.0.0.9\nnameserver {HOST}\n")
    monkeypatch.setattr(dns, "RESOLVERS", file)
    monkeypatch.setattr(Options, "port", named.port)
    good, absent = await asked(KIND, "www.shop.test"), await asked(KIND, "no.shop.test")
    failing, expected = await asked(KIND, "broken.test"), await asked(KIND, "broken.test", expect={"rcode": "SERVFAIL"})
    file.write_text("nameserver 127.0.0.9\n")
    silent = await asked(KIND, "www.shop.test", timeout=200)
    assert (good.outcome, good.facts["server"], expected.outcome) == (Outcome.UP, HOST, Outcome.UP)
    assert (absent.outcome, absent.reason) == (DOWN, Reason.DNS_FAILURE)
    for one in (failing, silent):
        assert (one.outcome, one.reason) == (Outcome.INVALID, Reason.RESOLVER_UNREACHABLE)


@pytest.mark.parametrize(
    "target, options, says",
    [
        ("a..b", {}, "not a name"),
        ("a.test", {"type": "AXFR"}, "no type of one record"),
        ("a.test", {"type": "B"}, "not a type"),
        ("a.test", {"server": "1.2.3.4:0"}, "not an address"),
        ("a.test", {"expect": {"rcode": "FINE"}}, "not an rcode"),
        ("a.test", {"expect": {"answer": "mail.test"}}, "not a value of type A"),
        ("a.test", {"addresses": "all"}, "name one"),
    ],
)
def test_what_cannot_be_asked_is_told_before(target: str, options: dict[str, Any], says: str) -> None:
    assert says in str(KIND.fault(target, Options.model_validate(options)))
