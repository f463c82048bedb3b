"""The hooks behind a real server, with every source there is, or with these."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from config.instant import Instant
from db.engine import Database
from incidents.intake import Entrance, Intake, OwnInbox
from incidents.reading import process
from incidents.routes import Hooks
from incidents.source import Fetch, Sent
from incidents.tally import Counted
from tests.incidents.samples import NOON, config, incidents
from tests.incidents.sources.calls import SOURCES, cases, sns_certificate

Client: TypeAlias = TestClient[web.Request, web.Application]


def entrance(kind: str, id: str | None = None, **options: Any) -> Entrance:
    source = SOURCES[kind]
    return Entrance(id=id or kind, source=source, options=source.options.model_validate(options))


def every_entrance() -> dict[str, Entrance]:
    return {kind: cases(kind)[0].entrance for kind in SOURCES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    client: Client
    database: Database
    entrances: Mapping[str, Entrance]

    async def post(self, id: str, sent: Sent, path: str | None = None) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        headers = {"content-type": "application/json", **sent.headers}
        async with self.client.post(
            path or f"/hooks/{id}{sent.path}", data=sent.body, headers=headers, params=dict(sent.query)
        ) as answer:
            return answer.status, await answer.json()

    async def deal_with(self, now: Instant = NOON) -> None:
        """All that waits in the inbox."""
        made = incidents(config())
        while await self.database.write(lambda tx: process(tx, made, self.entrances, now)):
            pass


@asynccontextmanager
async def door(
    database: Database,
    entrances: Mapping[str, Entrance],
    *,
    fetch: Fetch = sns_certificate,
    now: Callable[[], Instant] = lambda: NOON,
    intake: Intake | None = None,
) -> AsyncIterator[Door]:
    hooks = Hooks(
        intake or Intake(OwnInbox(database)),
        lambda: entrances,
        now,
        Counted(CollectorRegistry()),
        fetch=fetch,
        paths=sorted({path for source in SOURCES.values() for path in source.paths}),
    )
    application = web.Application()
    application.add_routes(hooks.routes())
    async with TestClient(TestServer(application)) as client:
        yield Door(client=client, database=database, entrances=entrances)
