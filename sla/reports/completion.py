"""The completion report of a case: the problem, what was done, how it was verified. Source: requirements.md 1."""

from sla.casefile import CaseFile
from sla.casesheet import limits, problem, verified, version
from sla.frame import added, framed
from sla.happened import handling, timeline
from sla.paper.sheet import Section, Sheet
from sla.report import Frame, Report, Subject
from sla.voice import Voice


def sheet(frame: Frame, facts: CaseFile, language: str) -> Sheet:
    voice = Voice(frame, language)
    t, case = voice.t, facts.case
    return framed(
        frame,
        voice,
        title=t("Completion report"),
        subtitle=f"{case.id}{t(', ')}{voice.title_of(case)}",
        facts=(
            (t("Agreement"), f"{voice.text(facts.agreement_name)}{t(', ')}{version(voice, facts)}"),
            (t("Reported"), voice.day_and_time(case.reported_at)),
            (t("Resolved"), voice.day_and_time(facts.resolved_at)),
        ),
        summary="" if facts.resolved_at is not None else t("It is not over; everything here may change."),
        sections=(
            Section(title=t("The problem"), blocks=(problem(voice, facts),)),
            Section(
                title=t("What was done"), blocks=(*added(frame, voice, "handling"), handling(voice, facts.happenings))
            ),
            Section(
                title=t("How it was verified"), blocks=(*added(frame, voice, "verification"), verified(voice, facts))
            ),
            Section(title=t("Time limits"), blocks=(limits(voice, facts),)),
            Section(
                title=t("Timeline"),
                note=t("each fact with when it happened and when it was written down"),
                blocks=(timeline(voice, facts.happenings),),
            ),
            Section(title=t("Confirmed by both sides"), blocks=(voice.signatures(),)),
        ),
    )


def said(facts: CaseFile) -> set[str]:
    """A person's note or resolution says what was done, the customer's confirmation that it was verified."""
    done = any(one.what in ("case_noted", "case_resolved") and one.by.startswith("person:") for one in facts.happenings)
    return {word for word, known in (("handling", done), ("verification", facts.confirmed_at is not None)) if known}


REPORT = Report(
    subject=Subject.CASE,
    facts=CaseFile,
    sheet=sheet,
    over=lambda facts, _: facts.resolved_at is not None,
    asks=("handling", "verification"),
    said=said,
)
