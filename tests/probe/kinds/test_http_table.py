"""What kind http makes of answers, a row each: the behaviours of blackbox_exporter's prober, and more."""

import gzip
import zlib
from typing import Any

import brotli
import pytest

from probe.kinds.http import KIND
from probe.result import Outcome, Reason
from tests.probe.kinds.web import page, pages
from tests.probe.listener import HOST, asked, listening

NOW = 1_792_000_000_000  # Wed, 14 Oct 2026 17:46:40 GMT
GOOD = None

Row = tuple[str, dict[str, Any], bytes, Reason | None, dict[str, Any]]


def status(code: int, wanted: object, reason: Reason | None) -> Row:
    options = {} if wanted is None else {"expect": {"status": wanted}}
    return f"{code} of {wanted}", options, page(code), reason, {"status": code}


def body(name: str, expect: dict[str, Any], reason: Reason | None, text: bytes = b"Shop is open\nStock: 12") -> Row:
    return name, {"expect": expect}, page(body=text), reason, {"body_bytes": len(text)}


def header(name: str, rule: object, reason: Reason | None, *lines: str) -> Row:
    return name, {"expect": {"headers": {"x-state": rule}}}, page(headers=lines), reason, {}


def packed(encoding: str, sent: bytes, size: int, options: dict[str, Any], reason: Reason | None) -> Row:
    answer = page(headers=[f"Content-Encoding: {encoding}"], body=sent)
    return f"{encoding} {options}", options, answer, reason, {"content_length": len(sent), "body_bytes": size}


def data(text: bytes, comparison: object, reason: Reason | None) -> Row:
    return f"{text!r} {comparison}", {"expect": {"json": comparison}}, page(body=text), reason, {}


STATE = b'{"foo":{"bar":"baz"},"n":3,"ok":true,"none":null,"list":[{"id":1},{"id":2}],"at":"2026-01-31","v":"2.10.1"}'
TEXT = b"a" * 127

