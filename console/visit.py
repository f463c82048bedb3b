"""One request by one reader: who, in which language, when, and what is sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from config.instant import Instant
from config.language import choose
from config.look import environment, figure
from config.model import Config
from console.session import Session
from console.upload import Upload
from console.user import Role, User
from console.voice import ROOM, Voice

STATIC = "/desk/static/"
LANGUAGE_COOKIE = "upheld-language"

_NAMES = {"en": "English", "zh-CN": "中文"}


_UNDER = {
    "/desk/drills": "/desk/incidents",
    "/desk/performance": "/desk/incidents",
    "/desk/unrouted": "/desk/incidents",
    "/desk/findings": "/desk/cases",
    "/desk/library": "/desk/cases",
    "/desk/sample": "/desk/cases",
    "/desk/silences": "/desk/oncall",
    "/desk/ways": "/desk/oncall",
}
"""Pages that have no entry of their own -> the one of the page that leads to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The same page in another language."""

    language: str
    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page says around its own matter."""

    name: str
    home: str
    demo: bool
    entries: Sequence[Entry]
    languages: Sequence[Other]
    who: str
    duty: str
    clock: str
    zone: str
    form_token: str
    now: Instant
    wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`session` is None before the login; `typed` is what a form sent; `on_duty` are the ids of who is on call now,
    `files` what came with the form."""

    request: web.Request
    config: Config
    now: Instant
    language: str
    session: Session | None
    demo: bool
    typed: Mapping[str, str]
    on_duty: Sequence[str] = ()
    files: Sequence[Upload] = ()

    @property
    def user(self) -> User:
        """Behind the door of any page that is not public there is one."""
        assert self.session is not None
        return self.session.user

    @property
    def voice(self) -> Voice:
        return Voice(language=self.language, config=self.config, now=self.now)

    def page(self, template: str, *, status: int = 200, voice: Voice | None = None, **values: Any) -> web.Response:
        """The whole page."""
        speaking = voice or self.voice
        made = environment(ROOM, self.language, self.config.site.timezone, STATIC).get_template(template)
        html = made.render(frame=self._frame(speaking), voice=speaking, **values)
        response = web.Response(text=html, status=status, content_type="text/html", charset="utf-8")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Cookie, Accept-Language"
        return response

    def error(self, status: int, heading: str, text: str) -> web.Response:
        """What happened, whether anything was lost, what to do."""
        response = self.page("error.html", status=status, heading=heading, text=text)
        if status == 503:
            response.headers["Retry-After"] = "10"
        return response

    def not_found(self) -> web.Response:
        """One answer for what does not exist and for what is not the reader's."""
        voice = self.voice
        text = voice.t("The address leads nowhere, or to what is not yours to see. Nothing was lost.")
        return self.error(404, voice.t("There is no such page"), text)

    def _frame(self, voice: Voice) -> Frame:
        site = self.config.site
        room = self.session is not None and self.user.role is Role.CUSTOMER
        return Frame(
            name=voice.customer(self.user.customer or "") if room else choose(site.name, self.language),
            home=home_of(self.user) if self.session is not None else "/",
            demo=self.demo,
            entries=self._entries(voice),
            languages=[
                Other(language=one, name=_NAMES[one], href=str(self.request.rel_url.update_query(lang=one)))
                for one in site.languages
                if one != self.language
            ],
            who=self._who(voice),
            duty="" if room or self.session is None else self._duty(voice),
            clock=voice.time(self.now),
            zone=figure.zone_name(site.timezone, self.now, self.language),
            form_token=self.session.form_token if self.session is not None else "",
            now=self.now,
            wide=self.session is not None and not room and not self.request.path.startswith("/room/"),
        )

    def _entries(self, voice: Voice) -> list[Entry]:
        if self.session is None:
            return [Entry(text=voice.t("Status page"), href="/", current=False)]
        if self.user.role is Role.CUSTOMER:
            settled = f"{home_of(self.user)}/exclusions"
            known = [(voice.t("Our room"), home_of(self.user)), (voice.t("Exclusions and corrections"), settled)]
        else:
            known = [
                (voice.t("Desk"), "/desk"),
                (voice.t("Incidents"), "/desk/incidents"),
                (voice.t("Cases"), "/desk/cases"),
                (voice.t("On call"), "/desk/oncall"),
                (voice.t("Exclusions"), "/desk/exclusions"),
                (voice.t("Agreements"), "/desk/agreements"),
            ]
        path = self.request.path.rstrip("/")
        here = next((over for page, over in _UNDER.items() if _inside(path, page)), path)
        chosen = max((href for _, href in known if _inside(here, href)), key=len, default="")
        entries = [Entry(text=text, href=href, current=href == chosen) for text, href in known]
        return [*entries, Entry(text=voice.t("Status page"), href="/", current=False)]

    def _who(self, voice: Voice) -> str:
        if self.session is None:
            return ""
        name = voice.person(self.user.person) if self.user.person is not None else self.user.name
        if self.user.role is not Role.CUSTOMER:
            return name
        return voice.t("{name}, with {provider}", name=name, provider=choose(self.config.site.name, self.language))

    def _duty(self, voice: Voice) -> str:
        return voice.listed([voice.person(one) for one in self.on_duty])


def _inside(here: str, href: str) -> bool:
    return here == href or (href != "/desk" and here.startswith(f"{href}/"))


def home_of(user: User) -> str:
    """Where a login leads."""
    return f"/room/{user.customer}" if user.role is Role.CUSTOMER else "/desk"


def see_other(location: str) -> web.Response:
    """After a change: the page that shows it."""
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def preferred(header: str, languages: Sequence[str]) -> str:
    """The reader's best language among the site's; the first one where none fits. Never raises."""
    wishes: list[tuple[float, int, str]] = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, weight = item.strip().lower().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            wishes.append((-quality, place, tag.partition("-")[0]))
    for _, _, tag in sorted(wishes):
        for language in languages:
            if language.lower().partition("-")[0] == tag:
                return language
    return languages[0]
