"""A whole page, worded in one language: pure, from facts and an instant. The templates only set it in type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.instant import DAY, MINUTE, SECOND, Instant, Span
from config.look import figure
from config.look.state import Shown
from statuspage import strip
from statuspage.component import ComponentView, component_view
from statuspage.days import DAYS, Span90, edges_of, span90
from statuspage.facts import Component, PageFacts, Window
from statuspage.headline import Headline, headline
from statuspage.incident import IncidentView, incident_view
from statuspage.response import ResponseView, response_view
from statuspage.standing import incidents_by_component, seen_at, shown_of, standings_of, windows_by_component
from statuspage.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    name: str
    standing: str
    components: tuple[ComponentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    id: str
    title: str
    state: str
    spell: str
    announced: str
    components: str
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    text: str
    path: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """`as_of` is None before the first measurement; `age` says how old that was when the page was made."""

    language: str
    name: str
    operator: str
    demo: bool
    links: tuple[LinkView, ...]
    headline: Headline
    as_of: Instant | None
    as_of_text: str
    zone: str
    age: str
    stale_after: Span
    total: str
    current: tuple[IncidentView, ...]
    recent: tuple[IncidentView, ...]
    windows: tuple[WindowView, ...]
    more_windows: bool
    ticks: tuple[tuple[float, str], ...]
    groups: tuple[GroupView, ...]
    chart: ResponseView | None
    months: tuple[MonthView, ...]


LATELY = 7 * DAY


def spans_of(facts: PageFacts, made_at: Instant) -> dict[str, Span90]:
    """The 90 days of every component shown: the same in every language."""
    now = seen_at(facts, made_at)
    edges = edges_of(now, facts.site.zone)
    windows = windows_by_component(facts.windows)
    return {id: span90(facts.components[id].changes, windows[id], edges, now) for id in shown_of(facts)}


def page_view(facts: PageFacts, language: str, made_at: Instant, spans: Mapping[str, Span90] | None = None) -> PageView:
    """Everything is told and counted as of the last measurement, which may be a little before the page is made."""
    spans = spans if spans is not None else spans_of(facts, made_at)
    now = seen_at(facts, made_at)
    voice = Voice(language=language, zone=facts.site.zone, now=now)
    edges = edges_of(now, voice.zone)
    incidents = incidents_by_component(facts.incidents)
    shown = shown_of(facts)
    standings = standings_of(facts, made_at, voice)
    views = {id: component_view(facts.components[id], standings[id], spans[id], incidents[id], voice) for id in shown}
    return PageView(
        language=language,
        name=voice.text(facts.name),
        operator=voice.text(facts.site.operator) if facts.site.operator is not None else "",
        demo=facts.site.demo,
        links=tuple(LinkView(text=voice.text(link.text), href=link.href) for link in facts.site.links),
        headline=headline(list(standings.values()), facts.incidents, voice, _begin(facts)),
        as_of=now if facts.measured_at is not None else None,
        as_of_text=as_of(now, voice),
        zone=figure.zone_name(voice.zone, now, language),
        age=voice.t("{length} before this page was made", length=voice.length(max(SECOND, made_at - now))),
        stale_after=facts.site.stale_after or 0,
        total=voice.count(len(shown), "{n} component", "{n} components"),
        current=tuple(
            incident_view(one, facts.components, voice) for one in facts.incidents if one.resolved_at is None
        ),
        recent=tuple(
            incident_view(one, facts.components, voice)
            for one in facts.incidents
            if one.resolved_at is not None and now - one.resolved_at < LATELY
        )[:5],
        windows=tuple(window_view(window, facts.components, voice) for window in _next_of_each(facts.windows, now)),
        more_windows=len(_next_of_each(facts.windows, now)) < len(upcoming(facts.windows, now)),
        ticks=_ticks(edges, voice),
        groups=_groups(facts, views, voice),
        chart=response_view(facts, voice),
        months=tuple(
            MonthView(
                text=figure.month(month.year, month.month, language, short=True),
                path=f"history/{month.year}-{month.month:02d}",
                count=str(month.incidents) if month.incidents else voice.t("none"),
            )
            for month in facts.months
        ),
    )


def _begin(facts: PageFacts) -> Instant | None:
    return min((one.changes[0].at for one in facts.components.values() if one.changes), default=None)


def upcoming(windows: Sequence[Window], now: Instant) -> list[Window]:
    """Planned work that goes on or is still to come, the next first."""
    return sorted((one for one in windows if one.maintenance and one.end > now), key=lambda one: (one.start, one.id))


def _next_of_each(windows: Sequence[Window], now: Instant) -> list[Window]:
    """Of a recurring plan its next occurrence alone; the page of planned work has them all."""
    seen: set[str] = set()
    found: list[Window] = []
    for window in upcoming(windows, now):
        if window.series and window.series in seen:
            continue
        seen.add(window.series)
        found.append(window)
    return found[:4]


def window_view(window: Window, components: Mapping[str, Component], voice: Voice) -> WindowView:
    names = [voice.text(components[id].name) for id in window.components if id in components]
    name = voice.listed(names)
    work = voice.text(window.text) if window.text is not None else voice.t("planned work")
    running = window.start <= voice.now < window.end
    announced = ""
    if window.announced_at is not None:
        ahead = voice.length(_ahead(window.start - window.announced_at))
        at = voice.moment(window.announced_at)
        announced = voice.t("announced {time}, {length} ahead", time=at, length=ahead)
    return WindowView(
        id=window.id,
        title=voice.t("{name}: {work}", name=name, work=work),
        state=voice.t("In progress" if running else "Planned" if window.end > voice.now else "Completed"),
        spell=voice.spell(window.start, window.end),
        announced=announced,
        components=voice.listed(names, most=100),
        running=running,
    )


def _ahead(span: Span) -> Span:
    """How long before: cut, since a notice must not look longer than it was."""
    return span // DAY * DAY if span >= 3 * DAY else span // MINUTE * MINUTE


def as_of(measured_at: Instant, voice: Voice) -> str:
    gap = "" if voice.language != "en" else ", "
    clock = figure.time_of_day(measured_at, voice.zone, seconds=True)
    return f"{figure.full_day(measured_at, voice.zone, voice.language)}{gap}{clock}"


def _groups(facts: PageFacts, views: Mapping[str, ComponentView], voice: Voice) -> tuple[GroupView, ...]:
    groups: list[GroupView] = []
    for group in facts.groups:
        inside = tuple(views[id] for id in group.components if id in views)
        if not inside:
            continue
        affected = sum(view.state is not Shown.UP for view in inside)
        text = (
            voice.t("{n} of {total} affected", n=affected, total=len(inside))
            if affected
            else voice.count(len(inside), "up", "all {n} up")
        )
        name = voice.text(group.name) if group.name is not None else ""
        groups.append(GroupView(name=name, standing=text, components=inside))
    return tuple(groups)


def _ticks(edges: Sequence[Instant], voice: Voice) -> tuple[tuple[float, str], ...]:
    firsts = [
        (place, here.month)
        for place, edge in enumerate(edges[:-1])
        if (here := figure.local(edge + SECOND, voice.zone)).day == 1
    ]
    return tuple((x, figure.month_name(month, voice.language)) for x, month in strip.month_ticks(firsts, DAYS))
