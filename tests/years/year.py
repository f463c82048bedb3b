"""A stretch of time of the five customers, through the real judging, stores, decisions, deliveries and seals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, count
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from typing_extensions import override

from config.instant import DAY, HOUR, MINUTE, Instant, moment_of
from config.location import LOCAL
from config.model import Check
from incidents.case import Case, CaseProgress
from incidents.caseevent import CaseEvent, CaseResolved, Confirmed, Contested, Fulfilled, Resumed, Taken, Waiting
from incidents.clock import Clock
from incidents.store import case as cases
from notify import outbox
from notify.channel import Receipt
from notify.message import Notification
from notify.store import claim as claiming
from probe.result import Answer
from probe.watch import Watch
from sla.correction import Requested
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.period import Period, parse_period
from sla.proposal import Proposed
from sla.record import Word
from sla.store import statement as stored
from tests.years import story
from tests.years.setting import ZONE, at
from upheld import contracts, post
from upheld.demo.history import Deed, Past
from upheld.issuer import Issuer
from upheld.sealing import sealer_of

ANSWERED_AFTER = (4, 11, 6, 160, 9, 3, 25, 7, 40, 5)
"""Minutes until somebody acknowledged, incident after incident."""
USED = (30, 55, 10, 80, 45, 125, 20, 65, 90, 35, 150)
"""Per cent of a limit that people took, clock after clock."""
SILENT = frozenset({"changfeng"})
"""Customers who do not answer how time that was not measured counts."""
_AGAIN = ("update", "reassess")
"""What is owed again and again: how soon it is done does not shift the others' turns."""
_BY_THEMSELVES = frozenset({"respond", "resolve"})
"""Of an incident: met by the mail that somebody works on it, and by its end."""
_ISSUED = 14
"""Days of a month on which the calendar of statements is turned."""


