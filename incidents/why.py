"""Why was I, or nobody, called? From what is stored: the incident's events, and what became of every message. Pure.

Nothing is worked out anew but for one question: whom a name of the incident's own policy stands for (`who`), so that
somebody who was never called learns which step would have called him.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from config.instant import Instant
from config.language import say
from config.oncall import Escalation
from incidents.escalation import Who
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
from incidents.silence import SILENCE
from incidents.work import WORK
from notify.decision import LOGGED, State
from notify.message import Purpose
from notify.store.told import Told

ROOM = "incidents"
CALLED = "Step {step} of round {round} called {people}."
NOBODY = "Step {step} of round {round} called nobody: {why}."
FALLBACK = "The fallback was called: {people}."
PEOPLE = frozenset({"people", "person", "who"})
"""Among the values: ids of people, several with a comma between."""
FALLBACK_NOBODY = "The fallback called nobody: {why}."
ONLY_LOGGED = "Nothing reaches {person}: the message stands in the log."
NEVER_TOLD = "The component has no policy: nobody is to be called."
_STATES = {
    State.QUEUED: "The message to {person} over {channel} waits.",
    State.SENDING: "The message to {person} over {channel} is being sent.",
    State.UNKNOWN: "The message to {person} over {channel} perhaps arrived: {why}.",
    State.SENT: "{person} was reached over {channel}.",
    State.FAILED: "{person} was not reached over {channel}: {why}.",
    State.EXPIRED: "The message to {person} over {channel} came too late and was not sent.",
    State.SUPPRESSED: "The message to {person} over {channel} was not sent: {why}.",
}
_REASONS = {
    "acknowledged": "somebody had acknowledged",
    "the incident is acknowledged": "somebody had acknowledged",
    "somebody has acknowledged": "somebody had acknowledged",
    "snoozed": "somebody had put it off",
    "held": "its calls were held",
    "merged": "it was merged into another one",
    "resolved": "it was over",
    "the incident is resolved": "it was over",
    "the policy names no fallback": "the policy names no fallback",
    "": "no reason was kept",
}
_PATTERNS = (
    (re.compile(r"(.+): nobody to reach"), "nobody to reach as {names}", ("names",)),
    (re.compile(r"the policy is for severities (.+)"), "the policy is for severities {severities}", ("severities",)),
    (re.compile(r"the step is for severities (.+)"), "the step is for severities {severities}", ("severities",)),
    (re.compile(r"outside the working-hours of (.+)"), "outside the working hours of {calendar}", ("calendar",)),
    (re.compile(r"outside the off-hours of (.+)"), "inside the working hours of {calendar}", ("calendar",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One sentence with what stands in it; `why` among the values is a stored reason, to be said in words too."""

    at: Instant
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)

    def said(self, language: str, name: Callable[[str], str] = str) -> str:
        """`name` says who stands behind an id of a person."""
        words = {"why": _in_words, "holders": _holders}
        values = {key: words[key](item, language) if key in words else item for key, item in self.values.items()}
        for key in PEOPLE & values.keys():
            values[key] = ", ".join(name(id) for id in str(values[key]).split(", "))
        return say(ROOM, language, self.sentence, **values)


def explain(
    events: Sequence[Recorded], told: Iterable[Told], who: Who, person: str | None = None
) -> tuple[Because, ...]:
    """In the order it happened; with `person` only what concerns that one, and if nothing does, why not."""
    found = [because for one in events if (because := _of_event(one)) is not None]
    if not any(isinstance(one.event, Escalating | Escalated) for one in events):
        found.append(Because(at=events[0].recorded_at, sentence=NEVER_TOLD))
    found += [_of_message(one) for one in told if one.notification.purpose is Purpose.PAGE]
    found.sort(key=lambda one: one.at)
    if person is None:
        return tuple(found)
    theirs = [one for one in found if _concerns(one, person)]
    return tuple(theirs) if theirs else tuple(_why_not(events, who, person))


def _of_event(one: Recorded) -> Because | None:
    at = one.recorded_at
    match one.event:
        case Opened(severity=severity):
            return Because(at=at, sentence="It opened with severity {severity}.", values={"severity": severity})
        case Escalating(policy=policy, version=version):
            text = "It is told by the policy {policy}, version {version}."
            return Because(at=at, sentence=text, values={"policy": policy, "version": version})
        case Escalated() as event:
            return _of_step(at, event)
        case SeverityRaised(severity=severity):
            text = "The severity rose to {severity}: the first step that is for it was called."
            return Because(at=at, sentence=text, values={"severity": severity})
        case SeverityLowered(severity=severity):
            text = "The severity was lowered to {severity}: steps that are not for it are passed over."
            return Because(at=at, sentence=text, values={"severity": severity})
        case Acknowledged():
            return Because(
                at=at, sentence="{who} acknowledged: the calls stopped.", values={"who": one.by.removeprefix("person:")}
            )
        case Snoozed():
            who = one.by.removeprefix("person:")
            return Because(at=at, sentence="{who} put it off: the calls stopped.", values={"who": who})
        case Woken():
            return Because(at=at, sentence="The time it was put off for was over: the calls went on.")
        case Held(holders=holders, because=because):
            values = {"holders": holders, "reason": because}
            return Because(at=at, sentence="Its calls are held by {holders}: {reason}.", values=values)
        case Released():
            return Because(at=at, sentence="Nothing held its calls any more: they went on.")
        case Merged(into=into):
            text = "It was merged into {whole}: that one is told for both."
            return Because(at=at, sentence=text, values={"whole": into})
        case Absorbed(incident=part):
            return Because(at=at, sentence="{part} became part of it: it is told for both.", values={"part": part})
        case Split():
            return Because(at=at, sentence="It was split off again: its calls went on.")
        case Parted(incident=part):
            return Because(at=at, sentence="{part} is no part of it any more.", values={"part": part})
        case SplitFrom(incident=origin):
            text = "It was split from {origin}: it is told as one of its own."
            return Because(at=at, sentence=text, values={"origin": origin})
        case SplitInto(incident=new):
            text = "Alerts of it were split into {number}: that one is told for them."
            return Because(at=at, sentence=text, values={"number": new})
        case Reopened(severity=severity):
            text = "It came back so soon that it is the same one, with severity {severity}: it was told afresh."
            return Because(at=at, sentence=text, values={"severity": severity})
        case Unacknowledged():
            return Because(at=at, sentence="Nobody said that he still had it: the calls went on.")
        case Resolved():
            return Because(at=at, sentence="It was resolved: the calls stopped.")
        case StateChanged() | PolicyDiffers() | Noted() | Recovered():
            return None
        case other:
            assert_never(other)


