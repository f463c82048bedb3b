"""The composition root: the only place where the rooms meet. `open_house` builds everything from one configuration.

Rooms that run (prober, deliverer, tickers, pages) are started here and stopped here, in the order that loses nothing:
first no new work from outside, then what is under way, the store last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Connection

from config.instant import Instant, rfc3339
from config.load import load
from config.location import LOCAL
from config.model import Config
from config.node import ConfigError
from config.plan import plan
from console.login import DemoLogin
from db.engine import Database, Use, open_database
from db.gathered import Gathered
from incidents.intake import OwnInbox
from incidents.store import inbox, timer
from incidents.tally import Counted
from incidents.wanted import still_wanted
from notify.channel import Attachment
from notify.deliver import Deliverer
from notify.message import Notification
from notify.metrics import NotifyMetrics
from probe.ending import Warned
from probe.health import Others
from probe.listeners import Listeners
from probe.metrics import ProbeCollector
from probe.service import Prober
from probe.turns import Caps
from probe.verdict import CheckChange
from sla.checkpoint_letter import EVENT
from sla.exclusions import Exclusions
from sla.store import contract as agreements
from upheld import alarm, contracts, control, duties, outgoing, post, signing
from upheld.anchoring import Anchoring
from upheld.call import Call
from upheld.clock import utc_now
from upheld.clockwork import Clockwork
from upheld.commands import AGREEMENT, COMMANDS, REFUSALS
from upheld.contracts import Taken
from upheld.housekeeping import Housekeeping
from upheld.installed import Installed, installed
from upheld.issuer import Issuer
from upheld.loading import loaded
from upheld.metrics import HouseMetrics
from upheld.places import TEND_SECONDS, Places
from upheld.reader import Reader
from upheld.reminders import remind
from upheld.reports import reporter
from upheld.rules import Rules, rules_of
from upheld.ticker import Ticker
from upheld.watch import Watch

log = structlog.get_logger(__name__)

AGREEMENTS_SECONDS = 10.0
REMINDERS_SECONDS = 600.0
"""After a command beside the server has changed one in a store that several processes share."""


class House:
    """Everything that runs in one process. `rules` is what follows from the configuration in force.

    `taken` is what the files say, with the agreements of the store put into it.
    """

    def __init__(self, taken: Taken, path: Path, database: Database, now: Callable[[], Instant]) -> None:
        self.taken = taken
        self.installed: Installed = installed()
        self.registry = CollectorRegistry()
        self.path = path
        self.database = database
        self.now = now
        self.key = signing.ensure(taken.whole.signing.key_file)
        self.metrics = HouseMetrics(self.registry)
        self.rules: Rules = self._rules_of(taken)
        self.notify_metrics = NotifyMetrics(self.registry)
        self.places = Places(lambda: self.rules, self.installed.kinds, database, now)
        self.prober = Prober(
            database,
            now,
            LOCAL,
            self.installed.kinds,
            Listeners(
                hear=self.places.hear(LOCAL), changes=self._check_changes, flapping=self._flapping, warned=self._warned
            ),
            caps=lambda: Caps(at_once=self.config.probing.at_once, per_host=self.config.probing.per_host),
            resolvers=lambda: self.config.probing.resolvers,
            after=self._after,
            others=Others(witnesses=lambda: self.config.probing.witnesses, elsewhere=self.places.elsewhere),
        )
        self.registry.register(ProbeCollector(self.prober))
        self.issuer = Issuer(database, lambda: self.rules, now)
        self.anchoring = Anchoring(database, lambda: self.config, self.installed.anchors, now, self.registry)
        self.housekeeping = Housekeeping(
            database, lambda: self.rules, now, self.key, self.issuer, self.anchoring, self._call_to_mind
        )
        self.deliverer = Deliverer(
            database,
            self.rules.channels,
            now=now,
            still_wanted=still_wanted,
            on_failed=self.not_told,
            on_sent=self._told,
            on_trouble=lambda tx, channel, trouble, now: alarm.channel_trouble(tx, self.rules, channel, trouble, now),
            enclose=self._enclose,
            metrics=self.notify_metrics,
        )
        self.inbox = OwnInbox(database)
        self.tally = Counted(self.registry)
        self.watch = Watch(database, lambda: self.rules, now, self.registry)
        self.porter_up: Callable[[], bool] = lambda: False
        """Whether posts are answered by another process."""
        self.reader = Reader(database, lambda: self.rules, now, self.inbox, self.metrics, lambda: self.porter_up())
        self.clockwork = Clockwork(database, lambda: self.rules, now, self.metrics, self.watch.ticked)
        self.contracts = Ticker("agreements", self.follow_agreements, AGREEMENTS_SECONDS)
        self.reminders = Ticker("obligations", self._remind, REMINDERS_SECONDS)
        self.votes = Ticker("votes", self.places.step, TEND_SECONDS)
        self.tickers = (
            self.reader.ticker,
            self.clockwork.ticker,
            self.contracts,
            self.reminders,
            self.votes,
            *self.watch.tickers,
        )
        self.open = False
        self.ended = asyncio.Event()
        """A part that must run for ever has ended by itself."""
        self.after_reload: list[Callable[[], None]] = []
        self.demo_logins: Sequence[DemoLogin] = ()
        self._reloaded = Gauge(
            "upheld_config_last_reload_successful", "1 if the last (re)load was taken over.", registry=self.registry
        )
        self._reloaded_at = Gauge(
            "upheld_config_last_reload_success_timestamp_seconds", "When.", registry=self.registry
        )
        self._reloading = asyncio.Lock()

    @property
    def config(self) -> Config:
        return self.rules.config

    def say_reloaded(self, *, successful: bool) -> None:
        self._reloaded.set(successful)
        if successful:
            self._reloaded_at.set(self.now() / 1000)

    async def reload(self) -> list[str]:
        """Take the file's configuration over; problems instead, one a line, and then nothing has changed."""
        async with self._reloading:
            try:
                config = await asyncio.to_thread(loaded, self.path)
            except ConfigError as error:
                return self._not_taken_over([str(problem) for problem in error.problems])
            problems = _not_reloadable(self.config, config)
            if problems:
                return self._not_taken_over(problems)
            self._use(await self.database.write(lambda tx: contracts.take_over(tx, config, self.now())))
            self.say_kept()
            await self.prober.update(list(config.checks()))
            await self.database.write(partial(_reloaded, self))
            await self.look_again()
            self._say_taken_over()
            self.say_reloaded(successful=True)
            log.info("configuration taken over", components=len(config.components))
            return []

    async def look_again(self) -> None:
        """What the configuration changes is judged again, and what changed while nobody looked."""
        for part in self.rules.incidents.look_again(self.now):
            await self.database.write(part)

    def _use(self, taken: Taken) -> None:
        self.taken = taken
        self.rules = self._rules_of(taken)
        self.deliverer.use(self.rules.channels)

    def _rules_of(self, taken: Taken) -> Rules:
        secret = signing.links_secret(taken.whole.signing.key_file)
        return rules_of(taken.whole, self.installed, secret, self.metrics.stumbled)

    def _say_taken_over(self) -> None:
        for taken_over in self.after_reload:
            taken_over()

    def say_kept(self) -> None:
        """A contract's text that changes nothing is said, every time, or its author believes that it did."""
        for line in self.taken.kept:
            log.warning("agreement not changed by its text", what=line)

    async def follow_agreements(self) -> bool:
        """What people changed of agreements, in this process or beside it, holds from now on."""
        async with self._reloading:
            taken = await self.database.read(lambda tx: contracts.follow(tx, self.taken))
            if taken is not self.taken:
                self._use(taken)
                self._say_taken_over()
        return False

    async def _remind(self) -> bool:
        """Obligations nearly due or overdue; asked without the writer's turn, which there is seldom need of."""
        now = self.now()
        if await self.database.read(lambda tx: duties.waiting(tx, self.config, now)):
            left = await self.database.write(lambda tx: duties.see_to(tx, self.rules, now))
            if left:  # after the commit of all the others; the ticker says so once
                raise ExceptionGroup("duties not seen to", left)
        return False

    def _not_taken_over(self, problems: list[str]) -> list[str]:
        self.say_reloaded(successful=False)
        log.error("configuration not taken over", problems=problems)
        return problems

    async def command(self, name: str, by: str, arguments: Mapping[str, Any]) -> Any:
        """One command of a person, in one transaction. Raises CommandRefused."""
        if name == "plan":
            return await self._plan(Path(arguments["path"]))
        work = COMMANDS.get(name)
        if work is None:
            raise control.CommandRefused(f"this server does not know {name!r}; is it an older version?")
        call = Call(rules=self.rules, by=by, arguments=arguments, now=self.now())
        try:
            answer = await self.database.write(lambda tx: work(tx, call))
        except REFUSALS as error:
            raise control.CommandRefused(str(error)) from error
        if name.startswith(AGREEMENT):
            await self.follow_agreements()  # whoever asks next is answered by what was just agreed
        return answer

    async def _plan(self, path: Path) -> list[str]:
        try:
            new = await asyncio.to_thread(load, path, kinds=self.installed.registries)
        except ConfigError as error:
            raise control.CommandRefused("; ".join(str(problem) for problem in error.problems)) from error
        whole, owned = await self.database.read(lambda tx: (contracts.in_force(tx, new), contracts.owners(tx, new)))
        return [*plan(self.config, whole).lines(), *owned]

    # what the rooms tell each other

    def _check_changes(self, tx: Connection, changes: Sequence[CheckChange], now: Instant) -> None:
        self.rules.incidents.check_news(tx, changes, f"probe:{LOCAL}", now)

    def _flapping(self, tx: Connection, checks: Sequence[str], now: Instant) -> None:
        self.rules.incidents.flapping_news(tx, checks, f"probe:{LOCAL}", now)

    def _after(self, component: str) -> Sequence[str]:
        known = self.config.components.get(component)
        return known.after if known is not None else ()

    def _warned(self, tx: Connection, warned: Sequence[Warned], now: Instant) -> None:
        self.rules.incidents.warning_news(tx, warned, f"probe:{LOCAL}", now)

    def _told(self, tx: Connection, sent: Notification, now: Instant) -> None:
        self.rules.incidents.told(tx, sent, now)
        post.told(tx, sent, now)
        reporter.told(tx, self.rules, sent, now)

    def not_told(self, tx: Connection, failed: Notification, now: Instant) -> None:
        self.rules.incidents.not_told(tx, failed, now)
        post.not_told(tx, failed, now)

    def _enclose(self, tx: Connection, name: str) -> Attachment:
        return outgoing.enclose(tx, name) if name.startswith(f"{EVENT}/") else post.enclose(tx, name, self.rules)

    def _call_to_mind(self, tx: Connection, now: Instant) -> int:
        return remind(tx, self.config, self.rules.paging, now)

    def hear(self, topics: frozenset[str]) -> None:
        """After a commit: whoever waits for such news is woken."""
        if inbox.TOPIC in topics:
            self.reader.ticker.wake()
        if agreements.TOPIC in topics:
            self.contracts.wake()


