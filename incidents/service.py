"""Load, decide, append, and what follows: pages, cases, timers. Everything in the caller's transaction.

One `Incidents` belongs to one configuration; a reload makes a new one. Methods are synchronous functions of a
Connection, so that a probe's flush, a webhook's processing, a timer and a person's command all run the same way.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from config.identity import REFUSAL, resident_number
from config.instant import MINUTE, Instant, Span
from config.matcher import Matcher
from config.naming import NAMES, another_named, concerned
from incidents import decide, drilling, hearing, lapse, merging, news, splitting
from incidents.audit import Violation
from incidents.course import SYSTEM, Course
from incidents.decide import NotFound as NotFound
from incidents.drill import check_result
from incidents.escalation import Place
from incidents.household import of_our_own
from incidents.incident import Incident, Merged, Parted, Progress, Split, Unacknowledged, Woken
from incidents.link import Links
from incidents.paging import REMIND, WAKE
from incidents.rerouting import rerouted
from incidents.routing import Routing
from incidents.silence import Silence, check, check_end
from incidents.source import Called, News
from incidents.store import case as cases
from incidents.store import evidence, timer
from incidents.store import incident as store
from incidents.store import silence as silences
from incidents.store.alert import failing_of, open_alert
from incidents.store.apart import apart
from incidents.store.timer import Timer
from notify.message import Notification
from probe.ending import Warned
from probe.verdict import CheckChange

log = structlog.get_logger(__name__)

PUT_OFF: Span = MINUTE
EXAMINED = 10_000
"""So many alerts of one incident are looked through when some are split out of it."""
BEGINS, ENDS = "begins", "ends"
_SUBJECT = 100
"""As long as the name of what an incident is about can be."""


class Incidents(Course):
    """See the module."""

    @property
    def links(self) -> Links:
        """What mails let one do without an account."""
        return self._paging.links

    # what machines say

    def check_news(self, tx: Connection, changes: Sequence[CheckChange], by: str, now: Instant) -> None:
        """Confirmed changes of checks: transitions first, then whatever they mean for incidents."""
        touched = news.take_check_news(tx, self._config, changes, by, now)
        failing = {one.check.partition("/")[0] for one in changes if one.state.failing}
        for component in self._family.parents_first(touched):
            open_already = self._judge(tx, component, by, now)
            if open_already is not None and component in failing and evidence.find(tx, open_already.id) is None:
                self._freeze(tx, open_already, now)  # an alert opened it before its checks were sure

    def flapping_news(self, tx: Connection, checks: Sequence[str], by: str, now: Instant) -> None:
        """These began or ceased to flap: what an incident waited for may have come."""
        touched = dict.fromkeys(check.partition("/")[0] for check in checks)
        for component in self._family.parents_first([one for one in touched if one in self._config.components]):
            self._judge(tx, component, by, now)

    def warning_news(self, tx: Connection, warned: Sequence[Warned], by: str, now: Instant) -> None:
        """A coming end is an incident of the mildest severity on the check: its component is not worse for it."""
        touched: dict[str, str] = {}
        for one in warned:
            subject = one.check[:_SUBJECT]
            changed = self.take(tx, "probe", news.of_warning(one), subject, one.at, now)
            touched.update(dict.fromkeys(changed, by))
        self.judge(tx, touched, now)

    def alert_news(
        self, tx: Connection, source: str, alerts: Sequence[News], routing: Routing, at: Instant, now: Instant
    ) -> None:
        """One post, taken and judged; `at` is when it arrived."""
        touched: dict[str, str] = {}
        for one in alerts:
            changed = self.take(tx, source, one, self.concerned(tx, source, one, routing), at, now)
            touched.update(dict.fromkeys(changed, f"source:{source}"))
        self.judge(tx, touched, now)

    def concerned(self, tx: Connection, source: str, one: News, routing: Routing) -> str:
        """The component it is about."""
        return hearing.concerned(tx, self._config, source, one, routing)

    def take(
        self, tx: Connection, source: str, one: News, component: str, at: Instant, now: Instant
    ) -> tuple[str, ...]:
        """Written down, not judged yet; the components whose condition may have changed."""
        followed = hearing.follows(tx, source, one)
        if followed is not None:
            self._apply(tx, *followed, f"source:{source}", now)
        return hearing.take(tx, self._config, source, one, component, at, now)

    def judge(self, tx: Connection, touched: Mapping[str, str], now: Instant) -> None:
        """Decide on these components, each by the word of whom it is given with."""
        for component in self._family.parents_first(list(touched)):
            self._judge(tx, component, touched[component], now)

    def fire(self, tx: Connection, due: Timer, now: Instant) -> None:
        """One due timer, marked done in the same transaction as what it brings about.

        One that cannot be carried out is put off, so that it does not hold up all others.
        """
        if not timer.still_due(tx, due, now):
            return
        trouble = apart(tx, lambda: self._fire(tx, due, now))
        if trouble is not None:
            log.error("timer not carried out", kind=due.kind, subject=due.subject, step=due.step, exc_info=trouble)
            timer.postpone(tx, due, now + PUT_OFF)

    def fire_all(
        self, tx: Connection, due: Sequence[Timer], now: Instant, enough: Callable[[], bool] = lambda: False
    ) -> list[Timer]:
        """As `fire`, one after the other until `enough`; those that were dealt with."""
        done: list[Timer] = []
        if apart(tx, lambda: self._fire_in_turn(tx, due, now, enough, done)) is None:
            return done
        done = []
        for one in due:  # one of them fails: each by itself, so that it takes only itself along
            self.fire(tx, one, now)
            done.append(one)
            if enough():
                break
        return done

    def _fire_in_turn(
        self, tx: Connection, due: Sequence[Timer], now: Instant, enough: Callable[[], bool], done: list[Timer]
    ) -> None:
        for one in due:
            if timer.still_due(tx, one, now):
                self._fire(tx, one, now)
            done.append(one)
            if enough():
                return

    def _fire(self, tx: Connection, due: Timer, now: Instant) -> None:
        later = self._later(tx, due, now)
        if later is not None:
            timer.postpone(tx, due, later)
            return
        outcome = self._carry_out(tx, due, now)
        if due.kind is timer.Kind.LAPSE:
            timer.forget(tx, due.kind, due.subject, [due.step])  # there are as many as there are alerts
        else:
            timer.finish(tx, due, outcome, now)

    def expect_call(self, tx: Connection, source: str, first: Called, now: Instant) -> None:
        """Of a sender that has never called, so that it is missed too."""
        if not lapse.expects(tx, source):
            lapse.expect(tx, source, first.due_at, now)

    # what people do

    def acknowledge(
        self, tx: Connection, incident_id: str, by: str, now: Instant, channel: str, *, over: bool = False
    ) -> Incident:
        """Again is no fault. `over`: from whoever else has it. Raises NotFound or decide.Refused."""
        incident = store.whole_of(tx, self._load(tx, incident_id))
        lapses = self._paging.lapses(tx, incident)
        over = over and by != incident.acknowledged_by
        return self._apply(tx, incident, decide.acknowledge(incident, channel, lapses=lapses, over=over), by, now)

    def escalate(self, tx: Connection, incident_id: str, by: str, now: Instant) -> Incident:
        """The policy of today is told from its first step. Raises NotFound or decide.Refused."""
        incident = self._load_whole(tx, incident_id)
        decide.escalate(incident, self._paging.untold(incident))
        return self._apply(tx, incident, self._paging.begin(tx, incident, now), by, now)

    def resolve(self, tx: Connection, incident_id: str, by: str, reason: str, now: Instant) -> Incident:
        """Raises NotFound or decide.Refused."""
        incident = self._load_whole(tx, incident_id)
        state = self._now(tx, incident, now).state
        check_result(incident, reason)
        _without_identity_number(reason)
        self._check_readers(tx, incident, reason)
        after = self._apply(tx, incident, decide.resolve(incident, reason, state), by, now)
        self._quieten_others(tx, after, now)
        return after

    def _check_readers(self, tx: Connection, incident: Incident, reason: str) -> None:
        """Everybody whom it concerns reads why it is over."""
        parts = (incident, *store.parts_of(tx, incident))
        owed = {case.customer for one in parts for case in cases.of_fault(tx, one)}
        readers = owed.union(concerned([one.component for one in parts], self._config))
        named = another_named(reason, readers, self._config)
        if named is not None:
            raise decide.Refused(NAMES.format(name=named))

    def drill(self, tx: Connection, component: str, severity: int | None, by: str, now: Instant) -> Incident:
        """Told like a fault, counted nowhere. Raises NotFound or decide.Refused."""
        return self._open(tx, drilling.begun(tx, self._config, component, severity, now), by, now)

    def snooze(self, tx: Connection, incident_id: str, until: Instant, by: str, reason: str, now: Instant) -> Incident:
        """Nobody is called until then. Raises NotFound or decide.Refused."""
        _without_identity_number(reason)
        incident = self._load_whole(tx, incident_id)
        return self._apply(tx, incident, decide.snooze(incident, until, reason, now), by, now)

    def reclassify(
        self, tx: Connection, incident_id: str, severity: int, by: str, reason: str, now: Instant
    ) -> Incident:
        """A person says how bad it is. Raises NotFound or decide.Refused."""
        _without_identity_number(reason)
        incident = self._load_whole(tx, incident_id)
        after = self._apply(tx, incident, decide.reclassify(incident, severity, reason), by, now)
        after = self._quieten(tx, after, now)
        self._quieten_others(tx, after, now)
        return after

    def merge(self, tx: Connection, part_id: str, whole_id: str, by: str, because: str, now: Instant) -> Incident:
        """The whole: it is told, taken and ended for both. Raises NotFound or decide.Refused."""
        _without_identity_number(because)
        part, whole = self._load(tx, part_id), self._load(tx, whole_id)
        merging.merge(part, whole, because)
        moved = (part, *store.parts_of(tx, part))
        for one in moved:
            self._apply(tx, one, [Merged(into=whole.id, because=because)], by, now)
        after = self._apply(tx, whole, merging.absorbed(whole, moved, because), by, now)
        after = self._quieten(tx, after, now)
        self._quieten_others(tx, after, now)
        return after

    def split(self, tx: Connection, part_id: str, by: str, because: str, now: Instant) -> Incident:
        """It is a fault of its own again, and told as one. Raises NotFound or decide.Refused."""
        _without_identity_number(because)
        part = self._load(tx, part_id)
        whole = self._load(tx, merging.split(part, because))
        self._apply(tx, whole, [Parted(incident=part.id, because=because)], by, now)
        own = self._apply(tx, part, [Split(because=because)], by, now)
        for component in self._family.parents_first(list(dict.fromkeys((whole.component, part.component)))):
            self._judge(tx, component, by, now)
        own = self._load(tx, part.id)
        if own.unresolved and not own.held_by:
            own = self._apply(tx, own, self._paging.released(tx, own, now), SYSTEM, now)
        return own

    def split_out(
        self,
        tx: Connection,
        incident_id: str,
        numbers: Collection[int],
        matchers: Sequence[Matcher],
        by: str,
        because: str,
        now: Instant,
    ) -> Incident:
        """The new one: these alerts, and all whose labels fit, are a fault of their own. Raises NotFound or
        decide.Refused."""
        _without_identity_number(because)
        origin = self._load(tx, incident_id)
        failing = failing_of(tx, origin.component, origin.strand, EXAMINED)
        taken = splitting.chosen({one.id: one.labels for one in failing}, numbers, matchers)
        line = news.measured(tx, self._config, origin.component, origin.strand)
        left = len(taken) < len(failing) or (line is not None and line.state.failing)
        splitting.check(origin, taken, because, left=left)
        return self._split(tx, origin, [one for one in failing if one.id in taken], by, because, now)

    def note(self, tx: Connection, incident_id: str, by: str, text: str, now: Instant) -> Incident:
        """Raises NotFound or decide.Refused."""
        _without_identity_number(text)
        return self._apply(tx, self._load(tx, incident_id), decide.note(text), by, now)

    def silence(self, tx: Connection, silence: Silence, now: Instant) -> Silence:
        """Calls are held from its start until its end; with its number. Raises decide.Refused."""
        _without_identity_number(silence.reason)
        check(silence, now)
        made = replace(silence, id=silences.add(tx, silence))
        for step, at in ((BEGINS, made.start), (ENDS, made.end)):
            timer.start(tx, timer.Kind.SILENCED, str(made.id), step, at, now)
        self._quieten_all(tx, now)
        return made

    def end_silence(self, tx: Connection, id: int, by: str, reason: str, now: Instant) -> Silence:
        """Before its time: what still fails calls at once. Raises decide.Refused."""
        _without_identity_number(reason)
        silence = check_end(silences.find(tx, id), id, now)
        silences.end(tx, id, reason, by, now)
        timer.cancel(tx, timer.Kind.SILENCED, str(id), "ended", now)
        self._quieten_all(tx, now)
        return replace(silence, ended_at=now, ended_by=by)

    # what the outbox says

    def told(self, tx: Connection, sent: Notification, now: Instant) -> None:
        """A delivery was accepted: for a customer that is the receipt his respond clock waits for."""
        self._cases.told(tx, sent, now)

    def not_told(self, tx: Connection, failed: Notification, now: Instant) -> None:
        """A delivery was given up: the next way of reaching is due."""
        log.warning("not told", person=failed.person, channel=failed.channel, incident=failed.incident)
        if rerouted(tx, self._config, self._paging, failed, now):
            return
        self._paging.unreachable(tx, failed, now)
        self._cases.not_told(tx, failed, now)

    # what looks after all of it

    def repair(self, tx: Connection, neglected: Violation, now: Instant) -> None:
        """What should have followed is set again, unless it has come meanwhile."""
        incident = store.find(tx, neglected.incident.id)
        if incident is None or not incident.unresolved:
            return
        seen = self._quieten(tx, incident, now)
        if not seen.held_by:
            self._apply(tx, seen, self._paging.rearm(tx, seen, now), SYSTEM, now)

    def own_news(self, tx: Connection, subject: str, reason: str, word: str, now: Instant, *, on: bool) -> None:
        """What upheld finds wrong about itself or around it: an incident on `subject`, which ends when it is mended."""
        key = f"{subject}:{reason}"
        if on == (open_alert(tx, SYSTEM, key) is not None):
            return
        said = of_our_own(key, reason, word, now, on=on)
        touched = self.take(tx, SYSTEM, said, subject[:_SUBJECT], now, now)
        self.judge(tx, dict.fromkeys(touched, SYSTEM), now)

    # inside

    def _later(self, tx: Connection, due: Timer, now: Instant) -> Instant | None:
        """When to look at it again instead of carrying it out."""
        match due.kind:
            case timer.Kind.LAPSE | timer.Kind.CALL:
                return lapse.next_chance(tx, due, now)
            case timer.Kind.SILENCE:
                return news.heard_since(tx, due)
            case _:
                return None

    def _carry_out(self, tx: Connection, due: Timer, now: Instant) -> str:
        match due.kind:
            case timer.Kind.ESCALATION:
                return self._escalate(tx, due, now)
            case timer.Kind.ANSWER:
                return self._unanswered(tx, due, now)
            case timer.Kind.CLOCK:
                return self._cases.ring(tx, due, now)
            case timer.Kind.SILENCE:
                news.fall_silent(tx, self._config, due.subject, due.due_at, now)
                return "nobody spoke of it"
            case timer.Kind.LAPSE:
                ended = lapse.lapse(tx, self._config, due, now)
                if ended is None:
                    return "over before"
                self._judge(tx, ended.component, f"source:{ended.source}", now)
                return "not repeated"
            case timer.Kind.CALL:
                missed = hearing.missed(tx, self._config, due, now)
                self.judge(tx, dict.fromkeys(missed or (), f"source:{due.subject}"), now)
                return "no such source any more" if missed is None else "it has not called"
            case timer.Kind.SILENCED:
                self._quieten_all(tx, now)
                return due.step
            case timer.Kind.HOLD:
                self._judge(tx, due.subject, SYSTEM, now)
                return "looked again"

    def _escalate(self, tx: Connection, due: Timer, now: Instant) -> str:
        incident = store.find(tx, due.subject)
        if incident is None or not incident.unresolved:
            return "not needed any more"
        self._apply(tx, incident, self._paging.go_on(tx, incident, Place.parse(due.step), now), SYSTEM, now)
        return "carried out"

    def _unanswered(self, tx: Connection, due: Timer, now: Instant) -> str:
        incident = store.find(tx, due.subject)
        if incident is None or incident.progress is not Progress.ACKNOWLEDGED:
            return "not needed any more"
        if due.step == REMIND and incident.held_by:
            return "held"
        if due.step == REMIND:
            return self._paging.remind(tx, incident, now)
        if (due.step == WAKE) is not (incident.snoozed_until is not None):
            return "not needed any more"
        over = Woken() if due.step == WAKE else Unacknowledged(because="nobody said that he still has it")
        again = self._apply(tx, incident, [over], SYSTEM, now)
        if again.held_by:
            return "held"
        self._apply(tx, again, self._paging.resume(tx, again, now), SYSTEM, now)
        return "told again"


def _without_identity_number(text: str) -> None:
    if resident_number(text):
        raise decide.Refused(REFUSAL)
