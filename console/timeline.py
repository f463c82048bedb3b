"""What happened, as rows of a timeline: events of incidents and cases, transitions, messages. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from config.instant import MINUTE, Instant
from config.look.state import Shown, word
from config.state import State
from console import words
from console.silence import held_by, why_held
from console.voice import Voice
from incidents import merging
from incidents.case import (
    BeyondAbility,
    CaseNoted,
    CaseOpened,
    CaseRecorded,
    CaseReopened,
    CaseResolved,
    ClockWarned,
    Confirmed,
    Contested,
    FileAdded,
    Fulfilled,
    HandedOver,
    LevelChanged,
    LevelConfirmed,
    LevelContested,
    Rated,
    RatingFollowed,
    Resumed,
    StopContested,
    Taken,
    UnderTest,
    Waiting,
)
from incidents.finding import FindingClosed, FindingRaised
from incidents.incident import (
    Absorbed,
    Acknowledged,
    Escalated,
    Escalating,
    Held,
    Merged,
    Noted,
    Opened,
    Parted,
    PolicyDiffers,
    Recorded,
    Recovered,
    Released,
    Reopened,
    Resolved,
    SeverityLowered,
    SeverityRaised,
    Snoozed,
    Split,
    SplitFrom,
    SplitInto,
    StateChanged,
    Unacknowledged,
    Woken,
)
from incidents.review import ActionAgreed, ReviewConfirmed, ReviewContested, ReviewPresented, WhyAnswered
from incidents.sample import Drawn, Reread
from incidents.store.change import Changed
from incidents.store.transition import Transition
from sla.happened import sent

_LATE = MINUTE
"""A fact written this much later than it happened says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`human`: a person did it; `state`: the glyph of a measured change; `quote`: what somebody wrote, as it is."""

    at: Instant
    time: str
    day: str
    text: str
    detail: str = ""
    quote: str = ""
    human: bool = False
    state: str | None = None
    link: str = ""


def incident_rows(events: Sequence[Recorded], voice: Voice) -> list[Row]:
    return [_incident_row(one, voice) for one in events]


def case_rows(events: Sequence[CaseRecorded], voice: Voice, files: str = "") -> list[Row]:
    """`files`: the address below which the case's files lie."""
    return [_case_row(one, voice, files) for one in events]


def measured_rows(transitions: Sequence[Transition], voice: Voice) -> list[Row]:
    return [_measured_row(one, voice) for one in transitions]


def change_rows(changes: Sequence[Changed], voice: Voice) -> list[Row]:
    """What senders told of deployments and switches."""
    return [_change_row(one, voice) for one in changes]


def newest_first(*rows: Iterable[Row]) -> list[Row]:
    """One time line; of one instant the later written stands above."""
    together = [row for some in rows for row in some]
    return sorted(together, key=lambda row: row.at)[::-1]


def _row(
    at: Instant, voice: Voice, text: str, detail: Iterable[str] = (), quote: str = "", *, human: bool = False
) -> Row:
    joined = voice.stop.join(part for part in detail if part)
    return Row(at=at, time=voice.time(at), day=voice.day(at), text=text, detail=joined, quote=quote, human=human)


def _human(by: str) -> bool:
    return by.startswith(("person:", "customer:"))


