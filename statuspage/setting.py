"""Setting a page in type: views into templates. Pure but for reading the templates once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from config.instant import Instant
from config.look import environment, figure
from config.look.state import Shown
from statuspage import place
from statuspage.facts import Incident, PageFacts
from statuspage.incident import IncidentView, incident_view
from statuspage.view import LinkView, PageView, WindowView, upcoming, window_view
from statuspage.voice import ROOM, Voice

NAMES = {"en": "English", "zh-CN": "中文"}
AT_ONCE = 1000
"""Pieces of a template, most of them a few letters, that are packed together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The same place in a language of the site."""

    language: str
    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every public page says around its own matter."""

    name: str
    operator: str
    path: str
    base: str
    api: str
    zone: str
    state: Shown
    revision: str
    demo: bool
    links: tuple[LinkView, ...]
    languages: tuple[Other, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfIncidents:
    text: str
    incidents: tuple[IncidentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPage:
    """`before` and `after` are the neighbouring months, None where there are no facts or no past."""

    text: str
    sentence: str
    before: Neighbour | None
    after: Neighbour | None
    days: tuple[DayOfIncidents, ...]


def index_html(facts: PageFacts, view: PageView, now: Instant, revision: str) -> Iterator[str]:
    """In pieces: of thousands of components the whole text is megabytes, and nobody needs it at once."""
    around = frame(facts, view.language, now, view.headline.state, revision, "")
    return _pieces("page.html", facts, view.language, view=view, place=around, made=now)


def incident_html(facts: PageFacts, incident: Incident, language: str, now: Instant, revision: str) -> str:
    voice = Voice(language=language, zone=facts.site.zone, now=now)
    view = incident_view(incident, facts.components, voice)
    around = frame(facts, language, now, view.state, revision, f"incidents/{incident.id}")
    return _set("incident.html", facts, language, incident=view, place=around)


def history_html(
    facts: PageFacts, month: tuple[int, int], incidents: Sequence[Incident], language: str, now: Instant, revision: str
) -> str:
    """`incidents` of that month, newest first."""
    voice = Voice(language=language, zone=facts.site.zone, now=now)
    path = f"history/{month[0]}-{month[1]:02d}"
    around = frame(facts, language, now, Shown.UP, revision, path)
    return _set("history.html", facts, language, month=_month(facts, month, incidents, voice), place=around)


def maintenance_html(facts: PageFacts, language: str, now: Instant, revision: str) -> str:
    voice = Voice(language=language, zone=facts.site.zone, now=now)
    coming = [window_view(window, facts.components, voice) for window in upcoming(facts.windows, now)]
    past: list[WindowView] = [
        window_view(window, facts.components, voice)
        for window in sorted(facts.windows, key=lambda window: -window.start)
        if window.maintenance and window.end <= now
    ]
    around = frame(facts, language, now, Shown.MAINTENANCE if coming else Shown.UP, revision, "maintenance")
    return _set("maintenance.html", facts, language, coming=coming, past=past[:20], place=around)


def error_html(facts: PageFacts, status: int, language: str, reference: str = "") -> str:
    """404 and whatever else keeps a page from being made; the reader's language first, then the other."""
    parts = []
    for one in sorted(facts.site.languages, key=lambda one: one != language):
        voice = Voice(language=one, zone="UTC", now=0)
        if status == 404:
            heading = voice.t("There is no such page")
            text = voice.t("The address leads nowhere: the incident may have another number. Nothing was lost.")
        else:
            heading = voice.t("This page could not be made")
            text = voice.t("Nothing was lost: alerts are still taken and stored. Try again in a minute.")
        number = voice.t("Reference {reference}", reference=reference) if reference else ""
        back = voice.t("To the present state")
        parts.append({"language": one, "heading": heading, "text": text, "reference": number, "back": back})
    made = environment(ROOM, language).get_template("error.html")
    return made.render(status=status, name=Voice(language=language, zone="UTC", now=0).text(facts.name), parts=parts)


def frame(facts: PageFacts, language: str, now: Instant, state: Shown, revision: str, inside: str) -> Frame:
    """`inside` is the rest of the address behind the page's base."""
    voice = Voice(language=language, zone=facts.site.zone, now=now)
    return Frame(
        name=voice.text(facts.name),
        operator=voice.text(facts.site.operator) if facts.site.operator is not None else "",
        path=facts.path,
        base=place.base(facts.path, language),
        api=place.api(facts.path),
        zone=figure.zone_name(facts.site.zone, now, language),
        state=state,
        revision=revision,
        demo=facts.site.demo,
        links=tuple(LinkView(text=voice.text(link.text), href=link.href) for link in facts.site.links),
        languages=tuple(
            Other(language=one, name=NAMES[one], href=place.base(facts.path, one) + inside)
            for one in facts.site.languages
        ),
    )


def _month(facts: PageFacts, month: tuple[int, int], incidents: Sequence[Incident], voice: Voice) -> MonthPage:
    by_day: dict[str, list[IncidentView]] = defaultdict(list)
    for incident in incidents:
        by_day[voice.day(incident.started_at)].append(incident_view(incident, facts.components, voice))
    text = figure.month(*month, voice.language)
    sentence = (
        voice.count(len(incidents), "{n} incident.", "{n} incidents.")
        if incidents
        else voice.t("No incident in {month}.", month=text)
    )
    known = [(one.year, one.month) for one in facts.months]
    return MonthPage(
        text=text,
        sentence=sentence,
        before=_neighbour(month, -1, known, voice),
        after=_neighbour(month, 1, known, voice),
        days=tuple(DayOfIncidents(text=day, incidents=tuple(views)) for day, views in by_day.items()),
    )


def _neighbour(month: tuple[int, int], step: int, known: Sequence[tuple[int, int]], voice: Voice) -> Neighbour | None:
    year, number = divmod(month[0] * 12 + month[1] - 1 + step, 12)
    if (year, number + 1) not in known:
        return None
    return Neighbour(path=f"{year}-{number + 1:02d}", text=figure.month(year, number + 1, voice.language))


def _set(template: str, facts: PageFacts, language: str, **values: object) -> str:
    return "".join(_pieces(template, facts, language, **values))


def _pieces(template: str, facts: PageFacts, language: str, **values: object) -> Iterator[str]:
    whole = figure.percent(Fraction(1), language)
    stream = environment(ROOM, language, facts.site.zone).get_template(template).stream(whole=whole, **values)
    stream.enable_buffering(AT_ONCE)
    return stream
