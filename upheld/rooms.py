"""The rooms that face people, wired to the house: public page, desk and customer's room."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from console.budget import Budget
from console.routes import Console
from incidents.store import case, incident, transition
from sla.store import exclusion
from statuspage.facts import Link
from statuspage.plan import Plan, plan_of
from statuspage.routes import routes as page_routes
from statuspage.service import Pages
from upheld import store
from upheld.api.route import Office
from upheld.api.routes import routes
from upheld.budgets import budgets
from upheld.contracts import SEALED
from upheld.counter import Counter
from upheld.house import House
from upheld.reports.shelf import Shelf
from upheld.web import address_of

SHOWN = frozenset({transition.TOPIC, incident.TOPIC, case.TOPIC, exclusion.TOPIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """`stop` ends open event streams, so that closing the server need not wait for their readers."""

    routes: list[web.RouteDef]
    stop: Callable[[], None]


@asynccontextmanager
async def rooms_of(house: House) -> AsyncIterator[Rooms]:
    """Their routes, the public page's last: its path may be any word. What runs for them ends with the context."""
    demo = await house.database.read(lambda tx: store.value_of(tx, store.DEMO)) is not None
    pages = Pages(house.database, _plan(house.config, demo=demo), house.now, lambda: house.prober.measured_at)

    def hear(topics: frozenset[str]) -> None:
        if topics & SHOWN:
            pages.changed()

    house.database.listen(hear)
    house.after_reload.append(lambda: pages.use(_plan(house.config, demo=demo)))
    pages.changed()  # made for the first who reads, or in a while: what fell due meanwhile comes first
    running = asyncio.create_task(pages.run(), name="pages")
    try:
        console = _console(house, demo=demo)
        programs = routes(office(house, console))
        yield Rooms(routes=[*console.routes(), *programs, *page_routes(pages)], stop=pages.stop)
    finally:
        pages.stop()
        await asyncio.gather(running, return_exceptions=True)


def office(house: House, console: Console) -> Office:
    """For programs."""
    return Office(
        database=house.database,
        rules=lambda: house.rules,
        now=house.now,
        session=console.door.session,
        followed=house.follow_agreements,
    )


def _console(house: House, *, demo: bool) -> Console:
    def used(tx: Connection, customer: str, now: Instant) -> Sequence[Budget]:
        return budgets(tx, house.config, customer, now)

    return Console(
        house.database,
        lambda: house.config,
        lambda: house.rules.incidents,
        lambda: house.rules.caseload,
        house.now,
        secure=(house.config.site.external_url or "").startswith("https://"),
        budgets=used,
        sealed=SEALED,
        statements=Counter(lambda: house.rules),
        reports=Shelf(lambda: house.rules),
        address=address_of,
        entrances=lambda: house.rules.entrances,
        demo=house.demo_logins if demo else (),
    )


def _plan(config: Config, *, demo: bool) -> Plan:
    desk = Link(text={"zh-CN": "值班台", "en": "Desk"}, href="/desk")
    demo_link = Link(text={"zh-CN": "演示控制台", "en": "Break it"}, href="/demo")
    return plan_of(config, operator=config.site.name, links=(demo_link, desk) if demo else (desk,), demo=demo)
