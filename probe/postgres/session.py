"""One connection to PostgreSQL: encryption, login, one statement in a transaction that only reads."""

import asyncio
import hashlib

from probe.fault import Fault, down, ours
from probe.net.connection import READ_LIMIT, Connection
from probe.net.course import Unanswered
from probe.net.trust import Tls
from probe.net.wire import Fields, nonsense
from probe.postgres.scram import MECHANISM, Scram
from probe.result import Reason

_MOST = 1000
"""Messages a server may send in one check."""
_QUICK = 20_000
"""Rounds of SCRAM that hold nobody up."""
_ASIDE = frozenset(b"NSK")  # a notice, a setting, the key for cancelling
_TLS, _PROTOCOL = 80877103, 196608
_UNREADY = ("57P", "53")
_TOO_LONG = "57014"


class Session:
    def __init__(self, connection: Connection, *, encrypted: bool) -> None:
        self._connection, self._encrypted, self._heard = connection, encrypted, 0

    async def encrypt(self, tls: Tls) -> None:
        self._connection.write((8).to_bytes(4, "big") + _TLS.to_bytes(4, "big"))
        answer = await self._connection.read_exactly(1)
        if answer == b"N":
            raise Unanswered(down(Reason.NOT_ENCRYPTED, "the server does not encrypt"))
        if answer != b"S":
            raise nonsense("the wish to encrypt is not answered as PostgreSQL does")
        await self._connection.start_tls(tls)
        self._encrypted = True

    async def introduce(self, user: str, database: str | None) -> Fields:
        """What the server wants to know of us. Raises Unanswered, Refused."""
        words = ["user", user, "database", database or user, "application_name", "upheld", "client_encoding", "UTF8"]
        body = _PROTOCOL.to_bytes(4, "big") + b"".join(_ended(word) for word in words) + b"\0"
        self._connection.write((len(body) + 4).to_bytes(4, "big") + body)
        return await self._next(b"R")

    async def log_in(self, user: str, password: str | None, asked: Fields) -> None:
        """Until the server is ready. Raises Unanswered, Refused."""
        scram: Scram | None = None
        while (way := asked.number(4)) != 0:
            if password is None:
                raise Unanswered(down(Reason.LOGIN_REFUSED, "the server wants a password"))
            match way:
                case 3:
                    self._say(b"p", _ended(self._in_clear(password)))
                case 5:
                    self._say(b"p", _ended(_md5(user, password, asked.take(4))))
                case 10:
                    if _ended(MECHANISM) not in asked.rest():
                        raise _unknown("SASL")
                    scram = Scram(password)
                    self._say(b"p", _ended(MECHANISM) + len(scram.first).to_bytes(4, "big") + scram.first)
                case 11 if scram is not None:
                    self._say(b"p", await _answered(scram, asked.rest()))
                case 12 if scram is not None:
                    scram.confirm(asked.rest())
                    scram = None
                case _:
                    raise _unknown(str(way))
            asked = await self._next(b"R")
        if scram is not None:
            raise nonsense("the server lets us in without knowing the password")
        await self._next(b"Z")

    async def value(self, statement: str, timeout: int) -> str | None:
        """First column of the first row. `timeout` in milliseconds, after which the server gives up by itself."""
        self._say(b"Q", _ended(f"BEGIN READ ONLY; SET LOCAL statement_timeout = {timeout}"))
        await self._next(b"Z", passing=b"C")
        # By these steps a text of several statements is refused, and one row is all that comes.
        self._say(b"P", b"\0" + _ended(statement) + bytes(2))
        self._say(b"B", bytes(8))
        self._say(b"E", b"\0" + (1).to_bytes(4, "big"))
        self._say(b"S", b"")
        value, kind = None, b""
        while kind != b"Z":
            kind, fields = await self._message()
            if kind == b"D" and fields.number(2):
                size = fields.signed(4)
                value = None if size < 0 else fields.take(size).decode("utf-8", "replace")
            elif kind not in (b"1", b"2", b"C", b"D", b"I", b"s", b"Z"):
                raise nonsense(f"an answer of kind {kind!r} to a query")
        return value

    def part(self) -> None:
        self._say(b"X", b"")

    def _in_clear(self, password: str) -> str:
        if not self._encrypted:
            raise Unanswered(ours(Reason.NOT_PERMITTED, "the server wants the password in clear; write tls"))
        return password

    def _say(self, kind: bytes, body: bytes) -> None:
        self._connection.write(kind + (len(body) + 4).to_bytes(4, "big") + body)

    async def _next(self, wanted: bytes, passing: bytes = b"") -> Fields:
        while True:
            kind, fields = await self._message()
            if kind == wanted:
                return fields
            if kind not in passing:
                raise nonsense(f"a message of kind {kind!r} where {wanted!r} is due")

    async def _message(self) -> tuple[bytes, Fields]:
        """The next one that says something. Raises Unanswered, Refused where it is an error."""
        while self._heard < _MOST:
            self._heard += 1
            head = Fields(await self._connection.read_exactly(5))
            kind, size = head.take(1), head.number(4) - 4
            first = self._heard == 1  # is short, so that another protocol shows itself
            if size < 0 or not kind.isalnum() or (first and size > READ_LIMIT):
                raise nonsense(f"no message of PostgreSQL: {kind!r}")
            fields = Fields(await self._connection.read_exactly(size))
            if kind == b"E":
                raise _refused(fields)
            if kind[0] not in _ASIDE:
                return kind, fields
        raise Unanswered(down(Reason.TOO_LARGE, f"an answer of more than {_MOST} messages, {READ_LIMIT} bytes each"))


class Refused(Unanswered):
    """The server's own error; `code` is its SQLSTATE."""

    def __init__(self, fault: Fault, code: str) -> None:
        super().__init__(fault)
        self.code = code


def _refused(fields: Fields) -> Refused:
    told = dict[bytes, str]()
    while fields.left and (name := fields.take(1)) != b"\0":
        told[name] = fields.ended().decode("utf-8", "replace")
    code, text = told.get(b"C", "")[:5], told.get(b"M", "")[:200].replace("\0", "\ufffd")
    if code == _TOO_LONG:
        reason = Reason.TIMEOUT
    elif code.startswith("28"):
        reason = Reason.LOGIN_REFUSED
    else:
        reason = Reason.NOT_SERVING if code.startswith(_UNREADY) else Reason.STATUS
    return Refused(down(reason, f"{text} ({code})"), code)


async def _answered(scram: Scram, theirs: bytes) -> bytes:
    """The usual work is done at once: a thread may have to be waited for, and that would be the server's time."""
    if scram.rounds(theirs) <= _QUICK:
        return scram.final(theirs)
    return await asyncio.to_thread(scram.final, theirs)


def _unknown(way: str) -> Unanswered:
    return Unanswered(ours(Reason.INTERNAL_ERROR, f"the server wants a login of kind {way[:20]}, which is not ours"))


def _ended(text: str) -> bytes:
    return text.encode() + b"\0"


def _md5(user: str, password: str, salt: bytes) -> str:
    inner = hashlib.md5(f"{password}{user}".encode(), usedforsecurity=False).hexdigest()
    return "md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()
