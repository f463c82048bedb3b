"""Parts that the papers about one case have in common: what it is, its time limits, how its end was verified."""

from config.look.figure import RANGE
from sla.casefile import CaseFile
from sla.happened import timeline
from sla.paper.sheet import Block, Cell, Column
from sla.voice import Voice

_PROGRESS = {
    "open": "in work",
    "waiting": "waits for the customer",
    "resolved": "resolved",
    "confirmed": "confirmed by the customer",
    "testing": "a plan is under test",
    "third-party": "waits for a third party",
    "maintenance": "waits for agreed maintenance",
}
_KINDS = {"fault": "fault", "question": "question", "complaint": "complaint", "request": "request"}


def version(voice: Voice, facts: CaseFile) -> str:
    return voice.t("version {number}", number=facts.agreement_version)


def problem(voice: Voice, facts: CaseFile) -> Block:
    t, case = voice.t, facts.case
    pairs = [
        (t("Title"), voice.title_of(case)),
        (t("Kind"), t(_KINDS[case.kind.value])),
        (t("Level"), voice.level(case)),
        (t("Service"), t("none in particular") if facts.component_name is None else voice.text(facts.component_name)),
        (t("Reported"), voice.time(case.reported_at)),
        (t("Written down"), voice.time(facts.opened_at)),
        (t("Reported by"), _reporter(voice, facts)),
    ]
    return voice.facts(pairs)


def progress(voice: Voice, facts: CaseFile) -> str:
    """In the agreement's own words, where it has any."""
    return voice.t(_PROGRESS[facts.progress]) if facts.progress_name is None else voice.text(facts.progress_name)


def _reporter(voice: Voice, facts: CaseFile) -> str:
    if facts.caller:
        return facts.caller
    if facts.case.incident is not None:
        return voice.t("by itself, with incident {number}", number=facts.case.incident)
    opened = next((one for one in facts.happenings if one.what == "case_opened"), None)
    return RANGE if opened is None else voice.who(opened.by)


def limits(voice: Voice, facts: CaseFile) -> Block:
    columns = (Column(title=voice.t("Time limit"), share=1),)
    return voice.table(
        columns,
        [(Cell(lines=(voice.clock(clock),)),) for clock in facts.case.commitments],
        voice.t("No time limit."),
    )


def verified(voice: Voice, facts: CaseFile) -> Block:
    """The resolution, and the customer's own word on it."""
    t = voice.t
    said = [one for one in facts.happenings if one.what in ("case_resolved", "confirmed", "contested")]
    return timeline(voice, said) if said else voice.facts([(t("Resolved"), voice.time(facts.resolved_at))])
