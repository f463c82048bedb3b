"""What people are told of an incident, in words. Pure: from values to a `Message`.

Subject: glyph, state word, component, number (the mail program shows the start). Text: what happens, since when, what
to do, where to look.
"""

from collections.abc import Sequence
from textwrap import shorten

from config.instant import Instant, rfc3339
from config.language import choose
from config.model import Component
from config.state import State
from incidents.before import Earlier
from incidents.drill import SIGN, drilled, of_drill
from incidents.incident import Incident
from incidents.writing import Writing
from notify.message import Json, Message

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


class Writer(Writing):
    """Of incidents."""

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

    def _owner(self, component: Component) -> str | None:
        person = self.config.people.get(component.owner or "")
        return component.owner if person is None or self.discreet else choose(person.name, self.language)

    def _word(self, state: State) -> str:
        return self._say(WORDS[state])

    def _time(self, incident: Incident) -> str:
        return self.clock_time(incident.started_at)

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


def _line(text: str) -> str:
    return shorten(text, _QUOTED, placeholder=" …")