@dataclass(slots=True)
class Year(Past):
    """From `begins` until `clock`. Mails are taken at once, and counted."""

    mails: int = 0
    _clocks: set[tuple[str, str, Instant]] = field(default_factory=set)

    def months(self) -> Iterator[Period]:
        """Those that begin after the beginning and are over long enough at the end to be sealed."""
        month = _local(self.begins + DAY).replace(day=1)
        while True:
            coming = (month + timedelta(days=32)).replace(day=1)
            if at(f"{coming} 00:00") + _ISSUED * DAY > self.ends:
                return
            if at(f"{month} 00:00") >= self.begins:
                yield parse_period(f"{month:%Y-%m}")
            month = coming

    # what is planned

    @override
    def _lay_out(self) -> None:
        for check in self.rules.config.checks():
            self._begin(check)
        for fault in self._faults():
            start = at(fault.start)
            answer = Answer(outcome=fault.outcome, reason=fault.reason, detail=fault.detail, latency_us=1_840_000)
            self._windows.setdefault(fault.check, []).append((start, start + fault.minutes * MINUTE, answer))
        self._plan(self.begins, self._take_over)
        self._plan(self.begins, self._define)
        for ring in story.RINGS:
            self._plan_in(at(ring.when) + 5 * MINUTE, self._call(ring))
        for work in story.WORKS:
            self._lay_out_work(work)
        for judged in story.JUDGEMENTS:
            self._plan_in(at(judged.start) + 3 * DAY, self._judge(judged))
        for sunday in self._midnights():
            if _local(sunday).weekday() == 6 and _local(sunday).day in range(8, 15):
                self._plan_in(sunday + 3 * HOUR, self._night_work(sunday + HOUR, sunday + 155 * MINUTE))
        for midnight in self._midnights():
            self._plan(midnight + 8 * HOUR, self._keep_ledger)
            self._plan(midnight + 12 * HOUR, self._tidy)
        for month in self.months():
            first = month.window(ZONE)[1]
            for hours in range(0, _ISSUED * 24, 24):
                self._plan_in(first + hours * HOUR + 40 * MINUTE, self._issue)
            self._plan_in(first + 4 * DAY, self._word(month))

    def _faults(self) -> Iterator[story.Fault]:
        yield from story.FAULTS
        checks = sorted(check.id for check in self.rules.config.checks())
        yield from story.drawn(checks, _local(self.begins), _local(self.ends))

    def _midnights(self) -> Iterator[Instant]:
        day = _local(self.begins) + timedelta(days=1)
        while at(f"{day} 00:00") < self.ends:
            yield at(f"{day} 00:00")
            day += timedelta(days=1)

    def _plan_in(self, when: Instant, deed: Deed) -> None:
        if self.begins <= when < self.ends:
            self._plan(when, deed)

    def _begin(self, check: Check) -> None:
        watch = Watch(check, self.kinds[check.kind], LOCAL)
        self._watches[check.id] = watch
        first, phase = (self.begins + self._random.randrange(check.interval) for _ in range(2))
        self._ask(watch, chain([first], (tick for tick in count(phase, check.interval) if tick > first)))

    async def _take_over(self, now: Instant) -> None:
        await self.database.write(lambda tx: contracts.take_over(tx, self.rules.config, now))

    # statements

    async def _issue(self, now: Instant) -> None:
        await Issuer(self.database, lambda: self.rules, lambda: now).issue()
        await self._deliver()

    def _word(self, period: Period) -> Deed:
        """Most customers say how the time that was not measured counts; some keep silent."""

        async def answer(now: Instant) -> None:
            def speak(tx: Connection) -> None:
                for name in self.rules.config.customers:
                    question = stored.standing(tx, name, str(period)).question
                    if question is not None and question.answer is None and name not in SILENT:
                        by = f"customer:{name}"
                        sealer_of(self.rules).answer(tx, name, period, Word.ACCEPTED, by, by, now)

            await self.database.write(speak)
            await self._deliver()

        return answer

    # cases

    @override
    async def _after_news(self) -> None:
        for case in await self.database.read(cases.open_cases):
            if case.incident is not None and case.incident not in self._seen:
                wait = ANSWERED_AFTER[len(self._seen) % len(ANSWERED_AFTER)] * MINUTE
                self._seen.add(case.incident)
                self._plan(self.now + wait, self._acknowledge(case.incident))
        await self._follow()
        await Past._after_news(self)

    async def _follow(self) -> None:
        """People attend to every clock that has begun, in time or not."""

        def clocks(tx: Connection) -> list[tuple[Case, Clock]]:
            return [
                (case, clock)
                for case in cases.every(tx)
                if case.progress is not CaseProgress.CONFIRMED
                for clock in self.rules.caseload.clocks(case, self.now)
                if clock.done_at is None
            ]

        for case, clock in await self.database.read(clocks):
            mark = case.id, clock.name, clock.started_at
            if mark in self._clocks or (case.incident is not None and clock.name in _BY_THEMSELVES):
                continue
            self._clocks.add(mark)
            limit = 3 * DAY if clock.due_at is None else clock.due_at - clock.started_at
            once = sum(name not in _AGAIN for _, name, _ in self._clocks)
            when = clock.started_at + limit * USED[once % len(USED)] // 100
            self._plan(max(when, self.now + MINUTE), self._attend(case.id, clock.name))

    def _attend(self, case_id: str, commitment: str) -> Deed:
        async def attend(now: Instant) -> None:
            def work(tx: Connection) -> None:
                case = cases.find(tx, case_id)
                if case is None or commitment not in self._waiting(case, now):
                    return
                if commitment == "resolve":
                    if case.progress is CaseProgress.OPEN:
                        self._write_down(tx, case, CaseResolved(how="已处理并验证。"), now)
                    return
                taken = commitment == "accept" and case.responsible is None
                done = Fulfilled(commitment=commitment, how="recorded by hand")
                self._write_down(tx, case, Taken(person="li") if taken else done, now)

            await self.database.write(work)
            await self._after_news()

        return attend

    def _waiting(self, case: Case, now: Instant) -> set[str]:
        """What is still to be done; a review of a result that was contested counts no more for the next one."""
        return {clock.name for clock in self.rules.caseload.clocks(case, now) if clock.done_at is None}

    def _write_down(self, tx: Connection, case: Case, event: CaseEvent, now: Instant) -> None:
        self.rules.caseload.record(tx, case.id, event, "person:li", now, now)

    def _call(self, ring: story.Ring) -> Deed:
        async def call(now: Instant) -> None:
            def open_it(tx: Connection) -> Case:
                return self.rules.caseload.open_by_person(
                    tx,
                    customer=ring.customer,
                    kind=ring.kind,
                    title=ring.title,
                    by="person:wang",
                    reported_at=at(ring.when),
                    now=now,
                    component=ring.component,
                    caller=ring.caller,
                )

            case = await self.database.write(open_it)
            if ring.waits:
                self._plan(now + 30 * MINUTE, self._wait(case.id, waiting=True))
                self._plan(now + DAY, self._wait(case.id, waiting=False))
            if ring.contested:
                self._plan(now + 6 * DAY, self._contest(case.id, ring.customer))
            await self._after_news()

        return call

    def _wait(self, case_id: str, *, waiting: bool) -> Deed:
        async def wait(now: Instant) -> None:
            def say(tx: Connection) -> None:
                case = cases.find(tx, case_id)
                expected = CaseProgress.OPEN if waiting else CaseProgress.WAITING
                if case is not None and case.progress is expected:
                    event = Waiting(awaited="一张截图") if waiting else Resumed()
                    self.rules.caseload.record(tx, case_id, event, "person:li", now, now)

            await self.database.write(say)
            await self._after_news()

        return wait

    def _contest(self, case_id: str, customer: str) -> Deed:
        async def contest(now: Instant) -> None:
            def say(tx: Connection) -> None:
                case = cases.find(tx, case_id)
                if case is not None and not case.open:
                    event = Contested(reason="问题仍在")
                    self.rules.caseload.record(tx, case_id, event, f"customer:{customer}", now, now)

            await self.database.write(say)
            self._plan(now + 10 * HOUR, self._attend(case_id, "resolve"))
            await self._after_news()

        return contest

    @override
    async def _tidy(self, now: Instant) -> None:
        """A week after its end the customer confirms a case."""

        def confirm(tx: Connection) -> None:
            for case in cases.every(tx):
                ripe = case.resolved_at is not None and case.resolved_at + 7 * DAY < now
                if case.progress is CaseProgress.RESOLVED and ripe:
                    by = f"customer:{case.customer}"
                    self.rules.caseload.record(tx, case.id, Confirmed(text=""), by, now, now)

        await self.database.write(confirm)
        await self._after_news()

    # what does not count, and what people judged otherwise

    def _lay_out_work(self, work: story.Work) -> None:
        start, end = at(work.start), at(work.start) + work.minutes * MINUTE
        written = end + HOUR if work.ahead is None else start - work.ahead * HOUR
        self._plan_in(written, self._propose(work, start, end))

    def _propose(self, work: story.Work, start: Instant, end: Instant) -> Deed:
        async def propose(now: Instant) -> None:
            exclusions = Exclusions(self.rules.config)
            plan = Proposed(components=work.components, category=work.category, start=start, end=end, text=work.text)

            def say(tx: Connection) -> str:
                made = exclusions.propose(tx, plan, "person:li", now)
                if work.ahead is not None:
                    exclusions.notice(tx, made.id, "person:li", now, delivered_at=now, proof="250 OK")
                exclusions.approve(tx, made.id, "person:wang", now)
                return made.id

            number = await self.database.write(say)
            if work.countersigned_by is not None:
                self._plan(max(now, end) + DAY, self._countersign(number, work.countersigned_by))
            if work.worked is not None:
                self._plan(end + 20 * MINUTE, self._worked(number, start, start + work.worked * MINUTE))

        return propose

    def _countersign(self, number: str, customer: str) -> Deed:
        async def sign(now: Instant) -> None:
            exclusions = Exclusions(self.rules.config)
            await self.database.write(lambda tx: exclusions.countersign(tx, number, customer, now))

        return sign

    def _worked(self, number: str, start: Instant, end: Instant) -> Deed:
        async def write_down(now: Instant) -> None:
            exclusions = Exclusions(self.rules.config)
            await self.database.write(lambda tx: exclusions.worked(tx, number, start, end, "person:li", now))

        return write_down

    def _night_work(self, start: Instant, end: Instant) -> Deed:
        return self._worked("night-work", start, end)

    def _judge(self, judged: story.Judged) -> Deed:
        async def judge(now: Instant) -> None:
            corrections = Corrections(self.rules.config)
            start = at(judged.start)
            asked = Requested(
                component=judged.component,
                start=start,
                end=start + judged.minutes * MINUTE,
                state=judged.state,
                reason=judged.reason,
                evidence=judged.evidence,
            )

            def say(tx: Connection) -> None:
                made = corrections.request(tx, asked, "person:li", now)
                corrections.approve(tx, made.id, "person:wang", now)
                if judged.confirmed:
                    corrections.confirm(tx, made.id, judged.customer, now)
                else:
                    corrections.contest(tx, made.id, judged.customer, "当时无法检索", now)

            await self.database.write(say)

        return judge

    # mails

    @override
    async def _deliver(self) -> None:
        def told(tx: Connection, sent: Notification, now: Instant) -> None:
            self.rules.incidents.told(tx, sent, now)
            post.told(tx, sent, now)

        policy = outbox.Policy(
            still_wanted=lambda tx, one: None,
            on_sent=told,
            on_failed=post.not_told,
            idempotent=lambda channel: False,
        )

        def bring(tx: Connection) -> int:
            taken = 0
            for channel in sorted(claiming.channels_due(tx, self.now)):
                for entry in claiming.claim(tx, channel, limit=1000, policy=policy, now=self.now).entries:
                    outbox.finish(tx, entry, Receipt(detail="250 OK"), policy=policy, now=self.now)
                    taken += 1
            return taken

        while taken := await self.database.write(bring):
            self.mails += taken


def _local(now: Instant) -> date:
    return moment_of(now).astimezone(ZoneInfo(ZONE)).date()
