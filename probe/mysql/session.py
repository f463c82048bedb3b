"""One connection to MySQL or MariaDB: greeting, encryption, login, one statement in a transaction that only reads."""

from dataclasses import dataclass

from probe.fault import Fault, down
from probe.mysql.login import CACHED, NATIVE, in_clear, proof
from probe.net.connection import READ_LIMIT, Connection
from probe.net.course import Unanswered
from probe.net.trust import Tls
from probe.net.wire import Fields, nonsense
from probe.result import Reason

_MOST = 1000
"""Messages a server may send in one check."""
_UTF8 = 45
_LONG_PASSWORD, _WITH_DATABASE, _PROTOCOL_41, _SSL = 0x1, 0x8, 0x200, 0x800
_TRANSACTIONS, _SECURE, _PLUGINS = 0x2000, 0x8000, 0x80000
_OURS = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE | _PLUGINS
_OK, _MORE, _SWITCH, _ERROR = 0x00, 0x01, 0xFE, 0xFF
_NONE = 0xFB
_PROVEN, _SAY_IT = b"\x03", b"\x04"
_UNKNOWN_SETTING = 1193
_REFUSED = frozenset((1044, 1045, 1130, 1251, 1698, 3118, 4151))
_UNREADY = frozenset((1040, 1053, 1129, 1203, 1226))
_TOO_LONG = frozenset((1317, 1969, 3024))


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    version: str
    salt: bytes
    way: str
    encrypts: bool


class Refused(Unanswered):
    def __init__(self, fault: Fault, code: int) -> None:
        super().__init__(fault)
        self.code = code


class Session:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heard = self._number = 0
        self._encrypted = False

    async def greeting(self) -> Greeting:
        """Raises Unanswered, Refused, as all of these do."""
        fields = await self._message()
        if fields.number(1) != 10:
            raise nonsense("the greeting is not one of MySQL")
        version = fields.ended().decode("utf-8", "replace")[:100]
        fields.take(4)
        salt = fields.take(8)
        fields.take(1)
        able = fields.number(2)
        fields.take(3)
        able |= fields.number(2) << 16
        length = fields.number(1)
        fields.take(10)
        salt += fields.take(max(13, length - 8))[:12]
        way = fields.ended().decode("ascii", "replace") if able & _PLUGINS else NATIVE
        return Greeting(version=version, salt=salt, way=way, encrypts=bool(able & _SSL))

    async def encrypt(self, greeting: Greeting, tls: Tls) -> None:
        if not greeting.encrypts:
            raise Unanswered(down(Reason.NOT_ENCRYPTED, "the server does not encrypt"))
        self._say(self._able(_SSL))
        await self._connection.start_tls(tls)
        self._encrypted = True

    async def log_in(self, greeting: Greeting, user: str, password: str, database: str | None) -> None:
        # A way that is not ours is perhaps not this user's: the server will say so.
        way = greeting.way if greeting.way in (NATIVE, CACHED) else NATIVE
        proven = proof(way, password, greeting.salt, encrypted=self._encrypted)
        able = (_SSL if self._encrypted else 0) | (_WITH_DATABASE if database else 0)
        names = f"{database}\0{way}\0" if database else f"{way}\0"
        self._say(self._able(able) + f"{user}\0".encode() + bytes([len(proven)]) + proven + names.encode())
        while (kind := (fields := await self._message()).number(1)) != _OK:
            if kind == _SWITCH and fields.left:
                way = fields.ended().decode("ascii", "replace")
                self._say(proof(way, password, fields.rest()[:20], encrypted=self._encrypted))
            elif kind == _MORE and way == CACHED and (told := fields.rest()) in (_PROVEN, _SAY_IT):
                if told == _SAY_IT:
                    self._say(in_clear(password, encrypted=self._encrypted))
            else:
                raise nonsense("the login goes on in a way that MySQL has not")

    async def value(self, greeting: Greeting, statement: str, timeout: int) -> str | None:
        """First column of the first row. `timeout` in milliseconds, after which the server gives up by itself."""
        try:
            await self._done(_bound(greeting.version, timeout))
        except Refused as error:
            if error.code != _UNKNOWN_SETTING:  # an old server cannot be told
                raise
        await self._done("START TRANSACTION READ ONLY")
        self._ask(statement)
        first = await self._message()
        columns = _length(first)
        if columns == 0:
            return None
        if columns is None:
            raise nonsense("the server asks for a file of ours")
        for _ in range(columns):
            await self._message()
        _ends(await self._message())
        row = await self._message()
        return None if _is_end(row) else _text(row)

    def part(self) -> None:
        self._number = 0
        self._say(b"\x01")

    async def _done(self, statement: str) -> None:
        self._ask(statement)
        if (await self._message()).number(1) != _OK:
            raise nonsense("a statement without rows is answered with some")

    def _ask(self, statement: str) -> None:
        self._number = 0
        self._say(b"\x03" + statement.encode())

    @staticmethod
    def _able(more: int) -> bytes:
        return (_OURS | more).to_bytes(4, "little") + READ_LIMIT.to_bytes(4, "little") + bytes([_UTF8]) + bytes(23)

    def _say(self, payload: bytes) -> None:
        self._connection.write(len(payload).to_bytes(3, "little") + bytes([self._number]) + payload)
        self._number = (self._number + 1) % 256

    async def _message(self) -> Fields:
        self._heard += 1
        if self._heard > _MOST:
            raise Unanswered(down(Reason.TOO_LARGE, f"more than {_MOST} messages, {READ_LIMIT} bytes each at most"))
        head = Fields(await self._connection.read_exactly(4), "little")
        size = head.number(3)
        if head.number(1) != self._number:
            raise nonsense("the messages are not numbered as MySQL does")
        self._number = (self._number + 1) % 256
        payload = await self._connection.read_exactly(size)
        if not payload:
            raise nonsense("a message without content")
        if payload[0] == _ERROR:
            raise _refused(Fields(payload[1:], "little"))
        return Fields(payload, "little")


def _bound(version: str, timeout: int) -> str:
    if "mariadb" in version.lower():
        return f"SET SESSION max_statement_time = {timeout / 1000:.3f}"
    return f"SET SESSION max_execution_time = {timeout}"


def _length(fields: Fields) -> int | None:
    """A number in front of what it counts; None where there is none."""
    first = fields.number(1)
    if first == _NONE:
        return None
    sizes = {0xFC: 2, 0xFD: 3, 0xFE: 8}
    return fields.number(sizes[first]) if first in sizes else first


def _text(row: Fields) -> str | None:
    size = _length(row)
    return None if size is None else row.take(size).decode("utf-8", "replace")


def _is_end(fields: Fields) -> bool:
    """Of the columns or of the rows: a message that begins as a very long text would, and is short."""
    return fields.left < 9 and fields.peek() == _SWITCH


def _ends(fields: Fields) -> None:
    if not _is_end(fields):
        raise nonsense("the columns have no end")


def _refused(fields: Fields) -> Refused:
    code, text = fields.number(2), fields.rest()
    told = (text[6:] if text[:1] == b"#" else text).decode("utf-8", "replace")[:200].replace("\0", "\ufffd")
    reasons = ((_REFUSED, Reason.LOGIN_REFUSED), (_UNREADY, Reason.NOT_SERVING), (_TOO_LONG, Reason.TIMEOUT))
    reason = next((reason for codes, reason in reasons if code in codes), Reason.STATUS)
    return Refused(down(reason, f"{told} ({code})"), code)
