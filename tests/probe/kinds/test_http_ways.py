"""How kind http gets to an answer: logins, redirects with cookies, proxies, tokens; and that no secret comes out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from probe.kind import Question
from probe.kinds.http import KIND, Options, open_http
from probe.result import Answer, Outcome, Reason
from tests.probe.kinds.web import page, pages
from tests.probe.listener import HOST, Serve, asked, authority, free_port, listening, serving

DOWN, UP, INVALID = Outcome.DOWN, Outcome.UP, Outcome.INVALID
KEY = "s3cr3t-k3y"


def said(answer: Answer) -> tuple[Outcome, Reason | None]:
    return answer.outcome, answer.reason


def leading(to: str, *headers: str, code: int = 302) -> bytes:
    return page(code, headers=[f"Location: {to}", *headers])


@pytest.mark.parametrize(
    "options, line",
    [
        ({"basic": {"username": "li", "password": KEY}}, "Authorization: Basic bGk6czNjcjN0LWszeQ=="),
        ({"bearer": KEY}, f"Authorization: Bearer {KEY}"),
        ({"headers": {"Host": "inner.example"}}, "Host: inner.example"),
        ({"headers": {"user-agent": "Own/1"}}, "user-agent: Own/1"),
        ({}, "User-Agent: upheld"),
        ({}, "X-Upheld: shop/home.1792000000000"),
    ],
)
async def test_the_request_says_who_asks(options: dict[str, Any], line: str) -> None:
    heard: list[str] = []
    async with listening(pages({"/": page()}, heard)) as port, open_http() as ask:
        question = Question(
            check="shop/home",
            target=f"http://{HOST}:{port}/",
            options=Options.model_validate(options),
            timeout=2000,
            tick=lambda: 1_792_000_000_000,
        )
        assert said(await ask(question)) == (UP, None)
        assert said(await ask(replace(question, tick=None))) == (UP, None)
    assert line in heard[0].split("\r\n")
    assert "X-Upheld" not in heard[1]


@pytest.mark.parametrize(
    "options",
    [
        {"basic": {"username": "li", "password": KEY}},
        {"bearer": KEY},
        {"headers": {"X-Api-Key": KEY}},
        {"headers": {"Authorization": f"Token {KEY}"}},
        {},
    ],
)
async def test_a_server_that_repeats_our_secret_does_not_make_us_tell_it(options: dict[str, Any]) -> None:
    told = json.dumps({"token": KEY, "state": f"you said {KEY} and bGk6czNjcjN0LWszeQ=="}).encode()
    server = pages({"/": leading(f"/in?key={KEY}"), f"/in?key={KEY}": page(headers=[f"Via: {KEY}"], body=told)})
    for expect in ({"json": "$.state == ok"}, {"json": "$.token == ok"}, {"headers": {"via": "ok"}}, {"status": 500}):
        async with listening(server) as port:
            login = "" if options else f"li:{KEY}@"
            answer = await asked(KIND, f"http://{login}{HOST}:{port}/", **options, keep_body=True, expect=expect)
        assert answer.outcome is DOWN
        assert KEY not in repr(answer)
        assert (options and "basic" not in options) or "bGk6czNjcjN0LWszeQ==" not in repr(answer)
        assert answer.facts["redirect.1"] == f"302 http://{HOST}:{port}/in?…"
    assert KEY not in repr(Options.model_validate(options).model_dump(exclude={"headers"}))


async def test_cookies_go_along_within_one_check_and_to_their_own_path_only() -> None:
    heard: list[str] = []
    answers = {
        "/": leading("/in", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Path=/other", "Set-Cookie: c=3"),
        "/in": leading("/out", "Set-Cookie: a=; Max-Age=0; Path=/", "Set-Cookie: d=4; Secure"),
        "/out": page(),
    }
    async with listening(pages(answers, heard)) as port:
        own = await asked(KIND, f"http://{HOST}:{port}/", headers={"Cookie": "own=0"})
        await asked(KIND, f"http://{HOST}:{port}/out")
    cookies = [[line for line in head.split("\r\n") if line.startswith("Cookie")] for head in heard]
    assert cookies == [["Cookie: own=0"], ["Cookie: own=0; a=1; c=3"], ["Cookie: own=0; c=3"], []]
    assert said(own) == (UP, None)
    assert [own.facts[f"redirect.{hop}"] for hop in (1, 2)] == [
        f"302 http://{HOST}:{port}/in",
        f"302 http://{HOST}:{port}/out",
    ]


async def test_an_end_that_is_bad_tells_the_way_there() -> None:
    gone = free_port()
    answers = {"/": leading("/again"), "/again": leading(f"http://{HOST}:{gone}/"), "/round": leading("/round")}
    async with listening(pages(answers)) as port:
        refused = await asked(KIND, f"http://{HOST}:{port}/")
        endless = await asked(KIND, f"http://{HOST}:{port}/round", max_redirects=2)
    assert said(refused) == (DOWN, Reason.CONNECTION_REFUSED)
    assert refused.facts["redirect.2"] == f"302 http://{HOST}:{gone}/"
    assert said(endless) == (DOWN, Reason.REDIRECT)
    assert (endless.facts["status"], endless.facts["redirects"], "redirect.3" in endless.facts) == (302, 2, False)


async def test_a_certificate_of_ours_and_a_name_are_for_the_target_alone(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    inner = serving(own.issue_cert("inner.example"))
    other = serving(own.issue_cert("localhost"))
    tls = {"ca_file": file, "server_name": "inner.example"}
    async with listening(pages({"/": page()}), other) as there:
        answers = {"/": leading(f"https://localhost:{there}/"), "/in": leading("/out"), "/out": page()}
        async with listening(pages(answers), inner) as port:
            led = await asked(KIND, f"https://{HOST}:{port}/", tls=tls)
            stayed = await asked(KIND, f"https://{HOST}:{port}/in", tls=tls)
            bare = await asked(KIND, f"https://{HOST}:{port}/in", tls={"ca_file": file})
    assert (said(led), said(stayed)) == ((UP, None), (UP, None))
    assert said(bare) == (DOWN, Reason.CERTIFICATE_INVALID)


# proxies


@asynccontextmanager
async def proxying(heard: list[str], *, refusing: str = "") -> AsyncIterator[int]:
    """A proxy that leads to wherever it is told by CONNECT, and answers what is asked of it in full itself."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heard.append(head)
        method, place, _ = head.split(" ", 2)
        if refusing or method != "CONNECT":
            writer.write(f"HTTP/1.1 {refusing or '200 OK'}\r\nContent-Length: 2\r\n\r\nok".encode())
            await writer.drain()
            return
        onward, back = await asyncio.open_connection(HOST, int(place.rpartition(":")[2]))
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        try:
            await asyncio.gather(_pump(reader, back), _pump(onward, writer))
        finally:
            back.transport.abort()

    async with listening(serve) as port:
        yield port


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
    sink.close()


