"""An SSH server: its line of greeting, a key exchange, and the key it proves to hold. Nobody logs in."""

import base64
import binascii
import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from probe.fault import down, ours
from probe.kind import ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import Connection, Network
from probe.net.course import Course, Unanswered
from probe.net.opening import misplaced, opener
from probe.net.wire import Fields, nonsense
from probe.result import Answer, Plain, Reason
from probe.ssh.identity import FAMILIES, Exchange, fingerprint, packed, read_offer

_OURS = b"SSH-2.0-upheld"
_LINES = 50
"""That may come before the greeting."""
_LONGEST = 35_000
_IDLE = 16
"""Messages in a row that mean nothing."""
_DISCONNECT, _IGNORE, _DEBUG = 1, 2, 4
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def _known(text: str) -> str:
    """A fingerprint, or the fingerprint of a key as it stands in known_hosts or a .pub file."""
    if _FINGERPRINT.fullmatch(text.rstrip("=")):
        return text.rstrip("=")
    try:
        words = text.split()
        kind = next(place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-")))
        return fingerprint(base64.b64decode(words[kind + 1], validate=True))
    except (StopIteration, IndexError, binascii.Error) as error:
        raise ValueError("write a fingerprint like SHA256:…, or a line of known_hosts") from error


HostKeys: TypeAlias = Annotated[
    tuple[Annotated[str, AfterValidator(_known)], ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(max_length=20),
]


class Options(Reach):
    host_keys: HostKeys = ()
    """Fingerprints (`SHA256:…`) or lines of known_hosts, of which the server must hold one."""
    greeting: Annotated[str, Field(min_length=1)] | None = None
    """A text that must be in the greeting, like `OpenSSH`."""


class _Visit:
    """One connection, on which the server is asked for a key of certain algorithms."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.greeting = b""
        self.offered: Sequence[str] = ()

    async def greet(self) -> None:
        self._connection.write(_OURS + b"\r\n")
        for _ in range(_LINES):
            self.greeting = await self._connection.read_line()
            if self.greeting.startswith((b"SSH-2.0-", b"SSH-1.99-")):
                return
            if self.greeting.startswith(b"SSH-"):
                break
        raise nonsense(f"no greeting of SSH 2: {self.greeting[:80]!r}")

    async def key(self, algorithms: Sequence[str]) -> bytes | None:
        """None where we know none of the server's ways."""
        exchange = Exchange(algorithms)
        self._say(exchange.init)
        init = await self._message()
        offer = read_offer(init)
        self.offered = offer.key_algorithms
        if not exchange.agree(offer):
            return None
        self._say(exchange.share)
        if exchange.skips:
            await self._message()
        return exchange.server_key(await self._message(), _OURS, self.greeting, init)

    def _say(self, payload: bytes) -> None:
        filling = 8 - (len(payload) + 5) % 8
        filling += 8 if filling < 4 else 0
        self._connection.write(packed(bytes([filling]) + payload + bytes(filling)))

    async def _message(self) -> bytes:
        for _ in range(_IDLE):
            size = int.from_bytes(await self._connection.read_exactly(4), "big")
            if not 5 <= size <= _LONGEST:
                raise nonsense(f"a message of {size} bytes")
            body = await self._connection.read_exactly(size)
            payload = body[1 : size - body[0]]
            if not payload:
                raise nonsense("a message without content")
            if payload[0] == _DISCONNECT:
                raise _hung_up(Fields(payload[1:]))
            if payload[0] in (_IGNORE, _DEBUG):
                continue
            return payload
        raise nonsense("nothing but messages without meaning")


def _hung_up(fields: Fields) -> Unanswered:
    fields.take(4)
    why = fields.counted().decode("utf-8", "replace")
    return Unanswered(down(Reason.NOT_SERVING, f"the server ends the conversation: {why[:150]}"))


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    """Asks for one key after the other, each on a connection of its own, until one is known."""
    options: Options = question.options
    facts, shown, left = dict[str, Plain](), list[str](), list[Sequence[str]](FAMILIES)
    while True:
        wanted = left if not shown else left[:1]
        visit, key = await _visited(network, question, course, [name for family in wanted for name in family])
        facts["greeting"] = visit.greeting.decode("utf-8", "replace")[:200].replace("\0", "\ufffd")
        if options.greeting is not None and options.greeting not in str(facts["greeting"]):
            raise Unanswered(down(Reason.BODY, f"{options.greeting[:100]!r} is not in the greeting"), facts)
        if key is None:
            break
        facts["host_key"] = fingerprint(key)
        facts["host_key_type"] = Fields(key).counted().decode("ascii", "replace")[:50]
        if not options.host_keys or facts["host_key"] in options.host_keys:
            return course.up(facts)
        shown.append(str(facts["host_key"]))
        left = _others(left, key, visit.offered)
        if not left:
            raise Unanswered(
                down(Reason.KEY_CHANGED, f"the server holds none of the known keys: {', '.join(shown)}"), facts
            )
        course.enter("resolve")
    if not options.host_keys:
        return course.up(facts)  # it speaks, in ways that are not ours
    raise Unanswered(ours(Reason.INTERNAL_ERROR, "we know no way of key exchange that the server knows"), facts)


def _others(left: Sequence[Sequence[str]], key: bytes, offered: Sequence[str]) -> list[Sequence[str]]:
    kind = Fields(key).counted().decode("ascii", "replace")
    seen = ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
    return [family for family in left if not set(seen) & set(family) and set(family) & set(offered)]


async def _visited(
    network: Network, question: Question, course: Course, algorithms: Sequence[str]
) -> tuple[_Visit, bytes | None]:
    host, port = _place(question.target)
    async with network.connected(question, host, port, course) as connection:
        visit = _Visit(connection)
        await visit.greet()
        return visit, await visit.key(algorithms)


_place = partial(split_target, default=22, scheme="ssh")
KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=misplaced(_place))
