"""One method of one address, what is asked there, and who asks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import Connection

from config.instant import Instant
from console.session import Session
from console.user import Access, User
from db.engine import Database
from upheld.api.field import Nothing
from upheld.api.problem import Wrong
from upheld.call import Call
from upheld.commands import COMMANDS
from upheld.rules import Rules
from upheld.tokens.commands import used
from upheld.tokens.token import Scope, Token

T = TypeVar("T")

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the routes work with. `session` finds who is logged in in a browser; `followed` is called after a change
    of agreements, so that whoever asks next is answered by it."""

    database: Database
    rules: Callable[[], Rules]
    now: Callable[[], Instant]
    session: Callable[[web.Request], Awaitable[Session | None]]
    followed: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks: a user, himself or through a token."""

    user: User
    token: Token | None

    @property
    def customer(self) -> str | None:
        """Whose eyes these are; None: of one of our people, who see everything."""
        return self.user.customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that was let in. `place`, `query`, `body` are what the address, its parameters and the body say."""

    office: Office
    reader: Reader
    rules: Rules
    now: Instant
    path: str
    place: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.office.database.read(work)

    async def carry_out(
        self, command: str, arguments: Mapping[str, Any], known: Callable[[Connection], object] | None = None
    ) -> Any:
        """As `upheld` does it, in one transaction with the token's use. `known` raises where there is no such thing."""
        trial = bool(self.query.get("dry_run"))
        given = {**arguments, "dry_run": True} if trial else arguments
        call = Call(rules=self.rules, by=self.reader.user.by, arguments=given, now=self.now)

        def work(tx: Connection) -> Any:
            if known is not None:
                known(tx)
            answer = COMMANDS[command](tx, call)
            if self.reader.token is not None and not trial:
                about = answer.get("id") or answer.get("agreement") or ""
                used(tx, self.reader.token, command, about, call.by, self.now)
            return answer

        return await self.office.database.write(work)


Act: TypeAlias = Callable[[Asked], Awaitable[Any]]
"""JSON, or a response where it is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`path` below `/api/v1`. `access`: any of these lets in. `made`: it answers 201 with where the new thing is."""

    method: str
    path: str
    summary: str
    access: Sequence[Access]
    act: Act
    answer: type[BaseModel] | None
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    made: bool = False

    @property
    def scope(self) -> Scope:
        return Scope.READ if self.method == "GET" else Scope.WRITE


def nowhere(what: str) -> Wrong:
    """One answer for what does not exist and for what is not the reader's."""
    return Wrong(HTTPStatus.NOT_FOUND, f"there is no {what}, or it is not yours to see")


def numbered(asked: Asked, what: str) -> int:
    """The number in the address of a thing that has one. Raises Wrong."""
    written = asked.place["id"]
    if not (written.isascii() and written.isdigit() and len(written) <= 15):
        raise nowhere(f"{what} {written!r}")
    return int(written)
