"""Hears the checks that report by themselves: every beat that is stored, once, and then those that are late."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from config.instant import MINUTE, SECOND, Instant, Span
from db.engine import Database
from probe import heartbeat, store
from probe.heartbeat import Entrance, Pulse
from probe.recorder import Recorder
from probe.result import Result
from probe.watch import Watch

_MARGIN: Span = 2 * SECOND
"""A beat may be stamped and not yet stored: so long is waited before one counts as late."""


class Ear:
    """`take` judges and keeps one result."""

    def __init__(self, database: Database, recorder: Recorder, take: Callable[[Watch, Result], object]) -> None:
        self._database = database
        self._recorder = recorder
        self._take = take
        self._watches: dict[str, Watch] = {}
        self._hearing: set[int] = set()
        self._settled: set[int] = set()
        self._touched_at: Instant = 0
        self.entrances: Mapping[str, Entrance] = {}
        """Where beats come in, by their tokens."""

    def know(self, watches: Iterable[Watch]) -> None:
        """All there are now, of whatever kind."""
        self._watches = {one.check.id: one for one in watches if one.rhythm is not None}
        mine = self._watches.values()
        self.entrances = {one.token: one.entrance for one in mine if one.token and one.entrance}

    def taken(self, rows: Sequence[int]) -> None:
        """They are stored as heard."""
        self._settled.update(rows)

    async def hear(self, now: Instant) -> None:
        """Every beat stored by now, then those that are late. Raises StoreUnavailable."""
        if not self._watches:
            return
        settled, self._settled = self._settled, set()
        for row, beat in await self._database.read(store.waiting_beats):
            if row in self._hearing:
                continue
            self._hearing.add(row)
            self._recorder.heard(row)
            watch = self._watches.get(beat.check)
            if watch is None or watch.rhythm is None:
                continue
            self._overdue(watch, beat.received_at)
            self._feel(watch, *heartbeat.hear(watch.pulse, beat, watch.rhythm, watch.location))
        # What was settled before this reading began can no longer be in a reading.
        self._hearing -= settled
        touch = now - self._touched_at >= MINUTE
        for watch in self._watches.values():
            self._overdue(watch, now - _MARGIN)
            if touch:
                self._recorder.touch(watch)
        if touch:
            self._touched_at = now

    def awake(self, watch: Watch, heard_until: Instant, now: Instant) -> None:
        """Nobody listened in between."""
        assert watch.rhythm is not None
        self._overdue(watch, heard_until)
        self._feel(
            watch,
            *heartbeat.awake(watch.pulse, watch.check.id, heard_until, now, watch.rhythm, watch.location),
        )

    def _overdue(self, watch: Watch, known_until: Instant) -> None:
        self._feel(watch, *heartbeat.overdue(watch.pulse, watch.check.id, known_until, watch.location))

    def _feel(self, watch: Watch, pulse: Pulse, results: tuple[Result, ...]) -> None:
        if pulse is watch.pulse and not results:
            return
        watch.pulse = pulse
        self._recorder.touch(watch)
        for result in results:
            self._take(watch, result)