def _incident_row(one: Recorded, voice: Voice) -> Row:
    who, human = voice.who(one.by), _human(one.by)
    at = one.recorded_at
    match one.event:
        case Opened() as event:
            text = voice.t("Incident opened, severity {n}", n=event.severity)
            again = voice.t("again after {number}", number=event.recurrence_of) if event.recurrence_of else ""
            cause = "" if event.cause == event.title else event.cause
            began = voice.t("began {time}", time=voice.clock(event.started_at))
            return _row(
                at, voice, text, [_because(event.because, voice), voice.cause(event.title), cause, began, again]
            )
        case StateChanged(state=state):
            return _row(at, voice, voice.t("It is now: {state}", state=_state_word(state, voice)))
        case SeverityRaised(severity=severity, because=because) if human:
            return _row(
                at, voice, voice.t("{who} raised the severity to {n}", who=who, n=severity), (), because, human=True
            )
        case SeverityLowered(severity=severity, because=because):
            text = voice.t("{who} lowered the severity to {n}", who=who, n=severity)
            return _row(at, voice, text, (), because, human=human)
        case SeverityRaised(severity=severity, because=because):
            return _row(at, voice, voice.t("Severity raised to {n}", n=severity), [_because(because, voice)])
        case Acknowledged(channel=channel):
            return _row(at, voice, voice.t("{who} acknowledged", who=who), [_channel(channel, voice)], human=human)
        case Snoozed(until=until, because=because):
            text = voice.t("{who} put it off until {time}", who=who, time=voice.clock(until))
            return _row(at, voice, text, (), because, human=human)
        case Woken():
            return _row(at, voice, voice.t("The time it was put off for is over: it is told again"))
        case Held(holders=holders, because=because):
            why = why_held(holders, because, voice)
            return _row(at, voice, voice.t("Calls held by {what}", what=held_by(holders, voice)), (), why)
        case Merged(into=into, because=because):
            text = voice.t("{who} merged it into {whole}", who=who, whole=into)
            return _row(at, voice, text, (), because, human=human)
        case Absorbed(incident=part, because=because):
            text = voice.t("{who} made {part} part of it", who=who, part=part)
            return _row(at, voice, text, (), because, human=human)
        case Split(because=because):
            return _row(at, voice, voice.t("{who} split it off again", who=who), (), because, human=human)
        case Parted(incident=part, because=because):
            text = voice.t("{who} split {part} off again", who=who, part=part)
            return _row(at, voice, text, (), because, human=human)
        case SplitFrom(incident=origin, alerts=alerts, because=because):
            text = voice.t("{who} split it from {origin}", who=who, origin=origin)
            return _row(at, voice, text, [_alerts(alerts, voice)], because, human=human)
        case SplitInto(incident=new, alerts=alerts, because=because):
            text = voice.t("{who} split {number} from it", who=who, number=new)
            return _row(at, voice, text, [_alerts(alerts, voice)], because, human=human)
        case Reopened(severity=severity, because=because):
            text = voice.t("It came back: open again, severity {n}", n=severity)
            return _row(at, voice, text, [_because(because, voice)])
        case Released():
            return _row(at, voice, voice.t("Nothing holds its calls any more: it is told again"))
        case Unacknowledged():
            return _row(at, voice, voice.t("Nobody said that he still has it: it is told again"))
        case Escalating() as event if human:
            return _row(at, voice, voice.t("{who} began its policy again", who=who), [event.policy], human=True)
        case Escalating() as event:
            return _row(
                at, voice, voice.t("Told by the policy {policy}", policy=event.policy), [_version(event.version, voice)]
            )
        case PolicyDiffers(policy=policy, version=""):
            return _row(
                at, voice, voice.t("There is no policy {policy} any more; it goes on by its own", policy=policy)
            )
        case PolicyDiffers(policy=policy, version=version):
            text = voice.t("The policy {policy} was changed; it goes on by its own", policy=policy)
            return _row(at, voice, text, [_version(version, voice)])
        case Escalated() as event:
            place = voice.t("step {step}, round {round}", step=event.step, round=event.round)
            place = place if event.step else voice.t("the fallback")
            if event.nobody is not None:
                return _row(at, voice, voice.t("Nobody could be called"), [place, _nobody(event.nobody, voice)])
            names = voice.listed([voice.person(name) for name in event.paged])
            return _row(at, voice, voice.t("Called {names}", names=names), [place])
        case Noted(text=written):
            return _row(at, voice, voice.t("{who} noted", who=who), quote=written, human=human)
        case Resolved() as event if human:
            still = "" if event.recovered else voice.t("the component still failed: muted until it recovers")
            text = voice.t("{who} resolved it", who=who)
            return _row(at, voice, text, [still], quote=event.because, human=True)
        case Resolved():
            return _row(at, voice, voice.t("Resolved: the component is up again"))
        case Recovered():
            return _row(at, voice, voice.t("The component has recovered; the next failure opens a new incident"))
        case other:
            assert_never(other)


