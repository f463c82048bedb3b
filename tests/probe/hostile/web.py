"""What web servers do."""

import gzip
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import brotli

from tests.probe.hostile.case import (
    BODY,
    DENIED,
    HEADER,
    LARGE,
    PROTOCOL,
    REDIRECT,
    RESET,
    STATUS,
    TIMEOUT,
    UP,
    Case,
    Verdict,
    drips,
    floods,
    half_closes,
    leads,
    resets,
    says,
)

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = OK + b"Content-Length: 10\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = 64 * 1024 * 1024
EXPECTS_OK = {"expect": {"body": "ok"}}


def _with_body(body: bytes, *headers: bytes) -> bytes:
    return OK + b"".join(one + b"\r\n" for one in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _zipped(encoding: bytes, body: bytes) -> bytes:
    return _with_body(body, b"Content-Encoding: " + encoding)


@cache
def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(BOMB >> 20)) + packer.flush()


WAITING = [
    Case(name=name, serve=serve, verdicts=[verdict])
    for name, serve, verdict in [
        ("accepts and is silent", says(b"", hold=True), TIMEOUT),
        ("a header drips", drips(b"X-A: b", OK), TIMEOUT),
        ("a body drips", drips(b"x", OK + b"Content-Length: 100000\r\n\r\n"), TIMEOUT),
        ("chunks of one byte drip", drips(b"1\r\nx\r\n", CHUNKED), TIMEOUT),
        ("status line, then silence", says(OK, hold=True), TIMEOUT),
        ("head, then silence", says(LENGTH, hold=True), TIMEOUT),
        ("half of the body, then silence", says(LENGTH + b"hello", hold=True), TIMEOUT),
        ("the last chunk never comes", says(CHUNKED + b"2\r\nok\r\n", hold=True), TIMEOUT),
        ("interim answers drip", drips(b"HTTP/1.1 100 Continue\r\n\r\n"), TIMEOUT),
        ("a body until closed that is never closed", says(OK + b"\r\nok", hold=True), TIMEOUT),
        ("half-closed unanswered", half_closes(b""), RESET),
        ("half-closed in the body", half_closes(LENGTH + b"hello"), PROTOCOL),
        ("half-closed as the end", half_closes(OK + b"\r\nok"), UP),
        ("closes at once", says(b"", asked=False), RESET),
        ("closes when asked", says(b""), RESET),
        ("resets at once", resets(asked=False), RESET),
        ("resets when asked", resets(), RESET),
        ("resets in the head", resets(OK + b"X-A: "), RESET),
        ("resets in the body", resets(LENGTH + b"hello"), PROTOCOL),
        ("resets in a body until closed", resets(OK + b"\r\nhello"), PROTOCOL),
    ]
]