ROWS: list[Row] = [
    status(200, None, GOOD),
    status(201, None, GOOD),
    status(299, None, GOOD),
    status(304, None, GOOD),
    status(404, None, Reason.STATUS),
    status(404, [200, 404], GOOD),
    status(200, [200, 404], GOOD),
    status(201, [200, 404], Reason.STATUS),
    status(404, 404, GOOD),
    status(200, [404], Reason.STATUS),
    status(503, ["200-299", "500-599"], GOOD),
    ("any version", {}, page(version="1.0"), GOOD, {"http_version": "1.0"}),
    ("1.1 of 1.1", {"expect": {"version": "1.1"}}, page(), GOOD, {"http_version": "1.1"}),
    ("1.1 of both", {"expect": {"version": [1.0, 1.1]}}, page(), GOOD, {}),
    ("1.0 of 1.1", {"expect": {"version": 1.1}}, page(version="1.0"), Reason.PROTOCOL_ERROR, {}),
    ("1.1 of 1.0", {"expect": {"version": "1.0"}}, page(), Reason.PROTOCOL_ERROR, {}),
    ("length of a bad answer", {}, page(404, body=TEXT), Reason.STATUS, {"content_length": 127, "body_bytes": 127}),
    ("length unknown", {}, b"HTTP/1.1 200 OK\r\n\r\nto the end", GOOD, {"content_length": -1, "body_bytes": 10}),
    ("unknown encoding", {}, page(headers=["Content-Encoding: x"], body=TEXT), GOOD, {"body_bytes": 127}),
    packed("gzip", gzip.compress(TEXT, mtime=0), 127, {}, GOOD),
    packed("br", brotli.compress(TEXT), 127, {}, GOOD),
    packed("deflate", zlib.compress(TEXT), 127, {}, GOOD),
    packed("identity", TEXT, 127, {}, GOOD),
    packed("deflate", b"\xff" * 20, 0, {}, Reason.PROTOCOL_ERROR),
    packed("gzip", gzip.compress(TEXT, mtime=0), 127, {"body_limit": 128}, GOOD),
    packed("gzip", gzip.compress(TEXT + b"bb", mtime=0), 128, {"body_limit": 128}, Reason.TOO_LARGE),
    packed("br", brotli.compress(bytes(10 << 20), quality=1), 128, {"body_limit": 128}, Reason.TOO_LARGE),
    packed("identity", TEXT, 127, {"body_limit": 128}, GOOD),
    packed("identity", TEXT + b"bb", 128, {"body_limit": 128}, Reason.TOO_LARGE),
    ("not encrypted", {"expect": {"encrypted": True}}, page(), Reason.NOT_ENCRYPTED, {"tls": False}),
    ("in the clear", {"expect": {"encrypted": False}}, page(), GOOD, {}),
    body("a text", {"body": "open"}, GOOD),
    body("texts", {"body": ["Shop", "12"]}, GOOD),
    body("one of the texts missing", {"body": ["Shop", "13"]}, Reason.BODY),
    body("a text that must not", {"body_not": ["closed", "Stock"]}, Reason.BODY),
    body("none of those that must not", {"body_not": ["closed", "error"]}, GOOD),
    body("expression", {"matches": r"Stock: \d+"}, GOOD),
    body("expression over lines", {"matches": r"(?s)open.*12$"}, GOOD),
    body("expression in one line", {"matches": r"open.*12"}, Reason.BODY),
    body("expression without case", {"matches": ["(?i)SHOP", "12"]}, GOOD),
    body("expression that must not", {"matches_not": r"(?i)stock:\s"}, Reason.BODY),
    body("expression that fits nothing", {"matches_not": "closed|error"}, GOOD),
    body("expression that would go back for ever", {"matches": r"(a+)+$"}, Reason.BODY, b"a" * 100_000 + b"!"),
    body("expression in other letters", {"matches": "库存：[0-9]{2}"}, GOOD, "库存：12".encode()),
    body("expression on what is no text", {"matches": "^\ufffd.$"}, GOOD, b"\xffa"),
    body("expression on nothing", {"matches": "."}, Reason.BODY, b""),
    header("header fits", "^open$", GOOD, "X-State: open"),
    header("header fits in the second", "^open$", GOOD, "X-State: half", "X-STATE: open"),
    header("header does not", "^open$", Reason.HEADER, "X-State: closed"),
    header("header missing", "open", Reason.HEADER),
    header("header may be missing", {"matches": "open", "may_be_missing": True}, GOOD),
    header("header there and wrong", {"matches": "open", "may_be_missing": True}, Reason.HEADER, "X-State: x"),
    header("header must not fit", {"matches_not": "clos"}, Reason.HEADER, "X-State: open", "X-State: closed"),
    header("header that must not fit missing", {"matches_not": "clos"}, GOOD),
    header("header must be there at all", {}, Reason.HEADER),
    header("missing is bad", {"matches_not": "clos", "may_be_missing": False}, Reason.HEADER),
    data(STATE, '$.foo.bar == "baz"', GOOD),
    data(STATE, ["foo.bar == baz", "$.n >= 3", "$.n < 4.5", "$.ok == true", "$.none == null"], GOOD),
    data(STATE, ["$.list[0].id == 1", "$['list'][-1].id != 1", "length($.list) == 2", "$.v matches ^2\\."], GOOD),
    data(STATE, ["$ contains foo", "$.foo.bar contains az", '$.at > "2026-01-30"', "$.none exists"], GOOD),
    data(STATE, "$.foo.bar == bar", Reason.BODY),
    data(STATE, "$.n == true", Reason.BODY),
    data(STATE, "$.foo.bar > 2", Reason.BODY),
    data(STATE, "$.none.x != 1", Reason.BODY),
    data(STATE, "$.list[2].id != 1", Reason.BODY),
    data(b"[{},7]", "$[1] <= 7", GOOD),
    data(b'[true,{"a":[1.0,{}]}]', ['$ contains {"a":[1,{}]}', "$ contains true"], GOOD),
    data(b'[true,{"a":[1,{}]}]', "$ contains 1", Reason.BODY),
    data(b'[{"a":[1,{}]}]', '$[0] == {"a":[1,{"b":2}]}', Reason.BODY),
    data(b'{"a":[1]}', "$.a matches 1", Reason.BODY),
    *(data(text, "$.a == 1", Reason.BODY) for text in (b"", b"{}", b"nothing", b'"a"', b"[1]", b"true", b'{"a":1')),
    data(b"[" * 5000, "$.a == 1", Reason.BODY),
    data(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", "$.a == []", Reason.BODY),
    (
        "changed lately",
        {"expect": {"changed_within": "1h"}},
        page(headers=["Last-Modified: Wed, 14 Oct 2026 16:50:00 GMT"]),
        GOOD,
        {"last_modified": NOW - 56 * 60_000 - 40_000},
    ),
    (
        "changed too long ago",
        {"expect": {"changed_within": "30m"}},
        page(headers=["Last-Modified: Wed, 14 Oct 2026 16:50:00 GMT"]),
        Reason.HEADER,
        {},
    ),
    ("changed nobody knows when", {"expect": {"changed_within": "30m"}}, page(), Reason.HEADER, {}),
    (
        "changed in no time there is",
        {"expect": {"changed_within": "30m"}},
        page(headers=["Last-Modified: Mon, 99 Oct 2026"]),
        Reason.HEADER,
        {"last_modified": None},
    ),
]


@pytest.mark.parametrize(
    "options, answer, reason, facts",
    [row[1:] for row in ROWS],
    ids=[f"{n} {row[0][:40]}" for n, row in enumerate(ROWS)],
)
async def test_an_answer(options: dict[str, Any], answer: bytes, reason: Reason | None, facts: dict[str, Any]) -> None:
    async with listening(pages({"/": answer})) as port:
        told = await asked(KIND, f"http://{HOST}:{port}/", now=NOW, **options)
    assert (told.outcome, told.reason) == (Outcome.UP if reason is None else Outcome.DOWN, reason), told.detail
    learned = {name: fact for name, fact in told.facts.items() if name != "address"}
    assert {name: learned.get(name) for name in facts if learned} == (facts if learned else {})
    assert bool(told.detail) is (reason is not None)
    assert set(told.phases) == {"resolve", "connect", "tls", "processing", "transfer"}
