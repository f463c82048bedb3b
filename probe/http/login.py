"""How a check says who it is: `basic`, `bearer`, or a token that is fetched before (OAuth2, client credentials)."""

import asyncio
import re
from collections import OrderedDict
from typing import Annotated, Literal, TypeAlias
from urllib.parse import quote, urlencode
from weakref import WeakValueDictionary

import orjson
from pydantic import AfterValidator, Field, SecretStr

from config.value import Value
from probe.fault import ours
from probe.http.client import Client, Fetched, Manner
from probe.http.proxy import Proxy
from probe.http.request import Request, address, basic, call_to
from probe.http.trail import Trail
from probe.net.address import Choice
from probe.net.course import BadTarget, Course, Unanswered
from probe.net.policy import Zone
from probe.net.trust import Tls
from probe.result import Reason

_ERROR = re.compile(r"[a-z_]{1,40}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_MOST = 1024
_LONGEST, _SHORTEST, _UNSAID = 3600.0, 1.0, 60.0
"""Seconds a token is used again: at most, at least, and where nobody says for how long it is good."""
_LIMIT = 64 * 1024

_Key: TypeAlias = "tuple[OAuth2, Proxy | None]"


def _https(text: str) -> str:
    try:
        address(text)
    except BadTarget as error:
        raise ValueError("a token_url is an address like https://login.example.com/oauth2/token") from error
    return text


class Basic(Value):
    username: Annotated[str, Field(max_length=1000)]
    password: SecretStr


class OAuth2(Value):
    """Client credentials (RFC 6749 4.4). A token is used again until shortly before it ends, or is refused."""

    token_url: Annotated[str, AfterValidator(_https)]
    client_id: Annotated[str, Field(min_length=1, max_length=1000)]
    client_secret: SecretStr
    scope: str | None = None
    audience: str | None = None
    send_in: Literal["header", "body"] = "header"
    """Where id and secret go in the request for a token."""
    tls: Tls = Tls()

    @property
    def request(self) -> Request:
        form = {"grant_type": "client_credentials", "scope": self.scope, "audience": self.audience}
        headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
        secret = self.client_secret.get_secret_value()
        if self.send_in == "body":
            form |= {"client_id": self.client_id, "client_secret": secret}
        else:
            headers.append(("Authorization", basic(quote(self.client_id, safe=""), quote(secret, safe=""))))
        payload = urlencode({name: value for name, value in form.items() if value is not None}).encode()
        return Request(method="POST", headers=tuple(headers), payload=payload)


class Tokens:
    """Those of a process, by whom they were asked for. Bounded; the oldest goes first."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: OrderedDict[_Key, tuple[str, float]] = OrderedDict()
        self._turns: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    def kept(self, login: OAuth2, proxy: Proxy | None) -> str | None:
        token, until = self._kept.get((login, proxy), ("", 0.0))
        return token if asyncio.get_running_loop().time() < until else None

    async def fetch(self, login: OAuth2, proxy: Proxy | None, refused: str | None = None) -> str:
        """One that is not the refused one. Of many who want it at once one asks.

        Raises Unanswered and whatever a network has; none of it is the target's fault.
        """
        turn = self._turns.setdefault((login, proxy), asyncio.Lock())
        async with turn:
            kept = self.kept(login, proxy)
            return kept if kept is not None and kept != refused else await self._ask(login, proxy)

    async def _ask(self, login: OAuth2, proxy: Proxy | None) -> str:
        manner = Manner(tls=login.tls, limit=_LIMIT, proxy=proxy)
        own = Choice(nearest=Zone.LOOPBACK)
        call = call_to(login.request, login.token_url, proxy is not None)
        fetched = await self._client.fetch(call, own, manner, Course(), Trail(), b"")
        token, lasts = _read(fetched)
        self._kept[(login, proxy)] = token, asyncio.get_running_loop().time() + lasts
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return token


def _read(fetched: Fetched) -> tuple[str, float]:
    """The token, and for how many seconds it may be used again."""
    try:
        told = orjson.loads(fetched.response.body)
    except orjson.JSONDecodeError:
        told = None
    told = told if isinstance(told, dict) else {}
    status = fetched.response.status
    if status != 200:
        error = told.get("error")
        known = f" ({error})" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
        raise _without(f"answered {status}{known}")
    token, lasts = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _without("there is no access_token in the answer")
    if not isinstance(lasts, int | float) or isinstance(lasts, bool):
        return token, _UNSAID
    return token, max(_SHORTEST, min(lasts * 0.9 - 5, _LONGEST))


def _without(why: str) -> Unanswered:
    return Unanswered(ours(Reason.SOURCE_FAILED, why))
