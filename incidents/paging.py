"""Carrying a policy out: pages into the outbox and the next timer, in the transaction of what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.language import CHINESE
from config.model import Config
from config.oncall import Escalation, Person, Reach
from incidents.escalation import Carried, Next, Place, Who, carry_out, first, hurries
from incidents.incident import Escalated, Incident, Progress
from incidents.notice import Writer
from incidents.oncall import Roster
from incidents.store import duty, timer
from incidents.store import incident as incidents
from notify import outbox
from notify.channel import Channel
from notify.message import LIFETIME, Message, Notification, Purpose, key_of
from notify.store import told as telling

_NAME_LIMIT = 100
"""A contact's name as far as the outbox holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A person or contact over one channel."""

    person: str
    channel: str
    address: str
    language: str
    due_at: Instant


class Paging:
    """Whom the configuration names, and how they are reached. `log_channel` takes what no other channel can.

    `kinds`: of each configured channel what its file offers.
    """

    def __init__(self, config: Config, log_channel: str, kinds: Mapping[str, Channel[Any]] | None = None) -> None:
        self._config = config
        self._log_channel = log_channel
        self._kinds = kinds or {}

    def begin(self, tx: Connection, incident: Incident, now: Instant) -> list[Escalated]:
        """The first step, at once or as a timer; what was done at once comes back as events."""
        policy = self._policy(incident)
        return [] if policy is None else self._go_on(tx, incident, policy, first(policy), now)

    def go_on(self, tx: Connection, incident: Incident, place: Place, now: Instant) -> list[Escalated]:
        """A timer brought us to this place."""
        policy = self._policy(incident)
        return [] if policy is None else self._go_on(tx, incident, policy, Next(place=place, after=0), now)

    def raised(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Whoever was paged hears that it got worse; if it was acknowledged, the first step is told again."""
        policy = self._policy(incident)
        if policy is None:
            return
        who = self._who(tx, now)
        carried = carry_out(policy, Place(round=1, step=1), incident.severity, who)
        for person in carried.people or [one for name in policy.fallback for one in who(name)]:
            for one in self._ways_to(person, now):
                self._tell(tx, incident, one, Writer(config=self._config, language=one.language).raised(incident), now)

    def stop(self, tx: Connection, incident: Incident, reason: str, now: Instant) -> None:
        timer.cancel(tx, timer.Kind.ESCALATION, incident.id, reason, now)
        outbox.suppress(tx, purposes=[Purpose.PAGE], reason=reason, now=now, incident=incident.id)

    def acknowledged(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Escalation stops; what keeps the incident itself, such as another house's pager, hears why."""
        self.stop(tx, incident, "acknowledged", now)
        for told in telling.reached(tx, incident.id):
            kind = self._kinds.get(told.channel)
            if kind is not None and kind.follows:
                message = self._writer(told).acknowledged(incident)
                self._follow(tx, incident, told, message, f"acknowledged-{incident.acknowledged_at}", now)

    def resolved(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Those who got (or may have got) a page hear that it is over; nobody else."""
        self.stop(tx, incident, "resolved", now)
        for told in telling.reached(tx, incident.id):
            message = self._writer(told).resolved(incident, incident.resolved_at or now)
            self._follow(tx, incident, told, message, "resolved", now)

    def _writer(self, told: telling.Recipient) -> Writer:
        person = self._config.people.get(told.person)
        language = (person.language if person is not None else None) or self._language()
        return Writer(config=self._config, language=language)

    def _follow(
        self, tx: Connection, incident: Incident, told: telling.Recipient, message: Message, step: str, now: Instant
    ) -> None:
        outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key_of(incident.id, step, told.person, told.channel, told.address),
                purpose=Purpose.RESOLVED,
                incident=incident.id,
                person=told.person,
                channel=told.channel,
                address=told.address,
                message=message,
                priority=incident.severity,
                created_at=now,
                due_at=now,
                expires_at=now + LIFETIME[Purpose.RESOLVED],
            ),
        )

    def unreachable(self, tx: Connection, told: Notification, now: Instant) -> None:
        """A page certainly or possibly did not arrive: the person's next way at once, else the next step at once."""
        incident = incidents.find(tx, told.incident or "")
        if incident is None or incident.progress is not Progress.TRIGGERED:
            return
        if outbox.hasten(tx, incident=incident.id, person=told.person, now=now):
            return
        policy = self._policy(incident)
        waiting = timer.waiting(tx, timer.Kind.ESCALATION, incident.id)
        steps = [step for step in waiting if policy is not None and hurries(policy, Place.parse(step))]
        timer.hasten(tx, timer.Kind.ESCALATION, incident.id, steps, now)

    def contacts(self, people: Iterable[str], now: Instant) -> list[Addressee]:
        """Every way to these people, each when it is due."""
        return [one for person in people for one in self._ways_to(person, now)]

    def by_mail(self, name: str, email: str | None, language: str | None, now: Instant) -> Addressee:
        """A customer's contact; without a mail channel or address the log takes it."""
        channel = self._mail_channel()
        usable = channel is not None and email is not None
        return Addressee(
            person=name[:_NAME_LIMIT],
            channel=channel if channel is not None and usable else self._log_channel,
            address=email or "",
            language=language or self._language(),
            due_at=now,
        )

    @property
    def mails(self) -> bool:
        """Whether there is a channel for mail."""
        return self._mail_channel() is not None

    def arrives(self, channel: str) -> bool:
        """Whether what this channel takes reaches anybody; the log does not."""
        return channel != self._log_channel

    def _go_on(
        self, tx: Connection, incident: Incident, policy: Escalation, upcoming: Next | None, now: Instant
    ) -> list[Escalated]:
        done: list[Escalated] = []
        who = self._who(tx, now)
        while upcoming is not None and upcoming.after == 0:
            carried = carry_out(policy, upcoming.place, incident.severity, who)
            self._page(tx, incident, carried, now)
            done.append(_event(carried))
            upcoming = carried.next
        if upcoming is not None:
            due_at = now + upcoming.after
            timer.start(tx, timer.Kind.ESCALATION, incident.id, upcoming.place.name, due_at, now)
        return done

    def _page(self, tx: Connection, incident: Incident, carried: Carried, now: Instant) -> None:
        again = carried.place != Place(round=1, step=1)
        for one in self.contacts(carried.people, now):
            message = Writer(config=self._config, language=one.language).page(incident, again=again)
            self._tell(tx, incident, one, message, now, carried.place.name)

    def _tell(
        self,
        tx: Connection,
        incident: Incident,
        one: Addressee,
        message: Message,
        now: Instant,
        step: str | None = None,
    ) -> None:
        step = f"severity-{incident.severity}" if step is None else step
        outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key_of(incident.id, step, one.person, one.channel, one.address, Purpose.PAGE.value),
                purpose=Purpose.PAGE,
                incident=incident.id,
                person=one.person,
                channel=one.channel,
                address=one.address,
                message=message,
                priority=incident.severity,
                created_at=now,
                due_at=one.due_at,
                expires_at=one.due_at + LIFETIME[Purpose.PAGE],
            ),
        )

    def _policy(self, incident: Incident) -> Escalation | None:
        """The component's; what no component could be found for goes to the default one, or to any there is."""
        if incident.component in self._config.components:
            return self._config.escalation_of(incident.component)
        policies = self._config.escalations
        return policies.get("default") or next(iter(policies.values()), None)

    def _who(self, tx: Connection, now: Instant) -> Who:
        roster = Roster(config=self._config, changes=duty.changes(tx, now, now + 1))
        return lambda name: roster.who(name, now)

    def _ways_to(self, person_id: str, now: Instant) -> list[Addressee]:
        person = self._config.people[person_id]
        return [
            Addressee(
                person=person.id,
                channel=way.channel,
                address=way.address or self._address(person, way.channel),
                language=person.language or self._language(),
                due_at=now + way.after,
            )
            for way in person.reach or self._default_ways(person)
        ]

    def _address(self, person: Person, channel: str) -> str:
        kind = self._kinds.get(channel)
        match kind.address if kind is not None else "any":
            case "email":
                return person.email or ""
            case "phone":
                return person.phone or ""
            case "any":
                return person.email or person.phone or ""
            case _:
                return ""

    def _default_ways(self, person: Person) -> Sequence[Reach]:
        mail = self._mail_channel()
        return (Reach(channel=mail if mail is not None and person.email else self._log_channel),)

    def _mail_channel(self) -> str | None:
        return next((one.id for one in self._config.channels.values() if one.kind == "email"), None)

    def _language(self) -> str:
        return next(iter(self._config.site.languages), CHINESE)


def _event(carried: Carried) -> Escalated:
    return Escalated(round=carried.place.round, step=carried.place.step, paged=carried.people, nobody=carried.nobody)


def still_wanted(tx: Connection, told: Notification) -> str | None:
    """Why nobody needs it any more: a page for what is acknowledged or resolved; None when it is to be sent."""
    if told.purpose is not Purpose.PAGE or told.incident is None:
        return None
    incident = incidents.find(tx, told.incident)
    if incident is None or incident.progress is Progress.TRIGGERED:
        return None
    if incident.progress is Progress.RESOLVED:
        return "the incident is resolved"
    raised = told.message.facts.get("event") == "incident.severity_raised"
    return None if raised else "the incident is acknowledged"