def _reloaded(house: House, tx: Connection) -> None:
    house.places.take_over(tx, house.now())
    _taken_over(house, tx)


def _taken_over(house: House, tx: Connection) -> None:
    """What the configuration says becomes a fact."""
    now = house.now()
    Exclusions(house.config).take_over(tx, now)
    for entrance in house.rules.entrances.values():
        first = entrance.source.first_call
        if first is not None:
            house.rules.incidents.expect_call(tx, entrance.id, first(entrance.options, now), now)


def _not_reloadable(old: Config, new: Config) -> list[str]:
    """What only a restart can change."""
    same = (
        ("store.url", old.store.url.reveal() == new.store.url.reveal()),
        ("listen.address", old.listen.address == new.listen.address),
        ("listen.mail", old.listen.mail == new.listen.mail),
        ("signing.key_file", old.signing.key_file == new.signing.key_file),
    )
    return [f"{key}: cannot change while running; restart upheld to use the new one" for key, kept in same if not kept]


@asynccontextmanager
async def open_house(config: Config, path: Path, now: Callable[[], Instant] = utc_now) -> AsyncIterator[House]:
    """Everything running and ready; stopped in order at the end. Raises db.errors.StoreError, signing.KeyUnusable."""
    database = await open_database(config.store.url.reveal(), Use.SERVE)
    try:
        house = House(await database.write(lambda tx: contracts.take_over(tx, config, now())), path, database, now)
        house.say_kept()
        async with _running(house):
            yield house
    finally:
        await database.close()


