"""What a Prometheus does that is broken or taken over: whatever it says, nothing of it is an outage of the target."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from probe.result import Outcome, Reason
from tests.probe.hostile.case import UP, Case, Verdict, drips, floods, leads, resets, says
from tests.probe.kinds.web import page
from tests.probe.listener import Serve

UNKNOWN: Verdict = (Outcome.INVALID, Reason.SOURCE_FAILED)
OUTSIDE: Verdict = (Outcome.DOWN, Reason.OUT_OF_RANGE)


def told(result: Any, kind: str = "vector") -> Serve:
    return says(page(body=orjson.dumps({"status": "success", "data": {"resultType": kind, "result": result}})))


def series(value: Any, **labels: str) -> dict[str, Any]:
    return {"metric": labels, "value": [1_790_000_000, value]}


def _cases(rows: Mapping[str, tuple[Serve, Verdict]], *, short: bool = False, **options: Any) -> list[Case]:
    return [
        Case(name=f"prometheus: {name}", serve=serve, verdicts=[verdict], kind="prometheus", short=short,
             options={"query": "up", "at_least": 1, **options})
        for name, (serve, verdict) in rows.items()
    ]  # fmt: skip


SOURCES: Sequence[Case] = [
    *_cases({
        "nothing wrong": (told([series("1")]), UP),
        "the only bad one": (told([series("0")]), OUTSIDE),
        "a page with status 200": (says(page(body=b"<html>log in</html>")), UNKNOWN),
        "an error page": (says(page(503, body=b"busy")), UNKNOWN),
        "JSON of something else": (says(page(body=b'{"status": "success"}')), UNKNOWN),
        "JSON that ends in the middle": (says(page(body=b'{"status": "success", "data": {"result": [')), UNKNOWN),
        "JSON a thousand deep": (says(page(body=b"[" * 5000 + b"]" * 5000)), UNKNOWN),
        "a matrix": (told([{"metric": {}, "values": [[1, "1"]]}], "matrix"), UNKNOWN),
        "a number that is no text": (told([series(1)]), UNKNOWN),
        "a text that is no number": (told([series("one")]), UNKNOWN),
        "a series that is a list": (told([[1, 2, 3]]), UNKNOWN),
        "no number": (told([series("NaN")]), UNKNOWN),
        "a number beyond all bounds": (told([series("9" * 5000)]), UP),
        "ten thousand series": (told([series("1", instance=f"host-{number}") for number in range(10_000)]), UP),
        "labels of a megabyte": (told([series("0", job="x" * 900_000)]), OUTSIDE),
        "labels that move a cursor": (told([series("0", job="\0\x1b[2J\u202e")]), OUTSIDE),
        "an error of a megabyte": (says(page(400, body=orjson.dumps({"status": "error", "error": "x" * 900_000}))),
                                   UNKNOWN),
        "more than is read": (says(page(body=b" " * 3_000_000)), UNKNOWN),
        "leads in circles": (leads(lambda path: "/again"), UNKNOWN),
        "leads to a place of ours": (leads(lambda path: "http://169.254.169.254/latest"), UNKNOWN),
        "breaks off": (resets(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), UNKNOWN),
        "headers without end": (floods(b"X-A: b\r\n", b"HTTP/1.1 200 OK\r\n"), UNKNOWN),
    }),
    *_cases({
        "silent": (says(b"", hold=True), UNKNOWN),
        "drips": (drips(b" ", b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"), UNKNOWN),
    }, short=True),
]  # fmt: skip
