"""What people are told of an incident or a case, in words. Pure: from values to a `Message`.

Subject: glyph, state word, component, number (the mail program shows the start). Text: what happens, since when, what
to do, where to look. Nothing from outside is used as a format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

from config.instant import Instant, rfc3339
from config.language import choose, say
from config.look.figure import clock_time, listed
from config.look.reason import reason_text
from config.model import Component, Config
from config.state import State
from incidents.before import Earlier
from incidents.calling import BEYOND_LIMIT
from incidents.calling import WORDS as CALLED
from incidents.case import Case, Waiting
from incidents.drill import SIGN, drilled, of_drill
from incidents.incident import RECOVERED, Incident
from incidents.stage import agreed_word, agreement_of
from incidents.stop import WAITS
from notify.message import Json, Message

ROOM = "incidents"

GLYPHS = {State.UP: "●", State.DEGRADED: "▲", State.PARTIAL: "◧", State.DOWN: "■", State.UNKNOWN: "○"}
WORDS = {
    State.UP: "Up",
    State.DEGRADED: "Degraded",
    State.PARTIAL: "Partial outage",
    State.DOWN: "Down",
    State.UNKNOWN: "Unknown",
}


_QUOTED = 300
"""Characters of what somebody wrote about an earlier incident; the whole stands on its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes in one language for one reader; `site` gives zone, name and address.

    `discreet`: over a channel that leads abroad. Ids stand for names, and no words that people or senders wrote.
    """

    config: Config
    language: str
    discreet: bool = False

    def page(
        self, incident: Incident, *, again: bool, link: str | None = None, before: Sequence[Earlier] = ()
    ) -> Message:
        """The call to somebody on call. `again`: it was told before and nobody answered. `link` acknowledges.

        `before`: incidents like it, with what was written of them.
        """
        lines = [
            self._say("Nobody has answered yet. Please acknowledge.") if again else self._say("Please acknowledge."),
            "",
            self._say("State: {state}, since {time}", state=self._word(incident.state), time=self._time(incident)),
            self._say("Severity: {severity}", severity=incident.severity),
            self._say("Reason: {reason}", reason=self._reason(incident.title)),
            *self._again(incident),
            *self._where_to_look(incident),
            *self._before(before),
            "",
            *self._link("Acknowledge without logging in: {link}", link),
            f"upheld incident ack {incident.id}",
        ]
        return self._message(self._subject(incident.state, incident), lines, incident, "incident.page")

    def raised(self, incident: Incident) -> Message:
        lines = [
            self._say("The severity was raised to {severity}.", severity=incident.severity),
            self._say("State: {state}, since {time}", state=self._word(incident.state), time=self._time(incident)),
            *self._where_to_look(incident),
        ]
        return self._message(self._subject(incident.state, incident), lines, incident, "incident.severity_raised")

    def reminder(self, incident: Incident) -> Message:
        """To whoever has it: nobody heard of it for long."""
        lines = [
            self._say("You have had it for long. Say that you still have it, or it is told again."),
            self._say("State: {state}, since {time}", state=self._word(incident.state), time=self._time(incident)),
            *self._where_to_look(incident),
            "",
            f"upheld incident ack {incident.id}",
        ]
        subject = self._say("Still yours?") + " " + self._subject(incident.state, incident)
        return self._message(subject, lines, incident, "incident.reminder")

    def kept_informed(self, incident: Incident) -> Message:
        """To whom the policy tells it until it is resolved, although somebody has acknowledged."""
        lines = [
            self._say("Somebody works on it; it is not over yet."),
            self._say("State: {state}, since {time}", state=self._word(incident.state), time=self._time(incident)),
            self._say("Severity: {severity}", severity=incident.severity),
            self._say("Reason: {reason}", reason=self._reason(incident.title)),
            *self._where_to_look(incident),
        ]
        return self._message(self._subject(incident.state, incident), lines, incident, "incident.kept_informed")

    def acknowledged(self, incident: Incident) -> Message:
        lines = [
            self._say("Acknowledged by {who}.", who=incident.acknowledged_by or ""),
            *self._where_to_look(incident),
        ]
        subject = self._pair(self._say("Acknowledged"), self._subject(incident.state, incident))
        return self._message(subject, lines, incident, "incident.acknowledged")

    def resolved(self, incident: Incident, at: Instant) -> Message:
        state = State.UP if incident.recovered else incident.state
        lines = [
            self._say("Resolved at {time}.", time=self.clock_time(at)),
            self._say("It began at {time}.", time=self._time(incident)),
            *self._where_to_look(incident),
        ]
        subject = self._pair(self._say("Resolved"), self._subject(state, incident))
        return self._message(subject, lines, incident, "incident.resolved")

    def taken(self, case: Case) -> Message:
        """To the customer: somebody works on it. The accepted delivery of this is the receipt an agreement asks for."""
        lines = [
            self._say("We have taken your case {number} and are working on it.", number=case.id),
            self._about(case),
            *self._progress(case),
            self._say("Recorded at {time}.", time=self.clock_time(case.opened_at)),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Case {number} is being worked on", number=case.id), lines, case, "taken")

    def opened(self, case: Case) -> Message:
        """To the customer: the case has a number."""
        lines = [
            self._say("Your case has the number {number}.", number=case.id),
            self._about(case),
            *self._progress(case),
            self._say("Recorded at {time}.", time=self.clock_time(case.opened_at)),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Case {number} opened", number=case.id), lines, case, "opened")

    def reopened(self, case: Case) -> Message:
        """To the customer: what was said to be over is not."""
        lines = [
            self._say("The fault came back: your case {number} is open again, as if never resolved.", number=case.id),
            self._about(case),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Case {number} is open again", number=case.id), lines, case, "reopened")

    def clock(self, case: Case, commitment: str, due_at: Instant, step: str) -> Message:
        """To people of ours: `50`, `75` or `90` per cent of its time are used, its `target` or `limit` has passed."""
        missed = step == "limit"
        sentence = "Missed: {clock} of case {number}" if missed else "Due soon: {clock} of case {number}"
        subject = self._say(sentence, clock=self._say(commitment), number=case.id)
        share = self._say("{n} % of its time are used up.", n=step)
        used: list[str] = {"limit": [], "target": [self._say("The internal target has passed.")]}.get(step, [share])
        lines = [
            *used,
            self._say("Due at {time}.", time=self.clock_time(due_at)),
            self._about(case),
            f"upheld case show {case.id}",
        ]
        return self._case_message(subject, lines, case, "clock_missed" if missed else "clock_warned")

    def offered(self, case: Case, by: str, next_action: str) -> Message:
        """To whom a case is handed over; it is his once he takes it."""
        lines = [
            self._say(
                "{who} hands it over to you. Next: {what}",
                who=by.partition(":")[2] or by,
                what="—" if self.discreet else next_action,
            ),
            self._about(case),
            f"upheld case take {case.id}",
        ]
        return self._case_message(self._say("Please take case {number}", number=case.id), lines, case, "offered")

    def wrote(self, case: Case, text: str) -> Message:
        """To whoever has the case: the customer wrote about it."""
        subject = self._say("The customer wrote about case {number}", number=case.id)
        lines = [self._about(case), "", "—" if self.discreet else text, "", f"upheld case show {case.id}"]
        return self._case_message(subject, lines, case, "customer_wrote")

    def likely(self, case: Case, commitment: str, due_at: Instant) -> Message:
        """To the customer: before a time limit is likely to be missed."""
        clock = self._say(commitment)
        lines = [
            self._say("We may not keep a time limit of your case {number}: {clock}.", number=case.id, clock=clock),
            self._say("Due at {time}.", time=self.clock_time(due_at)),
            self._about(case),
            *self._address("room", case.customer),
        ]
        subject = self._say("Case {number}: a time limit may be missed", number=case.id)
        return self._case_message(subject, lines, case, "clock_likely")

    def waiting(self, case: Case, stop: Waiting) -> Message:
        """To the customer: what is awaited. Without it his clock may not stand still."""
        subject, sentence = WAITS[stop.waits_for]
        lines = [
            self._say(sentence, awaited=stop.awaited),
            *([self._say("To be seen in: {evidence}", evidence=stop.evidence)] if stop.evidence else []),
            self._say("The time to resolve it stands still meanwhile. Not so? Contest it in your room."),
            self._about(case),
            *self._progress(case),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say(subject, number=case.id), lines, case, "waiting")

    def level(self, case: Case, why: str) -> Message:
        """To the customer: another level was said, and why; his word decides whether it stands."""
        lines = [
            self._say("Level before: {before}, now: {after}.", before=case.level, after=case.claims[-1]),
            self._say("Why: {reason}", reason=why),
            self._about(case),
            self._say("Please confirm it, or contest it. Until you confirm it the stricter level stands."),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Level of case {number} changed", number=case.id), lines, case, "level")

    def called(self, case: Case, when: str) -> Message:
        """To whom the agreement brings in."""
        beyond = when == BEYOND_LIMIT
        lines = [
            self._say("It is beyond ability or time limit.") if beyond else self._say("It needs you from the start."),
            self._about(case),
            self._say("Recorded at {time}.", time=self.clock_time(case.opened_at)),
            f"upheld case show {case.id}",
        ]
        subject = self._say("You are called to case {number}, level {level}", number=case.id, level=case.level)
        return self._case_message(subject, lines, case, f"called_{when}")

    def brought_in(self, case: Case, functions: Sequence[str]) -> Message:
        """To the customer, at the same moment: who works on it from now on."""
        names = listed([self._say(CALLED[name]) for name in functions if name in CALLED], self.language)
        lines = [
            self._say("Brought in for your case {number}: {functions}.", number=case.id, functions=names),
            self._about(case),
            *self._address("room", case.customer),
        ]
        subject = self._say("Case {number} was escalated", number=case.id)
        return self._case_message(subject, lines, case, "brought_in")

    def solved(self, case: Case, how: str, link: str | None = None) -> Message:
        """To the customer: it is over, please confirm. `link` leads to the question."""
        lines = [
            self._say("Your case {number} is resolved. Please confirm, or say what is still wrong.", number=case.id),
            self._about(case),
            self._say("It works again.") if how == RECOVERED else how,
            *self._progress(case),
            *self._link("Confirm or contest without logging in: {link}", link),
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Case {number} is resolved", number=case.id), lines, case, "resolved")

    def reviewed(self, case: Case, text: str) -> Message:
        """To the customer: why it happened and what is done about it; closed only by his word."""
        lines = [
            self._say("The review says why it happened and what is done about it. Please confirm it, or contest it."),
            self._about(case),
            text,
            *self._address("room", case.customer),
        ]
        return self._case_message(self._say("Review of case {number}", number=case.id), lines, case, "reviewed")

    def clock_time(self, at: Instant) -> str:
        """The same in both languages, and it sorts."""
        return clock_time(at, self.config.site.timezone)

    def _subject(self, state: State, incident: Incident) -> str:
        return f"{GLYPHS[state]} {self._pair(self._word(state), self._name(incident.component))} {incident.id}"

    def _again(self, incident: Incident) -> list[str]:
        before = incident.recurrence_of
        return [] if before is None else [self._say("It is back: the same as {number}.", number=before)]

    def _before(self, earlier: Sequence[Earlier]) -> list[str]:
        """Over a channel that leads abroad only which: words of people stay here."""
        lines = ["", self._say("This happened before:")] if earlier else []
        for one in earlier:
            lines.append(f"{one.id} {self.clock_time(one.opened_at)}")
            if one.cause and not self.discreet:
                lines.append("  " + self._say("Cause: {cause}", cause=_line(one.cause)))
            if one.helped and not self.discreet:
                lines.append("  " + self._say("What helped: {helped}", helped=_line(one.helped)))
        return lines

    def _where_to_look(self, incident: Incident) -> list[str]:
        component = self.config.components.get(drilled(incident.component))
        lines = self._address("desk", "incidents", incident.id)
        if component is not None:
            lines += [
                self._pair(self._say(label), value)
                for label, value in (
                    ("Runbook", component.runbook),
                    ("Dashboard", component.dashboard),
                    ("Owner", self._owner(component)),
                )
                if value
            ]
        return lines

    def _reason(self, title: str) -> str:
        """A probe's reason in words; what a sender or a person wrote stays as it is."""
        return reason_text(title, self.language) or ("—" if self.discreet else title)

    def _about(self, case: Case) -> str:
        """A person's words as they are; what an incident opened names the component too, as its page does."""
        reason = self._reason(case.title)
        return self._pair(self._name(case.component), reason) if case.incident and case.component else reason

    def _pair(self, label: str, value: str) -> str:
        return self._say("{label}: {value}", label=label, value=value)

    def _progress(self, case: Case) -> list[str]:
        """In the agreement's own word, where it has one."""
        word = agreed_word(case, agreement_of(case, self.config))
        return [] if word is None else [self._say("Progress: {word}", word=choose(word, self.language))]

    def _link(self, sentence: str, link: str | None) -> list[str]:
        return [] if link is None else [self._say(sentence, link=link)]

    def _owner(self, component: Component) -> str | None:
        person = self.config.people.get(component.owner or "")
        return component.owner if person is None or self.discreet else choose(person.name, self.language)

    def _address(self, *parts: str) -> list[str]:
        base = self.config.site.external_url
        return ["/".join([base.rstrip("/"), *parts])] if base else []

    def _name(self, component: str) -> str:
        known = self.config.components.get(drilled(component))
        return component if known is None or self.discreet else choose(known.name, self.language)

    def _word(self, state: State) -> str:
        return self._say(WORDS[state])

    def _time(self, incident: Incident) -> str:
        return self.clock_time(incident.started_at)

    def _say(self, sentence: str, /, **values: object) -> str:
        return say(ROOM, self.language, sentence, **values)

    def _message(self, subject: str, lines: list[str], incident: Incident, event: str) -> Message:
        facts: dict[str, Json] = {
            "event": event,
            "incident": incident.id,
            "component": incident.component,
            "state": incident.state.value,
            "severity": incident.severity,
            "reason": self._reason(incident.title) if self.discreet else incident.title,
            "opened_at": rfc3339(incident.opened_at),
            "started_at": rfc3339(incident.started_at),
        }
        if address := self._address("desk", "incidents", incident.id):
            facts["url"] = address[0]
        if of_drill(incident.component):
            facts["drill"] = True
            subject = f"{SIGN} {subject}"
            lines = [self._say("This is a drill. Act as if it were real; no customer is told."), *lines]
        return self._sealed(subject, lines, facts, incident.id, incident.component)

    def _case_message(self, subject: str, lines: list[str], case: Case, event: str) -> Message:
        facts: dict[str, Json] = {
            "event": f"case.{event}",
            "case": case.id,
            "customer": case.customer,
            "level": case.level,
            "incident": case.incident,
        }
        return self._sealed(subject, lines, facts, case.id, case.component or "")

    def _sealed(self, subject: str, lines: list[str], facts: dict[str, Json], thread: str, component: str) -> Message:
        site = "upheld" if self.discreet else choose(self.config.site.name, self.language)
        text = "\n".join([*lines, "", f"-- {site}", ""])
        return Message(
            subject=subject, text=text, language=self.language, facts=facts, thread=thread, links=self._ours(component)
        )

    def _ours(self, component: str) -> tuple[str, ...]:
        """Our own pages, and what the operator wrote as the component's runbook and dashboard."""
        known = self.config.components.get(drilled(component))
        written = () if known is None else (known.runbook, known.dashboard)
        return (*(f"{one}/" for one in self._address()), *(one for one in written if one))


def _line(text: str) -> str:
    return shorten(text, _QUOTED, placeholder=" …")
