"""The mails of reports: the report itself to the customer, the reminder to those who must do something. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.instant import Instant
from config.language import choose
from config.look import sentence
from config.look.figure import full_day, time_of_day
from config.value import Text
from notify.message import Json, Message
from sla.clause import ROOM
from sla.duereport import DueReport
from sla.letter import closed, step_text
from sla.sealing import Step

ISSUED, REMINDER = "report.issued", "report.reminder"
NAMES = {
    "incident": "Incident report",
    "completion": "Completion report",
    "quarterly": "Quarterly analysis",
    "inspection": "Inspection report",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """In one language; `address` is where the pages are, if they have an address at all."""

    report: DueReport
    customer: Text
    provider: Text
    zone: str
    language: str
    address: str | None

    def issued(self, issue: int, sha256: str, copies: Sequence[str], enclosures: Sequence[str]) -> Message:
        """The report itself, to the customer's contact with a copy to the service managers."""
        of = self.report
        lines = [
            self._say("Here is the {report} on {subject}.", report=self._name, subject=of.subject),
            "",
            self._say("Hash of the record") + f": sha256 {sha256}",
            *([f"{self.address}/room/{of.customer}/reports/{of.kind}/{of.subject}"] if self.address else []),
        ]
        subject = self._say("{report}, {subject}", report=self._name, subject=of.subject)
        return self._message(ISSUED, subject, lines, {"issue": issue}, copies, enclosures)

    def reminder(self, step: Step, missing: Sequence[str]) -> Message:
        """To our own people: what it waits for and by when it is due."""
        of, customer = self.report, choose(self.customer, self.language)
        words = "".join(f" --{word} …" for word in missing)
        lines = [
            self._say("Due with the customer by {time}.", time=self._time(of.due_at)),
            "",
            f"- {step_text(step, self.language)}",
            "",
            f"upheld report {of.kind} {of.subject} --customer {of.customer}{words}" if missing else "upheld report due",
            *([f"{self.address}/desk/reports/{of.kind}/{of.subject}?customer={of.customer}"] if self.address else []),
        ]
        subject = self._say(
            "Not delivered yet: {report}, {subject}, {customer}",
            report=self._name,
            subject=of.subject,
            customer=customer,
        )
        return self._message(REMINDER, subject, lines, {"step": step.hold}, (), ())

    @property
    def _name(self) -> str:
        return self._say(NAMES[self.report.kind])

    def _time(self, at: Instant | None) -> str:
        return "" if at is None else f"{full_day(at, self.zone, self.language)} {time_of_day(at, self.zone)}"

    def _say(self, text: str, /, **values: object) -> str:
        return sentence(ROOM, self.language, text, **values)

    def _message(
        self,
        event: str,
        subject: str,
        lines: Sequence[str],
        facts: dict[str, Json],
        copies: Sequence[str],
        enclosures: Sequence[str],
    ) -> Message:
        of = self.report
        return Message(
            subject=subject,
            text=closed(lines, self.provider, self.language),
            language=self.language,
            facts={"event": event, "customer": of.customer, "kind": of.kind, "subject": of.subject, **facts},
            thread=f"report {of.customer} {of.kind} {of.subject}",
            copies=tuple(copies),
            enclosures=tuple(enclosures),
        )
