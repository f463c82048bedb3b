"""Carrying a policy out: pages into the outbox and the next timer, in the transaction of what happened."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from sqlalchemy import Connection

from config.instant import SECOND, Instant, Span
from config.oncall import Escalation
from incidents.drill import drilled, urgency
from incidents.escalation import (
    FIRST,
    URGENT,
    Carried,
    Facing,
    Next,
    Place,
    carry_out,
    ending,
    first,
    first_reached,
    foreign,
    hurries,
    whatever_happens,
)
from incidents.incident import Escalated, Escalating, Event, Held, Incident, PolicyDiffers, Progress
from incidents.notice import Writer
from incidents.oncall import Roster
from incidents.quiet import Quiet
from incidents.recalling import before
from incidents.store import duty, timer
from incidents.store import incident as incidents
from incidents.ways import Addressee, Ways
from notify import outbox
from notify.message import LIFETIME, Message, Notification, Purpose, key_of
from notify.store import told as telling
from notify.store.overtaken import overtake

BACK_WITHIN: Span = 30 * SECOND
"""What was over as soon as this may be back as soon: that it was over is told when it has not come back."""
REMIND, LAPSE, WAKE = "remind", "lapse", "wake"
"""The steps of an ANSWER timer."""
HELD, MERGED = "held", "merged"


class Paging(Ways):
    """Policies of one configuration, told over the ways to its people."""

    @cached_property
    def quiet(self) -> Quiet:
        """What holds calls."""
        return Quiet(self._config)

    def begin(self, tx: Connection, incident: Incident, now: Instant) -> list[Event]:
        """The policy of today is the incident's own from here on, and its first step is told, at once or by a timer.

        What was done comes back as events.
        """
        policy = self._of_today(incident.component)
        if policy is None:
            return []
        if incident.cycle:
            timer.call_off(tx, incident.id, "another policy", now)
        own = self._taken[policy.id]
        anew = replace(incident, cycle=incident.cycle + 1, progress=Progress.TRIGGERED)
        reason = foreign(policy, incident.severity)
        if reason is not None:
            return [own, Escalated(round=1, step=1, paged=(), nobody=reason)]
        holders = self.quiet.holders(tx, incident, now)
        if holders:
            return [own, Held(holders=holders, because=self.quiet.because(tx, holders))]
        return [own, *self._go_on(tx, anew, policy, first(policy), now)]

    def go_on(self, tx: Connection, incident: Incident, place: Place, now: Instant) -> list[Event]:
        """A timer brought us to this place."""
        policy = self._policy(tx, incident)
        return [] if policy is None else self._go_on(tx, incident, policy, Next(place=place, after=0), now)

    def resume(self, tx: Connection, incident: Incident, now: Instant) -> list[Event]:
        """Nobody has it any more: the place that was told last is told again."""
        last = incidents.last(tx, incident.id, Escalated)
        place = FIRST if last is None else Place(round=last.round, step=last.step)
        return self.go_on(tx, incident, place, now)

    def differs(self, tx: Connection, incident: Incident) -> PolicyDiffers | None:
        """Whether the configuration now has another policy for it, and nobody has noted that one yet."""
        own = incidents.last(tx, incident.id, Escalating)
        if own is None:
            return None
        today = self._of_today(incident.component)
        policy, version = (own.policy, "") if today is None else (today.id, self._taken[today.id].version)
        noted = incidents.last(tx, incident.id, PolicyDiffers)
        known = own.version if noted is None else noted.version
        return None if version in (own.version, known) else PolicyDiffers(policy=policy, version=version)

    def raised(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """It got worse: the first step that is for this severity is told, also when somebody has acknowledged."""
        policy = self._policy(tx, incident)
        if policy is None or foreign(policy, incident.severity):
            return
        facing = self._facing(tx, incident.severity, now)
        carried = first_reached(ending(policy, self._of_today(incident.component), facing), facing)
        for one in self._contacts(carried, now):
            self._tell(tx, incident, one, self._writer(one.channel, one.language).raised(incident), now)
        if incident.progress is Progress.ACKNOWLEDGED:
            if incident.snoozed_until is None:
                self._hold(tx, incident, policy, now)
        elif not timer.waiting(tx, timer.Kind.ESCALATION, incident.id):
            upcoming = carried.next  # the severity before was none of this policy's, or had come to its end
            if upcoming is not None:
                self._wind(tx, incident, upcoming, now)

    def on_call(self, tx: Connection, component: str | None, severity: int, now: Instant) -> list[Addressee]:
        """The ways to whom a fault of this severity would call first; none where no policy is for it."""
        policy = self._of_today(component or "")
        if policy is None or foreign(policy, severity):
            return []
        return self._contacts(first_reached(policy, self._facing(tx, severity, now)), now)

    def lowered(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """It is milder: whoever has it need not say so again where the severity does not ask for it."""
        if incident.severity > URGENT and incident.snoozed_until is None:
            timer.cancel(tx, timer.Kind.ANSWER, incident.id, "not urgent any more", now)

    def stop(self, tx: Connection, incident: Incident, reason: str, now: Instant) -> None:
        timer.call_off(tx, incident.id, reason, now)
        outbox.suppress(tx, purposes=[Purpose.PAGE], reason=reason, now=now, incident=incident.id)

    def acknowledged(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Escalation stops but for what is told until it is resolved, and starts again should it be forgotten.

        What keeps the incident itself, such as another house's pager, hears why.
        """
        policy = self._policy(tx, incident)
        waiting = timer.pending(tx, timer.Kind.ESCALATION, incident.id)
        self.stop(tx, incident, "acknowledged", now)
        if policy is not None and waiting:
            upcoming = Next(place=Place.parse(waiting[0].step), after=max(0, waiting[0].due_at - now))
            left = whatever_happens(policy, upcoming)
            if left is not None:
                self._wind(tx, incident, left, now)
        if policy is not None:
            self._hold(tx, incident, policy, now)
        for told in telling.reached(tx, incident.id):
            kind = self._kinds.get(told.channel)
            if kind is not None and kind.follows:
                message = self._writer_to(told).acknowledged(incident)
                self._follow(tx, incident, told, message, f"acknowledged-{incident.acknowledged_at}", now)

    def held(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Nobody is called until nothing holds it any more; whoever has it goes on having it."""
        timer.cancel(tx, timer.Kind.ESCALATION, incident.id, HELD, now)
        outbox.suppress(tx, purposes=[Purpose.PAGE], reason=HELD, now=now, incident=incident.id)

    def released(self, tx: Connection, incident: Incident, now: Instant) -> list[Event]:
        """The place that was told last is told again, or the first one, unless something called meanwhile."""
        return self.rearm(tx, incident, now) if self.tells(tx, incident) else []

    def snoozed(self, tx: Connection, incident: Incident, until: Instant, now: Instant) -> None:
        """Nobody is called until then."""
        self.stop(tx, incident, "snoozed", now)
        timer.wind(tx, timer.Kind.ANSWER, incident.id, WAKE, until, now)

    def resolved(self, tx: Connection, incident: Incident, now: Instant) -> None:
        """Those who got (or may have got) a page hear that it is over; nobody else."""
        self.stop(tx, incident, "resolved", now)
        due_at = now + (BACK_WITHIN if self._brief(incident, now) else 0)
        heard = () if incident.merged_into is None else telling.reached(tx, incident.merged_into)
        for told in telling.reached(tx, incident.id):
            if told in heard:
                continue  # that the whole is over says it
            message = self._writer_to(told).resolved(incident, incident.resolved_at or now)
            step = "resolved" if incident.told_from == 1 else f"resolved-{incident.told_from}"
            self._follow(tx, incident, told, message, step, now, due_at)

    def came_back(self, tx: Connection, before: str, incident: Incident, now: Instant) -> None:
        """Whoever is called again need not hear that it was over."""
        overtake(tx, before, incident.id, "it came back", now)

    def _brief(self, incident: Incident, now: Instant) -> bool:
        """What only senders speak of, and came and went within a moment, may come again; checks have confirmed."""
        component = self._config.components.get(incident.component)
        probed = component is not None and bool(component.checks)
        return incident.recovered and not probed and now - incident.opened_at < BACK_WITHIN

    def _writer_to(self, told: telling.Recipient) -> Writer:
        person = self._config.people.get(told.person)
        return self._writer(told.channel, (person.language if person is not None else None) or self._language())

    def _writer(self, channel: str, language: str) -> Writer:
        return Writer(config=self._config, language=language, discreet=self.discreet(channel))

    def _follow(
        self,
        tx: Connection,
        incident: Incident,
        told: telling.Recipient,
        message: Message,
        step: str,
        now: Instant,
        due_at: Instant | None = None,
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
                priority=urgency(incident),
                created_at=now,
                due_at=now if due_at is None else due_at,
                expires_at=now + LIFETIME[Purpose.RESOLVED],
            ),
        )

    def unreachable(self, tx: Connection, told: Notification, now: Instant) -> None:
        """A page certainly or possibly did not arrive: the person's next way at once, else the next step at once.

        The step that it was of may have reached somebody else, or the same person over another way, or be told since.
        """
        incident = incidents.find(tx, told.incident or "")
        if incident is None or incident.progress is not Progress.TRIGGERED:
            return
        if outbox.hasten(tx, told, now) or telling.also_paged(tx, told):
            return
        policy = self._policy(tx, incident)
        waiting = timer.waiting(tx, timer.Kind.ESCALATION, incident.id)
        steps = [step for step in waiting if policy is not None and hurries(policy, Place.parse(step))]
        timer.hasten(tx, timer.Kind.ESCALATION, incident.id, steps, now)

    def tells(self, tx: Connection, incident: Incident) -> bool:
        """Whether it has a policy, and that is for its severity; without one nobody is to be told."""
        policy = self._policy(tx, incident)
        return policy is not None and foreign(policy, incident.severity) is None

    def untold(self, incident: Incident) -> str | None:
        """Why the policy of today would tell nobody of it."""
        policy = self._of_today(incident.component)
        return "no policy tells anybody of it" if policy is None else foreign(policy, incident.severity)

    def rearm(self, tx: Connection, incident: Incident, now: Instant) -> list[Event]:
        """Nothing was to come of it: what should have been there is set again."""
        policy = self._policy(tx, incident)
        if policy is None:
            return []
        if incident.progress is Progress.ACKNOWLEDGED:
            if not timer.waiting(tx, timer.Kind.ANSWER, incident.id):
                self._hold(tx, incident, policy, now)
            return []
        return [] if timer.waiting(tx, timer.Kind.ESCALATION, incident.id) else self.resume(tx, incident, now)

    def lapses(self, tx: Connection, incident: Incident) -> bool:
        """Whether whoever has it was asked to say so again, and has not yet."""
        return timer.waiting(tx, timer.Kind.ANSWER, incident.id) == [LAPSE]

    def remind(self, tx: Connection, incident: Incident, now: Instant) -> str:
        """Whoever has it is asked to say so again; what became of it in a few words."""
        person = (incident.acknowledged_by or "").removeprefix("person:")
        if person not in self._config.people:
            return "nobody known has it"
        for one in self._ways_to(person, now):
            message = self._writer(one.channel, one.language).reminder(incident)
            self._tell(tx, incident, one, message, now, f"remind-{incident.version}")
        return "reminded"

    def _go_on(
        self, tx: Connection, incident: Incident, policy: Escalation, upcoming: Next | None, now: Instant
    ) -> list[Event]:
        done: list[Event] = []
        facing = self._facing(tx, incident.severity, now, taken=incident.progress is Progress.ACKNOWLEDGED)
        policy = ending(policy, self._of_today(incident.component), facing)
        while upcoming is not None and upcoming.after == 0:
            carried = carry_out(policy, upcoming.place, facing)
            self._page(tx, incident, carried, now)
            done.append(_event(carried))
            upcoming = carried.next
        if upcoming is not None:
            self._wind(tx, incident, upcoming, now)
        return done

    def _wind(self, tx: Connection, incident: Incident, upcoming: Next, now: Instant) -> None:
        timer.wind(tx, timer.Kind.ESCALATION, incident.id, upcoming.place.name, now + upcoming.after, now)

    def _hold(self, tx: Connection, incident: Incident, policy: Escalation, now: Instant) -> None:
        """Somebody has it, for as long as the policy lets that stand without a word."""
        if incident.severity > URGENT:
            return
        lapse_at = now + policy.acknowledged_for
        timer.wind(tx, timer.Kind.ANSWER, incident.id, LAPSE, lapse_at, now)
        if 0 < policy.remind < policy.acknowledged_for:
            timer.wind(tx, timer.Kind.ANSWER, incident.id, REMIND, lapse_at - policy.remind, now)

    def _page(self, tx: Connection, incident: Incident, carried: Carried, now: Instant) -> None:
        afresh = incident.cycle <= incident.told_from
        again = carried.place != FIRST or (not afresh and bool(telling.reached(tx, incident.id)))
        although = incident.progress is Progress.ACKNOWLEDGED
        step = carried.place.name if incident.cycle <= 1 else f"{carried.place.name}-{incident.cycle}"
        contacts = self._contacts(carried, now)
        earlier = before(tx, incident) if contacts and not although else ()
        for one in contacts:
            writer = self._writer(one.channel, one.language)
            link = self._acknowledging(incident, one, now)
            message = (
                writer.kept_informed(incident)
                if although
                else writer.page(incident, again=again, link=link, before=earlier)
            )
            self._tell(tx, incident, one, message, now, step)

    def _acknowledging(self, incident: Incident, one: Addressee, now: Instant) -> str | None:
        """Only where the address is this person's own: what stands in a group's chat is anybody's to press."""
        return self.links.acknowledge(incident, one.person, now) if self.personal(one.channel) else None

    def _contacts(self, carried: Carried, now: Instant) -> list[Addressee]:
        """Each by his own ways, or all over the step's channels."""
        return [one for person in carried.people for one in self._ways_to(person, now, over=carried.channels)]

    def _tell(
        self,
        tx: Connection,
        incident: Incident,
        one: Addressee,
        message: Message,
        now: Instant,
        step: str | None = None,
    ) -> None:
        step = f"severity-{incident.severity}-{incident.version}" if step is None else step
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
                priority=urgency(incident),
                created_at=now,
                due_at=one.due_at,
                expires_at=one.due_at + LIFETIME[Purpose.PAGE],
            ),
        )

    def _policy(self, tx: Connection, incident: Incident) -> Escalation | None:
        """The one it took; today's where it began before policies were taken."""
        own = incidents.last(tx, incident.id, Escalating)
        if own is None:
            return self._of_today(incident.component)
        known = self._config.escalations.get(own.policy)
        if known is not None and self._taken[known.id].version == own.version:
            return known
        return Escalation.model_validate(own.terms)

    @cached_property
    def _taken(self) -> Mapping[str, Escalating]:
        """Each policy as an incident takes it."""
        return {
            one.id: Escalating(policy=one.id, version=one.version, terms=one.model_dump(mode="json"))
            for one in self._config.escalations.values()
        }

    def _of_today(self, component: str) -> Escalation | None:
        """The component's; what no component could be found for goes to the default one, or to any there is."""
        if drilled(component) in self._config.components:
            return self._config.escalation_of(drilled(component))
        policies = self._config.escalations
        return policies.get("default") or next(iter(policies.values()), None)

    def _facing(self, tx: Connection, severity: int, now: Instant, *, taken: bool = False) -> Facing:
        roster = Roster(config=self._config, changes=duty.changes(tx, now, now + 1))
        return Facing(
            severity=severity,
            who=lambda name: roster.who(name, now),
            reaches=self.reached,
            holds=lambda during: roster.holds(during, now),
            acknowledged=taken,
        )


def _event(carried: Carried) -> Escalated:
    return Escalated(round=carried.place.round, step=carried.place.step, paged=carried.people, nobody=carried.nobody)
