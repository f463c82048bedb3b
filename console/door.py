"""The door before every page: session, language, role, and whether a form is our own. No middleware: one wrapper.

Who is not logged in is led to the login; what is not the reader's looks like what does not exist.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web

from config.instant import Instant
from config.model import Config
from console import store
from console.session import TOUCH, Session, hash_of
from console.upload import MOST, TooLarge, Upload, read_form
from console.user import Access, Role, allowed, sees
from console.visit import LANGUAGE_COOKIE, Visit, preferred, see_other
from db.engine import Database
from db.errors import StoreUnavailable
from incidents.attachment import LARGEST
from incidents.oncall import Roster
from incidents.store import duty

log = structlog.get_logger(__name__)

Act: TypeAlias = Callable[[Visit], Awaitable[web.Response]]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

FORM_TOKEN = "form"
_YEAR_SECONDS = 365 * 86400
_UNREADABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`secure`: pages are reached by https, so the cookie is bound to it."""

    database: Database
    config: Callable[[], Config]
    now: Callable[[], Instant]
    secure: bool
    demo: bool

    @property
    def cookie(self) -> str:
        return "__Host-upheld" if self.secure else "upheld"

    def guard(self, access: Access, act: Act) -> Handler:
        """The handler that lets `act` see only whom `access` lets in."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            visit = self._visit(request, None)
            try:
                return await self._serve(request, access, act)
            except StoreUnavailable as error:
                log.error("page not made", path=request.path, error=str(error))
                text = visit.voice.t("The store does not answer. Nothing was lost or changed. Try again in a minute.")
                return visit.error(503, visit.voice.t("This page could not be made"), text)

        return guarded

    def keep(self, response: web.Response, token: str) -> None:
        """Give the reader the session's reference."""
        response.set_cookie(self.cookie, token, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def drop(self, response: web.Response) -> None:
        response.del_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")

    async def _serve(self, request: web.Request, access: Access, act: Act) -> web.StreamResponse:
        chosen = request.query.get("lang")
        if chosen in self.config().site.languages and request.method == "GET":
            return self._remember(request, chosen)
        session = await self.session(request)
        visit = self._visit(request, session, await self._on_duty(session))
        if access is not Access.PUBLIC and visit.session is None:
            return see_other(f"/login?next={quote(request.path)}")
        room = request.match_info.get("customer")
        if visit.session is not None and not allowed(visit.user, access, room):
            return self._refuse(visit, access, room)
        if any(_UNREADABLE.search(value) for value in request.match_info.values()):
            return visit.not_found()  # one of the stores refuses such a text even as a question
        if request.method == "POST":
            if not self._from_here(request):
                return self._foreign(visit)
            try:
                sent = await _sent(request, visit)
            except TooLarge:
                return visit.error(413, *_too_large(visit))
            if sent is None:
                return visit.error(400, *_unreadable(visit))
            typed, files = sent
            visit = replace(visit, typed=typed, files=files)
            own = visit.session is None or visit.session.owns_form(typed.get(FORM_TOKEN, ""))
            if access is not Access.PUBLIC and not own:
                return self._foreign(visit)
        return await act(visit)

    def _visit(self, request: web.Request, session: Session | None, on_duty: Sequence[str] = ()) -> Visit:
        config = self.config()
        language = request.cookies.get(LANGUAGE_COOKIE, "")
        if language not in config.site.languages:
            language = preferred(request.headers.get("Accept-Language", ""), config.site.languages)
        return Visit(
            request=request,
            config=config,
            now=self.now(),
            language=language,
            session=session,
            demo=self.demo,
            typed={},
            on_duty=on_duty,
        )

    async def _on_duty(self, session: Session | None) -> Sequence[str]:
        """Who is on call now; our own people see it on every page."""
        now, config = self.now(), self.config()
        if session is None or session.user.role is Role.CUSTOMER or not config.rotas:
            return ()
        changes = await self.database.read(lambda tx: duty.changes(tx, now, now + 1))
        return Roster(config=config, changes=changes).on_duty(now)

    async def session(self, request: web.Request) -> Session | None:
        """Whose cookie came with it, if that is still worth something."""
        token = request.cookies.get(self.cookie)
        if not token:
            return None
        now, token_hash = self.now(), hash_of(token)
        found = await self.database.read(lambda tx: store.find_session(tx, token_hash))
        if found is None or not found.alive(now):
            return None
        if now - found.seen_at >= TOUCH:
            try:
                await self.database.write(lambda tx: store.touch_session(tx, token_hash, now))
            except StoreUnavailable as error:
                log.warning("session not touched", error=str(error))  # looking goes on while nothing can be written
        return found

    def _remember(self, request: web.Request, language: str) -> web.Response:
        """The language for the next year, and the same page without the question."""
        response = see_other(str(request.rel_url.without_query_params("lang")))
        response.set_cookie(
            LANGUAGE_COOKIE, language, path="/", max_age=_YEAR_SECONDS, secure=self.secure, samesite="Lax"
        )
        return response

    def _refuse(self, visit: Visit, access: Access, room: str | None) -> web.Response:
        if not sees(visit.user, access, room):
            return visit.not_found()
        voice = visit.voice
        text = voice.t("Your role lets you look at this, not change it. Nothing was changed.")
        return visit.error(403, voice.t("This was not done"), text)

    def _foreign(self, visit: Visit) -> web.Response:
        log.warning("form refused", path=visit.request.path, origin=visit.request.headers.get("Origin", "")[:200])
        voice = visit.voice
        text = voice.t("The form came from another place or an older login. Open the page again and repeat it there.")
        return visit.error(403, voice.t("This was not done"), text)

    def _from_here(self, request: web.Request) -> bool:
        """What the browser says of where the form stood; a program that says nothing still needs the form's token."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        ours = {request.host}
        if (known := self.config().site.external_url) is not None:
            ours.add(urlsplit(known).netloc)
        try:
            return urlsplit(origin).netloc in ours
        except ValueError:  # no address at all
            return False


async def _sent(request: web.Request, visit: Visit) -> tuple[Mapping[str, str], Sequence[Upload]] | None:
    """Fields and files, and files only from who is logged in. Raises TooLarge."""
    if request.content_type == "multipart/form-data" and visit.session is not None:
        return await read_form(request)
    typed = await _typed(request)
    return None if typed is None else (typed, ())


async def _typed(request: web.Request) -> dict[str, str] | None:
    """None: not a form, too long, or not readable. Anybody may send one: to log in."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    try:
        data = await request.post()
    except (ValueError, LookupError, web.HTTPRequestEntityTooLarge):
        return None
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _unreadable(visit: Visit) -> tuple[str, str]:
    voice = visit.voice
    return voice.t("This was not done"), voice.t("What was sent is not a form of ours. Open the page again.")


def _too_large(visit: Visit) -> tuple[str, str]:
    voice = visit.voice
    text = voice.t("A file has at most {n} MiB, and one form at most {most} files.", n=LARGEST >> 20, most=MOST)
    return voice.t("This was not done"), text
