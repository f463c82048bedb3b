"""In and out. An unknown name, a wrong password and nothing typed at all get the same answer in the same time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web
from sqlalchemy import Connection

from config.instant import Span
from console import store, words
from console.door import Door
from console.form import Form
from console.password import Passwords
from console.session import hash_of, new_token
from console.throttle import ACCOUNT, ADDRESS, Throttle, network_of
from console.user import MAX_PASSWORD, Role
from console.visit import Visit, home_of, see_other

log = structlog.get_logger(__name__)

_OURS = re.compile(r"/(?:desk|room)(?:/[A-Za-z0-9._~%-]+)*/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """A login that the page of a demonstration offers: `what` is the role."""

    name: str
    password: str
    what: Role


class Login:
    """`address` says where a request comes from: behind a proxy the roof knows better than the socket."""

    def __init__(self, door: Door, address: Callable[[web.Request], str], demo: Sequence[DemoLogin]) -> None:
        self._door = door
        self._address = address
        self._demo = demo
        self._passwords = Passwords()
        self._accounts = Throttle(ACCOUNT)
        self._addresses = Throttle(ADDRESS)

    async def show(self, visit: Visit) -> web.Response:
        if visit.session is not None:
            return see_other(home_of(visit.user))
        return self._page(visit, Form({"next": visit.request.query.get("next", "")}, visit.voice))

    async def enter(self, visit: Visit) -> web.Response:
        form, now = Form(visit.typed, visit.voice), visit.now
        name, password = form.get("name").lower()[:100], visit.typed.get("password", "")[:MAX_PASSWORD]
        network = network_of(self._address(visit.request))
        wait = max(self._accounts.wait(name, now), self._addresses.wait(network, now))
        if wait:
            return self._too_many(visit, form, wait)
        self._accounts.take(name, now)
        self._addresses.take(network, now)
        await self._passwords.prepare()
        password_hash = await self._door.database.read(lambda tx: store.password_hash_of(tx, name))
        if not await self._passwords.right(password_hash, password):
            # a name nobody has may be a password typed into the wrong field
            log.warning("login failed", user=name if password_hash is not None else None, network=network)
            form.errors["password"] = visit.voice.t(
                "Name and password do not fit together. Write both again; the name is in small letters."
            )
            return self._page(visit, form, status=422)
        self._accounts.give_back(name, now)
        self._addresses.give_back(network, now)
        return await self._begin(visit, name, form.get("next"))

    async def leave(self, visit: Visit) -> web.Response:
        session = visit.session
        assert session is not None
        await self._door.database.write(lambda tx: store.end_session(tx, session.token_hash))
        response = see_other("/login")
        self._door.drop(response)
        return response

    async def _begin(self, visit: Visit, name: str, wanted: str) -> web.Response:
        """A new reference at every login; the one the browser held before is worth nothing from now on."""
        token, form_token, old = new_token(), new_token(), visit.session

        def begin(tx: Connection) -> str:
            if old is not None:
                store.end_session(tx, old.token_hash)
            store.begin_session(tx, name, hash_of(token), form_token, visit.now)
            user = store.find_user(tx, name)
            assert user is not None
            return home_of(user)

        home = await self._door.database.write(begin)
        log.info("login", user=name)
        response = see_other(wanted if _OURS.fullmatch(wanted) and ".." not in wanted else home)
        self._door.keep(response, token)
        return response

    def _too_many(self, visit: Visit, form: Form, wait: Span) -> web.Response:
        length = visit.voice.length(wait)
        form.errors[""] = visit.voice.t("Too many attempts. Try again in {length}.", length=length)
        response = self._page(visit, form, status=429)
        response.headers["Retry-After"] = str(-(-wait // 1000))
        return response

    def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        return visit.page("login.html", status=status, form=form, demo=self._demo, roles=words.ROLES)