SPOKEN: list[tuple[str, bytes, Verdict]] = [
    ("garbage", bytes(range(128, 256)) * 4, PROTOCOL),
    ("zero bytes", bytes(4000), PROTOCOL),
    ("HTTP/0.9", b"<html>all is well</html>", PROTOCOL),
    ("preface of HTTP/2", b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x64\0\4\0\x10\0\0\0\6\0\1\0\0", PROTOCOL),
    ("a TLS alert", b"\x15\3\1\0\2\2\x28", PROTOCOL),
    ("an SSH greeting", b"SSH-2.0-OpenSSH_9.6\r\n", PROTOCOL),
    ("an SMTP greeting", b"220 mail.example.com ESMTP\r\n", PROTOCOL),
    ("a request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", PROTOCOL),
    ("length is negative", OK + b"Content-Length: -1\r\n\r\n", PROTOCOL),
    ("length is no number", OK + b"Content-Length: ten\r\n\r\n0123456789", PROTOCOL),
    ("length is beyond 64 bits", OK + b"Content-Length: 99999999999999999999999\r\n\r\nok", PROTOCOL),
    ("length is huge", OK + b"Content-Length: 9223372036854775807\r\n\r\nok", PROTOCOL),
    ("two lengths", OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", PROTOCOL),
    (
        "length and chunks",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        PROTOCOL,
    ),
    ("a chunk's size is no number", CHUNKED + b"zz\r\nok\r\n", PROTOCOL),
    ("a chunk's size is beyond 64 bits", CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nok\r\n", PROTOCOL),
    ("a chunk's size is huge", CHUNKED + b"7fffffffffffffff\r\nok\r\n", PROTOCOL),
    ("a chunk's size is negative", CHUNKED + b"-2\r\nok\r\n", PROTOCOL),
    ("a chunk is longer than it says", CHUNKED + b"1\r\nok\r\n0\r\n\r\n", PROTOCOL),
    ("chunks break off", CHUNKED + b"5\r\nhe", PROTOCOL),
    ("the body breaks off", LENGTH + b"hello", PROTOCOL),
    ("a header's name has a space", OK + b"X A: b\r\nContent-Length: 0\r\n\r\n", PROTOCOL),
    ("a header without a colon", OK + b"X-A\r\nContent-Length: 0\r\n\r\n", PROTOCOL),
    ("a status of letters", b"HTTP/1.1 2OO OK\r\n\r\n", PROTOCOL),
    ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n", PROTOCOL),
    ("a version that is none", b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL),
    ("another protocol's name", b"ICY 200 OK\r\n\r\n", PROTOCOL),
    ("status 999", b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", STATUS),
    ("an upgrade nobody asked for", b"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", STATUS),
    ("no words beside the status", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", UP),
    ("two answers", LENGTH + b"0123456789" + LENGTH + b"9876543210", UP),
    ("a body where there is none", b"HTTP/1.1 204 No Content\r\n\r\nok", UP),
    ("text in no charset", _with_body(b"\xff\xfe\xfd", b"Content-Type: text/html; charset=no-such"), UP),
    ("gzip breaks off", _zipped(b"gzip", gzip.compress(b"ok" * 99)[:-9]), PROTOCOL),
    ("gzip is none", _zipped(b"gzip", b"ok" * 99), PROTOCOL),
    ("deflate is none", _zipped(b"deflate", b"\xff" * 99), PROTOCOL),
    ("br is none", _zipped(b"br", b"\xff" * 99), PROTOCOL),
    ("thousands of gzips in one", _zipped(b"gzip", gzip.compress(b"") * 5000), PROTOCOL),
]

FLOODS = [
    Case(name=name, serve=serve, verdicts=[verdict])
    for name, serve, verdict in [
        ("a status line without end", floods(b"x", b"HTTP/1.1 200 "), PROTOCOL),
        ("a header without end", floods(b"x", OK + b"X: "), PROTOCOL),
        ("headers without end", floods(b"X-A: b\r\n", OK), PROTOCOL),
        ("interim answers without end", floods(b"HTTP/1.1 100 Continue\r\n\r\n"), PROTOCOL),
        ("hints without end", floods(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), PROTOCOL),
        ("empty lines without end", floods(b"\r\n"), PROTOCOL),
        ("an extension of a chunk without end", floods(b"x", CHUNKED + b"1;"), PROTOCOL),
        ("a trailer without end", floods(b"X-A: b\r\n", CHUNKED + b"0\r\n"), PROTOCOL),
        ("zeros before a chunk's size", floods(b"0", CHUNKED), PROTOCOL),
        ("letters without end", floods(b"A"), PROTOCOL),
        ("a body without end", floods(b"x", OK + b"\r\n"), UP),
        ("chunks without end", floods(b"1\r\nx\r\n", CHUNKED), UP),
    ]
]


def _expecting(name: str, spoken: bytes, verdict: Verdict, **options: Any) -> Case:
    return Case(name=name, serve=says(spoken), verdicts=[verdict], options=options)


DEEP = b"[" * 200_000
EXPECTING = [
    _expecting("a bomb in gzip", _zipped(b"gzip", _gzip_bomb()), BODY, **EXPECTS_OK),
    _expecting("a bomb in a bomb", _zipped(b"gzip, gzip", gzip.compress(_gzip_bomb())), BODY, **EXPECTS_OK),
    _expecting("a bomb in br", _zipped(b"br", brotli.compress(bytes(BOMB >> 2), quality=1)), BODY, **EXPECTS_OK),
    _expecting("more than may be", _with_body(b"x" * 2000), LARGE, body_limit=1000),
    Case(
        name="without end, where a limit is",
        serve=floods(b"x", OK + b"\r\n"),
        verdicts=[LARGE],
        options={"body_limit": 100_000},
    ),
    _expecting("JSON as deep as a well", _with_body(DEEP), BODY, expect={"json": "$.a == 1"}),
    _expecting("JSON deep and whole", _with_body(DEEP + b"]" * 200_000), BODY, expect={"json": "$.a == 1"}),
    _expecting("a number without end in JSON", _with_body(b'{"a":' + b"9" * 99_999 + b"}"), BODY,
               expect={"json": "$.a == 1"}),
    _expecting("NaN in JSON", _with_body(b'{"a": NaN}'), BODY, expect={"json": "$.a == 1"}),
    _expecting("half a character in JSON", _with_body(b'{"a": "\\ud800"}'), BODY, expect={"json": '$.a == "b"'}),
    _expecting("bytes that are no text in JSON", _with_body(b'{"a": "\xff"}'), BODY, expect={"json": '$.a == "b"'}),
    _expecting("food for an expression", _with_body(b"a" * 500_000 + b"!"), BODY, expect={"matches": "(a+)+$"}),
    _expecting("a date that is none", _with_body(b"ok", b"Last-Modified: yesterday"), HEADER,
               expect={"changed_within": "1h"}),
    _expecting("the year 99999", _with_body(b"ok", b"Last-Modified: Mon, 01 Jan 99999 00:00:00 GMT"), HEADER,
               expect={"changed_within": "1h"}),
    _expecting("zero bytes in headers", _with_body(b"no", b"Server: a\0b"), BODY, keep_body=True, **EXPECTS_OK),
    _expecting("answers before it is asked", _with_body(b"ok"), UP),
    Case(
        name="never reads what is sent",
        serve=says(b"", hold=True),
        verdicts=[TIMEOUT],
        options={"method": "POST", "payload": "x" * 8_000_000},
    ),
]  # fmt: skip

LEADING: Mapping[str, tuple[Any, Verdict]] = {
    "to a file": (lambda path: "file:///etc/passwd", REDIRECT),
    "to gopher": (lambda path: "gopher://127.0.0.1:6379/_FLUSHALL", REDIRECT),
    "to a script": (lambda path: "javascript:alert(1)", REDIRECT),
    "to data": (lambda path: "data:text/plain,ok", REDIRECT),
    "to ftp": (lambda path: "ftp://127.0.0.1/", REDIRECT),
    "to metadata": (lambda path: "http://169.254.169.254/latest/meta-data/", DENIED),
    "to metadata in one number": (lambda path: "http://2852039166/", DENIED),
    "to metadata in hexadecimal": (lambda path: "http://0xa9fea9fe/", DENIED),
    "to metadata in octal": (lambda path: "http://0251.0376.0251.0376/", DENIED),
    "to metadata in IPv6": (lambda path: "http://[::ffff:169.254.169.254]/", DENIED),
    "to metadata by NAT64": (lambda path: "http://[64:ff9b::a9fe:a9fe]/", DENIED),
    "to metadata after a user": (lambda path: "http://shop.example.com@169.254.169.254/", DENIED),
    "to 0.0.0.0": (lambda path: "http://0.0.0.0/", DENIED),
    "to many": (lambda path: "http://224.0.0.1/", DENIED),
    "round and round": (lambda path: path, REDIRECT),
    "round, and it grows": (lambda path: (path + "x" * 4000)[:24_000], REDIRECT),
    "on and on": (lambda path: f"/{int(path[1:] or 0) + 1}", REDIRECT),
    "to no address": (lambda path: "http://[::bad/", REDIRECT),
    "to no port": (lambda path: "http://127.0.0.1:99999/", REDIRECT),
    "to no host": (lambda path: "http:///", REDIRECT),
    "beyond the limit of a head": (lambda path: "/" + "x" * 100_000, PROTOCOL),
    "to bytes that are no text": (lambda path: b"/\xff\xfe" if path == "/" else b"file:///", REDIRECT),
}

WEB = [
    *WAITING,
    *(Case(name=name, serve=says(spoken), verdicts=[verdict]) for name, spoken, verdict in SPOKEN),
    *EXPECTING,
]
REDIRECTS = [
    Case(name=f"leads {name}", serve=leads(where), verdicts=[verdict]) for name, (where, verdict) in LEADING.items()
]