async def test_through_a_proxy_tls_ends_at_the_target_and_plain_http_is_asked_in_full(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    heard, asked_for = list[str](), list[str]()
    answers = {"/": leading("/in", "Set-Cookie: a=1"), "/in": page(body=b"ok")}
    secure = listening(pages(answers, asked_for), serving(own.issue_cert("shop.example")))
    async with proxying(heard) as way, secure as port:
        proxy = f"http://li:{KEY}@{HOST}:{way}"
        through = await asked(
            KIND, f"https://shop.example:{port}/", proxy=proxy, tls={"ca_file": file}, expect={"body": "ok"}
        )
        plain = await asked(KIND, "http://shop.example/a?b=1", proxy=proxy, headers={"X-Own": "1"})
    assert (said(through), said(plain)) == ((UP, None), (UP, None)), (through, plain)
    assert heard[0].startswith(f"CONNECT shop.example:{port} HTTP/1.1\r\nHost: shop.example:{port}\r\n")
    assert heard[2].startswith("GET http://shop.example/a?b=1 HTTP/1.1\r\nHost: shop.example\r\n")
    assert all("Proxy-Authorization: Basic bGk6czNjcjN0LWszeQ==\r\n" in head for head in heard)
    assert "Cookie: a=1" in asked_for[1] and not any("Proxy" in head for head in asked_for)
    assert through.phases["tls"] > 0 and "not_after" in through.facts


@pytest.mark.parametrize(
    "refusing, outcome, reason",
    [
        ("407 Proxy Authentication Required", INVALID, Reason.NOT_PERMITTED),
        ("403 Forbidden", INVALID, Reason.NOT_PERMITTED),
        ("502 Bad Gateway", DOWN, Reason.HOST_UNREACHABLE),
        ("504 Gateway Timeout", DOWN, Reason.HOST_UNREACHABLE),
    ],
)
async def test_a_proxy_that_refuses_is_ours_and_one_that_reaches_nobody_speaks_of_the_target(
    refusing: str, outcome: Outcome, reason: Reason
) -> None:
    async with proxying([], refusing=refusing) as way:
        answer = await asked(KIND, "https://shop.example/", proxy=f"http://li:{KEY}@{HOST}:{way}")
    assert said(answer) == (outcome, reason)
    assert KEY not in answer.detail and refusing[:3] in answer.detail


async def test_a_proxy_that_is_not_there_or_leads_nowhere_allowed_is_no_outage() -> None:
    heard: list[str] = []
    gone = await asked(KIND, "https://shop.example/", proxy=f"http://{HOST}:{free_port()}")
    async with proxying(heard) as way:
        proxy = f"http://{HOST}:{way}"
        denied = [
            await asked(KIND, f"http://{spelled}/", proxy=proxy)
            for spelled in ("169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]")
        ]
    assert said(gone) == (INVALID, Reason.NETWORK_UNREACHABLE)
    assert {said(answer) for answer in denied} == {(INVALID, Reason.TARGET_DENIED)}
    assert not heard


async def test_a_redirect_through_a_proxy_leads_to_the_same_host_or_where_we_can_judge_it() -> None:
    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = (await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1]
        ways = {"a.example/": "/in", "a.example/in": "http://127.0.0.1/", "b.example/": "//no.invalid"}
        writer.write(leading(ways[place.removeprefix("http://")]))
        await writer.drain()

    async with listening(lead) as way:
        proxy = f"http://{HOST}:{way}"
        near = await asked(KIND, "http://a.example/", proxy=proxy)
        unknown = await asked(KIND, "http://b.example/", proxy=proxy)
    assert said(near) == said(unknown) == (DOWN, Reason.REDIRECT_DENIED)
    assert near.facts["redirect.1"] == "302 http://a.example/in"


async def test_a_silent_proxy_and_a_silent_target_are_told_apart() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as way:
        waiting = await asked(KIND, "https://shop.example/", proxy=f"http://{HOST}:{way}", timeout=200)
    assert said(waiting) == (DOWN, Reason.TIMEOUT)


# tokens


def issuing(answers: list[bytes], heard: list[str]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pages({"/token": answers.pop(0) if len(answers) > 1 else answers[0]}, heard)(reader, writer)

    return serve


def token(text: str, lasts: object = 3600) -> bytes:
    return page(body=json.dumps({"access_token": text, "token_type": "Bearer", "expires_in": lasts}).encode())


def demanding(wanted: str, heard: list[str]) -> Serve:
    """401 to everybody but who shows that token."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heard.append(head)
        good = f"Authorization: Bearer {wanted}\r\n" in head
        writer.write(page(200 if good else 401, body=head.encode()))
        await writer.drain()

    return serve


def client_of(port: int, **more: Any) -> Options:
    login = {"token_url": f"http://{HOST}:{port}/token", "client_id": "up:held", "client_secret": KEY, **more}
    return Options.model_validate({"oauth2": login, "expect": {"body": "second"}, "keep_body": True})


async def test_many_who_want_a_token_at_once_ask_for_it_once() -> None:
    issued, heard = list[str](), list[str]()
    tokens = listening(issuing([token("second-token", None)], issued))
    async with tokens as issuer, listening(demanding("second-token", heard)) as port, open_http() as ask:
        target = f"http://{HOST}:{port}/"
        question = Question(check="", target=target, options=client_of(issuer), timeout=2000)
        answers = await asyncio.gather(*(ask(question) for _ in range(5)))
    assert {said(answer) for answer in answers} == {(UP, None)}
    assert (len(issued), len(heard)) == (1, 5)


async def test_a_token_is_fetched_kept_and_fetched_anew_once_it_is_refused() -> None:
    issued, heard = list[str](), list[str]()
    tokens = listening(issuing([token("first-token"), token("second-token")], issued))
    async with tokens as issuer, listening(demanding("second-token", heard)) as port, open_http() as ask:
        options = client_of(issuer, scope="read write")
        question = Question(check="", target=f"http://{HOST}:{port}/", options=options, timeout=2000)
        first, again, third = await ask(question), await ask(question), await ask(question)
    assert first.facts["status"] == 401 and said(first) == (DOWN, Reason.STATUS)
    assert (said(again), said(third)) == ((UP, None), (UP, None))
    assert (len(issued), len(heard)) == (2, 4)
    assert "Authorization: Basic dXAlM0FoZWxkOnMzY3IzdC1rM3k=" in issued[0]
    assert issued[0].endswith("grant_type=client_credentials&scope=read+write")
    assert not any("first-token" in repr(one) or "second-token" in repr(one) for one in (first, again, third))


@pytest.mark.parametrize(
    "answer, says",
    [
        (page(401, body=b'{"error":"invalid_client"}'), "answered 401 (invalid_client)"),
        (page(400, body=b'{"error":"Your key is s3cr3t-k3y"}'), "answered 400"),
        (page(302, headers=["Location: /token"]), "answered 302"),
        (page(body=b"<html>"), "no access_token"),
        (page(body=b'{"access_token":"a b"}'), "no access_token"),
        (b"", "closed unanswered"),
    ],
)
async def test_without_a_token_nothing_is_known_of_the_target(answer: bytes, says: str) -> None:
    heard, issued = list[str](), list[str]()
    tokens = listening(issuing([answer], issued))
    async with tokens as issuer, listening(demanding("x", heard)) as port, open_http() as ask:
        options = client_of(issuer, send_in="body", audience="shop")
        told = await ask(Question(check="", target=f"http://{HOST}:{port}/", options=options, timeout=2000))
    assert said(told) == (INVALID, Reason.SOURCE_FAILED)
    assert told.detail.startswith(f"no token from {HOST}: ") and says in told.detail and KEY not in told.detail
    assert not heard
    assert f"client_id=up%3Aheld&client_secret={KEY}" in issued[0]


async def test_an_issuer_that_takes_all_the_time_is_no_outage_of_the_target() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as issuer, open_http() as ask:
        question = Question(check="", target=f"http://{HOST}/", options=client_of(issuer), timeout=200)
        assert said(await ask(question)) == (INVALID, Reason.SOURCE_FAILED)


@pytest.mark.parametrize(
    "options, says",
    [
        ({"bearer": "a", "basic": {"username": "a", "password": "b"}}, "one of basic"),
        ({"bearer": "a", "headers": {"authorization": "b"}}, "one of basic"),
        ({"proxy": "https://proxy.example"}, "a proxy is an address like"),
        ({"proxy": "http://li:hush@[/"}, "a proxy is an address like"),
        ({"proxy": "http://proxy.example", "addresses": "all"}, "looks up names itself"),
        ({"oauth2": {"token_url": "login", "client_id": "a", "client_secret": "b"}}, "a token_url is an address"),
        ({"expect": {"matches": "(?=a)"}}, "not a regular expression"),
        ({"expect": {"headers": {"a": "("}}}, "not a regular expression"),
        ({"expect": {"json": "$.a < potato"}}, "compares with a number"),
        ({"expect": {"json": "$.a"}}, "is no comparison like"),
        ({"expect": {"changed_within": "soon"}}, "a length of time is"),
        ({"expect": {"version": "2.0"}}, "Input should be '1.0' or '1.1'"),
        ({"body_limit": 0}, "greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_read(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Options.model_validate(options)
    told = refused.value.errors()[0]["msg"]
    assert says in told and "hush" not in told
