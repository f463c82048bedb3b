"""A small house for tests of the pages: a configuration, and facts written through the stores that write them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from sqlalchemy import Connection

from config.agreement import Category
from config.instant import DAY, HOUR, MINUTE, Instant
from config.model import Check, Component, Config, Exclusion, ExclusionNotice, Group, Page, Site
from config.state import State
from incidents.incident import Acknowledged, Escalated, Event, Incident, Noted, Opened, Recorded, Resolved, evolve
from incidents.incident import open_incident as begin
from incidents.store import incident as incidents
from incidents.store import transition
from incidents.store.transition import Transition
from statuspage.routes import routes
from statuspage.service import Pages
from tests.statuspage.harbour import NOW


def component(id: str, english: str, chinese: str) -> Component:
    check = Check(id=f"{id}/home", component=id, kind="http", target="http://127.0.0.1/")
    return Component(id=id, name={"en": english, "zh-CN": chinese}, checks={"home": check})


CONFIG = Config(
    site=Site(
        name={"en": "Harbour Bank", "zh-CN": "海港银行"},
        external_url="http://status.example.com/",
        timezone="Asia/Shanghai",
    ),
    components={
        "shop": component("shop", "Web shop", "网上商城"),
        "payments": component("payments", "Payment API", "支付接口"),
        "secret": component("secret", "Inner works", "内部"),
    },
    exclusions={
        "nights": Exclusion(
            id="nights",
            components=("shop",),
            category=Category.MAINTENANCE,
            start=NOW + DAY,
            end=NOW + DAY + HOUR,
            notice=ExclusionNotice(given=NOW - DAY, ref="annex 2"),
            text={"en": "new shelves", "zh-CN": "更换货架"},
        )
    },
    pages={
        "public": Page(
            id="public", components=("shop", Group(group={"en": "Money", "zh-CN": "资金"}, of=("payments",)))
        ),
        "inner": Page(id="inner", path="/inner", components=("secret",)),
    },
)


class Clock:
    """Time a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Instant:
        return self.now


def comes_into(tx: Connection, component: str, state: State, at: Instant, reason: str | None = None) -> None:
    transition.append(
        tx, Transition(component=component, state=state, happened_at=at, by="probe:local", reason=reason), at
    )


def opens(tx: Connection, id: str, component: str, at: Instant, state: State = State.DOWN) -> None:
    opened = Opened(
        component=component,
        state=state,
        severity=1,
        because="tier core",
        cause=f"{component}/home",
        title="504 from http://10.0.0.7:8443/inner",
        started_at=at - MINUTE,
    )
    recorded = Recorded(event=opened, happened_at=at, recorded_at=at, by="upheld")
    incidents.add(tx, begin(id, recorded), recorded)


def happens(tx: Connection, id: str, event: Event, at: Instant) -> None:
    before: Incident | None = incidents.find(tx, id)
    assert before is not None
    recorded = Recorded(event=event, happened_at=at, recorded_at=at, by="person:li")
    incidents.append(tx, before, evolve(before, recorded), [recorded])


def breaks(tx: Connection, at: Instant) -> None:
    """The payment API goes down and its incident opens; somebody is called."""
    comes_into(tx, "payments", State.DOWN, at - MINUTE, "status")
    opens(tx, "INC-2026-0001", "payments", at)
    happens(tx, "INC-2026-0001", Escalated(round=1, step=1, paged=("li",)), at + 1000)


def is_mended(tx: Connection, at: Instant) -> None:
    happens(tx, "INC-2026-0001", Acknowledged(), at - MINUTE)
    happens(tx, "INC-2026-0001", Noted(text="password is hunter2"), at - MINUTE)
    comes_into(tx, "payments", State.UP, at)
    happens(tx, "INC-2026-0001", Resolved(because="up again", recovered=True), at)


def begins(tx: Connection) -> None:
    """A hundred quiet days."""
    for id in CONFIG.components:
        comes_into(tx, id, State.UP, NOW - 100 * DAY)


@asynccontextmanager
async def served(pages: Pages) -> AsyncIterator[str]:
    """The address under which the pages are really served."""
    app = web.Application()
    app.add_routes(routes(pages))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        pages.stop()
        await runner.cleanup()
