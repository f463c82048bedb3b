"""`components`: what is watched, and how each is now."""

from typing import Any

from sqlalchemy import Connection

from config.model import Component as Written
from config.model import Tier
from config.state import State
from console.user import Access
from incidents.store import transition
from upheld.api.field import Listed, Shape, Time
from upheld.api.page import page
from upheld.api.route import Asked, Route
from upheld.api.word import covered
from upheld.shown import at


class Component(Shape):
    """`since`: from when it has that state; null where nothing was recorded of it yet."""

    id: str
    name: str | dict[str, str]
    tier: Tier
    state: State
    since: Time | None
    checks: list[str]


class ComponentPage(Shape):
    items: list[Component]
    next: str | None


async def every(asked: Asked) -> Any:
    own, known = covered(asked), asked.rules.config.components
    seen = [one for one in known.values() if own is None or one.id in own]

    def made(tx: Connection) -> Any:
        return page(seen, lambda one: one.id, lambda one: _shown(tx, one), asked.query, newest_first=False)

    return await asked.read(made)


def _shown(tx: Connection, one: Written) -> dict[str, Any]:
    newest = transition.newest(tx, one.id)
    return {
        "id": one.id,
        "name": one.name,
        "tier": one.tier.value,
        "state": (State.UNKNOWN if newest is None else newest.state).value,
        "since": None if newest is None else at(newest.happened_at),
        "checks": [check.id for check in one.checks.values()],
    }


ROUTES = (
    Route(
        method="GET",
        path="/components",
        summary="Every component, by id, with its state",
        access=(Access.MEMBER,),
        act=every,
        query=Listed,
        answer=ComponentPage,
    ),
)
