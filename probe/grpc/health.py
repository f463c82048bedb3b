"""One call of `grpc.health.v1.Health/Check` over HTTP/2: bytes in, bytes out. Imported on use, for h2 is large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import H2Error
from hpack import HPACKError
from hyperframe.exceptions import HyperframeError

from probe.fault import down
from probe.net.course import Unanswered
from probe.net.wire import Fields, nonsense
from probe.result import Reason

PATH = "/grpc.health.v1.Health/Check"
SERVING = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
_MOST = 32 * 1024
"""Bytes a server may send in one call."""
_LONGEST = 1024
"""Bytes of its answer, which is a number."""


_HEAD, _SETTINGS = 9, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`code` is the status of gRPC, None where none came; `message` its text."""

    http_status: int
    code: int | None
    message: str
    body: bytes


class Call:
    def __init__(
        self, service: str, authority: str, *, encrypted: bool, timeout: int, metadata: Mapping[str, str]
    ) -> None:
        """`timeout` in milliseconds; the server is told. Raises ValueError for metadata that cannot be sent."""
        self._http = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._http.initiate_connection()
        headers = [
            (":method", "POST"),
            (":scheme", "https" if encrypted else "http"),
            (":path", PATH),
            (":authority", authority),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", "upheld"),
            ("grpc-timeout", f"{timeout}m"),
            *((name.lower(), value) for name, value in metadata.items()),
        ]
        self._http.send_headers(1, headers)
        self._http.send_data(1, _framed(_request(service)), end_stream=True)
        self._told: dict[bytes, bytes] = {}
        self._body = b""
        self._head, self._begun = b"", False
        self._heard = 0
        self.outcome: Outcome | None = None
        """Once it has ended."""

    @property
    def to_send(self) -> bytes:
        return self._http.data_to_send()

    def feed(self, data: bytes) -> None:
        """Raises Unanswered."""
        # Anything else would be waited for as for a frame of some millions of bytes.
        self._begun = self._begun or self._begins(data)
        self._heard += len(data)
        if self._heard > _MOST:
            raise Unanswered(down(Reason.TOO_LARGE, f"more than {_MOST} bytes for an answer of a few"))
        try:
            events = self._http.receive_data(data)
        except (H2Error, HPACKError, HyperframeError, ValueError, LookupError) as error:
            raise nonsense(f"not HTTP/2: {str(error)[:100] or type(error).__name__}") from error
        self._take(events)

    def _begins(self, data: bytes) -> bool:
        """Whether enough has come to see that it is HTTP/2: its first frame has the settings."""
        self._head += data[: _HEAD - len(self._head)]
        if len(self._head) == _HEAD and self._head[3] != _SETTINGS:
            raise nonsense(f"not HTTP/2: {self._head!r}")
        return len(self._head) == _HEAD

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case ResponseReceived() | TrailersReceived():
                    self._told |= {bytes(name): bytes(value) for name, value in event.headers or ()}
                case DataReceived():
                    self._body += event.data or b""
                    if len(self._body) > _LONGEST:
                        raise Unanswered(down(Reason.TOO_LARGE, f"an answer of more than {_LONGEST} bytes"))
                case StreamEnded():
                    self.outcome = self._ended()
                    return
                case StreamReset():
                    raise _broken("the call", event.error_code)
                case ConnectionTerminated() if not event.last_stream_id:
                    raise _broken("the connection", event.error_code)
                case _:
                    pass

    def _ended(self) -> Outcome:
        code, status = self._told.get(b"grpc-status", b""), self._told.get(b":status", b"")
        return Outcome(
            http_status=int(status) if status.isdigit() and len(status) == 3 else 0,
            code=int(code) if code.isdigit() and len(code) < 4 else None,
            message=unquote(self._told.get(b"grpc-message", b"").decode("latin-1"))[:200].replace("\0", "\ufffd"),
            body=self._body,
        )


def _broken(what: str, code: ErrorCodes | int | None) -> Unanswered:
    name = code.name if isinstance(code, ErrorCodes) else str(code)
    reason = Reason.NOT_SERVING if code in (ErrorCodes.NO_ERROR, ErrorCodes.REFUSED_STREAM) else Reason.CONNECTION_RESET
    return Unanswered(down(reason, f"the server ends {what}: {name}"))


def _request(service: str) -> bytes:
    """The message HealthCheckRequest: the name is its first field."""
    name = service.encode()
    return b"\x0a" + _varint(len(name)) + name if name else b""


def _framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + _varint(number >> 7)


def serving(body: bytes) -> str:
    """What a HealthCheckResponse says. Raises Unanswered."""
    fields = Fields(body)
    if fields.number(1) != 0:
        raise nonsense("the answer is compressed, which was not offered")
    message = Fields(fields.counted())
    status = 0
    while message.left:
        key = _read(message)
        match key & 7:
            case 0:
                value = _read(message)
                status = value if key >> 3 == 1 else status
            case 2:
                message.take(_read(message))
            case 1 | 5 as width:
                message.take(8 if width == 1 else 4)
            case _:
                raise nonsense("the answer is no HealthCheckResponse")
    return SERVING[status] if status < len(SERVING) else str(status)


def _read(fields: Fields) -> int:
    number = 0
    for place in range(10):
        byte = fields.number(1)
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number
    raise nonsense("a number without end")
