"""What a page says of each component now: as of the last measurement, and nothing once that is too old."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.instant import Instant
from config.look.state import RANK, Shown
from sla.timeline import State
from statuspage.facts import Component, Incident, PageFacts, Window
from statuspage.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One component now. `since` is None before the first measurement; `window` is the work it is in."""

    id: str
    name: str
    state: Shown
    since: Instant | None
    reason: str | None = None
    window: Window | None = None


def seen_at(facts: PageFacts, made_at: Instant) -> Instant:
    """The newest instant the facts speak of: the last measurement, or a fact that came after it."""
    if facts.measured_at is None:
        return made_at
    newest = max((one.changes[-1].at for one in facts.components.values() if one.changes), default=facts.measured_at)
    opened = max((one.opened_at for one in facts.incidents), default=newest)
    return min(made_at, max(facts.measured_at, newest, opened))


def standings_of(facts: PageFacts, made_at: Instant, voice: Voice) -> dict[str, Standing]:
    """By id, in the page's order; `voice.now` is `seen_at`. Unknown all, once the measuring has stopped."""
    windows, incidents = windows_by_component(facts.windows), incidents_by_component(facts.incidents)
    found = {id: standing(facts.components[id], windows[id], incidents[id], voice) for id in shown_of(facts)}
    stale_after = facts.site.stale_after
    if facts.measured_at is None or stale_after is None or made_at - voice.now <= stale_after:
        return found
    return {id: replace(one, state=Shown.UNKNOWN, since=voice.now, reason=None) for id, one in found.items()}


def standing(component: Component, windows: Sequence[Window], incidents: Sequence[Incident], voice: Voice) -> Standing:
    """The component's state now: the worst of what was last measured, its open incident, and the work it is in.

    An incident can be open while the probes are content: somebody else's alert says so.
    """
    last = next((change for change in reversed(component.changes) if change.at <= voice.now), None)
    state = Shown(last.state) if last is not None else Shown.UNKNOWN
    since = _since(component, last.state, voice.now) if last is not None else None
    reason = last.reason if last is not None else None
    told = next((one for one in incidents if one.resolved_at is None and RANK[one.state] > RANK[state]), None)
    if told is not None:
        state, since, reason = told.state, told.started_at, None
    window = next((one for one in windows if one.maintenance and one.start <= voice.now < one.end), None)
    if window is not None and RANK[Shown.MAINTENANCE] > RANK[state]:
        state = Shown.MAINTENANCE
    return Standing(
        id=component.id,
        name=voice.text(component.name),
        state=state,
        since=window.start if window is not None and state is Shown.MAINTENANCE else since,
        reason=reason,
        window=window,
    )


def _since(component: Component, state: State, now: Instant) -> Instant:
    """When the present state began, past changes that only gave another reason for it."""
    since = now
    for change in reversed(component.changes):
        if change.at > now:
            continue
        if change.state is not state:
            break
        since = change.at
    return since


def shown_of(facts: PageFacts) -> list[str]:
    return [id for group in facts.groups for id in group.components if id in facts.components]


def windows_by_component(windows: Sequence[Window]) -> Mapping[str, list[Window]]:
    found: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        for component in window.components:
            found[component].append(window)
    return found


def incidents_by_component(incidents: Sequence[Incident]) -> Mapping[str, list[Incident]]:
    found: dict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        found[incident.component].append(incident)
    return found
