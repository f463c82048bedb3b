"""The course of an incident: judged, opened, its events appended, and what each of them brings about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from db.ledger.store import stamped
from incidents import decide, drilling, merging, news, removal, splitting
from incidents.caseload import Caseload
from incidents.decide import Condition, NotFound
from incidents.drill import NUMBER as DRILL
from incidents.drill import of_drill
from incidents.family import Family
from incidents.incident import (
    RECOVERED,
    Absorbed,
    Acknowledged,
    Event,
    Held,
    Incident,
    Merged,
    Opened,
    Progress,
    Recorded,
    Recovered,
    Released,
    Reopened,
    Resolved,
    SeverityLowered,
    SeverityRaised,
    Snoozed,
    SplitFrom,
    SplitInto,
    StateChanged,
    evolved,
    replay,
)
from incidents.paging import MERGED, Paging
from incidents.quiet import Scene
from incidents.store import alert, evidence, timer
from incidents.store import incident as store
from incidents.store.alert import Alert
from incidents.store.number import next_number

log = structlog.get_logger(__name__)

SYSTEM = "upheld"
NUMBER = "INC"
LOOKED_AT = 100
"""Components at once."""


class Course:
    """Of the incidents of one configuration. Everything in the caller's transaction."""

    def __init__(self, config: Config, paging: Paging, caseload: Caseload) -> None:
        self._config = config
        self._family = Family(config.components)
        self._paging = paging
        self._cases = caseload

    def look_again(self, clock: Callable[[], Instant]) -> Iterator[Callable[[Connection], None]]:
        """After a start or a reload: what changed while nobody looked. In parts, between which others have their turn:
        of thousands of components it takes seconds."""
        yield partial(removal.forget, config=self._config, by=SYSTEM, now=clock())
        every = self._family.parents_first(list(self._config.components))
        for first in range(0, len(every), LOOKED_AT):
            yield partial(self._look_at, components=every[first : first + LOOKED_AT], now=clock())
        yield partial(self._look_through, now=clock())

    def _look_at(self, tx: Connection, components: Sequence[str], now: Instant) -> None:
        for component in components:
            news.redraw(tx, self._config, component, SYSTEM, now)
            self._judge(tx, component, SYSTEM, now)

    def _look_through(self, tx: Connection, now: Instant) -> None:
        for incident in store.unresolved(tx):
            incident = self._quieten(tx, incident, now)
            differs = self._paging.differs(tx, incident)
            if differs is not None:
                self._apply(tx, incident, [differs], SYSTEM, now)

    def _judge(self, tx: Connection, component: str, by: str, now: Instant) -> Incident | None:
        """Its own incident, and those that were split from it; the own one that was open already, if one was."""
        latest, was_split = store.newest_and_split(tx, component)
        own = self._judge_one(tx, component, latest, by, now)
        for one in store.split_of(tx, component) if was_split else ():
            if one.unresolved or one.muted or alert.fires_of(tx, one.id):
                self._judge_one(tx, component, store.find(tx, one.id), by, now)
        return own

    def _judge_one(
        self, tx: Connection, component: str, latest: Incident | None, by: str, now: Instant
    ) -> Incident | None:
        """`latest`: the component's own, or one that was split from it. It, if it was open already."""
        if latest is not None and latest.progress is Progress.MERGED:
            self._judge_part(tx, latest, by, now)
            return latest
        condition = self._condition(tx, component, latest, now)
        events = decide.decide(latest, condition, self._config.incidents.reopen_within or 0)
        after = latest
        if events and isinstance(events[0], Opened) and latest is not None and latest.strand is not None:
            alert.give_back(tx, latest.id)  # that one is over: what fails is the component's again
            return self._judge_one(tx, component, store.newest_of(tx, component), by, now)
        if events and isinstance(events[0], Opened):
            after = self._open(tx, _named_by_news(tx, latest, events[0]), by, now)
        elif latest is not None and events and isinstance(events[0], Reopened):
            after = self._reopen(tx, latest, events[0], by, now)
        elif latest is not None:
            after = self._quieten(tx, self._apply(tx, latest, events, by, now) if events else latest, now)
        if after is not None:
            self._quieten_others(tx, after, now)
        return latest if latest is not None and latest.unresolved else None

    def _judge_part(self, tx: Connection, part: Incident, by: str, now: Instant) -> None:
        """It keeps the state of its component; what follows is decided for the whole."""
        state = self._now(tx, part, now).state
        if state.failing and state is not part.state:
            self._apply(tx, part, [StateChanged(state=state)], by, now)
        whole = store.whole_of(tx, part)
        self._judge_one(tx, whole.component, whole, by, now)

    def _now(self, tx: Connection, incident: Incident, now: Instant) -> Condition:
        """What it is made of, its parts apart."""
        return news.condition(tx, self._config, incident.component, now, incident.strand)

    def _condition(self, tx: Connection, component: str, latest: Incident | None, now: Instant) -> Condition:
        """Of the component and, where its incident has parts, of theirs."""
        parts = [] if latest is None or not latest.unresolved else store.parts_of(tx, latest)
        strand = None if latest is None else latest.strand
        own = news.condition(tx, self._config, component, now, strand)
        every = [own, *(self._now(tx, one, now) for one in parts)]
        for one in every:
            if one.held_until is not None:
                timer.start(tx, timer.Kind.HOLD, one.component, str(one.held_until), one.held_until, now)
        return merging.together(every[0], every[1:]) if parts else every[0]

    def _open(self, tx: Connection, event: Opened, by: str, now: Instant) -> Incident:
        number = next_number(tx, DRILL if of_drill(event.component) else NUMBER, now)
        incident = self._add(tx, number, event, (), by, now)
        self._freeze(tx, incident, now)
        self._cases.open_for(tx, incident, now)
        if incident.recurrence_of is not None:
            self._paging.came_back(tx, incident.recurrence_of, incident, now)
        return incident

    def _add(
        self, tx: Connection, number: str, event: Opened, more: Sequence[Event], by: str, now: Instant
    ) -> Incident:
        """Told at once, as its policy says."""
        at = stamped(tx, now)
        opened = Recorded(event=event, happened_at=event.started_at, recorded_at=at, by=by, seen_by_customer_at=at)
        known = _recorded(more, by, now, at)
        untold = replay(number, [opened, *known])
        told = _recorded(self._paging.begin(tx, untold, now), SYSTEM, now, at)
        incident = evolved(untold, told)
        store.add(tx, incident, opened, [*known, *told])
        log.info("incident opened", incident=incident.id, component=incident.component, severity=incident.severity)
        for one in told:
            self._follow(tx, incident, one.event, SYSTEM, now)
        return incident

    def _split(
        self, tx: Connection, origin: Incident, taken: Sequence[Alert], by: str, because: str, now: Instant
    ) -> Incident:
        """These alerts are an incident beside it, called as any; the cases of the two stay one."""
        number, names = next_number(tx, NUMBER, now), tuple(one.name for one in taken)
        alert.split(tx, taken, number)
        into = SplitInto(incident=number, alerts=names, because=because)
        self._apply(tx, origin, [into], by, now)
        condition = news.condition(tx, self._config, origin.component, now, number)
        apart = SplitFrom(incident=origin.id, alerts=names, because=because)
        self._add(tx, number, splitting.opening(origin, condition), [apart], by, now)
        self._judge(tx, origin.component, by, now)
        return self._load(tx, number)

    def _reopen(self, tx: Connection, incident: Incident, event: Reopened, by: str, now: Instant) -> Incident:
        """The same number, told afresh; its cases are open again, with clocks that never stopped."""
        again = self._apply(tx, incident, [event], by, now)
        log.info("incident reopened", incident=again.id, component=again.component, severity=again.severity)
        self._cases.reopened(tx, again, store.root_of(tx, again).id, now)
        told = self._apply(tx, again, self._paging.begin(tx, again, now), SYSTEM, now)
        self._paging.came_back(tx, told.id, told, now)
        return told

    def _freeze(self, tx: Connection, incident: Incident, now: Instant) -> None:
        component = self._config.components.get(incident.component)
        if component is not None and component.checks:
            evidence.freeze(tx, incident, [check.id for check in component.checks.values()], now)

    def _apply(self, tx: Connection, incident: Incident, events: Sequence[Event], by: str, now: Instant) -> Incident:
        """Append the events and do what each of them asks for."""
        recorded = _recorded(events, by, now, stamped(tx, now))
        after = evolved(incident, recorded)
        store.append(tx, incident, after, recorded)
        for event in events:
            self._follow(tx, after, event, by, now)
        return after

    def _quieten(self, tx: Connection, incident: Incident, now: Instant, scene: Scene | None = None) -> Incident:
        """What holds its calls now does so from here on; where nothing does any more they go on."""
        holders = self._paging.quiet.holders(tx, incident, now, scene)
        if not incident.unresolved or holders == incident.held_by:
            return incident
        if holders:
            because = self._paging.quiet.because(tx, holders)
            return self._apply(tx, incident, [Held(holders=holders, because=because)], SYSTEM, now)
        free = self._apply(tx, incident, [Released()], SYSTEM, now)
        return self._apply(tx, free, self._paging.released(tx, free, now), SYSTEM, now)

    def _quieten_others(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Those it may hold, or held until now."""
        if not self._paging.quiet.rules:
            return
        explains = self._paging.quiet.explains(tx, incident, now)
        may = store.unresolved(tx) if explains else store.held_because_of(tx, incident)
        self._quieten_each(tx, [one for one in may if one.id != incident.id], now)

    def _quieten_all(self, tx: Connection, now: Instant) -> None:
        self._quieten_each(tx, store.unresolved(tx), now)

    def _quieten_each(self, tx: Connection, those: Sequence[Incident], now: Instant) -> None:
        scene = self._paging.quiet.scene(tx, now) if those else None
        for one in those:
            after = self._quieten(tx, one, now, scene)
            if scene is not None and one.id in scene.open:
                scene.open[one.id] = after

    def _follow(self, tx: Connection, incident: Incident, event: Event, by: str, now: Instant) -> None:
        match event:
            case Acknowledged():
                if incident.progress is not Progress.MERGED:
                    self._paging.acknowledged(tx, incident, now)
                self._cases.taken(tx, incident, by, now)
                for part in store.parts_of(tx, incident):
                    self._apply(tx, part, [event], by, now)
            case Merged():
                self._paging.stop(tx, incident, MERGED, now)
            case Absorbed(incident=id) if incident.progress is Progress.ACKNOWLEDGED and incident.snoozed_until is None:
                absorbed = store.find(tx, id)
                if absorbed is not None and absorbed.acknowledged_at is None:
                    self._apply(tx, absorbed, [Acknowledged(channel=MERGED)], incident.acknowledged_by or by, now)
            case SeverityRaised():
                if not incident.held_by or not self._paging.quiet.holders(tx, incident, now):
                    self._paging.raised(tx, incident, now)
            case Held():
                self._paging.held(tx, incident, now)
            case Snoozed(until=until):
                self._paging.snoozed(tx, incident, until, now)
            case SeverityLowered():
                self._paging.lowered(tx, incident, now)
            case Resolved():
                log.info("incident resolved", incident=incident.id, component=incident.component, by=by)
                self._paging.resolved(tx, incident, now)
                if of_drill(incident.component):
                    drilling.held(tx, self._config, incident, event.because, by, now)
                if event.recovered:
                    self._end_cases(tx, incident, event.because, by, now)
                for part in store.parts_of(tx, incident):
                    well = not self._now(tx, part, now).state.failing
                    self._apply(tx, part, [Resolved(because=event.because, recovered=well)], by, now)
                for child in self._family.dependants(incident.component):
                    self._judge(tx, child, by, now)
            case Recovered():
                # a click ended the paging; what the customer waits for is that it works again
                self._end_cases(tx, incident, RECOVERED, by, now)
            case _:
                pass

    def _end_cases(self, tx: Connection, incident: Incident, because: str, by: str, now: Instant) -> None:
        """A customer waits for his system, not for one of two faults: while another of them lasts, so do his cases."""
        others = store.split_of(tx, incident.component) if store.was_split(tx, incident.component) else []
        own = None if incident.split_from is None else store.newest_of(tx, incident.component)
        if own is not None:
            others.append(own)
        if not any(one.id != incident.id and (one.unresolved or one.muted) for one in others):
            self._cases.resolved(tx, incident, because, by, now)

    def _load(self, tx: Connection, incident_id: str) -> Incident:
        incident = store.find(tx, incident_id)
        if incident is None:
            raise NotFound(f"there is no incident {incident_id!r}; `upheld incident list --all` lists them")
        return incident

    def _load_whole(self, tx: Connection, incident_id: str) -> Incident:
        """Raises NotFound, or decide.Refused for a part of another incident."""
        incident = self._load(tx, incident_id)
        merging.its_own(incident)
        return incident


def _recorded(events: Sequence[Event], by: str, now: Instant, at: Instant) -> list[Recorded]:
    """`at`: when the ledger says that they were recorded."""
    return [
        Recorded(event=one, happened_at=now, recorded_at=at, by=by, seen_by_customer_at=_shown(one, at))
        for one in events
    ]


def _shown(event: Event, now: Instant) -> Instant | None:
    """What the public page shows is seen from this commit on; pages to our own people are not."""
    return now if isinstance(event, (Acknowledged, Reopened, Resolved, SeverityRaised, SeverityLowered)) else None


def _named_by_news(tx: Connection, latest: Incident | None, opened: Opened) -> Opened:
    """Beside what a person resolved while it failed it is the news that opens another one: he knows the rest."""
    known = None if latest is None or not latest.muted else latest.resolved_at
    new = None if known is None else alert.first_firing(tx, opened.component, None, after=known)
    if new is None:
        return opened
    cause = f"{new.source}:{new.key}"
    again = opened.recurrence_of if cause == opened.cause else None
    return replace(opened, cause=cause, title=new.summary, recurrence_of=again)
