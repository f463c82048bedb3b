"""A WebSocket: the upgrade, proven by its key, and where it is wanted something said and something heard."""

import base64
import hashlib
import os
import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from config.pattern import Expression, pattern
from probe.fault import down
from probe.http.decoder import NotHttp
from probe.http.login import Basic
from probe.http.mask import Mask
from probe.http.request import Request, address, basic, call_to, mark_of
from probe.http.response import Response
from probe.kind import ProbeKind, Question
from probe.net.address import Reach
from probe.net.connection import Connection, Network
from probe.net.course import BadTarget, Course, Unanswered
from probe.net.opening import opener
from probe.net.trust import Tls
from probe.net.wire import nonsense
from probe.result import Answer, Plain, Reason
from probe.websocket.frames import Code, Frames

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HEAD = 16 * 1024
_INTERIM = 8
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_TOKEN = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
_SECRET_HEADER = re.compile(r"(?i)auth|cookie|key|token|secret|passw|session")
_OURS = frozenset(("upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol"))


class Options(Reach):
    headers: dict[str, str] = Field(default_factory=dict)
    """Of the request for the upgrade."""
    basic: Basic | None = None
    bearer: SecretStr | None = None
    """A token that is known."""
    subprotocols: Annotated[
        tuple[Annotated[str, Field(pattern=_TOKEN, max_length=100)], ...],
        BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
        Field(max_length=10),
    ] = ()
    """Offered, of which the server must take one."""
    send: Annotated[str, Field(max_length=8192)] | None = None
    """A text, once both speak WebSocket."""
    expect: Annotated[str, Field(min_length=1, max_length=8192)] | None = None
    """A text that must be in one of the next messages."""
    matches: Expression | None = None
    """A regular expression (RE2) one of the next messages must match."""
    tls: Tls = Tls()

    @model_validator(mode="after")
    def _once(self) -> Self:
        given = {name.lower() for name in self.headers}
        if (self.basic is not None) + (self.bearer is not None) + ("authorization" in given) > 1:
            raise ValueError("one of basic, bearer and a header Authorization is enough")
        if given & _OURS:
            raise ValueError(f"the header {min(given & _OURS)} is written by the upgrade itself")
        if self.expect is not None and self.matches is not None:
            raise ValueError("write either expect or matches")
        return self

    @cached_property
    def request(self) -> Request:
        headers = list(self.headers.items())
        if self.basic is not None:
            headers.append(("Authorization", basic(self.basic.username, self.basic.password.get_secret_value())))
        if self.bearer is not None:
            headers.append(("Authorization", f"Bearer {self.bearer.get_secret_value()}"))
        headers += [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        if self.subprotocols:
            headers.append(("Sec-WebSocket-Protocol", ", ".join(self.subprotocols)))
        return Request(headers=tuple(headers))

    @cached_property
    def mask(self) -> Mask:
        told = [value for name, value in self.request.headers if _SECRET_HEADER.search(name)]
        told += [value.partition(" ")[2] for value in told]
        return Mask([*told, *([] if self.basic is None else [self.basic.password.get_secret_value()])])

    def heard(self, message: bytes) -> bool:
        if self.matches is not None:
            return pattern(self.matches).search(message.decode("utf-8", "replace")) is not None
        return self.expect is not None and self.expect.encode() in message


def _as_http(target: str) -> str:
    """The address as HTTP has it. Raises BadTarget."""
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        raise BadTarget("the target is not an address like wss://shop.example.com/events")
    return f"{_SCHEMES[scheme.lower()]}://{rest}"


def _place(target: str) -> tuple[str, int]:
    url = address(_as_http(target))
    return url.raw_host or "", url.port or 0


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    options: Options = question.options
    call = call_to(options.request, _as_http(question.target))
    tls = options.tls if call.secure else None
    key = base64.b64encode(os.urandom(16))
    facts: dict[str, Plain] = {}
    try:
        async with network.connected(question, call.host, call.port, course, tls) as connection:
            facts |= connection.certificate
            connection.write(call.head + b"Sec-WebSocket-Key: " + key + b"\r\n" + mark_of(question) + call.rest)
            response = await _answered(connection)
            facts["status"] = response.status
            _agreed(response, key, options)
            if options.subprotocols:
                facts["subprotocol"] = response.headers["sec-websocket-protocol"]
            frames = Frames(connection)
            if options.send is not None:
                frames.say(Code.TEXT, options.send.encode())
            if options.expect is not None or options.matches is not None:
                await _hear(frames, options)
            course.end()
            frames.part()
            return course.up(facts)
    except Unanswered as error:
        return options.mask.answer(course.failed(error.fault, {**facts, **error.facts}))


async def _answered(connection: Connection) -> Response:
    response = Response("GET", follow=False)
    try:
        for _ in range(_INTERIM):
            response.feed(await connection.read_until(b"\r\n\r\n", _HEAD))
            if response.status:
                return response
    except NotHttp as error:
        raise nonsense(str(error)) from error
    finally:
        response.release()
    raise nonsense("nothing but interim answers")


def _agreed(response: Response, key: bytes, options: Options) -> None:
    """Raises Unanswered where the upgrade is refused, or is none."""
    headers = response.headers
    if response.status != 101:
        raise Unanswered(down(Reason.STATUS, f"answered {response.status}, expected 101"))
    words = {word.strip().lower() for word in headers.get("connection", "").split(",")}
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in words:
        raise nonsense("it changes to something else than WebSocket")
    if headers.get("sec-websocket-accept", "") != accept(key):
        raise nonsense("it did not read the key: Sec-WebSocket-Accept is wrong")
    if headers.get("sec-websocket-extensions"):
        raise nonsense("it uses an extension that was not offered")
    taken = headers.get("sec-websocket-protocol")
    if options.subprotocols and taken is None:
        raise Unanswered(down(Reason.HEADER, f"it takes no subprotocol, offered {', '.join(options.subprotocols)}"))
    if taken is not None and taken not in options.subprotocols:
        raise nonsense(f"it takes a subprotocol that was not offered: {taken[:80]!r}")


def accept(key: bytes) -> str:
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()


async def _hear(frames: Frames, options: Options) -> None:
    last = b""
    while (message := await frames.message()) is not None:
        if options.heard(message):
            return
        last = message
    wanted = (options.expect or options.matches or "")[:100]
    shown = f", the last message was {last[:80].decode('utf-8', 'replace')!r}" if last else ""
    raise Unanswered(down(Reason.BODY, f"closed without {wanted!r}{shown}"))


def _fault(target: str, options: Options) -> str | None:
    try:
        call_to(options.request, _as_http(target))
    except BadTarget as error:
        return f"this can never be asked: {error}"
    return None


KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=_fault)
