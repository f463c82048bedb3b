"""`POST /receipts/{channel}`: what a gateway reports of a message it took. Key 1 acknowledges; a failure goes on.

The post carries the token of the channel's own options, as a bearer token or as `?token=`, because many gateways can be
given an address and no more.
"""

from functools import partial
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy import Connection

from incidents.decide import Refused
from incidents.service import NotFound
from incidents.source import same
from notify.channel import Heard, What
from notify.message import Notification, Purpose
from notify.store import receipt
from upheld.house import House

log = structlog.get_logger(__name__)

ACKNOWLEDGE = "1"
PATH = "/receipts/{channel}"


def routes(house: House) -> list[web.RouteDef]:
    return [web.post(PATH, partial(_take, house))]


async def _take(house: House, request: web.Request) -> web.Response:
    """200 once it is stored; 401, 404 for a channel, token or message we do not know."""
    name = request.match_info["channel"]
    configured = house.rules.channels.get(name)
    listener = configured[0].listener if configured is not None else None
    if configured is None or listener is None:
        return web.Response(status=404, text="no such channel, or it gets no receipts\n")
    options: Any = configured[1]
    token = listener.token(options)
    query = dict(request.query)
    if token is None or not same(_given(request, query.pop("token", "")), token):
        return web.Response(status=401, text="the token is missing or wrong\n")
    found = listener.read(options, await request.read(), query)
    if found is None:
        return web.Response(text=listener.reply(options))
    known = await house.database.write(partial(take, house=house, channel=name, name=found[0], heard=found[1]))
    if not known:
        return web.Response(status=404, text="no such message\n")
    return web.Response(text=listener.reply(options))


def take(tx: Connection, *, house: House, channel: str, name: str, heard: Heard) -> bool:
    """False for a message we do not know. The same report again changes nothing."""
    now = house.now()
    noted = receipt.note(tx, channel, name, heard, now)
    if noted is None:
        return False
    told, news = noted
    if news:
        _follow(tx, house, told, heard)
    return True


def _follow(tx: Connection, house: House, told: Notification, heard: Heard) -> None:
    now = house.now()
    match heard.what:
        case What.KEY if heard.detail == ACKNOWLEDGE and told.purpose is Purpose.PAGE and told.incident is not None:
            try:
                house.rules.incidents.acknowledge(tx, told.incident, f"person:{told.person}", now, told.channel)
            except (Refused, NotFound) as error:
                log.info("key not taken as an acknowledgement", incident=told.incident, why=str(error))
        case What.FAILED:
            house.not_told(tx, told, now)
        case What.KEY | What.ANSWERED | What.DELIVERED:
            pass


def _given(request: web.Request, in_query: str) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else in_query
