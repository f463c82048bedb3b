"""What a reader is told that takes upheld for an Alertmanager: its alerts, status, receivers and silences.

Each reader sees the alerts of the source whose token he has.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from config import matcher
from config.instant import MINUTE, Instant, rfc3339
from config.matcher import Matcher
from db.engine import Database
from incidents.intake import Entrance
from incidents.silence import Silence
from incidents.store import alert
from incidents.store import silence as silences
from incidents.store.alert import Alert

PREFIX = "/api/v2"
ALERTS = f"{PREFIX}/alerts"
SILENCES = f"{PREFIX}/silences"
LIMIT = 10_000
NEWEST = 200
"""Silences of which readers are told that they are over."""
_HERE = ({"name": "upheld"},)
_UNKNOWN = "unknown"
_DIGITS = 15

Admitted = Callable[[web.Request, str], Entrance | None]


class Asked:
    """`admitted` says whose token a call to an address has."""

    def __init__(self, database: Database, admitted: Admitted, now: Callable[[], Instant], version: str) -> None:
        self._database = database
        self._admitted = admitted
        self._now = now
        self._version = version
        self._since = rfc3339(now())

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(ALERTS, self.alerts),
            web.get(f"{PREFIX}/status", self.status),
            web.get(f"{PREFIX}/receivers", self.receivers),
            web.get(SILENCES, self.silences),
            web.post(SILENCES, self.refuse),
            web.get(f"{PREFIX}/silence/{{id}}", self.silence),
            web.delete(f"{PREFIX}/silence/{{id}}", self.refuse),
        ]

    def _whose(self, request: web.Request) -> Entrance:
        found = self._admitted(request, ALERTS)
        if found is None:
            raise web.HTTPUnauthorized(text="wrong or missing token\n", headers={"WWW-Authenticate": "Basic"})
        return found

    async def alerts(self, request: web.Request) -> web.Response:
        """All are active: what people silence holds calls, and no alerts."""
        source, wanted = self._whose(request).id, _wanted(request)
        if request.query.get("active", "true").lower() == "false":
            return _said([])
        found = await self._database.read(lambda tx: alert.firing_of(tx, source, LIMIT))
        return _said([_shown(one) for one in found if all(each.fits(one.labels) for each in wanted)])

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
        """Those that can concern this source: in force, to come, and the newest that are over; newest first."""
        source, wanted, now = self._whose(request).id, _wanted(request), self._now()
        found = await self._database.read(lambda tx: (*silences.newest(tx, NEWEST), *silences.not_over(tx, now)))
        return _said(
            [
                _silence(one, now)
                for one in dict.fromkeys(found)
                if _concerns(one, source) and all(each.fits(_patterns(one)) for each in wanted)
            ]
        )

    async def silence(self, request: web.Request) -> web.Response:
        source, written = self._whose(request).id, request.match_info["id"]
        number = int(written) if written.isascii() and written.isdigit() and len(written) <= _DIGITS else 0
        found = await self._database.read(lambda tx: silences.find(tx, number))
        if found is None or not _concerns(found, source):
            return _said(f"there is no silence {written[:40]}", status=404)
        return _said(_silence(found, self._now()))

    async def refuse(self, request: web.Request) -> web.Response:
        """Who silences is a person. ADR 0128."""
        self._whose(request)
        where = "`upheld silence`, the desk and /api/v1/silences do"
        return _said(f"a sender's token silences nothing; {where}", status=403)


def _wanted(request: web.Request) -> list[Matcher]:
    try:
        return [matcher.parse(text) for text in request.query.getall("filter", [])]
    except ValueError as error:
        raise web.HTTPBadRequest(text=orjson.dumps(str(error)).decode(), content_type="application/json") from error


def _concerns(one: Silence, source: str) -> bool:
    return all(each.fits({"source": source}) for each in one.matchers if each.label == "source")


def _patterns(one: Silence) -> Mapping[str, str]:
    """What a reader's filter is held against, as Alertmanager does it."""
    return {each.label: each.value for each in one.matchers}


def _silence(one: Silence, now: Instant) -> Mapping[str, Any]:
    end = one.end if one.ended_at is None else one.ended_at
    state = "expired" if end <= now or one.ended_at is not None else "pending" if now < one.start else "active"
    return {
        "id": str(one.id),
        "status": {"state": state},
        "updatedAt": rfc3339(one.recorded_at if one.ended_at is None else one.ended_at),
        "comment": one.reason,
        "createdBy": one.by,
        "startsAt": rfc3339(one.start),
        "endsAt": rfc3339(end),
        "matchers": [
            {
                "name": each.label,
                "value": each.value,
                "isRegex": "~" in each.operator,
                "isEqual": not each.operator.startswith("!"),
            }
            for each in one.matchers
        ],
    }


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
