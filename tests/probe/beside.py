"""Asks what a real blackbox exporter asks too, and sets the verdicts beside its: `python -m tests.probe.beside`."""

import asyncio
import gzip
import importlib
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probe.result import Outcome
from tests.probe.beside_systems import DIFFERENCES as OF_SYSTEMS
from tests.probe.beside_systems import of_hosts, of_servers
from tests.probe.hostile.case import leads, says
from tests.probe.hostile.papers import Papers
from tests.probe.hostile.web import LEADING, SPOKEN
from tests.probe.kinds.web import page
from tests.probe.listener import HOST, Serve, asked, listening
from tests.servers.blackbox import Blackbox
from tests.servers.named import Named
from tests.servers.program import scratch

HTTP, TCP = f"http://{HOST}:{{port}}/", f"{HOST}:{{port}}"
TEXT = b"a" * 127
TIMEOUT = 5000
"""Milliseconds, for both. Ten connections one after the other take two seconds on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`ours`: options of the kind; `theirs`: what the blackbox module has beside its prober's name."""

    name: str
    serve: Serve
    kind: str = "http"
    target: str = HTTP
    ours: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    tls: str | None = None

    def module(self, authority: str) -> dict[str, Any]:
        prober = "http" if self.kind == "http" else "tcp"
        told = {"preferred_ip_protocol": "ip4", **self.theirs}
        if self.tls is not None:
            told["tls_config"] = {"ca_file": authority, **told.get("tls_config", {})}
        return {"prober": prober, "timeout": f"{TIMEOUT // 1000}s", prober: told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    case: Case
    ours: bool
    theirs: bool
    why: str


def _said(name: str, spoken: bytes, ours: Mapping[str, Any] | None = None, **theirs: Any) -> Case:
    return Case(name=name, serve=says(spoken), ours=ours or {}, theirs=theirs)


def _status(code: int, *valid: int) -> Case:
    ours = {"expect": {"status": list(valid)}} if valid else {}
    return _said(f"{code} of {list(valid)}", page(code), ours, valid_status_codes=list(valid))


def _body(name: str, ours: Mapping[str, Any], **theirs: Any) -> Case:
    return _said(f"body: {name}", page(body=b"Shop is open\nStock: 12"), {"expect": ours}, **theirs)


def _header(name: str, rule: Mapping[str, Any], must: bool, expression: str, missing: bool, *lines: str) -> Case:
    key = "fail_if_header_not_matches" if must else "fail_if_header_matches"
    theirs = {key: [{"header": "X-State", "regexp": expression, "allow_missing": missing}]}
    return _said(f"header: {name}", page(headers=lines), {"expect": {"headers": {"x-state": rule}}}, **theirs)


def _packed(title: str, encoding: str, body: bytes, limit: int | None = None) -> Case:
    theirs: dict[str, Any] = {"compression": encoding} if encoding != "identity" else {}
    if limit is not None:
        theirs["body_size_limit"] = f"{limit}B"
    spoken = page(headers=[f"Content-Encoding: {encoding}"], body=body)
    return _said(title, spoken, {"body_limit": limit} if limit else {}, **theirs)


def _checks(wanted: str) -> Serve:
    """200 for a request that has this line, 401 for others."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        writer.write(page(200 if wanted.lower() in head else 401))

    return serve


def _leads_on(last: int, location: str = "/{next}") -> Serve:
    """Redirects until this page."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = int((await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1].strip("/") or 0)
        there = location.format(next=number + 1)
        writer.write(page(302, headers=[f"Location: {there}"]) if number < last else page())

    return serve


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    await reader.read()


def _greets(spoken: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(spoken)
        await writer.drain()

    return serve


def _echo(spoken: bytes, after: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(spoken)
        writer.write(after + await reader.readline())
        await writer.drain()

    return serve


def _login(name: str, wanted: str, ours: Mapping[str, Any], **theirs: Any) -> Case:
    return Case(name=name, serve=_checks(wanted), ours=ours, theirs=theirs)


def _tcp(name: str, serve: Serve, steps: Sequence[Mapping[str, str]], theirs: Sequence[Mapping[str, str]]) -> Case:
    ours = {"dialogue": steps} if steps else {}
    return Case(name=f"tcp: {name}", serve=serve, kind="tcp", target=TCP, ours=ours,
                theirs={"query_response": list(theirs)} if theirs else {})  # fmt: skip


def _shown(name: str, **options: Any) -> Case:
    told: dict[str, Any] = {"insecure_skip_verify": True} if options.get("verify") is False else {}
    if "server_name" in options:
        told["server_name"] = options["server_name"]
    if "min_version" in options:
        told["min_version"] = f"TLS{options['min_version'].replace('.', '')}"
    title = " ".join([name, *(f"{key}={value}" for key, value in options.items())])
    return Case(name=f"certificate: {title}", serve=says(page()), target=f"https://{HOST}:{{port}}/", tls=name,
                ours={"tls": options}, theirs={"tls_config": told})  # fmt: skip


BASIC, BEARER = "Authorization: Basic dTpzZWNyZXQ=", "Authorization: Bearer secret"
CASES: Sequence[Case] = [
    *(_status(*row) for row in ((200,), (201,), (299,), (300,), (404,), (500,), (404, 200, 404), (200, 200, 404),
                                (201, 200, 404), (404, 404), (200, 404))),
    _said("version 1.0", page(version="1.0")),
    _said("1.1 of 1.1", page(), {"expect": {"version": "1.1"}}, valid_http_versions=["HTTP/1.1"]),
    _said("1.0 of 1.1", page(version="1.0"), {"expect": {"version": "1.1"}}, valid_http_versions=["HTTP/1.1"]),
    _said("1.1 of 1.0", page(), {"expect": {"version": "1.0"}}, valid_http_versions=["HTTP/1.0"]),
    _body("there", {"matches": "open"}, fail_if_body_not_matches_regexp=["open"]),
    _body("not there", {"matches": "closed"}, fail_if_body_not_matches_regexp=["closed"]),
    _body("one of two", {"matches": ["open", "13"]}, fail_if_body_not_matches_regexp=["open", "13"]),
    _body("must not, is", {"matches_not": "Stock"}, fail_if_body_matches_regexp=["Stock"]),
    _body("must not, is not", {"matches_not": "closed"}, fail_if_body_matches_regexp=["closed"]),
    _body("in one line", {"matches": "open.*12"}, fail_if_body_not_matches_regexp=["open.*12"]),
    _body("over lines", {"matches": "(?s)open.*12"}, fail_if_body_not_matches_regexp=["(?s)open.*12"]),
    _body("without case", {"matches": "(?i)SHOP"}, fail_if_body_not_matches_regexp=["(?i)SHOP"]),
    _header("fits", {"matches": "^open$"}, True, "^open$", False, "X-State: open"),
    _header("does not", {"matches": "^open$"}, True, "^open$", False, "X-State: shut"),
    _header("second fits", {"matches": "^open$"}, True, "^open$", False, "X-State: a", "X-State: open"),
    _header("missing", {"matches": "open"}, True, "open", False),
    _header("may be missing", {"matches": "open", "may_be_missing": True}, True, "open", True),
    _header("must not, is", {"matches_not": "shut"}, False, "shut", True, "X-State: shut"),
    _header("must not, is not", {"matches_not": "shut"}, False, "shut", True, "X-State: open"),
    _header("must not, missing", {"matches_not": "shut"}, False, "shut", True),
    _header("must not, must be there", {"matches_not": "shut", "may_be_missing": False}, False, "shut", False),
    _packed("gzip", "gzip", gzip.compress(TEXT)),
    _packed("deflate", "deflate", zlib.compress(TEXT)),
    _packed("gzip that is none", "gzip", b"not at all"),
    _packed("127 of 128 bytes", "identity", TEXT, 128),
    _packed("129 of 128 bytes", "identity", TEXT + b"bb", 128),
    _packed("127 of 128 in gzip", "gzip", gzip.compress(TEXT), 128),
    _packed("129 of 128 in gzip", "gzip", gzip.compress(TEXT + b"bb"), 128),
    _said("must be encrypted", page(), {"expect": {"encrypted": True}}, fail_if_not_ssl=True),
    _said("must not be encrypted", page(), {"expect": {"encrypted": False}}, fail_if_ssl=True),
    Case(name="one redirect", serve=_leads_on(1)),
    Case(name="nine redirects", serve=_leads_on(9)),
    Case(name="ten redirects", serve=_leads_on(10)),
    Case(name="eleven redirects", serve=_leads_on(11)),
    Case(name="not followed", serve=_leads_on(1), ours={"follow_redirects": False, "expect": {"status": [302]}},
         theirs={"follow_redirects": False, "valid_status_codes": [302]}),
    Case(name="not followed, 200 wanted", serve=_leads_on(1),
         ours={"follow_redirects": False, "expect": {"status": [200]}},
         theirs={"follow_redirects": False, "valid_status_codes": [200]}),
    _login("basic", BASIC, {"basic": {"username": "u", "password": "secret"}},
           basic_auth={"username": "u", "password": "secret"}),
    _login("basic, wrong", BASIC, {"basic": {"username": "u", "password": "else"}},
           basic_auth={"username": "u", "password": "else"}),
    _login("bearer", BEARER, {"bearer": "secret"}, authorization={"credentials": "secret"}),
    _login("bearer, wrong", BEARER, {"bearer": "else"}, authorization={"credentials": "else"}),
    _login("header", "X-Key: 1", {"headers": {"x-key": "1"}}, headers={"x-key": "1"}),
    _login("host", "Host: shop.example", {"headers": {"Host": "shop.example"}}, headers={"Host": "shop.example"}),
    _login("agent", "User-Agent: me", {"headers": {"User-Agent": "me"}}, headers={"User-Agent": "me"}),
    _login("method", "POST / ", {"method": "POST"}, method="POST"),
    Case(name="silent", serve=_silent),
    *(_shown(name) for name in ("good", "expired", "not yet", "another host", "another authority",
                                "no names but a common one", "a child of nobody", "a very long chain",
                                "asks for ours")),
    *(_shown(name, verify=False) for name in ("good", "expired", "another host", "another authority")),
    _shown("good", server_name="other.example"),
    _shown("another host", server_name="shop.example.org"),
    _shown("an old version", min_version="1.3"),
    Case(name="plain behind https", serve=says(page(), asked=False), target=f"https://{HOST}:{{port}}/"),
    _tcp("connects", _silent, [], []),
    _tcp("greets", _greets(b"220 ready\r\n"), [{"matches": "^220"}], [{"expect": "^220"}]),
    _tcp("greets otherwise", _greets(b"554 no\r\n"), [{"matches": "^220"}], [{"expect": "^220"}]),
    _tcp("is silent", _silent, [{"matches": "^220"}], [{"expect": "^220"}]),
    _tcp("closes", _greets(b""), [{"matches": "^220"}], [{"expect": "^220"}]),
    _tcp("second line", _greets(b"hi\r\n220 ready\r\n"), [{"matches": "^220"}], [{"expect": "^220"}]),
    _tcp("answers", _echo(b"PING 7\n", b"PONG "), [{"matches": r"^PING (\d)"}, {"send": "x{{1}}\n", "matches": "x7"}],
         [{"expect": r"^PING (\d)", "send": "x${1}"}, {"expect": "x7"}]),
    *(_said(f"spoken: {name}", spoken) for name, spoken, _ in SPOKEN),
    *(Case(name=f"leads {name}", serve=leads(where)) for name, (where, _) in LEADING.items() if "port" not in name),
]  # fmt: skip
CLOSED = [
    Case(name="refused", serve=_silent, target="http://127.0.0.1:1/"),
    Case(name="tcp: refused", serve=_silent, kind="tcp", target="127.0.0.1:1"),
]

_PLAIN = "its default leaves bodies as they come; we offered the encoding, so the answer cannot be read"
DIFFERENCES: Mapping[str, str] = {
    "300 of []": "by default we take 200 to 399, it takes 200 to 299",
    "deflate": "RFC 9110 means zlib by deflate, Go's reader does not; we read both",
    "spoken: length and chunks": "two ways to read one answer (RFC 9112 6.3): a smuggler, or a broken proxy",
    "spoken: a header's name has a space": "no header (RFC 9112 5.1)",
    "spoken: a version that is none": "there is no HTTP/9.9",
    "spoken: gzip breaks off": _PLAIN,
    "spoken: gzip is none": _PLAIN,
    "spoken: deflate is none": _PLAIN,
    "spoken: br is none": _PLAIN,
    "spoken: thousands of gzips in one": _PLAIN,
}
"""Why the verdict is another."""


async def side_by_side(folder: Path, cases: Sequence[Case] = (*CASES, *CLOSED)) -> list[Both]:
    papers = Papers(folder)
    modules = {f"m{number}": case.module(str(folder / "authority.pem")) for number, case in enumerate(cases)}
    gate = asyncio.Semaphore(16)
    with Blackbox(folder, modules) as blackbox:

        async def both(number: int, case: Case) -> Both:
            kind = importlib.import_module(f"probe.kinds.{case.kind}").KIND
            async with gate, AsyncExitStack() as stack:
                port = await stack.enter_async_context(listening(case.serve, papers.shown(case.tls)))
                target = case.target.format(port=port)
                options = (
                    {**case.ours, "tls": {"ca_file": str(papers.file), **case.ours.get("tls", {})}}
                    if case.tls
                    else case.ours
                )
                told = await asyncio.to_thread(blackbox.probe, target, f"m{number}")
                ours = await asked(kind, target, timeout=TIMEOUT, now=papers.now, **options)
            why = f"{ours.reason or ''} {ours.detail}".strip()
            return Both(case=case, ours=ours.outcome is Outcome.UP, theirs="\nprobe_success 1" in told, why=why)

        return list(await asyncio.gather(*(both(number, case) for number, case in enumerate(cases))))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(side_by_side(Path(folder)))
    words = {True: "up", False: "down"}
    for one in found:
        told = DIFFERENCES.get(one.case.name, "UNEXPLAINED") if one.ours != one.theirs else ""
        print(f"{one.case.name:48.48} {words[one.ours]:5} {words[one.theirs]:5} {one.why[:60]:60} {told}")
    different = {one.case.name for one in found if one.ours != one.theirs}
    with tempfile.TemporaryDirectory() as folder, scratch("named") as place, Named(place) as named:
        systems = [*asyncio.run(of_servers(Path(folder), named)), *of_hosts()]
    for row in systems:
        told = OF_SYSTEMS.get(row.name, "UNEXPLAINED") if row.ours != row.theirs else ""
        print(f"{row.name:48.48} {words[row.ours]:5} {words[row.theirs]:5} {row.why[:60]:60} {told}")
    different |= {row.name for row in systems if row.ours != row.theirs}
    cases = len(found) + len(systems)
    print(f"{cases} cases, {cases - len(different)} with the same verdict (ours first, then blackbox)")
    return int(different != DIFFERENCES.keys() | OF_SYSTEMS.keys())


if __name__ == "__main__":
    sys.exit(main())
