"""What is written to the customer and to those who hold a statement up. Pure: from values to a `Message`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from config.instant import Instant, Span
from config.language import choose
from config.look import sentence
from config.look.figure import full_day, moment, promised
from config.value import Text
from notify.message import Json, Message
from sla.clause import ROOM
from sla.obstacle import WORD, Obstacle
from sla.page import Page
from sla.seal import Seal
from sla.sealing import Step, Who
from sla.statement import Statement

ISSUED, QUESTION, HELD = "statement.issued", "statement.question", "statement.held"
TO_SIGN, COUNTERSIGNED = "statement.to_sign", "statement.countersigned"
_WHO = {
    Who.NOBODY: "nobody",
    Who.CUSTOMER: "the customer",
    Who.ACCOUNT_MANAGER: "the account manager",
    Who.SERVICE_MANAGER: "the service manager",
    Who.OPERATOR: "whoever operates upheld",
}


def closed(lines: Iterable[str], provider: Text, language: str) -> str:
    """The lines, and below them in whose name they are written."""
    return "\n".join([*lines, "", f"-- {choose(provider, language)}", ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """In one language; `address` is where the customer's room is, if the pages have an address at all."""

    statement: Statement
    language: str
    address: str | None

    @property
    def _page(self) -> Page:
        return Page(self.statement, self.language)

    def issued(self, seal: Seal, copies: Sequence[str], enclosures: Sequence[str]) -> Message:
        """The sealed statement itself, to the customer's contact with a copy to the service managers."""
        page = self._page
        more = [
            *([page.answer()] if self.statement.answer is not None else []),
            *([page.replaced()] if seal.replaces is not None else []),
        ]
        lines = [
            *self._named(seal, more),
            self._say("Key") + f": {seal.key_id}",
            *(
                [self._say("Countersign it, or dispute a line: {address}", address=self.address)]
                if self.address
                else []
            ),
        ]
        subject = self._say(
            "Statement {number}, {period}: {verdict}",
            number=page.number,
            period=page.period,
            verdict=page.verdict(self.statement.verdict),
        )
        return self._message(ISSUED, subject, lines, {"revision": seal.revision}, copies, enclosures)

    def to_sign(self, seal: Seal, signer: str, link: str, expires_at: Instant, enclosures: Sequence[str]) -> Message:
        """To the signer alone: whoever has the link signs."""
        page, until = self._page, moment(expires_at, self.statement.zone, self.language)
        lines = [
            *self._named(seal),
            "",
            self._say("Countersign it as {signer}, without logging in: {link}", signer=signer, link=link),
            self._say("The link holds until {time} and for this revision alone.", time=until),
            self._say("Keep this mail to yourself: whoever has the link signs. Without it nothing is signed."),
        ]
        subject = self._say("To countersign: statement {number}, {period}", number=page.number, period=page.period)
        made = self._message(TO_SIGN, subject, lines, {"revision": seal.revision}, (), enclosures)
        return replace(made, links=(link,))

    def countersigned(self, seal: Seal, signer: str) -> Message:
        """To the customer's contact, so that a link that went astray does not stay unseen."""
        page = self._page
        lines = [
            self._say("{signer} has countersigned it by the link in a mail.", signer=signer),
            "",
            self._hash(seal),
            "",
            self._say("If that was not so, tell us at once."),
            *([self.address] if self.address else []),
        ]
        subject = self._say("Statement {number}, {period}: countersigned", number=page.number, period=page.period)
        return self._message(COUNTERSIGNED, subject, lines, {"revision": seal.revision}, (), ())

    def _named(self, seal: Seal, more: Sequence[str] = ()) -> list[str]:
        """Which statement it is, what it says, and by what it can be known."""
        page = self._page
        first = self._say("Here is the statement {number} for {period}.", number=page.number, period=page.period)
        return [first, "", page.summary(), *more, "", self._hash(seal)]

    def _hash(self, seal: Seal) -> str:
        return self._say("Hash of the record") + f": sha256 {seal.record_sha256}"

    def question(self, figures: str, open_for: Span, revision: int) -> Message:
        """How unmeasured time counts, to the customer's contact."""
        page = self._page
        lines = [
            self._say("Before the statement for {period} is sealed we need your word.", period=page.period),
            "",
            *page.obstacles(),
            *(f"{page.text(part.name)}: {page.bounds(part)}" for part in self.statement.components if part.obstacles),
            "",
            self._say("Accept: the agreement's own rule counts. Contest: what was not measured counts as down."),
            *self._silence(open_for),
            *([self.address] if self.address else []),
        ]
        subject = self._say("Your word on the statement for {period}", period=page.period)
        return self._message(QUESTION, subject, lines, {"figures": figures, "revision": revision}, (), ())

    def _silence(self, open_for: Span) -> Iterator[str]:
        """What becomes of it without an answer; the measuring error is settled by none."""
        asked = WORD.intersection(self.statement.obstacles)
        if asked - {Obstacle.MEASURING_ERROR}:
            within = promised(open_for, self.language)
            yield self._say("Without an answer within {length} what was not measured counts as down.", length=within)
        if Obstacle.MEASURING_ERROR in asked:
            yield self._say("What the measuring error could turn waits for your word: without it nothing is sealed.")

    def held(self, steps: Sequence[Step], due: Instant) -> Message:
        """To our own people: what keeps it, who must do what, and by when it is due."""
        page = self._page
        customer = page.text(self.statement.customer_name)
        lines = [
            self._say(
                "Due with the customer by the end of {day}.", day=full_day(due - 1, self.statement.zone, self.language)
            ),
            "",
            *(f"- {step_text(one, self.language)}" for one in steps),
            "",
            f"upheld statement --list {self.statement.customer}",
        ]
        subject = self._say("Held up: the statement of {customer} for {period}", customer=customer, period=page.period)
        return self._message(HELD, subject, lines, {"steps": [one.hold for one in steps]}, (), ())

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
        of = self.statement
        return Message(
            subject=subject,
            text=closed(lines, of.provider, self.language),
            language=self.language,
            facts={"event": event, "customer": of.customer, "period": str(of.period), **facts},
            thread=f"statement {of.customer} {of.period}",
            copies=tuple(copies),
            enclosures=tuple(enclosures),
        )


def step_text(one: Step, language: str) -> str:
    """`the customer: accept or contest …`"""
    who, step = sentence(ROOM, language, _WHO[one.who]), sentence(ROOM, language, one.text)
    return sentence(ROOM, language, "{who}: {step}", who=who, step=step)
