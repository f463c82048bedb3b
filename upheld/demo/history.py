"""The demo's past: made-up answers on a simulated clock, through the real judging, stores, decisions and deliveries.

Nothing here writes a transition, an incident, a mail or a figure: the checks are told what they would have been
answered, and everything else follows as it does every day.
"""

import heapq
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import DAY, MINUTE, SECOND, Instant, instant_of, moment_of
from config.location import LOCAL
from config.model import Check
from db.engine import Database
from db.ledger import checkpoint
from incidents.case import CaseProgress, CaseResolved, Confirmed, Fulfilled
from incidents.incident import Progress
from incidents.store import case as cases
from incidents.store import incident as incidents
from incidents.store import timer
from incidents.wanted import still_wanted
from notify.deliver import Deliverer
from notify.message import Notification
from notify.metrics import NotifyMetrics
from probe import days, definition, heartbeat, store
from probe.heartbeat import Beat, Signal
from probe.kind import ProbeKind
from probe.recorder import Recorder
from probe.result import Answer, Outcome, Reason, Result
from probe.verdict import cease
from probe.watch import Watch
from sla import sealing
from sla.exclusions import Exclusions
from sla.parties import parties_of
from sla.record import Word
from sla.store import statement as stored
from upheld import ledger, post
from upheld.demo import story, writing
from upheld.demo.rhythm import as_then, ticks
from upheld.demo.setting import CUSTOMER, ZONE
from upheld.reports import reporter
from upheld.rules import Rules
from upheld.sealing import sealer_of

Deed = Callable[[Instant], Awaitable[None]]


