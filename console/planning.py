"""Planned work is written down at the desk: on what, when, and what happens meanwhile."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from aiohttp import web
from typing_extensions import override

from config.agreement import Category
from config.instant import DAY, Instant
from config.language import choose
from console.form import Form, written
from console.formpage import FormPage
from console.settled import CALLS, COUNTS, OPENS, SHOWN
from console.settling import DESK
from console.visit import Visit
from sla.exclusions import Exclusions
from sla.interval import Interval
from sla.occurrence import Rhythm, every_of, occurrences
from sla.proposal import Proposed

PLANNING = f"{DESK}/new"
ON = "on-"
"""How the name of a component's field begins."""
SWITCHES: Mapping[str, str] = {"open": OPENS, "page": CALLS, "count": COUNTS, "publish": SHOWN}
"""Field -> what it says when it is on."""
_LEFT_ALONE = {"publish": "yes"}
_RHYTHMS: Mapping[Rhythm, str] = {
    Rhythm.WEEKLY: "every week",
    Rhythm.DAILY: "every day",
    Rhythm.MONTHLY: "every month on this day",
}
_SHOWN = 5
_LOOK_AHEAD = 400 * DAY


class PlanningPage(FormPage):
    """A proposal like any other: a second person approves it, and notice is given.

    What repeats is shown as the windows that come of it before it is written down.
    """

    @override
    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form(_LEFT_ALONE, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        form, voice = Form(visit.typed, visit.voice), visit.voice
        components = tuple(one for one in visit.config.components if form.get(f"{ON}{one}"))
        if not components:
            form.errors["components"] = voice.t("Choose what is worked on.")
        start = form.coming("start", voice.t("Write when the work begins."))
        end = form.coming("end", voice.t("Write when the work ends."))
        plan = Proposed(
            components=components,
            category=Category.MAINTENANCE,
            **_window(form, start, end, visit),
            timezone=voice.zone,
            text=form.text("text", voice.t("Write what is done; the customer reads it.")),
            page=bool(form.get("page")),
            open=bool(form.get("open")),
            count=bool(form.get("count")),
            publish=bool(form.get("publish")),
        )
        coming = _coming(plan, visit.now)
        if plan.every is not None and form.good:
            if coming[:1] != [(start, end)]:
                form.errors["start"] = voice.t("By this rhythm one comes before that. Write when the next one begins.")
            elif form.get("shown") != plan.every:
                return await self._page(visit, form, coming=coming, every=plan.every)
        exclusions, by = Exclusions(visit.config), visit.user.by
        return await self._carry_out(
            visit, form, lambda tx: exclusions.propose(tx, plan, by, visit.now), lambda _: DESK
        )

    @override
    async def _page(
        self, visit: Visit, form: Form, status: int = 200, *, coming: Sequence[Interval] = (), every: str = ""
    ) -> web.Response:
        voice = visit.voice
        return visit.page(
            "planning.html",
            status=status,
            form=form,
            components={f"{ON}{id}": choose(one.name, visit.language) for id, one in visit.config.components.items()},
            switches={name: voice.t(text) for name, text in SWITCHES.items()},
            rhythms={one.value: voice.t(text) for one, text in _RHYTHMS.items()},
            coming=[tuple(voice.clock(at, seconds=False) for at in one) for one in coming],
            every=every,
            example=written(visit.now, voice.zone),
        )


def _window(form: Form, start: Instant, end: Instant, visit: Visit) -> dict[str, Any]:
    """One, or what repeats the one that was typed."""
    chosen = form.get("rhythm")
    if chosen:
        form.one_of("rhythm", dict.fromkeys(_RHYTHMS, ""), visit.voice.t("Choose how it repeats, or that it does not."))
    if chosen not in set(Rhythm) or end <= start:
        return {"start": start, "end": end}
    return {"every": every_of(Rhythm(chosen), start, visit.voice.zone), "duration": end - start}


def _coming(plan: Proposed, now: Instant) -> list[Interval]:
    """The next ones that are still to begin."""
    found = (one for one in occurrences(plan, (now, now + _LOOK_AHEAD)) if one[0] >= now)
    return list(islice(found, _SHOWN))
