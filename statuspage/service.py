"""The pages as bytes: made once for each change, served as they are. What follows a request is a look-up.

`refresh` reads the store and makes everything anew; statuspage/press.py says when.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable

import orjson
from sqlalchemy import Connection

from config.instant import DAY, MINUTE, Instant
from config.look import figure
from config.look.state import word
from db.engine import Database
from sla.exclusions import Exclusions
from statuspage import atom, badge, setting, store
from statuspage.days import edges_of
from statuspage.facts import Component, Incident, PageFacts, Series
from statuspage.latency import series_of
from statuspage.lines import Lines
from statuspage.making import MONTHS, Made, Rendered, bare, html, make, months_of, rendered
from statuspage.place import Place, What, place_of
from statuspage.plan import Layout, Plan
from statuspage.press import Press
from statuspage.standing import seen_at, standings_of
from statuspage.stream import Streams
from statuspage.voice import Voice
from statuspage.window import windows_of

AHEAD = 30 * DAY
KEPT_MOST = 256


class Pages:
    """All public pages of one plan."""

    def __init__(
        self,
        database: Database,
        plan: Plan,
        now: Callable[[], Instant],
        measured_at: Callable[[], Instant | None],
        streams: Streams | None = None,
    ) -> None:
        """`measured_at`: up to when the measuring is known to run, None before it began; asked at every refresh."""
        self.plan = plan
        self.streams = streams if streams is not None else Streams()
        self.measured_at = measured_at
        self.now = now
        self._database = database
        self._lines = Lines()
        self._carried_since: Instant | None = None
        self._begin: Instant | None = None
        self._made: dict[str, Made] = {}
        self._kept: OrderedDict[tuple[str, Place], Rendered] = OrderedDict()
        self._refreshing = asyncio.Lock()
        self._press = Press(self.refresh, lambda: len(self.streams) > 0)

    def use(self, plan: Plan) -> None:
        """Take a new configuration over with the next refresh."""
        self.plan = plan
        self.changed()

    def changed(self) -> None:
        """Something was committed that a page may show."""
        self._press.changed()

    async def fresh(self) -> None:
        """Wait for this before giving anything to a reader: nobody may have looked for long."""
        await self._press.fresh(first=not self._made)

    def stop(self) -> None:
        """End `run` and every open stream."""
        self.streams.close()
        self._press.stop()

    async def run(self) -> None:
        """Until `stop`."""
        await self._press.run()

    async def refresh(self) -> None:
        """Read what is new and make every page. Raises StoreUnavailable; the pages made before stay."""
        async with self._refreshing:
            now, plan = self.now(), self.plan
            facts = await self._database.read(lambda tx: self._read(tx, plan, now))
            before = self._made
            self._made = await asyncio.to_thread(lambda: {one.path: make(one, now) for one in facts})
            self._kept.clear()
            for path, made in self._made.items():
                if path not in before or before[path].revision != made.revision:
                    self.streams.changed(path, made.revision)

    def facts(self, page: str = "/") -> PageFacts | None:
        """The facts the page was last made of."""
        made = self._made.get(page)
        return made.facts if made is not None else None

    def revision(self, page: str) -> str | None:
        """Of what is shown, not of its age. None: no such page."""
        made = self._made.get(page)
        return made.revision if made is not None else None

    def place(self, path: str) -> Place | None:
        return place_of(path, [layout.path for layout in self.plan.layouts])

    async def get(self, place: Place, language: str) -> Rendered | None:
        """The bytes of a place; None: there is nothing there. Raises StoreUnavailable."""
        made = self._made.get(place.page)
        if made is None or language not in self.plan.site.languages:
            return None
        if place.what is What.INDEX:
            return made.print.index[language]
        if place.what is What.DOCUMENT:
            return made.print.documents.get(place.argument)
        key = (language, place)
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._other(place, language, made)
            if kept is not None:
                self._kept[key] = kept
                while len(self._kept) > KEPT_MOST:
                    self._kept.popitem(last=False)
        return kept

    def error(self, status: int, language: str, page: str = "/", reference: str = "") -> Rendered:
        """A page that says what happened, in every language of the site."""
        facts = self.facts(page) or bare(self.plan)
        return html([setting.error_html(facts, status, language, reference)], language, status)

    def badge(self, component: str, language: str, kind: str) -> Rendered | None:
        """`svg` or `json` of a component that stands on some page; None: there is none."""
        made = next((one for one in self._made.values() if component in one.facts.components), None)
        if made is None:
            return None
        facts = made.facts
        voice = Voice(language=language, zone=facts.site.zone, now=seen_at(facts, made.made_at))
        now = standings_of(facts, made.made_at, voice)[component]
        said = word(now.state, language)
        if kind == "svg":
            return rendered([badge.svg(now, said).encode()], "image/svg+xml")
        return rendered([orjson.dumps(badge.endpoint(now, said, voice))], "application/json")

    async def _other(self, place: Place, language: str, made: Made) -> Rendered | None:
        facts, now = made.facts, made.made_at
        match place.what:
            case What.INCIDENT:
                incident = await self._incident(facts, place.argument)
                if incident is None:
                    return None
                return html([setting.incident_html(facts, incident, language, now, made.revision)], language)
            case What.HISTORY:
                year, month = int(place.argument[:4]), int(place.argument[5:])
                if (year, month) not in [(one.year, one.month) for one in facts.months]:
                    return None
                incidents = await self._incidents_of(facts, year, month)
                return html(
                    [setting.history_html(facts, (year, month), incidents, language, now, made.revision)], language
                )
            case What.MAINTENANCE:
                return html([setting.maintenance_html(facts, language, now, made.revision)], language)
            case What.ATOM:
                return rendered([atom.atom(facts, language, now)], "application/atom+xml; charset=utf-8")
            case What.INDEX | What.DOCUMENT:
                return None

    async def _incident(self, facts: PageFacts, id: str) -> Incident | None:
        found = next((one for one in facts.incidents if one.id == id and one.updates), None)
        if found is None:
            found = await self._database.read(lambda tx: store.find_incident(tx, id))
        return found if found is not None and found.component in facts.components else None

    async def _incidents_of(self, facts: PageFacts, year: int, month: int) -> list[Incident]:
        first = figure.month_start(year, month, facts.site.zone)
        last = figure.month_start(year + month // 12, month % 12 + 1, facts.site.zone)
        found = await self._database.read(lambda tx: store.incidents_between(tx, first, last))
        return [one for one in found if one.component in facts.components]

    def _read(self, tx: Connection, plan: Plan, now: Instant) -> list[PageFacts]:
        since = edges_of(now, plan.site.zone)[0]
        self._take_changes(tx, since)
        if self._begin is None:
            self._begin = store.first_fact(tx)
        incidents = store.recent_incidents(tx, since)
        starts = store.starts_since(tx, now - 31 * MONTHS * DAY)
        windows = windows_of(Exclusions(plan.config).known(tx, None, now), since, now + AHEAD)
        measured_at = self.measured_at()
        found: list[PageFacts] = []
        for layout in plan.layouts:
            components = self._components(plan, layout)
            mine = tuple(one for one in incidents if one.component in components)
            counts = Counter(
                (here.year, here.month)
                for component, at in starts
                if component in components and (here := figure.local(at, plan.site.zone))
            )
            found.append(
                PageFacts(
                    site=plan.site,
                    path=layout.path,
                    title=layout.title,
                    groups=layout.groups,
                    components=components,
                    windows=tuple(one for one in windows if any(id in components for id in one.components)),
                    incidents=mine,
                    months=months_of(counts, self._begin, now, plan.site.zone),
                    series=_series(tx, plan, layout, mine, now),
                    measured_at=measured_at if plan.site.stale_after is not None else now,
                )
            )
        return found

    def _take_changes(self, tx: Connection, since: Instant) -> None:
        """Only what was appended since the last look; once a day the window moves on."""
        if self._carried_since is None:
            newest = store.newest_change(tx)
            for one in (*store.standing_before(tx, since), *store.changes_after(tx, 0, since)):
                self._lines.take(one.component, one.id, one.change)
            self._lines.seen = max(self._lines.seen, newest)
        else:
            for one in store.changes_after(tx, self._lines.seen, since):
                self._lines.take(one.component, one.id, one.change)
            if since != self._carried_since:
                self._lines.forget(since)
        self._carried_since = since

    def _components(self, plan: Plan, layout: Layout) -> dict[str, Component]:
        lines = self._lines.changes(layout.components)
        return {
            id: Component(id=id, name=named.name, description=named.description, changes=lines[id])
            for id in layout.components
            if (named := plan.components.get(id)) is not None
        }


def _series(tx: Connection, plan: Plan, layout: Layout, incidents: tuple[Incident, ...], now: Instant) -> Series | None:
    """Of the component with the newest open incident, else of the first that is timed at all."""
    timed = [id for id in layout.components if (named := plan.components.get(id)) is not None and named.check]
    failing = [one.component for one in incidents if one.resolved_at is None and one.component in timed]
    for component in (failing or timed)[:1]:
        check = plan.components[component].check
        buckets = store.latencies_since(tx, check, now - DAY - 15 * MINUTE) if check is not None else {}
        return series_of(component, buckets, now)
    return None
