"""What people are told of a case, in words. Pure: from values to a `Message`."""

from collections.abc import Sequence

from config.instant import Instant
from config.language import choose
from config.look.figure import listed
from incidents.calling import BEYOND_LIMIT
from incidents.calling import WORDS as CALLED
from incidents.case import Case, Waiting
from incidents.incident import RECOVERED
from incidents.stage import agreed_word, agreement_of
from incidents.stop import WAITS
from incidents.word import Word
from incidents.writing import Writing
from notify.message import Json, Message
from sla.word import name_of


class CaseWriter(Writing):
    """Of cases."""

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
                who=name_of(by),
                what=self._words(next_action),
            ),
            self._about(case),
            f"upheld case take {case.id}",
        ]
        return self._case_message(self._say("Please take case {number}", number=case.id), lines, case, "offered")

    def heard(self, case: Case, word: Word) -> Message:
        match word.what:
            case "reported":
                return self.reported(case, word.text)
            case "contested":
                return self.contested(case, word.text)
            case "wrote":
                return self.wrote(case, word.text)
            case "rated":
                return self.rated(case, word.text)

    def reported(self, case: Case, text: str) -> Message:
        """To whoever is on call: a customer reported something, and nobody has it yet."""
        lines = [
            self._say("A customer reported something, and nobody has it yet. Please take it."),
            "",
            *self._who(case),
            self._say("Level: {level}", level=case.level),
            self._say("Reported at {time}.", time=self.clock_time(case.reported_at)),
            *(["", self._words(text), ""] if text.strip() else []),
            *self._where(case),
            f"upheld case take {case.id}",
        ]
        subject = self._say("New case {number}, level {level}", number=case.id, level=case.level)
        return self._case_message(subject, lines, case, "reported")

    def contested(self, case: Case, reason: str) -> Message:
        """To whoever has the case, or is on call: it is not over."""
        lines = [
            self._say("The customer says that it is not over. The clocks go on."),
            *self._who(case),
            "",
            self._words(reason),
            "",
            *self._where(case),
            f"upheld case show {case.id}",
        ]
        return self._case_message(self._say("Case {number} is contested", number=case.id), lines, case, "contested")

    def rated(self, case: Case, text: str) -> Message:
        """To whoever has the case, or is on call: the customer is not content."""
        lines = [
            self._say("The rating is low: say what was behind it, and what is done about it."),
            *self._who(case),
            *(["", self._words(text), ""] if text.strip() else []),
            *self._where(case),
            f"upheld case follow-up {case.id}",
        ]
        return self._case_message(self._say("Case {number} was rated low", number=case.id), lines, case, "rated_low")

    def wrote(self, case: Case, text: str) -> Message:
        """To whoever has the case, or is on call: the customer wrote about it."""
        subject = self._say("The customer wrote about case {number}", number=case.id)
        lines = [self._about(case), "", self._words(text), "", f"upheld case show {case.id}"]
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

    def _about(self, case: Case) -> str:
        """A person's words as they are; what an incident opened names the component too, as its page does."""
        reason = self._reason(case.title)
        return self._pair(self._name(case.component), reason) if case.incident and case.component else reason

    def _progress(self, case: Case) -> list[str]:
        """In the agreement's own word, where it has one."""
        word = agreed_word(case, agreement_of(case, self.config))
        return [] if word is None else [self._say("Progress: {word}", word=choose(word, self.language))]

    def _case_message(self, subject: str, lines: list[str], case: Case, event: str) -> Message:
        facts: dict[str, Json] = {
            "event": f"case.{event}",
            "case": case.id,
            "customer": case.customer,
            "level": case.level,
            "incident": case.incident,
        }
        return self._sealed(subject, lines, facts, case.id, case.component or "")

    def _who(self, case: Case) -> list[str]:
        """Whose case, by whom, and what it is about."""
        customer = self.config.customers.get(case.customer)
        name = case.customer if customer is None or self.discreet else choose(customer.name, self.language)
        said = [self._pair(self._say("Customer"), name)]
        if case.caller and not self.discreet:
            said.append(self._pair(self._say("Reported by"), case.caller))
        if case.component is not None and case.incident is None:
            said.append(self._pair(self._say("Component"), self._name(case.component)))
        return [*said, self._about(case)]

    def _where(self, case: Case) -> list[str]:
        return self._address("desk", "cases", case.id)

    def _words(self, text: str) -> str:
        return "—" if self.discreet else text
