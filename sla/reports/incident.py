"""The incident report: the problem, what was done, how it was verified, what prevents a repeat, the whole timeline.

Source: requirements.md 3. Who was called and when stands in it, and how long the fault went unnoticed.
"""

from config.look.figure import RANGE
from config.look.state import Shown, word
from config.state import State
from sla.casefile import IncidentFile
from sla.frame import added, framed, written
from sla.happened import calls, handling, timeline
from sla.paper.sheet import Block, Cell, Column, Figure, Section, Sheet
from sla.report import WORDS, Frame, Report, Subject
from sla.voice import Voice


def sheet(frame: Frame, facts: IncidentFile, language: str) -> Sheet:
    voice = Voice(frame, language)
    t = voice.t
    return framed(
        frame,
        voice,
        title=t("Incident report"),
        subtitle=f"{facts.id}{t(', ')}{voice.text(facts.component_name)}",
        facts=(
            (t("Service"), voice.text(facts.component_name)),
            (t("Began"), voice.day_and_time(facts.started_at)),
            (t("Over"), voice.day_and_time(facts.resolved_at)),
        ),
        figures=(
            Figure(title=t("Lasted"), text=voice.between(facts.started_at, facts.resolved_at)),
            Figure(title=t("Noticed after"), text=voice.lasted(facts.opened_at - facts.started_at)),
            Figure(title=t("Taken after"), text=voice.between(facts.opened_at, facts.acknowledged_at)),
            Figure(title=t("Severity"), text=str(facts.severity)),
        ),
        summary=_summary(voice, facts),
        sections=(
            Section(title=t("The problem"), blocks=(_problem(voice, facts),)),
            Section(title=t("The cause"), blocks=written(frame, voice, "cause")),
            Section(title=t("What was done"), blocks=(*added(frame, voice, "handling"), _done(voice, facts))),
            Section(
                title=t("How it was verified"),
                blocks=(*added(frame, voice, "verification"), _verified(voice, facts)),
            ),
            Section(title=t("How a repeat is prevented"), blocks=written(frame, voice, "prevention")),
            Section(
                title=t("Timeline"),
                note=t("each fact with when it happened and when it was written down"),
                blocks=(timeline(voice, facts.happenings, facts.transitions),),
            ),
            Section(title=t("Who was called"), blocks=(calls(voice, facts.calls),)),
            Section(title=t("Cases and time limits"), blocks=(voice.cases(facts.cases),)),
        ),
    )


def _summary(voice: Voice, facts: IncidentFile) -> str:
    if facts.resolved_at is None:
        return voice.t("It is not over; everything here may change.")
    return ""


def _problem(voice: Voice, facts: IncidentFile) -> Block:
    t = voice.t
    pairs = [
        (t("What was seen"), voice.because(facts.title)),
        (t("State"), word(Shown(facts.state.value), voice.language)),
        (t("First failing check"), voice.time(facts.started_at)),
        (t("Incident opened"), voice.time(facts.opened_at)),
        (t("Taken"), _taken(voice, facts)),
        (t("Over"), voice.time(facts.resolved_at)),
    ]
    if facts.recurrence_of is not None:
        pairs.append((t("Again after"), facts.recurrence_of))
    return voice.facts(pairs)


def _taken(voice: Voice, facts: IncidentFile) -> str:
    if facts.acknowledged_at is None:
        return RANGE
    return f"{voice.time(facts.acknowledged_at)}{voice.t(', ')}{voice.who(facts.acknowledged_by or '')}"


def _done(voice: Voice, facts: IncidentFile) -> Block:
    return handling(voice, facts.happenings)


def _verified(voice: Voice, facts: IncidentFile) -> Block:
    """The first good checks of what failed, as the probes recorded them."""
    t = voice.t
    columns = (
        Column(title=t("First good check"), share=1),
        Column(title=t("Last failing check"), share=1),
        Column(title=t("Written down"), share=1),
    )
    rows = [
        (
            Cell(text=voice.time(one.happened_at), glyph=one.state.value),
            Cell(text=voice.time(one.bound_at)),
            Cell(text=voice.time(one.recorded_at)),
        )
        for one in facts.transitions
        if one.state is State.UP and one.happened_at > facts.started_at and not one.repeats
    ]
    return voice.table(columns, rows, t("No good check is recorded since."))


REPORT = Report(
    subject=Subject.INCIDENT,
    facts=IncidentFile,
    sheet=sheet,
    over=lambda facts, _: facts.resolved_at is not None,
    asks=WORDS,
)
