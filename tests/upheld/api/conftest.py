"""A house of two customers on SQLite, its addresses for programs, and programs with tokens of its users."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from console.session import Session, hash_of
from console.store import add_user
from console.user import Role
from db.engine import Database
from tests.upheld.house import NOON, Reader, configuration, document
from tests.upheld.test_statements import fails
from upheld import contracts
from upheld.api.route import PREFIX, Office
from upheld.api.routes import ROUTES, routes
from upheld.contracts import Taken
from upheld.installed import installed
from upheld.rules import Rules, rules_of
from upheld.tokens import store
from upheld.tokens.token import Scope, Token

USERS: Mapping[str, tuple[Role, str | None, str | None]] = {
    "li": (Role.ACCOUNT_MANAGER, None, "li"),
    "li-too": (Role.ADMIN, None, "li"),
    "wang": (Role.ADMIN, None, None),
    "auditor": (Role.AUDITOR, None, None),
    "engineer": (Role.ENGINEER, None, None),
    "chen": (Role.CUSTOMER, "acme", None),
    "brook": (Role.CUSTOMER, "brook", None),
}
BOTH, READ = frozenset(Scope), frozenset({Scope.READ})
TOKENS: Mapping[str, tuple[str, frozenset[Scope], str | None]] = {
    **{name: (name, BOTH, customer) for name, (_, customer, _) in USERS.items()},
    "reads": ("wang", READ, None),
    "acmes-eyes": ("wang", READ, "acme"),
}
"""Each token: its user, its scopes, the customer it is bound to. Its secret is its name."""


@dataclass
class Programs:
    database: Database
    taken: Taken
    reader: Reader

    @property
    def rules(self) -> Rules:
        return rules_of(self.taken.whole, installed(), b"s" * 32)

    async def follow(self) -> None:
        self.taken = await self.database.read(lambda tx: contracts.follow(tx, self.taken))

    async def ask(self, token: str | None, method: str, path: str, body: Any = None, **extra: Any) -> tuple[int, Any]:
        """Status and JSON; an answer that is not of the shape the description promises fails the test."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        sent = {"json": {} if body is None else body} if method == "POST" and not extra else extra
        answer = await self.reader.request(
            method, PREFIX + path, headers={**headers, **sent.pop("headers", {})}, **sent
        )
        if answer.status >= 400:
            assert answer.content_type == "application/problem+json", path
            told = await answer.json()
            assert told["status"] == answer.status and told["title"] and told["detail"], path
            return answer.status, told
        route = next(one for one in ROUTES if fits(one.path, path.partition("?")[0]) and one.method == method)
        if route.answer is None:
            return answer.status, await answer.read()
        told = await answer.json()
        route.answer.model_validate(told)
        return answer.status, told

    async def good(self, token: str, method: str, path: str, body: Any = None) -> Any:
        status, told = await self.ask(token, method, path, body)
        assert status in (200, 201), repr(told)
        return told


def fits(path: str, asked: str) -> bool:
    parts, words = path.split("/"), asked.split("/")
    return len(parts) == len(words) and all(
        part == word or part.startswith("{") for part, word in zip(parts, words, strict=True)
    )


@pytest.fixture
def database_kind() -> str:
    """The stores themselves are tested on both."""
    return "sqlite"


@pytest.fixture
async def programs(database: Database, tmp_path: Path, aiohttp_client: AiohttpClient) -> Programs:
    written = document()
    brook = {"name": "Brook", "agreement": {**written["customers"]["acme"]["agreement"], "covers": ["post"]}}
    config = configuration(
        tmp_path,
        customers={**written["customers"], "brook": brook},
        components={**written["components"], "post": {"name": "Post"}},
        on_call={"name": "Li Wei", "email": "li@example.com"},
    )

    def begin(tx: Connection) -> Taken:
        taken = contracts.take_over(tx, config, NOON)
        for name, (role, customer, person) in USERS.items():
            add_user(tx, name=name, password_hash="", role=role, now=NOON, customer=customer, person=person)
        for name, (user, scopes, customer) in TOKENS.items():
            one = Token(
                name=name, user=user, scopes=scopes, customer=customer, created_at=0, expires_at=None, revoked_at=None
            )
            store.add(tx, one, hash_of(name))
        fails(tx, rules_of(taken.whole, installed()))
        return taken

    taken = await database.write(begin)

    async def nobody(request: web.Request) -> Session | None:
        return None

    async def follow() -> None:
        await made.follow()

    office = Office(database=database, rules=lambda: made.rules, now=lambda: NOON, session=nobody, followed=follow)
    app = web.Application(client_max_size=1 << 20)
    app.add_routes(routes(office))
    made = Programs(database=database, taken=taken, reader=await aiohttp_client(app))
    return made
