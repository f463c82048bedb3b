"""The demo's own pages: buttons that really break something, what followed and how fast, and the mail box.

Only for this machine: they answer nobody else, and take orders only from their own page.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from markupsafe import Markup, escape
from sqlalchemy import Connection

from config.instant import Instant
from config.language import CHINESE, ENGLISH, choose
from config.look import environment
from config.look.asset import assets
from config.state import State
from incidents.store import incident as incidents
from incidents.store import transition
from probe import store as probes
from probe.heartbeat import Beat, Signal
from statuspage.place import accepted
from upheld.demo import story
from upheld.demo.mailbox import Mail, Mailbox
from upheld.house import House
from upheld.web import LOCAL

ROOM = "upheld.demo"
SYSTEMS = ("shop", "payments", "database")
BACKUP = "backup"
REFRESH_SECONDS = 1

Order = Callable[[str], Awaitable[None]]


_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


def linked(text: str) -> Markup:
    """A mail's text with its addresses to follow, as a mail program has it; all else stays text."""
    link = Markup('<a href="{0}">{0}</a>')
    parts = _ADDRESS.split(text)
    return Markup("").join(link.format(part) if place % 2 else escape(part) for place, part in enumerate(parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that followed from breaking it, and when; `at` is None while it has not happened."""

    text: str
    at: Instant | None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    id: str
    name: str
    state: State
    broken_at: Instant | None
    steps: tuple[Step, ...]


class DemoPages:
    """`order` tells the customer's process what to break or mend; `logins` are printed on the page."""

    def __init__(self, house: House, box: Mailbox, order: Order, logins: Mapping[str, str]) -> None:
        self._house = house
        self._box = box
        self._order = order
        self._logins = logins
        self._broken: dict[str, Instant] = {}
        self._mended: dict[str, Instant] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/demo", self._page),
            web.get("/demo/mail", self._mails),
            web.get("/demo/mail/{number}", self._mail),
            web.get("/demo/static/{name}", self._static),
            web.post("/demo/{deed:break|mend}/{system}", self._deed),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        _only_here(request)
        language = _language(request)
        systems = await self._house.database.read(lambda tx: self._systems(tx, language))
        busy = any(system.broken_at is not None for system in systems) or self._just_mended()
        context = {
            "systems": systems,
            "busy": busy,
            "mails": self._box.mails[:5],
            "logins": self._logins,
            "now": self._house.now(),
        }
        response = self._html("demo.html", language, context)
        if busy:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response

    async def _mails(self, request: web.Request) -> web.Response:
        _only_here(request)
        return self._html("mails.html", _language(request), {"mails": self._box.mails})

    async def _mail(self, request: web.Request) -> web.Response:
        _only_here(request)
        number = request.match_info["number"]
        mail: Mail | None = self._box.find(int(number)) if number.isdecimal() else None
        if mail is None:
            raise web.HTTPSeeOther("/demo/mail")
        return self._html("mail.html", _language(request), {"mail": mail, "text": linked(mail.text)})

    async def _deed(self, request: web.Request) -> web.Response:
        _only_here(request)
        _only_from_own_page(request)
        deed, system = request.match_info["deed"], request.match_info["system"]
        if system == BACKUP:
            await self._report_backup(failed=deed == "break")
        elif system in SYSTEMS:
            await self._order(f"{deed} {system}")
        else:
            raise web.HTTPNotFound
        now = self._house.now()
        if deed == "break":
            self._broken[system] = now
            self._mended.pop(system, None)
        else:
            self._mended[system] = now
            self._broken.pop(system, None)
        raise web.HTTPSeeOther("/demo")

    async def _report_backup(self, *, failed: bool) -> None:
        """As the backup's own script would: by its heartbeat address."""
        signal = Signal.FAIL if failed else Signal.SUCCESS
        beat = Beat(
            check=story.BACKUP, received_at=self._house.now(), signal=signal, exit_code=int(failed), said="demo"
        )
        await self._house.database.write(lambda tx: probes.add_beat(tx, beat))

    def _just_mended(self) -> bool:
        now = self._house.now()
        return any(now - at < 20_000 for at in self._mended.values())

    def _systems(self, tx: Connection, language: str) -> list[System]:
        found: list[System] = []
        for component in self._house.config.components.values():
            newest = transition.newest(tx, component.id)
            broken_at = self._broken.get(component.id)
            found.append(
                System(
                    id=component.id,
                    name=choose(component.name, language),
                    state=State.UNKNOWN if newest is None else newest.state,
                    broken_at=broken_at,
                    steps=() if broken_at is None else self._steps(tx, component.id, broken_at),
                )
            )
        return found

    def _steps(self, tx: Connection, component: str, broken_at: Instant) -> tuple[Step, ...]:
        incident = incidents.newest_of(tx, component)
        if incident is not None and incident.opened_at < broken_at:
            incident = None
        mail = next((one for one in self._box.mails if incident is not None and incident.id in one.subject), None)
        opened = None if incident is None else incident.opened_at
        public = f"/incidents/{incident.id}" if incident is not None else None
        return (
            Step(text="You broke it", at=broken_at),
            Step(text="The first check failed", at=None if incident is None else incident.started_at),
            Step(
                text="The incident opened by itself and the page turned",
                at=opened,
                link=public,
            ),
            Step(
                text="The mail to the engineer on call arrived",
                at=None if mail is None else mail.received_at,
                link=None if mail is None else f"/demo/mail/{mail.number}",
            ),
        )

    def _html(self, template: str, language: str, context: Mapping[str, Any]) -> web.Response:
        zone = self._house.config.site.timezone
        page = environment(ROOM, language, zone, "/demo/static/").get_template(template)
        return web.Response(text=page.render(context), content_type="text/html")

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        found = next((one for one in assets(ROOM).values() if one.name == name), None)
        if found is None:
            raise web.HTTPNotFound
        headers = {"Content-Type": found.content_type, "Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(body=found.body, headers=headers)


def _language(request: web.Request) -> str:
    asked = request.query.get("lang") or request.cookies.get("lang")
    if asked in (CHINESE, ENGLISH):
        return asked
    return accepted(request.headers.get("Accept-Language", ""), (CHINESE, ENGLISH))


def _only_here(request: web.Request) -> None:
    if request.remote not in LOCAL:
        raise web.HTTPForbidden(text="the demo answers only on its own machine\n")


def _only_from_own_page(request: web.Request) -> None:
    """A page elsewhere must not break things here through the reader's browser."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if site not in (None, "same-origin", "none") or foreign:
        raise web.HTTPForbidden(text="orders are taken from the demo's own page only\n")
