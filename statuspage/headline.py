"""The one sentence on top of the page, what people can still do, and the tally that is also the legend.

The worst state of any component decides: down, partial, unknown, degraded, maintenance, up. Maintenance never hides an
outage, and not knowing is said before slowness.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.instant import DAY, Instant
from config.look.figure import days_between
from config.look.state import Shown, worst
from statuspage.days import DAYS
from statuspage.facts import Incident
from statuspage.standing import Standing
from statuspage.voice import SLOW, Voice

TALLY = (Shown.DOWN, Shown.PARTIAL, Shown.DEGRADED, Shown.MAINTENANCE, Shown.UNKNOWN, Shown.UP)

_COUNTS = {
    Shown.DOWN: ("{n} down", "{n} down"),
    Shown.PARTIAL: ("{n} partial outage", "{n} partial outages"),
    Shown.DEGRADED: ("{n} degraded", "{n} degraded"),
    Shown.MAINTENANCE: ("{n} in maintenance", "{n} in maintenance"),
    Shown.UNKNOWN: ("{n} unknown", "{n} unknown"),
    Shown.UP: ("{n} up", "{n} up"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    state: Shown
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    state: Shown
    sentence: str
    lead: str
    tally: tuple[Count, ...]


def headline(
    standings: Sequence[Standing], incidents: Sequence[Incident], voice: Voice, begin: Instant | None = None
) -> Headline:
    """`incidents` newest first, resolved ones too: they say since when there was none. `begin`: the first fact."""
    state = worst(standing.state for standing in standings)
    affected = [standing for standing in standings if standing.state is state]
    sentence, lead = _said(state, affected, len(affected) == len(standings), incidents, voice, begin)
    return Headline(state=state, sentence=sentence, lead=lead, tally=_tally(standings, voice))


def _said(
    state: Shown,
    affected: Sequence[Standing],
    everything: bool,
    incidents: Sequence[Incident],
    voice: Voice,
    begin: Instant | None,
) -> tuple[str, str]:
    """The sentence and what follows it."""
    match state:
        case Shown.UP:
            return _up(bool(affected), incidents, voice, begin)
        case Shown.MAINTENANCE:
            return _maintenance(affected, voice)
        case Shown.UNKNOWN:
            return _unknown(affected, everything, voice)
        case Shown.DEGRADED | Shown.PARTIAL | Shown.DOWN:
            return _failing(state, affected, incidents, voice)


def _failing(
    state: Shown, affected: Sequence[Standing], incidents: Sequence[Incident], voice: Voice
) -> tuple[str, str]:
    names = _names(affected, voice)
    told = _told(affected, incidents, voice)
    if state is Shown.DEGRADED and all(standing.reason in SLOW for standing in affected):
        lead = told or voice.t("Everything works, but takes longer.")
        return voice.t("Slow answers: {names}", names=names), lead
    heading = {Shown.DOWN: "Down: {names}", Shown.PARTIAL: "Partial outage: {names}"}.get(state, "Degraded: {names}")
    return voice.t(heading, names=names), told or _since(affected, voice)


def _tally(standings: Sequence[Standing], voice: Voice) -> tuple[Count, ...]:
    counts = Counter(standing.state for standing in standings)
    return tuple(
        Count(state=state, text=voice.count(counts[state], *_COUNTS[state])) for state in TALLY if counts[state]
    )


def _names(affected: Sequence[Standing], voice: Voice) -> str:
    return voice.listed([standing.name for standing in affected])


def _told(affected: Sequence[Standing], incidents: Sequence[Incident], voice: Voice) -> str:
    """What a person last wrote to the public about one of them."""
    ids = {standing.id for standing in affected}
    for incident in incidents:
        if incident.resolved_at is None and incident.component in ids:
            written = [update.text for update in incident.updates if update.text is not None]
            if written:
                return _first_sentence(voice.text(written[-1]))
    return ""


def _first_sentence(text: str) -> str:
    """The whole update follows below; on top stands what it begins with."""
    ends = [place + 1 for mark in ("。", ". ", "！", "？") if (place := text.find(mark)) >= 0]
    return text[: min(ends)] if ends else text


def _since(affected: Sequence[Standing], voice: Voice) -> str:
    since = min((standing.since for standing in affected if standing.since is not None), default=voice.now)
    values = {"time": voice.clock(since), "length": voice.length(max(0, voice.now - since))}
    return voice.t("Our monitoring has found errors since {time}, for {length}.", **values)


def _up(any_component: bool, incidents: Sequence[Incident], voice: Voice, begin: Instant | None) -> tuple[str, str]:
    if not any_component:
        return voice.t("No component is shown here yet"), ""
    last = max((incident.resolved_at or voice.now for incident in incidents), default=None)
    if last is None and begin is not None and voice.now - begin < DAYS * DAY:
        lead = voice.t("No incident since we began to measure on {day}.", day=voice.day(begin))
    elif last is None:
        lead = voice.t("No incident in the last 90 days.")
    elif voice.now - last < DAY:
        lead = voice.t("The last incident was resolved at {time}.", time=voice.clock(last))
    else:
        lead = voice.count(days_between(last, voice.now), "No incident for {n} day.", "No incident for {n} days.")
    return voice.t("All systems are up"), lead


def _maintenance(affected: Sequence[Standing], voice: Voice) -> tuple[str, str]:
    windows = [standing.window for standing in affected if standing.window is not None]
    names = _names(affected, voice)
    if not windows:
        return voice.t("In maintenance: {names}", names=names), ""
    until = max(window.end for window in windows)
    lead = next((voice.text(window.text) for window in windows if window.text is not None), "")
    return voice.t("In maintenance until {time}: {names}", time=voice.clock(until), names=names), lead


def _unknown(affected: Sequence[Standing], all_of_them: bool, voice: Voice) -> tuple[str, str]:
    since = [standing.since for standing in affected if standing.since is not None]
    doubt = voice.t("We do not know whether it runs. This time counts neither as up nor as down.")
    if all_of_them and len(affected) > 1:
        doubt = voice.t("We do not know whether the systems run. This time counts neither as up nor as down.")
        if not since:
            return voice.t("We have not measured yet"), doubt
        return voice.t("We have not measured since {time}", time=voice.clock(min(since))), doubt
    names = _names(affected, voice)
    if not since:
        return voice.t("Not measured yet: {names}", names=names), doubt
    return voice.t("Not measured since {time}: {names}", time=voice.clock(min(since)), names=names), doubt
