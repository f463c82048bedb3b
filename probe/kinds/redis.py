"""Redis and what speaks its protocol: one reading command, and the value it must give."""

import re
import shlex
from functools import partial
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from probe.fault import Fault, down
from probe.kind import ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import READ_LIMIT, Connection, Network
from probe.net.course import Course, Unanswered
from probe.net.opening import misplaced, opener
from probe.net.trust import Tls
from probe.net.wire import nonsense
from probe.result import Answer, Reason
from probe.value import Wanted, secret, shown

READING = (
    "PING", "GET", "STRLEN", "GETRANGE", "EXISTS", "TTL", "PTTL", "TYPE", "LLEN", "LINDEX", "LRANGE", "SCARD",
    "SISMEMBER", "ZCARD", "ZSCORE", "ZCOUNT", "HGET", "HLEN", "HEXISTS", "XLEN", "PFCOUNT", "BITCOUNT", "DBSIZE",
    "LASTSAVE", "INFO", "ROLE", "TIME",
)  # fmt: skip
"""Commands that may be asked: a check changes nothing."""
_DEEPEST = 8
_SIZE = re.compile(rb"-?\d{1,9}")
_REFUSED = frozenset(("NOAUTH", "WRONGPASS", "NOPERM"))
_UNREADY = frozenset(("LOADING", "MASTERDOWN", "CLUSTERDOWN", "BUSY", "TRYAGAIN"))


def _words(written: object) -> object:
    return shlex.split(written) if isinstance(written, str) else written


class Options(Reach, Wanted):
    command: Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1, max_length=16)] = ("PING",)
    """A command that only reads, as a text or a list of words."""
    username: str | None = None
    """Of an access list; left out, the password is the server's one."""
    password: SecretStr | None = None
    database: Annotated[int, Field(ge=0)] = 0
    tls: Tls | None = None
    """Given: encrypted from the first byte."""

    @field_validator("command")
    @classmethod
    def _reads(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if command[0].upper() not in READING:
            raise ValueError(f"{command[0]} is not among the commands that only read: {', '.join(READING)}")
        return command


class Replies:
    """What a server answers, READ_LIMIT bytes of it in all; a list is its members with spaces between them."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._left = connection, READ_LIMIT

    async def of(self, *command: str) -> str | None:
        """Raises Unanswered, also where the answer is an error."""
        words = [word.encode() for word in command]
        said = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self._connection.write(b"*%d\r\n%s" % (len(words), said))
        return await self._value(0)

    async def _value(self, depth: int) -> str | None:
        line = await self._connection.read_line()
        self._spend(len(line) + 2)
        match line[:1]:
            case b"+" | b":":
                return line[1:].decode("utf-8", "replace")
            case b"-":
                raise Unanswered(_refusal(line[1:].decode("utf-8", "replace")))
            case b"$":
                size = _size(line)
                return None if size < 0 else await self._bulk(size)
            case b"*" if depth < _DEEPEST:
                values = [await self._value(depth + 1) for _ in range(_size(line))]
                return " ".join("" if value is None else value for value in values)
        raise nonsense(f"not an answer of Redis: {line[:40]!r}")

    async def _bulk(self, size: int) -> str:
        self._spend(size + 2)
        data = await self._connection.read_exactly(size + 2)
        return data[:-2].decode("utf-8", "replace")

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Unanswered(down(Reason.TOO_LARGE, f"the answer is longer than {READ_LIMIT} bytes"))


def _size(line: bytes) -> int:
    if not _SIZE.fullmatch(line, 1):
        raise nonsense(f"not a length: {line[:40]!r}")
    return int(line[1:])


def _refusal(text: str) -> Fault:
    word = text.partition(" ")[0]
    if word in _REFUSED or "invalid password" in text or "AUTH" in text:
        return down(Reason.LOGIN_REFUSED, text[:200])
    return down(Reason.NOT_SERVING if word in _UNREADY else Reason.STATUS, text[:200])


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    options: Options = question.options
    host, port = _place(question.target)
    async with network.connected(question, host, port, course, options.tls) as connection:
        replies = Replies(connection)
        if options.password is not None:
            name = () if options.username is None else (options.username,)
            await replies.of("AUTH", *name, secret(options.password))
        if options.database:
            await replies.of("SELECT", str(options.database))
        value = await replies.of(*options.command)
        course.end()
        facts = {**connection.certificate, **shown(value)}
    wanted = Wanted(expect="PONG") if options.command == ("PING",) and options.anything else options
    fault = wanted.fault(value)
    return course.up(facts) if fault is None else course.failed(fault, facts)


_place = partial(split_target, default=6379, scheme="redis")
KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=misplaced(_place))
