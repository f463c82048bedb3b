"""From where checks are asked: what the locations' votes mean for the checks, and who can contradict us."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from config.instant import Instant
from config.location import LOCAL
from db.engine import Database
from probe import definition, store
from probe.health import Elsewhere, Word
from probe.kind import ProbeKind
from probe.listeners import Hear
from probe.panel.service import Panels
from probe.verdict import CheckChange
from upheld.rules import Rules

SYSTEM = "upheld"
TEND_SECONDS = 10.0


class Places:
    """`step` is for a ticker: from one location there is nothing to look after."""

    def __init__(
        self,
        rules: Callable[[], Rules],
        kinds: Mapping[str, ProbeKind],
        database: Database,
        now: Callable[[], Instant],
    ) -> None:
        self._rules = rules
        self._kinds = kinds
        self._database = database
        self._now = now
        self._panels = Panels(lambda: rules().config.probing, self._asked)

    def hear(self, location: str) -> Hear:
        """For the prober that asks from there."""
        return partial(self._panels.hear, location=location)

    def take_over(self, tx: Connection, now: Instant) -> None:
        """What the configuration says of asking becomes a fact, and locations that are new get their votes."""
        config = self._rules().config
        definition.record(tx, config.asked(), now, config.probing)
        self._tell(tx, self._panels.begin(tx, [check.id for check in config.checks()], now), now)

    async def step(self) -> bool:
        if self._panels.several:
            await self._database.write(partial(self._tend, now=self._now()))
        return False

    def elsewhere(self) -> Elsewhere | None:
        return self._contradiction if self._panels.several else None

    async def _contradiction(self, checks: Collection[str], since: Instant) -> Word:
        asked = partial(self._panels.contradiction, location=LOCAL, checks=checks, since=since, now=self._now())
        return await self._database.read(asked)

    def _tend(self, tx: Connection, now: Instant) -> None:
        self._tell(tx, self._panels.tend(tx, now), now)

    def _tell(self, tx: Connection, changes: Sequence[CheckChange], now: Instant) -> None:
        if changes:
            store.add_changes(tx, changes, now)
            self._rules().incidents.check_news(tx, changes, SYSTEM, now)

    def _asked(self, check: str) -> bool:
        """What reports by itself is heard here alone."""
        component, _, name = check.partition("/")
        known = self._rules().config.components.get(component)
        found = known.checks.get(name) if known is not None else None
        return found is not None and not self._kinds[found.kind].passive
