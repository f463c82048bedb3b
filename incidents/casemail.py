"""What is told of a case, into the outbox: to the customer's contacts, and to people of ours."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import structlog
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import Instant
from config.language import choose
from config.model import Config
from config.wording import Occasion, Wording
from incidents.case import Case, CaseEvent, HandedOver, Waiting
from incidents.casenotice import CaseWriter
from incidents.clock import Clock
from incidents.paging import Paging
from incidents.rewording import reworded, values_of
from incidents.store import case as cases
from incidents.store import incident as incidents
from incidents.warning import told
from incidents.ways import Addressee
from incidents.word import word_of
from notify import outbox
from notify.message import LIFETIME, Message, Notification, Purpose, key_of

log = structlog.get_logger(__name__)

_PRIORITY = 2


class CaseMail:
    """Over the ways of one configuration."""

    def __init__(self, config: Config, paging: Paging, stumbled: Callable[[str], None] = lambda customer: None) -> None:
        """`stumbled` hears of a customer whose own words could not be filled in; ours went out."""
        self._config = config
        self._paging = paging
        self._stumbled = stumbled

    def customer(self, tx: Connection, case: Case, what: Occasion, now: Instant, how: str = "") -> None:
        """Every contact, in his language: `what` happened, `how` in somebody's words."""
        link = self._paging.links.confirm(case, now) if what == "solved" else None
        words: Mapping[str, Callable[[CaseWriter], Message]] = {
            "opened": lambda writer: writer.opened(case),
            "reopened": lambda writer: writer.reopened(case),
            "taken": lambda writer: writer.taken(case),
            "level": lambda writer: writer.level(case, why=how),
            "called": lambda writer: writer.brought_in(case, functions=how.split()),
            "solved": lambda writer: writer.solved(case, how=how, link=link),
            "reviewed": lambda writer: writer.reviewed(case, how),
        }
        self._to_contacts(tx, case, what, words[what], f"{what}-{case.version}", now, said=how, link=link)

    def stopped(self, tx: Connection, case: Case, stop: Waiting, now: Instant) -> None:
        """To the customer: his clock stands still, what for, and where that can be seen."""
        step, said = f"waiting-{case.version}", stop.awaited
        self._to_contacts(tx, case, "waiting", lambda writer: writer.waiting(case, stop), step, now, said=said)

    def likely(self, tx: Connection, case: Case, clock: Clock, now: Instant) -> None:
        """To the customer: a time limit is likely to be missed."""
        message = partial(_likely, case=case, clock=clock)
        due_at = clock.due_at or clock.started_at
        self._to_contacts(tx, case, "likely", message, f"likely-{clock.name}-{clock.due_at}", now, due_at=due_at)

    def clock(self, tx: Connection, case: Case, clock: Clock, step: str, people: Iterable[str], now: Instant) -> None:
        """To people of ours: how far a commitment is used up."""
        for one in self._paging.contacts(people, now):
            message = self._to_ours(one).clock(case, clock.name, clock.due_at or now, step)
            self._enqueue(tx, case, one, message, Purpose.CLOCK, f"{clock.name}-{step}-{clock.due_at}", now)

    def offered(self, tx: Connection, case: Case, offer: HandedOver, by: str, now: Instant) -> None:
        """To whom it is handed over: what is to be done next."""
        for one in self._paging.contacts((offer.to,), now):
            message = self._to_ours(one).offered(case, by, offer.next_action)
            self._enqueue(tx, case, one, message, Purpose.CLOCK, f"offered-{case.version}", now)

    def heard(
        self, tx: Connection, case: Case, event: CaseEvent, severity: int, by: str, now: Instant, text: str = ""
    ) -> None:
        """What the customer said, to whoever has it; where nobody has it, to whoever is on call. Source: ADR 0141.

        `text`: what he wrote with what he reports.
        """
        word = word_of(event, by, text)
        if word is None:
            return
        having = self._having(tx, case)
        ways = self._paging.contacts(having, now) if having else self._on_call(tx, case, severity, now)
        for one in ways:
            if by != f"person:{one.person}":
                message = self._to_ours(one).heard(case, word)
                purpose = Purpose.CLOCK if having else Purpose.PAGE
                self._enqueue(tx, case, one, message, purpose, f"{word.what}-{case.version}", now)

    def unheard(self, tx: Connection, case: Case, failed: Notification, now: Instant) -> None:
        """What he said certainly or possibly did not arrive: the person's next way at once, else the managers."""
        page = failed.purpose is Purpose.PAGE
        if (page and (case.responsible is not None or not case.open)) or not (page or failed.purpose is Purpose.CLOCK):
            return
        if outbox.hasten(tx, failed, now):
            return
        said = [one for one in cases.events(tx, case.id) if one.recorded_at >= failed.created_at]
        words = [(word, one.by) for one in said if (word := word_of(one.event, one.by)) is not None]
        for word, by in words[:1]:
            for one in self._paging.contacts(told("75", self._config.people, None), now):
                if one.person != failed.person and by != f"person:{one.person}":
                    message = self._to_ours(one).heard(case, word)
                    step = f"{word.what}-instead-{failed.created_at}"
                    self._enqueue(tx, case, one, message, failed.purpose, step, now)

    def settled(self, tx: Connection, case: Case, reason: str, now: Instant) -> None:
        """Nobody need be called for it any more."""
        outbox.suppress(tx, purposes=[Purpose.PAGE], reason=reason, now=now, case=case.id)

    def called(self, tx: Connection, case: Case, when: str, people: Iterable[str], now: Instant) -> None:
        """To people of ours: the agreement brings them in."""
        for one in self._paging.contacts(people, now):
            message = self._to_ours(one).called(case, when)
            self._enqueue(tx, case, one, message, Purpose.CLOCK, f"called-{when}", now)

    def _having(self, tx: Connection, case: Case) -> list[str]:
        """Whoever has the case, or else its incident, if anything reaches him."""
        incident = None if case.incident is None else incidents.find(tx, case.incident)
        taken = None if incident is None else (incident.acknowledged_by or "").removeprefix("person:")
        return [one for one in (case.responsible or taken,) if one in self._config.people and self._paging.reached(one)]

    def _on_call(self, tx: Connection, case: Case, severity: int, now: Instant) -> list[Addressee]:
        """For a fault whoever would be called for one like it; for all else, and where that is nobody, the managers."""
        called = self._paging.on_call(tx, case.component, severity, now) if case.kind is CaseKind.FAULT else []
        return called or self._paging.contacts(told("75", self._config.people, None), now)

    def _to_ours(self, one: Addressee) -> CaseWriter:
        discreet = self._paging.discreet(one.channel)
        return CaseWriter(config=self._config, language=one.language, discreet=discreet)

    def _to_contacts(
        self,
        tx: Connection,
        case: Case,
        occasion: Occasion,
        message: Callable[[CaseWriter], Message],
        step: str,
        now: Instant,
        *,
        said: str = "",
        link: str | None = None,
        due_at: Instant | None = None,
    ) -> None:
        customer = self._config.customers.get(case.customer)
        for contact in () if customer is None else customer.contacts:
            if contact.kind == "signer":  # is written to about what he signs
                continue
            language = contact.language or (None if customer is None else customer.language)
            one = self._paging.by_mail(choose(contact.name, "en"), contact.email, language, now)
            writer = CaseWriter(config=self._config, language=one.language)
            made = message(writer)
            wording = None if customer is None else customer.mails.of(occasion)
            if wording is not None:
                ends = None if due_at is None else writer.clock_time(due_at)
                recorded = writer.clock_time(case.opened_at)
                more = {"said": said, "link": link, "due_at": ends, "recorded_at": recorded}
                made = self._reworded(made, wording, case, one.language, more)
            self._enqueue(tx, case, one, made, Purpose.CUSTOMER, step, now)

    def _reworded(
        self, made: Message, wording: Wording, case: Case, language: str, more: Mapping[str, str | None]
    ) -> Message:
        """Ours, should it not succeed: a mail that is owed goes out in whatever words."""
        try:
            return reworded(made, wording, values_of(self._config, case, language, **more))
        except Exception as error:  # whatever an operator's words make of it
            log.error("customer's own words not used", customer=case.customer, case=case.id, error=str(error))
            self._stumbled(case.customer)
            return made

    def _enqueue(
        self, tx: Connection, case: Case, one: Addressee, message: Message, purpose: Purpose, step: str, now: Instant
    ) -> None:
        outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key_of(case.id, step, one.person, one.channel, one.address, purpose.value),
                purpose=purpose,
                case=case.id,
                person=one.person,
                channel=one.channel,
                address=one.address,
                message=message,
                priority=_PRIORITY,
                created_at=now,
                due_at=one.due_at,
                expires_at=one.due_at + LIFETIME[purpose],
            ),
        )


def _likely(writer: CaseWriter, case: Case, clock: Clock) -> Message:
    return writer.likely(case, clock.name, clock.due_at or clock.started_at)