@dataclass(slots=True)
class Past:
    """One simulation, from `begins` until it has caught up with `clock`. `now` is its own time."""

    database: Database
    rules: Rules
    kinds: Mapping[str, ProbeKind]
    begins: Instant
    clock: Callable[[], Instant]
    key: Ed25519PrivateKey
    ends: Instant = 0
    now: Instant = 0
    _agenda: list[tuple[Instant, int, Deed]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _recorder: Recorder = field(default_factory=Recorder)
    _watches: dict[str, Watch] = field(default_factory=dict)
    _windows: dict[str, list[tuple[Instant, Instant, Answer]]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _open: dict[str, str] = field(default_factory=dict)
    """Incident -> its component."""
    _random: random.Random = field(default_factory=lambda: random.Random(20260901))
    _deliverer: Deliverer | None = None

    async def happen(self, stopped: Callable[[], bool]) -> None:
        """All of it, in order of time, unless `stopped` says that nobody wants it any more."""
        self._deliverer = Deliverer(
            self.database,
            self.rules.channels,
            now=lambda: self.now,
            still_wanted=still_wanted,
            on_failed=self._not_told,
            on_sent=self._told,
            enclose=lambda tx, name: post.enclose(tx, name, self.rules),
            metrics=NotifyMetrics(CollectorRegistry()),
        )
        self.ends = self.clock()
        exclusions = Exclusions(self.rules.config)
        await self.database.write(lambda tx: exclusions.take_over(tx, self.begins))
        self._lay_out()
        while not stopped():
            while self._agenda and self._agenda[0][0] < self.ends and not stopped():
                self.now, _, deed = heapq.heappop(self._agenda)
                await deed(self.now)
            reached, self.ends = self.ends, self.clock()
            if self.ends - reached < SECOND:
                break
        self.now = self.ends
        await self._end()

    def _lay_out(self) -> None:
        for episode in (*story.EPISODES, *self._sundays()):
            start = self._local(episode.day, episode.time)
            answer = Answer(outcome=episode.outcome, reason=episode.reason, detail=episode.detail, latency_us=1_840_000)
            for name in episode.checks:
                self._windows.setdefault(name, []).append((start, start + episode.length, answer))
        for check in as_then(self.rules.config):
            self._begin(check)
        for episode in self._sundays():
            start = self._local(episode.day, episode.time)
            self._plan(start + episode.length + 5 * MINUTE, self._work_done(start, start + episode.length))
        self._plan(self.begins, self._define)
        for midnight in range(self.begins - self.begins % DAY + DAY, self.ends, DAY):
            self._plan(midnight + 10 * MINUTE, self._keep_ledger)
        for day in range((self.ends - self.begins) // DAY + 1):
            self._plan(self._local(day, 23 * 3600 * SECOND), self._tidy)
            if day not in story.BACKUPS_LEFT_OUT:
                failed = day in story.BACKUPS_FAILED
                self._plan(self._local(day, story.BACKUP_TIME), self._beat(failed=failed))
        self._plan(self._local(story.QUESTION_DAY, 10 * 3600 * SECOND), self._telephone)

        for month in sealing.months(parties_of(self.rules.config, CUSTOMER), self.ends):
            self._plan(month.window(ZONE)[1] + SECOND, self._issue)

    def _sundays(self) -> list[story.Episode]:
        first = moment_of(self.begins).astimezone(ZoneInfo(ZONE)).weekday()
        days = range(6 - first, (self.ends - self.begins) // DAY, 21)
        return [
            story.Episode(
                checks=story.SUNDAY_WORK.checks,
                day=day,
                time=story.SUNDAY_WORK.time,
                length=story.SUNDAY_WORK.length,
                outcome=story.SUNDAY_WORK.outcome,
                reason=story.SUNDAY_WORK.reason,
                detail=story.SUNDAY_WORK.detail,
            )
            for day in days
        ]

    def _local(self, day: int, time: int) -> Instant:
        begins = moment_of(self.begins).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
        wall: datetime = begins + timedelta(days=day, milliseconds=time)
        return instant_of(wall.replace(tzinfo=ZoneInfo(ZONE)))

    def _plan(self, at: Instant, deed: Deed) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), deed))

    # what the checks would have been answered

    def _begin(self, check: Check) -> None:
        """What will befall it is known by now."""
        watch = Watch(check, self.kinds[check.kind], LOCAL)
        self._watches[check.id] = watch
        if watch.rhythm is None:
            faults = [(start, end) for start, end, _ in self._windows.get(check.id, ())]
            self._ask(watch, ticks(self.begins, self.ends + DAY, faults, self._random.randrange))

    def _ask(self, watch: Watch, grid: Iterator[Instant]) -> None:
        """On the grid, and while a change is unconfirmed after the recheck's pause."""
        upcoming = next(grid)

        async def ask(now: Instant) -> None:
            nonlocal upcoming
            result = Result(
                check=watch.check.id, location=LOCAL, tick=now, started_at=now, answer=self._answer(watch, now)
            )
            judgement = self._recorder.result(watch, result)
            if judgement.changes:
                await self._write()
            while upcoming <= now:
                upcoming = next(grid)
            self._plan(min(upcoming, now + watch.check.recheck) if judgement.recheck else upcoming, ask)

        self._plan(upcoming, ask)

    def _answer(self, watch: Watch, now: Instant) -> Answer:
        for start, end, answer in self._windows.get(watch.check.id, ()):
            if start <= now < end:
                return answer
        slow = 1 + (now // 3_600_000 % 24 in (11, 12, 20)) * 0.4
        latency = self._random.lognormvariate(3.6, 0.35) * slow * 1000
        return Answer(outcome=Outcome.UP, latency_us=min(round(latency), 790_000))

    def _beat(self, *, failed: bool) -> Deed:
        async def beat(now: Instant) -> None:
            signal = Signal.FAIL if failed else Signal.SUCCESS
            exit_code = 1 if failed else 0
            report = Beat(check=story.BACKUP, received_at=now, signal=signal, exit_code=exit_code)
            await self.database.write(lambda tx: store.add_beat(tx, report))
            await self._hear(now)

        return beat

    async def _hear(self, now: Instant) -> None:
        watch = self._watches[story.BACKUP]
        assert watch.rhythm is not None
        for row, report in await self.database.read(store.waiting_beats):
            self._recorder.heard(row)
            watch.pulse, results = heartbeat.hear(watch.pulse, report, watch.rhythm, LOCAL)
            self._take(watch, results)
        if watch.pulse.late_at is not None:
            self._plan(watch.pulse.late_at + SECOND, self._overdue)
        await self._write()

    async def _overdue(self, now: Instant) -> None:
        watch = self._watches[story.BACKUP]
        watch.pulse, results = heartbeat.overdue(watch.pulse, story.BACKUP, now, LOCAL)
        if results:
            self._take(watch, results)
            await self._write()

    def _take(self, watch: Watch, results: tuple[Result, ...]) -> None:
        self._recorder.touch(watch)
        for result in results:
            self._recorder.result(watch, result)

    # what follows, as it does every day

    async def _write(self) -> None:
        batch = self._recorder.batch()
        if batch is None:
            return
        now = self.now

        def save(tx: Connection) -> list[int]:
            rows = store.save(tx, batch, now)
            self.rules.incidents.check_news(tx, batch.changes, f"probe:{LOCAL}", now)
            return rows

        rows = await self.database.write(save)
        begun = [held for held, _ in batch.runs if held.row is None]
        for held, row in zip(begun, rows, strict=True):
            held.row = row
        if batch.changes:
            await self._after_news()

    async def _after_news(self) -> None:
        await self._deliver()
        unresolved = await self.database.read(incidents.unresolved)
        before, self._open = self._open, {one.id: one.component for one in unresolved}
        for id, component in before.items():
            if id not in self._open:
                self._plan(self.now + story.WRITTEN_AFTER, self._write_up(id, component))
        for incident in unresolved:
            if incident.id not in self._seen:
                wait = story.ANSWERED_AFTER[len(self._seen) % len(story.ANSWERED_AFTER)] * MINUTE
                self._seen.add(incident.id)
                self._plan(self.now + wait, self._acknowledge(incident.id))
        due_at = await self.database.read(timer.next_due)
        if due_at is not None:
            self._plan(max(due_at, self.now), self._ring)

    async def _deliver(self) -> None:
        assert self._deliverer is not None
        while await self._deliverer.step():
            pass

    def _told(self, tx: Connection, sent: Notification, now: Instant) -> None:
        self.rules.incidents.told(tx, sent, now)
        post.told(tx, sent, now)
        reporter.told(tx, self.rules, sent, now)

    def _not_told(self, tx: Connection, failed: Notification, now: Instant) -> None:
        self.rules.incidents.not_told(tx, failed, now)
        post.not_told(tx, failed, now)

    async def _issue(self, now: Instant) -> None:
        """A month is over: its statement is sealed and mailed, in the demo without waiting for late observations.

        Where our own uplink was lost a figure can be in doubt; the customer accepts it at once.
        """
        await self._write()
        sealer = sealer_of(self.rules)

        def work(tx: Connection) -> None:
            for customer, period in sealer.due(tx, now):
                sealer.step(tx, customer, period, now)

        await self.database.write(work)
        await self._deliver()

        def accept(tx: Connection) -> None:
            for customer, period in sealer.due(tx, now):
                question = stored.standing(tx, customer, str(period)).question
                if question is not None and question.answer is None:
                    by = f"customer:{customer}"
                    sealer.answer(tx, customer, period, Word.ACCEPTED, by, by, now)

        await self.database.write(accept)
        await self._deliver()
        await self.database.write(lambda tx: writing.issue(tx, self.rules, now))
        await self._deliver()

    async def _ring(self, now: Instant) -> None:
        def fire(tx: Connection) -> int:
            due = timer.due(tx, now, 50)
            for one in due:
                self.rules.incidents.fire(tx, one, now)
            return len(due)

        if await self.database.write(fire):
            await self._after_news()

    def _acknowledge(self, incident_id: str) -> Deed:
        async def acknowledge(now: Instant) -> None:
            def work(tx: Connection) -> None:
                incident = incidents.find(tx, incident_id)
                if incident is not None and incident.progress is Progress.TRIGGERED:
                    self.rules.incidents.acknowledge(tx, incident_id, "person:li", now, "desk")

            await self.database.write(work)
            await self._after_news()

        return acknowledge

    def _write_up(self, incident: str, component: str) -> Deed:
        async def write_up(now: Instant) -> None:
            await self.database.write(lambda tx: writing.write_up(tx, self.rules, incident, component, now))
            await self._deliver()

        return write_up

    def _work_done(self, start: Instant, end: Instant) -> Deed:
        """Who worked writes down from when to when: without it the announced window excludes nothing."""

        async def write_down(now: Instant) -> None:
            exclusions = Exclusions(self.rules.config)
            await self.database.write(
                lambda tx: exclusions.worked(tx, story.SUNDAY_WINDOW, start, end, "person:li", now)
            )

        return write_down

    async def _telephone(self, now: Instant) -> None:
        """A question by telephone, answered within the hour; written down a few minutes after the call."""

        def call(tx: Connection) -> None:
            case = self.rules.caseload.open_by_person(
                tx,
                customer=CUSTOMER,
                kind=CaseKind.QUESTION,
                title=story.QUESTION,
                by="person:wang",
                reported_at=now - 6 * MINUTE,
                now=now,
                caller=story.QUESTION_CALLER,
            )
            how = Fulfilled(commitment="respond", how="recorded call")
            self.rules.caseload.record(tx, case.id, how, "person:wang", now - 5 * MINUTE, now)
            solved = CaseResolved(how="对账单页面右上角可导出。")
            self.rules.caseload.record(tx, case.id, solved, "person:wang", now, now)

        await self.database.write(call)
        await self._after_news()

    async def _tidy(self, now: Instant) -> None:
        """Once a day the customer confirms what was resolved the day before."""

        def confirm(tx: Connection) -> None:
            for case in cases.every(tx):
                resolved_at = case.resolved_at
                ripe = resolved_at is not None and resolved_at + story.CONFIRMED_AFTER < now
                if case.progress is CaseProgress.RESOLVED and ripe:
                    by = f"customer:{CUSTOMER}"
                    self.rules.caseload.record(tx, case.id, Confirmed(text=""), by, now, now)

        await self.database.write(confirm)
        await self._deliver()

    async def _define(self, now: Instant) -> None:
        asked = {check.id: down_when for check, down_when in self.rules.config.asked()}
        checks = [(check, asked[check.id]) for check in as_then(self.rules.config)]
        await self.database.write(lambda tx: definition.record(tx, checks, now, self.rules.config.probing))

    async def _keep_ledger(self, now: Instant) -> None:
        """Once a day, as the house-keeping does: results are written, the leaves of the day before, the signed head."""
        await self._write()

        def keep(tx: Connection) -> None:
            for piece in days.due(tx, list(self._watches), now):
                days.write(tx, piece, now)
            checkpoint.checkpoint_now(tx, ledger.signer_of(tx, self.rules.config, self.key, now), now)

        await self.database.write(keep)

    async def _end(self) -> None:
        """The checks cease to be asked as rarely as in the past; the running server asks them anew."""
        for name, watch in self._watches.items():
            if watch.rhythm is None:
                gone = cease(watch.state, name, self.ends, Reason.CHECK_EDITED, watch.thresholds)
                self._recorder.judged(watch, gone)
            self._recorder.close(watch)
        await self._write()
