"""What happened to incidents and cases, as sentences: the rows of every report's timeline."""

from collections.abc import Iterable

from config.language import say
from config.look.figure import RANGE
from config.look.state import Shown, word
from config.state import State
from sla.casefile import Call, Happening
from sla.clause import ROOM
from sla.commitment import commitment_name
from sla.paper.sheet import Cell, Column, Table
from sla.rating import SCORES
from sla.record import Transition
from sla.voice import Voice

_BECAME = {
    "queued": "waits to be sent",
    "sending": "being sent",
    "sent": "delivered",
    "unknown": "perhaps arrived",
    "failed": "not delivered",
    "expired": "too late, not sent",
    "suppressed": "not sent",
}
_GRADES = {"major": "major nonconformity", "minor": "minor nonconformity", "observation": "observation"}
_PEOPLE = ("person:", "customer:")
_WROTE = frozenset({"noted", "case_noted"})
"""People's own progress: what was done, in their words."""
_HOLDERS = {"silence": "silence {n}", "work": "planned work {n}"}
_WAITS = {
    "customer": "Waits for the customer; the resolve clock stands still",
    "third-party": "Waits for a third party; the resolve clock stands still",
    "maintenance": "Waits for agreed maintenance; the resolve clock stands still",
}
_DONE = frozenset(
    {
        "acknowledged",
        "severity_lowered",
        "snoozed",
        "merged",
        "absorbed",
        "split",
        "parted",
        "split_from",
        "split_into",
        "escalated",
        "fulfilled",
        "taken",
        "handed_over",
        "beyond_ability",
        "under_test",
        "waiting",
        "resumed",
        "resolved",
        "case_resolved",
        "level_changed",
        "rating_followed",
    }
)


def timeline(voice: Voice, happenings: Iterable[Happening], transitions: Iterable[Transition] = ()) -> Table:
    """Everything in the order it happened, with when it was written down."""
    columns = (
        Column(title=voice.t("Happened")),
        Column(title=voice.t("Written down")),
        Column(title=voice.t("By")),
        Column(title=voice.t("What happened"), share=1),
    )
    rows = [(one.happened_at, 1, _row(voice, one)) for one in happenings]
    rows += [(one.happened_at, 0, _measured(voice, one)) for one in transitions]
    ordered = [row for _, _, row in sorted(rows, key=lambda one: one[:2])]
    return voice.table(columns, ordered, voice.t("Nothing is recorded."))


def handling(voice: Voice, happenings: Iterable[Happening]) -> Table:
    """Only what was done, and by whom."""
    columns = (
        Column(title=voice.t("Happened")),
        Column(title=voice.t("By")),
        Column(title=voice.t("What happened"), share=1),
    )
    rows = [
        (Cell(text=voice.time(one.happened_at)), Cell(text=voice.who(one.by)), _said(voice, one))
        for one in sorted(happenings, key=lambda one: one.happened_at)
        if one.what in _WROTE | _DONE
    ]
    return voice.table(columns, rows, voice.t("Nothing is recorded."))


def calls(voice: Voice, told: Iterable[Call]) -> Table:
    columns = (
        Column(title=voice.t("Called")),
        Column(title=voice.t("Through"), share=1),
        Column(title=voice.t("Decided")),
        Column(title=voice.t("Done")),
        Column(title=voice.t("Result")),
    )
    rows = [
        (
            Cell(text=voice.person(one.person)),
            Cell(text=one.channel),
            Cell(text=voice.time(one.decided_at)),
            Cell(text=voice.time(one.done_at)),
            Cell(text=voice.t(_BECAME.get(one.state, one.state))),
        )
        for one in told
    ]
    return voice.table(columns, rows, voice.t("Nobody was called."))


def _row(voice: Voice, one: Happening) -> tuple[Cell, ...]:
    return (
        Cell(text=voice.time(one.happened_at)),
        Cell(text=voice.time(one.recorded_at)),
        Cell(text=voice.who(one.by)),
        _said(voice, one),
    )


