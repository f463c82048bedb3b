"""A page with a form on it: shown empty, and again with what was typed and what stands against it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from sqlalchemy import Connection

from console.deed import carried_out
from console.form import Form
from console.rules import Rules
from console.visit import Visit, see_other

T = TypeVar("T")


class FormPage(ABC):
    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def _carry_out(
        self, visit: Visit, form: Form, work: Callable[[Connection], T], shown: Callable[[T], str] | None = None
    ) -> web.Response:
        """What a form without mistakes asks for; `shown`: the address that shows what came of it, else this page's."""
        if not form.good:
            return await self._page(visit, form, status=422)
        made: list[T] = []
        await carried_out(self._rules.database, lambda tx: made.append(work(tx)), form, visit.voice)
        if not form.good:
            return await self._page(visit, form, status=409)
        return see_other(visit.request.path if shown is None else shown(made[-1]))

    async def _unpressed(self, visit: Visit, form: Form) -> web.Response:
        """No button of ours was pressed."""
        form.errors[""] = visit.voice.t("Choose one of the buttons of the page.")
        return await self._page(visit, form, status=422)

    @abstractmethod
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response: ...