def _of_step(at: Instant, event: Escalated) -> Because:
    values: dict[str, Any] = {"step": event.step, "round": event.round}
    if event.nobody is None:
        sentence = FALLBACK if event.step == 0 else CALLED
        return Because(at=at, sentence=sentence, values={**values, "people": ", ".join(event.paged)})
    return Because(
        at=at, sentence=FALLBACK_NOBODY if event.step == 0 else NOBODY, values={**values, "why": event.nobody}
    )


def _of_message(one: Told) -> Because:
    sent = one.notification
    last = next((attempt.reason for attempt in reversed(one.attempts) if attempt.reason), None)
    values = {"person": sent.person, "channel": sent.channel, "why": one.outcome or last or ""}
    sentence = ONLY_LOGGED if one.outcome == LOGGED else _STATES[one.state]
    return Because(at=one.done_at or sent.created_at, sentence=sentence, values=values)


def _concerns(one: Because, person: str) -> bool:
    return person in (one.values.get("person"), *str(one.values.get("people", "")).split(", "))


def _why_not(events: Sequence[Recorded], who: Who, person: str) -> Iterable[Because]:
    """Which step would have called this person, and what came before it."""
    at = events[-1].recorded_at
    own = next((one.event for one in reversed(events) if isinstance(one.event, Escalating)), None)
    if own is None:
        yield Because(at=at, sentence=NEVER_TOLD)
        return
    policy = Escalation.model_validate(own.terms)
    steps = [n for n, step in enumerate(policy.steps, start=1) if any(person in who(name) for name in step.notify)]
    if not steps and not any(person in who(name) for name in policy.fallback):
        text = "No step of the policy {policy} names {person}, nor a rota or role that {person} had then."
        yield Because(at=at, sentence=text, values={"policy": own.policy, "person": person})
        return
    for n in steps:
        passed = next((one.event for one in events if isinstance(one.event, Escalated) and one.event.step == n), None)
        if passed is not None and passed.nobody is not None:
            text = "Step {step} is for {person}, but called nobody: {why}."
            yield Because(at=at, sentence=text, values={"step": n, "person": person, "why": passed.nobody})
        elif passed is not None:
            text = "Step {step} called {people}; {person} was not among them then."
            yield Because(at=at, sentence=text, values={"step": n, "person": person, "people": ", ".join(passed.paged)})
        else:
            text = "Step {step} is for {person}; it was not reached: {why}."
            yield Because(at=at, sentence=text, values={"step": n, "person": person, "why": _ended_by(events)})
    if not steps:
        text = "The fallback is for {person}; it was not reached: {why}."
        yield Because(at=at, sentence=text, values={"person": person, "why": _ended_by(events)})


def _ended_by(events: Sequence[Recorded]) -> str:
    for one in reversed(events):
        match one.event:
            case Acknowledged():
                return "acknowledged"
            case Resolved():
                return "resolved"
            case Snoozed():
                return "snoozed"
            case Held():
                return "held"
            case Merged():
                return "merged"
            case Unacknowledged() | Woken() | Released() | Split() | Reopened() | Escalating():
                break
            case _:
                continue
    return "not yet"


def _holders(names: Sequence[str], language: str) -> str:
    return ", ".join(_holder(one, language) for one in names)


def _holder(name: str, language: str) -> str:
    if name.startswith(SILENCE):
        return say(ROOM, language, "silence {n}", n=name.removeprefix(SILENCE))
    if name.startswith(WORK):
        return say(ROOM, language, "planned work {n}", n=name.removeprefix(WORK))
    return name


def _in_words(why: str, language: str) -> str:
    """A stored reason; what is not ours to translate stays."""
    if why == "not yet":
        return say(ROOM, language, "its time has not come")
    if why in _REASONS:
        return say(ROOM, language, _REASONS[why])
    for pattern, sentence, names in _PATTERNS:
        if found := pattern.fullmatch(why):
            return say(ROOM, language, sentence, **dict(zip(names, found.groups(), strict=True)))
    return why