@asynccontextmanager
async def _running(house: House) -> AsyncIterator[None]:
    house.database.listen(house.hear)
    house.database.listen(Gathered(timer.TOPIC, house.clockwork.ticker.wake))
    socket = house.config.store.sqlite_file
    private = None if socket is None else await control.listen(control.socket_of(socket), house.command)
    await house.database.write(lambda tx: house.places.take_over(tx, house.now()))
    await house.prober.start(list(house.config.checks()))
    tasks = [
        *(_watched(house, one.run(), one.name) for one in house.tickers),
        _watched(house, house.deliverer.run(), "deliverer"),
    ]
    try:
        await house.database.write(partial(_taken_over, house))
        await house.look_again()
        await house.housekeeping.remind()
        house.housekeeping.start()
        house.say_reloaded(successful=True)
        house.open = True
        log.info("open", components=len(house.config.components), at=rfc3339(house.now()))
        yield
    finally:
        house.open = False
        await house.housekeeping.stop()
        await house.prober.stop()
        for ticker in (*house.tickers, house.deliverer):
            ticker.stop()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        if private is not None:
            await private.cleanup()
        log.info("closed")


def _watched(house: House, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Should it end while the house is open, the process ends, so that whoever keeps it running starts it anew."""
    task = asyncio.create_task(work, name=name)

    def ended(done: asyncio.Task[None]) -> None:
        if house.open and not done.cancelled():
            log.critical("a part of the house has ended", part=name, exc_info=done.exception())
            house.ended.set()

    task.add_done_callback(ended)
    return task
