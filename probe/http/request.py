"""What is asked for, the bytes it is on the wire, and what becomes of it when it is sent elsewhere."""

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import lru_cache

from yarl import URL

from probe.http.decoder import OFFERED
from probe.kind import Question
from probe.net.course import BadTarget

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PRIVATE = frozenset(("authorization", "cookie", "proxy-authorization", "host"))
_WITHOUT_BODY = frozenset(("GET", "HEAD", "OPTIONS"))
_BREAKS = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Without its address. Headers as they were written; what is not given is filled in when it is encoded."""

    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    payload: bytes | None = None


def address(text: str) -> URL:
    """Raises BadTarget for what is not http or https, or has no host."""
    try:
        url = URL(text)
    except ValueError as error:
        raise BadTarget("the target is not an address") from error
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise BadTarget("the target is not an http address")
    return url


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """A request at its address, ready to be sent: a head without its end, for there may be lines to add, and the rest.

    `request` is as it was meant, without the cookies that go along this time. `target` is the address as text: taken to
    pieces it is ten times as large, and there are thousands.
    """

    request: Request
    target: str
    host: str
    port: int
    secure: bool
    head: bytes
    rest: bytes

    @property
    def url(self) -> URL:
        return URL(self.target)


def call_at(request: Request, url: URL, *, proxied: bool = False, cookies: str = "") -> Call:
    """`proxied`: by way of a proxy, which wants whole addresses of what is not encrypted.

    Raises BadTarget where a header would break its line, or credentials are given twice.
    """
    headers = _complete(with_cookies(request, cookies), url)
    if any(not _BREAKS.isdisjoint(name + value) for name, value in headers):
        raise BadTarget("a header holds a line break")
    secure = url.scheme == "https"
    place = f"{url.origin()}{url.raw_path_qs}" if proxied and not secure else url.raw_path_qs
    lines = [f"{request.method} {place} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), ""]
    return Call(
        request=request,
        target=str(url),
        host=url.raw_host or "",
        port=url.port or 0,
        secure=secure,
        head="\r\n".join(lines).encode(),
        rest=b"\r\n" + (request.payload or b""),
    )


@lru_cache(maxsize=16384)
def call_to(request: Request, target: str, proxied: bool = False) -> Call:
    """The same, kept: for what is sent again and again. Raises BadTarget also where the target is no address."""
    return call_at(request, address(target), proxied=proxied)


def _complete(request: Request, url: URL) -> list[tuple[str, str]]:
    given = {name.lower() for name, _ in request.headers}
    headers = list(request.headers)
    if "host" not in given:
        headers.insert(0, ("Host", url.host_port_subcomponent or ""))
    if url.user is not None or url.password is not None:
        if "authorization" in given:
            raise BadTarget("credentials are given both in the address and in a header")
        headers.append(("Authorization", basic(url.user or "", url.password or "")))
    for name, value in _defaults(request):
        if name.lower() not in given:
            headers.append((name, value))
    return headers


def _defaults(request: Request) -> list[tuple[str, str]]:
    headers = [("User-Agent", "upheld"), ("Accept", "*/*"), ("Accept-Encoding", OFFERED)]
    if request.payload is not None:
        headers.append(("Content-Type", "text/plain; charset=utf-8"))
    if request.payload is not None or request.method not in _WITHOUT_BODY:
        headers.append(("Content-Length", str(len(request.payload or b""))))
    return [*headers, ("Connection", "close")]


def basic(user: str, password: str) -> str:
    """As a header's value; UTF-8, as browsers send it (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def told(url: URL) -> str:
    """As it may be shown: without credentials, and without a query, which may hold a key."""
    shown = str(url.with_user(None).with_query(None).with_fragment(None))
    return (shown + "?…" if url.raw_query_string else shown)[:200]


def with_cookies(request: Request, cookies: str) -> Request:
    """In one header with those the operator gave, as servers want them."""
    if not cookies:
        return request
    given = [value for name, value in request.headers if name.lower() == "cookie"]
    return replace(request, headers=(*_without(request, {"cookie"}), ("Cookie", "; ".join([*given, cookies]))))


def mark_of(question: Question) -> bytes:
    """A line of the head, so that the target's access log can be compared with what we say we asked."""
    if question.tick is None:
        return b""
    return b"X-Upheld: %s.%d\r\n" % (question.check.encode(), question.tick())


def redirect(request: Request, url: URL, status: int, location: str) -> tuple[Request, URL]:
    """The next request and its address. Raises BadTarget.

    Methods change as browsers change them (RFC 9110 15.4); what is meant for one origin is not told to another.
    """
    there = _destination(url, location)
    if (status == 303 and request.method != "HEAD") or (status in (301, 302) and request.method == "POST"):
        request = replace(request, method="GET", payload=None, headers=_without(request, {"content-length"}))
    if there.origin() != url.origin():
        return replace(request, headers=_without(request, _PRIVATE)), there
    if there.user is not None:
        return replace(request, headers=_without(request, {"authorization"})), there
    return request, there.with_user(url.user).with_password(url.password) if url.user is not None else there


def _without(request: Request, names: set[str] | frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(header for header in request.headers if header[0].lower() not in names)


def _destination(url: URL, location: str) -> URL:
    try:
        there = URL(location)
        if there.scheme not in ("http", "https", ""):
            raise BadTarget("redirected to an address that is not http")
        # "http:/path" is seen from here too, as browsers see it.
        elsewhere = there.scheme and (there.scheme != url.scheme or location[len(there.scheme) :].startswith("://"))
        return address(str(there if elsewhere else url.join(there)))
    except ValueError as error:
        raise BadTarget("redirected to an address that is none") from error
