"""The registration of a domain: when it ends and how it stands, as its registry tells over RDAP.

A registry is asked once an hour about a domain, however often the check runs: they turn away who asks more.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from config.instant import DAY, Instant
from config.value import Value
from probe.expiry import WarnBefore, expiry_facts
from probe.fault import down, ours
from probe.http.client import Client, Fetched, Manner
from probe.http.request import Request, address, call_to
from probe.http.source import failed, json_of, sourced
from probe.http.trail import Trail
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Choice
from probe.net.connection import Network, open_network
from probe.net.course import BadTarget, Course
from probe.net.opening import misplaced
from probe.net.policy import REACH
from probe.net.trust import Tls
from probe.rdap.document import Registration, registration, server_for, unknown
from probe.result import Answer, Plain, Reason

REGISTRIES = "https://data.iana.org/rdap/dns.json"
_HOUR = 3600.0
_LIST_LASTS = 24 * _HOUR
_FAILURE_LASTS = 300.0
_MOST = 4096
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_REQUEST = Request(headers=(("Accept", "application/rdap+json, application/json"),))


def _address(text: str) -> str:
    try:
        address(text)
    except BadTarget as error:
        raise ValueError("write an address like https://rdap.example.com/v1/") from error
    return text


Address = Annotated[str, AfterValidator(_address)]


class Options(Value):
    server: Address | None = None
    """The registry's RDAP server; without it the one the list names for the domain."""
    registries: Address = REGISTRIES
    """The list of registries (RFC 9224), read once a day."""
    warn_before: WarnBefore = 30 * DAY
    tls: Tls = Tls()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a registry said. `registration` None: it has no such domain."""

    registration: Registration | None
    server: str
    asked_at: Instant


class _Asker:
    def __init__(self, network: Network) -> None:
        self._client = Client(network)
        self._kept: OrderedDict[tuple[str, Options], tuple[_Told | Answer, float]] = OrderedDict()
        self._lists: dict[str, tuple[object, float]] = {}

    async def __call__(self, question: Question) -> Answer:
        clock, key = asyncio.get_running_loop().time, (question.target, question.options)
        kept, until = self._kept.get(key, (None, 0.0))
        course = Course()
        if kept is None or clock() >= until:
            kept = await sourced(question.timeout, course, "the registry", self._ask(question, course))
            lasts = _HOUR if isinstance(kept, _Told) else _FAILURE_LASTS
            self._kept[key] = kept, clock() + lasts
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        course.end()
        return kept if isinstance(kept, Answer) else _answer(kept, question, course)

    async def _ask(self, question: Question, course: Course) -> _Told:
        """Raises Unanswered, OSError, ValueError."""
        name = _name(question.target)
        server = await self._server(name, question, course)
        found = await self._registration(name, server, question, course)
        parent = name.partition(".")[2]
        if found is None and "." in parent and await self._registration(parent, server, question, course):
            raise BadTarget(f"{name} is only a name within {parent}; that is what is registered")
        return _Told(registration=found, server=server, asked_at=question.now())

    async def _registration(self, name: str, server: str, question: Question, course: Course) -> Registration | None:
        fetched = await self._fetch(f"{server.rstrip('/')}/domain/{name}", question, course)
        status, told = fetched.response.status, json_of(fetched.response, "the registry")
        if status == 404 and unknown(told):
            return None
        if status != 200:
            raise failed(f"the registry answered {status}")
        return registration(told, name)

    async def _server(self, name: str, question: Question, course: Course) -> str:
        options: Options = question.options
        if options.server is not None:
            return options.server
        clock = asyncio.get_running_loop().time
        listed, until = self._lists.get(options.registries, (None, 0.0))
        if clock() >= until:
            response = (await self._fetch(options.registries, question, course)).response
            if response.status != 200:
                raise failed(f"the list of registries is not there: {response.status}")
            listed, until = json_of(response, "the list of registries"), clock() + _LIST_LASTS
        server = server_for(name, listed)
        self._lists[options.registries] = listed, until  # only now: it is a list
        if server is None:
            raise failed(f"no registry is listed for {name}; name its RDAP server with `server`")
        return server

    async def _fetch(self, url: str, question: Question, course: Course) -> Fetched:
        course.enter("resolve")
        choice, manner = Choice(nearest=REACH[question.origin]), Manner(tls=question.options.tls, max_redirects=5)
        return await self._client.fetch(call_to(_REQUEST, url), choice, manner, course, Trail(), b"")


def _answer(told: _Told, question: Question, course: Course) -> Answer:
    facts: dict[str, Plain] = {"registry": address(told.server).host, "asked_at": told.asked_at}
    if told.registration is None:
        return course.failed(down(Reason.DOMAIN_EXPIRED, "the registry has no such domain"), facts)
    found, now = told.registration, question.now()
    facts |= {"registrar": found.registrar, "status": ", ".join(found.status)}
    if found.expires_at is not None:
        facts |= expiry_facts(found.expires_at, now, question.options.warn_before, Reason.DOMAIN_EXPIRING)
    fault = found.fault(now)
    if fault is None and found.expires_at is None:
        fault = ours(Reason.SOURCE_FAILED, "the registry does not tell when the registration ends")
    return course.up(facts) if fault is None else course.failed(fault, facts)


def _name(target: str) -> str:
    """As registries have it. Raises BadTarget."""
    try:
        name = target.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise BadTarget(f"'{target}' is not a domain like example.com")
    return name


@asynccontextmanager
async def open_domain() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield _Asker(network)


KIND = ProbeKind(options=Options, open=open_domain, fault=misplaced(_name))
