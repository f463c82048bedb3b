"""What a reader is told that takes upheld for an Alertmanager: its alerts, status, receivers and silences.

Each reader sees the alerts of the source whose token he has.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from config import matcher
from config.instant import MINUTE, Instant, rfc3339
from db.engine import Database
from incidents.intake import Entrance
from incidents.store import alert
from incidents.store.alert import Alert

PREFIX = "/api/v2"
ALERTS = f"{PREFIX}/alerts"
LIMIT = 10_000
_HERE = ({"name": "upheld"},)
_UNKNOWN = "unknown"

Admitted = Callable[[web.Request, str], Entrance | None]


class Asked:
    """`admitted` says whose token a call to an address has."""

    def __init__(self, database: Database, admitted: Admitted, now: Callable[[], Instant], version: str) -> None:
        self._database = database
        self._admitted = admitted
        self._version = version
        self._since = rfc3339(now())

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(ALERTS, self.alerts),
            web.get(f"{PREFIX}/status", self.status),
            web.get(f"{PREFIX}/receivers", self.receivers),
            web.get(f"{PREFIX}/silences", self.silences),
        ]

    def _whose(self, request: web.Request) -> Entrance:
        found = self._admitted(request, ALERTS)
        if found is None:
            raise web.HTTPUnauthorized(text="wrong or missing token\n", headers={"WWW-Authenticate": "Basic"})
        return found

    async def alerts(self, request: web.Request) -> web.Response:
        """All are active: nothing is silenced or inhibited here."""
        source = self._whose(request).id
        try:
            wanted = [matcher.parse(text) for text in request.query.getall("filter", [])]
        except ValueError as error:
            return _said(str(error), status=400)
        if request.query.get("active", "true").lower() == "false":
            return _said([])
        found = await self._database.read(lambda tx: alert.firing_of(tx, source, LIMIT))
        return _said([_shown(one) for one in found if all(one_.fits(one.labels) for one_ in wanted)])

    async def status(self, request: web.Request) -> web.Response:
        self._whose(request)
        versions = dict.fromkeys(("revision", "branch", "buildUser", "buildDate", "goVersion"), _UNKNOWN)
        return _said(
            {
                "cluster": {"name": "", "status": "disabled", "peers": []},
                "config": {"original": "# upheld has a configuration of its own\n"},
                "uptime": self._since,
                "versionInfo": {**versions, "version": f"upheld {self._version}"},
            }
        )

    async def receivers(self, request: web.Request) -> web.Response:
        self._whose(request)
        return _said(list(_HERE))

    async def silences(self, request: web.Request) -> web.Response:
        self._whose(request)
        return _said([])


def _shown(one: Alert) -> Mapping[str, Any]:
    return {
        "annotations": {"summary": one.summary},
        "endsAt": rfc3339(one.last_received_at + 5 * MINUTE),
        "fingerprint": one.key[:16],
        "generatorURL": one.link or "",
        "labels": dict(one.labels),
        "receivers": list(_HERE),
        "startsAt": rfc3339(one.starts_at),
        "status": {"inhibitedBy": [], "silencedBy": [], "mutedBy": [], "state": "active"},
        "updatedAt": rfc3339(one.last_received_at),
    }


def _said(what: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(what), status=status, content_type="application/json")
