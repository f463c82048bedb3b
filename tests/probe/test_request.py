"""What is sent, to whom, and what goes along when an answer leads elsewhere."""

import pytest

from probe.http.request import Request, address, call_at, call_to, redirect
from probe.net.course import BadTarget

HOME = address("https://shop.example/a/b?c=1")
KEYED = Request(headers=(("Authorization", "Bearer key"), ("Cookie", "a=b"), ("Host", "inner"), ("X-Own", "x")))


PLAIN = Request()


def sent(text: str, request: Request = PLAIN) -> list[str]:
    call = call_to(request, text)
    head, _, payload = (call.head + call.rest).decode().partition("\r\n\r\n")
    return [*head.split("\r\n"), payload]


def test_what_is_not_given_is_filled_in() -> None:
    assert sent("http://shop.example/ä?q=1#part") == [
        "GET /%C3%A4?q=1 HTTP/1.1",
        "Host: shop.example",
        "User-Agent: upheld",
        "Accept: */*",
        "Accept-Encoding: gzip, deflate, br",
        "Connection: close",
        "",
    ]


def test_what_is_given_replaces_it_whatever_its_case() -> None:
    request = Request(method="PUT", headers=(("host", "inner"), ("ACCEPT", "text/html")), payload=b"hello")
    lines = sent("http://shop.example:8080", request)
    assert lines[:3] == ["PUT / HTTP/1.1", "host: inner", "ACCEPT: text/html"]
    assert "Content-Length: 5" in lines and lines[-1] == "hello"
    assert not any(line.startswith(("Host:", "Accept:")) for line in lines)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://shop.example:80/", "shop.example"),
        ("http://shop.example:443/", "shop.example:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://商店.example/", "xn--czrs0t.example"),
    ],
)
def test_the_host_is_named_as_in_the_address(text: str, host: str) -> None:
    assert sent(text)[1] == f"Host: {host}"


def test_credentials_in_the_address_become_a_header_and_may_not_be_given_twice() -> None:
    assert "Authorization: Basic dTpwQA==" in sent("http://u:p%40@shop.example/")
    with pytest.raises(BadTarget):
        call_to(KEYED, "http://u:p@shop.example/")
    assert "Authorization: Basic 55So5oi3OnA=" in sent("http://用户:p@shop.example/")


@pytest.mark.parametrize("header", [("X-Own", "a\r\nX-Other: b"), ("X-Own\n", "a"), ("X-Own", "a\0")])
def test_a_header_cannot_break_its_line(header: tuple[str, str]) -> None:
    with pytest.raises(BadTarget):
        call_at(Request(headers=(header,)), HOME)


@pytest.mark.parametrize("text", ["", "shop", "ftp://shop.example/", "http://", "http://[", "http://a:99999/"])
def test_what_cannot_be_asked_is_no_address(text: str) -> None:
    with pytest.raises(BadTarget) as told:
        address(text)
    assert not text or text not in str(told.value)


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("PUT", 302, "PUT"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_methods_change_as_browsers_change_them(method: str, status: int, then: str) -> None:
    request, _ = redirect(Request(method=method, payload=b"x"), HOME, status, "/")
    assert request.method == then
    assert request.payload == (b"x" if method == then else None)


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("d", "https://shop.example/a/d"),
        ("/d?e", "https://shop.example/d?e"),
        ("?e=2", "https://shop.example/a/b?e=2"),
        ("//other.example/d", "https://other.example/d"),
        ("http://other.example", "http://other.example"),
        ("https:/d", "https://shop.example/d"),
    ],
)
def test_where_an_answer_leads_is_seen_from_where_it_came(location: str, there: str) -> None:
    assert str(redirect(PLAIN, HOME, 302, location)[1]) == there


def test_what_is_meant_for_one_origin_is_not_told_to_another() -> None:
    own, _ = redirect(KEYED, HOME, 302, "/other")
    other, _ = redirect(KEYED, HOME, 302, "https://other.example/")
    plain, _ = redirect(KEYED, HOME, 302, "http://shop.example/")
    assert own.headers == KEYED.headers
    assert other.headers == plain.headers == (("X-Own", "x"),)
    home = address("https://u:p@shop.example/")
    assert redirect(PLAIN, home, 302, "/d")[1].user == "u"
    assert redirect(PLAIN, home, 302, "https://other.example/")[1].user is None


@pytest.mark.parametrize("location", ["ftp://shop.example/", "javascript:alert(1)", "http://[", "http:///"])
def test_a_way_to_nowhere_is_none(location: str) -> None:
    with pytest.raises(BadTarget):
        redirect(PLAIN, HOME, 302, location)
