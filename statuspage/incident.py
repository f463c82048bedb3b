"""An incident as the public reads it: what happens to people, since when, what was said, and when we speak next."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.instant import MINUTE, Instant
from config.look.state import Shown, word
from statuspage.facts import Cause, Component, Incident, Phase, Update
from statuspage.voice import Voice

_PHASES = {
    Phase.INVESTIGATING: "Investigating",
    Phase.IDENTIFIED: "Identified",
    Phase.MONITORING: "Monitoring",
    Phase.RESOLVED: "Resolved",
}

_TITLES = {
    Shown.DEGRADED: "{name} is degraded",
    Shown.PARTIAL: "{name} fails in part",
    Shown.DOWN: "{name} is down",
}

_PAST_TITLES = {
    Shown.DEGRADED: "{name} was degraded",
    Shown.PARTIAL: "{name} failed in part",
    Shown.DOWN: "{name} was down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView:
    id: str
    at: Instant
    time: str
    phase: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """`promise` and what follows it in the same line; empty where nothing is promised. Updates newest first."""

    id: str
    title: str
    state: Shown
    word: str
    resolved: bool
    spell: str
    component: str
    promise: str
    promise_rest: str
    updates: tuple[UpdateView, ...]


def incident_view(incident: Incident, components: Mapping[str, Component], voice: Voice) -> IncidentView:
    known = components.get(incident.component)
    name = voice.text(known.name) if known is not None else incident.component
    promise, rest = _promise(incident, voice)
    return IncidentView(
        id=incident.id,
        title=title(incident, name, voice),
        state=Shown.UP if incident.resolved_at is not None else incident.state,
        word=voice.t("Resolved") if incident.resolved_at is not None else word(incident.state, voice.language),
        resolved=incident.resolved_at is not None,
        spell=_spell(incident, voice),
        component=name,
        promise=promise,
        promise_rest=rest,
        updates=tuple(_update(update, incident, name, voice) for update in reversed(incident.updates)),
    )


def title(incident: Incident, name: str, voice: Voice) -> str:
    """The public title; where nobody wrote one, component and state say enough and give nothing away."""
    if incident.title is not None:
        return voice.text(incident.title)
    titles = _TITLES if incident.resolved_at is None else _PAST_TITLES
    return voice.t(titles.get(incident.state, titles[Shown.DEGRADED]), name=name)


def _spell(incident: Incident, voice: Voice) -> str:
    if incident.resolved_at is None:
        values = {
            "time": voice.clock(incident.started_at, seconds=True),
            "length": voice.length(_whole_minutes(voice.now - incident.started_at)),
        }
        return voice.t("since {time}, {length}", **values)
    lasted = incident.resolved_at - incident.started_at
    spell = voice.spell(incident.started_at, incident.resolved_at)
    return f"{spell}{voice.comma}{voice.length(lasted)}"


def _whole_minutes(span: int) -> int:
    """From the first minute on, seconds that run are no information."""
    return span if span < MINUTE else -(-span // MINUTE) * MINUTE


def _promise(incident: Incident, voice: Voice) -> tuple[str, str]:
    if incident.resolved_at is not None or not incident.updates:
        return "", ""
    last = incident.updates[-1]
    due = next((update.next_before for update in reversed(incident.updates) if update.next_before is not None), None)
    if due is None:
        return "", ""
    if due > voice.now:
        return voice.t("Next update before {time}", time=voice.clock(due)), voice.t(", even if nothing has changed.")
    late = voice.length(_whole_minutes(voice.now - due))
    broken = voice.t("We promised an update before {time} and are {late} late.", time=voice.clock(due), late=late)
    rest = voice.t("Nothing has changed since {time}.", time=voice.clock(last.at))
    return broken, rest if voice.language != "en" else f" {rest}"


def _update(update: Update, incident: Incident, name: str, voice: Voice) -> UpdateView:
    return UpdateView(
        id=f"u-{update.seq}",
        at=update.at,
        time=voice.clock(update.at),
        phase=voice.t(_PHASES[update.phase]),
        text=voice.text(update.text) if update.text is not None else wording(update, incident, name, voice),
    )


def wording(update: Update, incident: Incident, name: str, voice: Voice) -> str:
    """What upheld says by itself: measured facts and what it did, nothing more."""
    since = voice.clock(incident.started_at)
    match update.cause:
        case Cause.OPENED | Cause.CALLED:
            found = voice.t("Our monitoring has found errors on {name} since {time}.", name=name, time=since)
            called = voice.t("The engineer on duty has been called.") if update.cause is Cause.CALLED else ""
            return voice.joined(found, called, voice.t("This text was published automatically."))
        case Cause.ACKNOWLEDGED:
            return voice.t("An engineer is working on it.")
        case Cause.CHANGED:
            return voice.t("The state has changed: {word}.", word=word(update.state or incident.state, voice.language))
        case Cause.CLOSED:
            return voice.t("We have closed this incident.")
        case Cause.RESOLVED:
            ended = incident.resolved_at if incident.resolved_at is not None else voice.now
            length = voice.length(_whole_minutes(ended - incident.started_at))
            values = {"name": name, "time": voice.clock(ended), "length": length}
            return voice.t("{name} works again since {time}, after {length}.", **values)
        case Cause.WRITTEN:
            return ""
