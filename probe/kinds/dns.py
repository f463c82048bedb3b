"""Asks a name server for records of one name: rcode, answer, authority, over UDP, TCP or TLS, at a chosen server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, Strict

from config.value import SYSTEM
from probe.dns.expect import Expect
from probe.dns.transport import Sending, Server, by_datagrams, by_stream
from probe.fault import fault_of, ours
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach, find, routed, split_target
from probe.net.connection import Network, choice_of, open_network
from probe.net.course import BadTarget, Course, Unanswered, attempt
from probe.net.names import place_of
from probe.net.spread import over_addresses
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason

if TYPE_CHECKING:
    from dns.message import Message, QueryMessage

    from probe.dns.message import Wanted

RESOLVERS = Path("/etc/resolv.conf")
_FAILING = frozenset(("SERVFAIL", "REFUSED"))


class Options(Reach):
    """The target is the name that is asked for; with type PTR it may be an address."""

    type: Annotated[str, Field(min_length=1, max_length=20)] = "A"
    """Of one record: A, AAAA, MX, TXT and all others there are."""
    server: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """The name server the check is about, as `host` or `host:port`. Without it this machine's own are asked."""
    transport: Literal["auto", "udp", "tcp", "tls"] = "auto"
    """`auto`: UDP, and TCP where the answer does not fit."""
    recursion: Annotated[bool, Strict()] = True
    """Whether the server is asked to find out what it does not know."""
    expect: Expect = Expect()
    tls: Tls = Tls()

    @property
    def port(self) -> int:
        return 853 if self.transport == "tls" else 53


class _Asker:
    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, question: Question) -> Awaitable[Answer]:
        course = Course()
        asked = self._chosen if question.options.server is not None else self._own
        return attempt(question.timeout, course, asked(question, course))

    async def _chosen(self, question: Question, course: Course) -> Answer:
        """The server is the target: its silence is its own."""
        host, port = _place(question.options.server, question.options.port)
        found = await find(self._network.resolver, host, port, choice_of(question), course)
        addresses = [one["host"] for one in found]
        address = next((one for one in addresses if routed(one)), addresses[0])
        server = Server(host=host, address=address, port=port)
        answer, facts = await _exchange(question, server, course)
        return _answer(question, answer, facts, course)

    async def _own(self, question: Question, course: Course) -> Answer:
        """The name is the target: a resolver of ours that fails says nothing about it."""
        servers, why = _resolvers(question), "none is named"
        expected = question.options.expect.rcode
        for place, (name, server) in enumerate(servers):
            left = question.timeout / 1000 - course.elapsed
            try:
                async with asyncio.timeout(left * 0.9 / (len(servers) - place)):
                    answer, facts = await _exchange(question, server, course)
            except Unanswered as error:
                why = error.fault.detail
            except OSError as error:
                why = fault_of(error).detail if str(error) else f"{server.address} did not answer in time"
            else:
                if facts["rcode"] not in _FAILING or facts["rcode"] in expected:
                    course.resolver = name
                    return _answer(question, answer, facts, course)
                why = f"{server.address} answered {facts['rcode']}"
        raise Unanswered(ours(Reason.RESOLVER_UNREACHABLE, f"no name server of ours answers: {why}"))


async def _exchange(question: Question, server: Server, course: Course) -> tuple["Message", dict[str, Plain]]:
    """Ends in the phase processing. Raises Unanswered, OSError, BadTarget."""
    from probe.dns import message

    options: Options = question.options
    wanted, sending = _wanted(question.target, options), Sending()
    answer, transport = await _once(message.question(wanted), options, server, sending, course)
    if message.is_old(answer):
        answer, transport = await _once(message.question(wanted, plain=True), options, server, sending, course)
    facts = {
        "server": server.address,
        "transport": transport,
        "datagrams": sending.times,
        **message.facts_of(answer, message.type_of(options.type)),
    }
    return answer, facts


async def _once(
    asked: "QueryMessage", options: Options, server: Server, sending: Sending, course: Course
) -> tuple["Message", str]:
    """The answer, and what it came over."""
    from probe.dns import message

    wire, read = asked.to_wire(), partial(message.read, asked)
    if options.transport in ("auto", "udp"):
        course.enter("processing")
        answer = await by_datagrams(server, wire, read, sending)
        if options.transport == "udp" or not message.is_cut(answer):
            return answer, "udp"
    transport = "tls" if options.transport == "tls" else "tcp"
    return await by_stream(server, wire, read, options.tls if transport == "tls" else None, course), transport


def _answer(question: Question, answer: "Message", facts: dict[str, Plain], course: Course) -> Answer:
    from probe.dns.message import fault_of_answer

    course.end()
    fault = fault_of_answer(answer, _wanted(question.target, question.options), question.options.expect)
    return course.up(facts) if fault is None else course.failed(fault, facts)


def _wanted(target: str, options: Options) -> "Wanted":
    from probe.dns.message import Wanted

    return Wanted(name=target.removeprefix("dns://").rstrip("/"), type=options.type, recursion=options.recursion)


def _place(server: str, port: int) -> tuple[str, int]:
    return split_target(server, port, "dns")


def _resolvers(question: Question) -> list[tuple[str, Server]]:
    """Those that the question names, each with its name there; else this machine's."""
    found: list[tuple[str, Server]] = []
    for one in question.resolvers or ("",):
        if one in ("", SYSTEM):
            places = [(address, question.options.port) for address in _own_resolvers()]
        else:
            places = [place_of(one, question.options.port)]
        found += [(one, Server(host=address, address=address, port=port)) for address, port in places]
    return found


def _own_resolvers() -> list[str]:
    """Those of this machine, as its own look-ups take them."""
    try:
        lines = RESOLVERS.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    words = [line.split() for line in lines]
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"][:3] or ["127.0.0.1"]


@asynccontextmanager
async def open_dns() -> AsyncIterator[Ask]:
    with open_network() as network:
        asker = _Asker(network)

        def ask(question: Question) -> Awaitable[Answer]:
            options: Options = question.options
            if options.server is None:
                return asker(question)
            place = partial(_place, options.server, options.port)
            return over_addresses(network, lambda target: place(), asker)(question)

        yield ask


def fault_in(target: str, options: Options) -> str | None:
    from probe.dns import message

    try:
        wanted = _wanted(target, options)
        message.name_of(wanted)
        of = message.type_of(wanted.type)
        for rcode in options.expect.rcode:
            message.rcode_of(rcode)
        for section in (options.expect.answer, options.expect.authority, options.expect.additional):
            for value in (*section.includes, *section.only):
                message.value_of(value, of)
        if options.server is not None:
            _place(options.server, options.port)
    except BadTarget as error:
        return str(error)
    if options.server is None and (options.addresses != "any" or options.family != "auto"):
        return "family and addresses are of the server; name one"
    return None


KIND = ProbeKind(options=Options, open=open_dns, fault=fault_in)