def _case_row(one: CaseRecorded, voice: Voice, files: str) -> Row:
    who, human, at = voice.who(one.by), _human(one.by), one.happened_at
    late = ""
    if one.recorded_at - one.happened_at >= _LATE:
        late = voice.t("written {time}", time=voice.clock(one.recorded_at))
    match one.event:
        case CaseOpened() as event:
            text = voice.t("{who} recorded it", who=who) if human else voice.t("Opened with the incident")
            caller = voice.t("reported by {caller}", caller=event.caller) if event.caller else ""
            return _row(at, voice, text, [caller, late], human=human)
        case Fulfilled(commitment=commitment, how=how):
            clock = voice.code(words.CLOCKS, commitment)
            text = voice.t("{clock}: done", clock=clock)
            shown = "" if human else sent(how, voice.language)
            return _row(at, voice, text, [shown, late], quote=how if human else "", human=human)
        case Taken(person=person):
            return _row(at, voice, voice.t("{who} has it", who=voice.person(person)), [late], human=human)
        case HandedOver(to=to, next_action=text):
            said = voice.t("{who} hands it over to {to}", who=who, to=voice.person(to))
            return _row(at, voice, said, [late], quote=text, human=human)
        case CaseNoted(text=written):
            return _row(at, voice, voice.t("{who} wrote", who=who), [late], quote=written, human=human)
        case FileAdded(name=name, size=size, sha256=hashed):
            length = voice.t("{n} KiB", n=-(-size // 1024))
            row = _row(at, voice, voice.t("{who} added a file", who=who), [length, late], quote=name, human=human)
            return replace(row, link=f"{files}{hashed}" if files else "")
        case UnderTest(plan=plan):
            return _row(at, voice, voice.t("{who} tries a plan out", who=who), [late], quote=plan, human=human)
        case Waiting() as stop:
            text = voice.t("{waits}; the resolve clock stands still", waits=voice.t(words.WAITS[stop.waits_for.value]))
            seen = voice.t("to be seen in: {evidence}", evidence=stop.evidence) if stop.evidence else ""
            return _row(at, voice, text, [seen, late], quote=stop.awaited, human=human)
        case StopContested(since=since, reason=reason):
            text = voice.t("{who} contests the stop of {time}: the clock ran on", who=who, time=voice.clock(since))
            return _row(at, voice, text, [late], quote=reason, human=human)
        case Resumed():
            return _row(at, voice, voice.t("Goes on; the resolve clock runs again"), [late], human=human)
        case BeyondAbility(reason=reason):
            text = voice.t("{who} says that it is beyond his ability: to be escalated", who=who)
            return _row(at, voice, text, [late], quote=reason, human=human)
        case CaseResolved(how=how):
            text = voice.t("{who} resolved it", who=who) if human else voice.t("Resolved with the incident")
            return _row(at, voice, text, [late], quote=how if human else "", human=human)
        case Confirmed(text=written):
            return _row(at, voice, voice.t("{who} confirmed it", who=who), [late], quote=written, human=human)
        case CaseReopened(incident=incident):
            return _row(at, voice, voice.t("The fault came back: open again, as if never resolved"), [incident])
        case Contested(reason=reason):
            text = voice.t("{who} is not satisfied: open again", who=who)
            return _row(at, voice, text, [late], quote=reason, human=human)
        case LevelChanged(level=level, reason=reason):
            text = voice.t("{who} says level {n}; the stricter stands until it is confirmed", who=who, n=level)
            return _row(at, voice, text, [late], quote=reason, human=human)
        case LevelConfirmed(text=written):
            return _row(at, voice, voice.t("{who} confirmed the level", who=who), [late], quote=written, human=human)
        case LevelContested(reason=reason):
            text = voice.t("{who} contests the level: the stricter stands", who=who)
            return _row(at, voice, text, [late], quote=reason, human=human)
        case Rated(scores=scores, comment=comment, low=low):
            said = voice.scores(scores)
            wanted = voice.t("to be followed up") if low else ""
            return _row(
                at,
                voice,
                voice.t("{who} rated it: {scores}", who=who, scores=said),
                [wanted, late],
                comment,
                human=human,
            )
        case RatingFollowed(cause=cause, measure=measure):
            text = voice.t("{who} followed the rating up", who=who)
            return _row(at, voice, text, [voice.t("cause: {cause}", cause=cause), late], quote=measure, human=human)
        case WhyAnswered() as why:
            text = voice.t("{who} wrote why {n}: {why}", who=who, n=why.rank, why=why.why)
            return _row(at, voice, text, [why.evidence, late], quote=why.because, human=human)
        case ActionAgreed(obligation=obligation, aim=aim):
            text = voice.t("{who} agreed a corrective action: {aim}", who=who, aim=voice.code(words.AIMS, aim))
            return _row(at, voice, text, [obligation, late], human=human)
        case ReviewPresented(text=written):
            return _row(at, voice, voice.t("{who} presented the review", who=who), [late], quote=written, human=human)
        case ReviewConfirmed(text=written):
            return _row(at, voice, voice.t("{who} confirmed the review", who=who), [late], quote=written, human=human)
        case ReviewContested(reason=reason):
            return _row(at, voice, voice.t("{who} contests the review", who=who), [late], quote=reason, human=human)
        case FindingRaised(source=source, clause=clause, grade=grade):
            text = voice.t("Finding of an audit: {grade}", grade=voice.code(words.GRADES, grade))
            return _row(at, voice, text, [clause, late], quote=source, human=human)
        case FindingClosed(evidence=evidence):
            return _row(at, voice, voice.t("{who} closed the finding", who=who), [late], quote=evidence, human=human)
        case Drawn(turn=turn):
            return _row(at, voice, voice.t("Drawn for the sample of {turn}", turn=turn))
        case Reread(sound=sound, findings=findings):
            text = voice.t("{who} read it again: sound" if sound else "{who} read it again, with findings", who=who)
            return _row(at, voice, text, [late], quote=findings, human=human)
        case ClockWarned(commitment=commitment, missed=missed, due_at=due_at):
            clock = voice.code(words.CLOCKS, commitment)
            text = voice.t("{clock}: missed", clock=clock) if missed else voice.t("{clock}: runs out soon", clock=clock)
            return _row(at, voice, text, [voice.t("due {time}", time=voice.clock(due_at))])
        case other:
            assert_never(other)


def _change_row(one: Changed, voice: Voice) -> Row:
    late = one.recorded_at - one.happened_at >= _LATE
    written = voice.t("written {time}", time=voice.clock(one.recorded_at)) if late else ""
    by = one.labels.get("by", "")
    row = _row(
        one.happened_at, voice, voice.t("{source} tells of a change", source=one.source), [by, written], one.summary
    )
    return replace(row, link=one.link or "")


def _measured_row(one: Transition, voice: Voice) -> Row:
    check = (one.cause or "").rpartition("/")[2] if one.by.startswith("probe:") else one.cause or ""
    bound = ""
    if one.bound_at is not None:
        sentence = "last seen otherwise {time}" if one.state is not State.UP else "last failing check {time}"
        sentence = "last seen so {time}" if one.repeats else sentence
        bound = voice.t(sentence, time=voice.clock(one.bound_at))
    row = _row(one.happened_at, voice, "", [voice.cause(one.reason or ""), check, bound])
    return Row(
        at=row.at, time=row.time, day=row.day, text=_state_word(one.state, voice), detail=row.detail, state=one.state
    )


def _state_word(state: State, voice: Voice) -> str:
    return word(Shown(state.value), voice.language)


def _because(text: str, voice: Voice) -> str:
    """What incidents.severity says, in this language; the operator's and the sender's own words stay."""
    if found := re.fullmatch(r"severity rule (\d+)", text):
        return voice.t("severity rule {n}", n=found[1])
    if text == merging.PART:
        return voice.t("the severity of a part")
    if found := re.fullmatch(r"tier (\w+) is (\w+)", text):
        tier, state = voice.code(words.TIERS, found[1]), _state_word(State(found[2]), voice)
        return voice.t("tier {tier}, {state}", tier=tier, state=state)
    if found := re.fullmatch(r"(\w+) is the mildest", text):
        return voice.t("{state} is the mildest", state=_state_word(State(found[1]), voice))
    if found := re.fullmatch(r"the sender's word (.+)", text):
        return voice.t("the sender’s word {word}", word=found[1])
    return text


def _version(version: str, voice: Voice) -> str:
    return voice.t("version {version}", version=version) if version else ""


def _alerts(names: Sequence[str], voice: Voice) -> str:
    if len(names) == 1:
        return names[0]
    return voice.t("{n} alerts", n=len(names))


def _nobody(text: str, voice: Voice) -> str:
    names, found, _ = text.partition(": nobody to reach")
    if found:
        return voice.t("nobody to reach as {names}", names=names)
    if said := re.fullmatch(r"the (policy|step) is for severities ([\d, ]+)", text):
        sentence = "the policy is for severities {n}" if said[1] == "policy" else "the step is for severities {n}"
        return voice.t(sentence, n=said[2])
    if said := re.fullmatch(r"outside the (working|off)-hours of (.+)", text):
        sentence = (
            "outside the working hours of {name}" if said[1] == "working" else "inside the working hours of {name}"
        )
        return voice.t(sentence, name=said[2])
    return voice.t("the policy names no fallback") if text == "the policy names no fallback" else text


def _channel(channel: str, voice: Voice) -> str:
    known = {"desk": voice.t("at the desk"), "command": voice.t("by command"), "mail": voice.t("by a link in a mail")}
    known["merged"] = voice.t("with the incident it is part of")
    return known.get(channel, channel)
