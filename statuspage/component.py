"""One component on the page, worded: its strip, its figure, its state now, and the table that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.look.state import Shown, word
from statuspage.days import Day, Part, Span90
from statuspage.facts import Component, Incident, Window
from statuspage.standing import Standing
from statuspage.strip import Shape, shapes
from statuspage.voice import Voice

OPENED = frozenset({Shown.DOWN, Shown.PARTIAL, Shown.DEGRADED})
"""Whose table stands open at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One state of one day, as words; `day` is empty in the second row of a day."""

    day: str
    state: Shown
    word: str
    reason: str
    incident: str | None
    counted: str
    lasted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    id: str
    name: str
    description: str
    state: Shown
    word: str
    why: str
    availability: str
    shapes: tuple[Shape, ...]
    label: str
    summary: str
    open: bool
    rows: tuple[Row, ...]


def component_view(
    component: Component, now: Standing, span: Span90, incidents: Sequence[Incident], voice: Voice
) -> ComponentView:
    """`incidents` of this component; a day's row leads to the one that was open then."""
    eventful = span.eventful
    return ComponentView(
        id=component.id,
        name=now.name,
        description=voice.text(component.description) if component.description is not None else "",
        state=now.state,
        word=word(now.state, voice.language),
        why=_why(now, span, voice),
        availability=voice.percent(span.availability),
        shapes=shapes([day.worst if day.measured else None for day in span.days]),
        label=_label(span, voice),
        summary=_summary(span, voice),
        open=now.state in OPENED,
        rows=tuple(row for day in eventful for row in _rows(day, incidents, voice)),
    )


def _why(now: Standing, span: Span90, voice: Voice) -> str:
    if now.state is not Shown.UNKNOWN:
        return ""
    if now.since is None:
        return voice.t("We have not measured this yet.")
    cause = voice.reason(now.reason).replace("：", ":").partition(":")[2].strip()
    time = voice.clock(now.since)
    since = (
        voice.t("We have not measured since {time}: {cause}.", time=time, cause=cause)
        if cause
        else voice.t("We have not measured since {time}.", time=time)
    )
    return voice.joined(since, voice.t("We do not know whether it runs. This time counts neither as up nor as down."))


def _label(span: Span90, voice: Voice) -> str:
    measured = sum(day.measured for day in span.days)
    bad = len(span.eventful)
    if not measured:
        return voice.t("Not measured yet")
    if not bad:
        return voice.count(measured, "{n} day, fully up", "{n} days, all fully up")
    return voice.t("{n} of {days} days not fully up", n=bad, days=measured)


def _summary(span: Span90, voice: Voice) -> str:
    """What stands under the strip: bad days, unmeasured time beside the figure, since when we measure."""
    parts: list[str] = []
    if span.eventful:
        parts.append(voice.count(len(span.eventful), "{n} day not fully up", "{n} days not fully up"))
    if span.unobserved:
        parts.append(voice.t("{length} not measured", length=voice.length(span.unobserved)))
    if span.measured_from is not None and not span.days[0].measured:
        parts.append(voice.t("measured since {day}", day=voice.day(span.measured_from)))
    return voice.comma.join(parts)


def _rows(day: Day, incidents: Sequence[Incident], voice: Voice) -> list[Row]:
    rows: list[Row] = []
    for part in day.parts:
        incident = _incident(part, day, incidents)
        rows.append(
            Row(
                day=voice.day(day.start) if not rows else "",
                state=part.state,
                word=_word(part.state, voice),
                reason=_explained(part, voice),
                incident=incident.id if incident is not None else None,
                counted=voice.length(part.counted),
                lasted=voice.length(part.lasted),
            )
        )
    return rows


def _explained(part: Part, voice: Voice) -> str:
    if part.window is not None:
        text = voice.text(part.window.text) if part.window.text is not None else voice.t("Agreed work")
        if part.state is not Shown.MAINTENANCE:
            return voice.t("{reason}, does not count", reason=text)
        if part.open:
            return voice.t("{reason}, until {time}", reason=text, time=voice.clock(part.window.end))
        if not part.window.agreed:
            return voice.t("{reason}, not agreed: outages count", reason=text)
        return voice.t("{reason}, {spell}", reason=text, spell=_hours(part.window, voice))
    reason = voice.reason(part.reason)
    if not part.open:
        return reason
    if part.state is Shown.UNKNOWN:
        return voice.t("Not measured since {time}", time=voice.clock(part.first))
    return voice.t("{reason}, still open", reason=reason) if reason else voice.t("Still open")


def _hours(window: Window, voice: Voice) -> str:
    spell = voice.spell(window.start, window.end)
    head, _, tail = spell.rpartition(voice.day(window.start))
    return tail.strip() if not head else spell


def _incident(part: Part, day: Day, incidents: Sequence[Incident]) -> Incident | None:
    if part.state in (Shown.MAINTENANCE, Shown.UNKNOWN):
        return None
    over = (one for one in incidents if one.started_at < day.end and (one.resolved_at or day.end) >= part.first)
    return next(over, None)


def _word(state: Shown, voice: Voice) -> str:
    """Of a day in the table: what is over is 维护, what lasts is 维护中."""
    return voice.t("Maintenance") if state is Shown.MAINTENANCE else word(state, voice.language)