def _measured(voice: Voice, one: Transition) -> tuple[Cell, ...]:
    state = word(Shown(one.state.value), voice.language)
    bound = ""
    if one.bound_at is not None:
        bound = voice.t(_bound(one), time=voice.time(one.bound_at))
    small = tuple(part for part in (voice.because(one.reason or ""), bound) if part)
    return (
        Cell(text=voice.time(one.happened_at)),
        Cell(text=voice.time(one.recorded_at)),
        Cell(text=voice.t("measured")),
        Cell(text=voice.t("The component is now: {state}", state=state), glyph=one.state.value, small=small),
    )


def _holder(voice: Voice, name: str) -> str:
    """What holds calls is an incident, or has a number of its own kind."""
    kind, _, number = name.partition(":")
    return voice.t(_HOLDERS[kind], n=number) if number and kind in _HOLDERS else name


def _bound(one: Transition) -> str:
    if one.repeats:
        return "last seen so {time}"
    return "last failing check {time}" if one.state is State.UP else "last good check {time}"


def _said(voice: Voice, one: Happening) -> Cell:
    text, quote = sentence_of(voice, one)
    return Cell(text=text, small=(quote,) if quote else ())


def sentence_of(voice: Voice, one: Happening) -> tuple[str, str]:
    """What is said of it, and what somebody wrote, as it is."""
    facts, t = one.facts, voice.t
    match one.what:
        case "opened":
            return t("Incident opened, severity {n}", n=facts["severity"]), voice.because(facts["title"])
        case "state_changed":
            state = word(Shown(str(facts["state"])), voice.language)
            return t("The component is now: {state}", state=state), ""
        case "severity_raised":
            return t("Severity raised to {n}", n=facts["severity"]), facts["because"] if one.by.startswith(
                _PEOPLE
            ) else ""
        case "severity_lowered":
            return t("Severity lowered to {n}", n=facts["severity"]), facts["because"]
        case "acknowledged":
            return t("Taken"), ""
        case "unacknowledged":
            return t("Nobody confirmed that somebody still has it: it calls again"), ""
        case "escalating":
            return t("Told by the policy {name}", name=facts["policy"]), ""
        case "policy_differs":
            return t("The policy {name} was changed since; it goes on by its own", name=facts["policy"]), ""
        case "snoozed":
            return t("Put off until {time}", time=voice.time(facts["until"])), facts["because"]
        case "held":
            holders = t(", ").join(_holder(voice, one) for one in facts["holders"])
            return t("Calls held by {what}", what=holders), facts["because"]
        case "reopened":
            return t("It came back: open again, severity {n}", n=facts["severity"]), ""
        case "case_reopened":
            return t("The fault came back: open again, as if never resolved"), facts["incident"]
        case "merged":
            return t("Part of {number} from here on", number=facts["into"]), facts["because"]
        case "absorbed":
            return t("{number} is part of it from here on", number=facts["incident"]), facts["because"]
        case "split":
            return t("A fault of its own again"), facts["because"]
        case "parted":
            return t("{number} is no part of it any more", number=facts["incident"]), facts["because"]
        case "split_from":
            return t("Split from {number}: told as a fault of its own", number=facts["incident"]), facts["because"]
        case "split_into":
            return t("Alerts of it are {number} from here on", number=facts["incident"]), facts["because"]
        case "released":
            return t("Nothing held its calls any more"), ""
        case "woken":
            return t("The time it was put off for is over"), ""
        case "escalated":
            names = voice.listed(voice.person(name) for name in facts["paged"])
            place = t("step {step}, round {round}", step=facts["step"], round=facts["round"])
            return (t("Called: {names}", names=names) if names else t("Nobody could be called"), place)
        case "noted" | "case_noted":
            return t("Noted"), facts["text"]
        case "resolved":
            if facts["recovered"] and not one.by.startswith(_PEOPLE):
                return t("Resolved: the component is up again"), ""
            return t("Resolved by a person"), facts["because"]
        case "recovered":
            return t("The component has recovered"), ""
        case "case_opened":
            caller = t("reported by {caller}", caller=facts["caller"]) if facts.get("caller") else ""
            return t("Case opened"), caller
        case "fulfilled":
            return t("{clock}: done", clock=commitment_name(facts["commitment"], voice.language)), sent(
                facts["how"], voice.language
            )
        case "waiting":
            seen = facts.get("evidence") or ""
            said = f"{facts['awaited']} ({seen})" if seen else facts["awaited"]
            return t(_WAITS[facts.get("waits_for", "customer")]), said
        case "under_test":
            return t("A plan is under test"), facts["plan"]
        case "stop_contested":
            return t(
                "The customer contests the stop of {time}: the clock ran on", time=voice.time(facts["since"])
            ), facts["reason"]
        case "resumed":
            return t("Goes on; the resolve clock runs again"), ""
        case "taken":
            return t("{who} has it", who=voice.person(facts["person"])), ""
        case "handed_over":
            return t("Handed over to {who}", who=voice.person(facts["to"])), facts["next_action"]
        case "beyond_ability":
            return t("Beyond the ability of whoever has it: to be escalated"), facts["reason"]
        case "file_added":
            return t("File added: {name}", name=facts["name"]), f"SHA-256 {facts['sha256']}"
        case "case_resolved":
            return t("Case resolved"), facts["how"] if one.by.startswith(_PEOPLE) else ""
        case "confirmed":
            return t("The customer confirmed the result"), facts["text"]
        case "contested":
            return t("The customer is not satisfied: open again"), facts["reason"]
        case "level_changed":
            return t("Level {n} said; until the customer confirms it the stricter stands", n=facts["level"]), facts[
                "reason"
            ]
        case "level_confirmed":
            return t("The customer confirmed the level"), facts["text"]
        case "level_contested":
            return t("The customer contests the level: the stricter stands"), facts["reason"]
        case "rated":
            scores = voice.listed(f"{t(one)} {facts['scores'][one]}" for one in SCORES if one in facts["scores"])
            return t("Rated by the customer: {scores}", scores=scores), facts["comment"]
        case "rating_followed":
            return t("The rating was followed up; cause: {cause}", cause=facts["cause"]), facts["measure"]
        case "why_answered":
            asked = t("Why {n}: {why}", n=facts["rank"], why=facts["why"])
            return asked, voice.listed(one for one in (facts["because"], facts["evidence"]) if one)
        case "action_agreed":
            return t("Corrective action agreed"), facts["obligation"]
        case "review_presented":
            return t("The review was presented to the customer"), facts["text"]
        case "review_confirmed":
            return t("The customer confirmed the review"), facts["text"]
        case "review_contested":
            return t("The customer contests the review"), facts["reason"]
        case "finding_raised":
            clause, source = facts["clause"], facts["source"]
            return t("Finding of an audit, {grade}: {clause}", grade=t(_GRADES[facts["grade"]]), clause=clause), source
        case "finding_closed":
            return t("The finding was closed"), facts["evidence"]
        case "drawn":
            return t("Drawn for the sample of {turn}", turn=facts["turn"]), ""
        case "reread":
            said = t("Read again: sound") if facts["sound"] else t("Read again, with findings")
            return said, facts["findings"]
        case "clock_warned":
            clock = commitment_name(facts["commitment"], voice.language)
            due = t("due {time}", time=voice.time(facts["due_at"]))
            return (
                t("{clock}: missed", clock=clock) if facts["missed"] else t("{clock}: runs out soon", clock=clock),
                due,
            )
        case other:
            return other, RANGE


def sent(how: str, language: str) -> str:
    """What upheld itself wrote of a commitment that a mail or a paper fulfilled; people's words stay."""
    for written, sentence in (("message to ", "message to {name}"), ("report to ", "report to {name}")):
        if how.startswith(written):
            return say(ROOM, language, sentence, name=how.removeprefix(written))
    return how
