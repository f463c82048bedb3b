"""Our own health: whether what would confirm an outage is held back, judged, or restated because it was our own fault.

Only a result that would confirm an outage waits, only while nearly all targets may have turned bad at once, and only
where somebody could contradict: a witness or another location. It waits for one interval at most, and its time counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from config.instant import SECOND, Instant, Span, rfc3339
from probe.quarantine import Crowd, Seen, crowd, host_of, seen_of
from probe.recorder import Recorder
from probe.result import Answer, Outcome, Plain, Reason, Result
from probe.watch import Watch
from probe.witness import silent

_log = structlog.get_logger(__name__)
_PAUSE = 0.5
ASKED_AGAIN: Span = 5 * SECOND
"""So long the witnesses' words hold; in a cluster of failures they are not asked more often."""
CLUSTERED = 2
"""So many bad hosts are reason enough to ask: one witness that is reached and nobody needs to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What other locations say of checks that are bad here."""

    contradicted_by: str | None = None
    awaited: bool = False
    """Nobody contradicts, but one that asks them too has not answered since."""


Elsewhere = Callable[[Collection[str], Instant], Awaitable[Word]]
"""Given checks that turned bad here, and since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Who can contradict. `ask` says of each witness `reached`, or why not."""

    witnesses: Callable[[], Sequence[str]] = tuple
    ask: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]] | None = None
    elsewhere: Callable[[], Elsewhere | None] = lambda: None
    """Who asks the other locations; None where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quarantine:
    since: Instant
    hosts: frozenset[str]
    good: frozenset[str]
    """Hosts that answered meanwhile: what is said of them stands."""
    until: Instant
    """What was asked by then was asked by somebody who is contradicted."""
    detail: str
    facts: Mapping[str, Plain]


class OwnHealth:
    """`run` for as long as results come; `take` judges and keeps a result that nothing holds back any more."""

    def __init__(
        self,
        watches: Mapping[str, Watch],
        recorder: Recorder,
        now: Callable[[], Instant],
        take: Callable[[Watch, Result], bool],
        others: Others,
    ) -> None:
        self._watches = watches
        self._recorder = recorder
        self._now = now
        self._take = take
        self._others = others
        self._held: dict[Watch, list[Result]] = {}
        self._waiting = asyncio.Event()
        self._quarantine: _Quarantine | None = None
        self._words: Mapping[str, str] = {}
        self._asked_at: Instant | None = None
        self.restated = 0
        """Results that were our own fault."""

    def hold(self, watch: Watch, result: Result) -> bool:
        """Whether the result waits. Those of one check keep their order."""
        if watch in self._held:
            self._held[watch].append(result)
            return True
        down = result.answer.outcome is Outcome.DOWN
        if not down or watch.state.down.on:
            if self._quarantine is not None and not down and result.answer.outcome.valid:
                self._answered(watch, result)
            return False
        confirms = watch.state.down.against + 1 >= watch.thresholds.fall
        if not (confirms or self._quarantine) or not self._contradictable or host_of(watch.check.target) is None:
            return False
        self._held[watch] = [result]
        self._waiting.set()
        return True

    def release(self) -> None:
        """Everything stands that waits still."""
        held, self._held = self._held, {}
        for watch, results in held.items():
            for result in results:
                self._take(watch, self._witnessed(result))

    async def run(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._held:
                try:
                    await self._weigh()
                except Exception:  # a bug here must not keep an outage from being told
                    _log.exception("own health not known")
                    self.release()
                await asyncio.sleep(_PAUSE)

    @property
    def _contradictable(self) -> bool:
        return self._others.elsewhere() is not None or bool(self._others.witnesses())

    async def _elsewhere(self, checks: Collection[str], since: Instant) -> Word:
        asked = self._others.elsewhere()
        return Word() if asked is None else await asked(checks, since)

    def _answered(self, watch: Watch, result: Result) -> None:
        known = self._quarantine
        if known is not None and host_of(watch.check.target) in known.hosts and result.started_at > known.until:
            self._end("a quarantined host answers")

    async def _weigh(self) -> None:
        if self._quarantine is not None:
            await self._go_on(self._quarantine)
            return
        gathering = crowd(self._seen())
        if gathering is None or not gathering.possible:
            self.release()
        elif gathering.gathered:
            await self._confront(gathering)
        elif len(gathering.bad) >= CLUSTERED and self._others.witnesses() and not silent(await self._asked()):
            self.release()
        else:
            self._release_expired(crowd(self._seen()))  # anew: asking took its time

    async def _confront(self, gathered: Crowd) -> None:
        """They have turned bad at once: who contradicts?"""
        word = await self._elsewhere(gathered.checks, gathered.since)
        location = word.contradicted_by
        words = {} if location is not None else await self._asked()
        if location is None and not silent(words):
            if word.awaited and not words:
                self._release_expired(gathered)
            else:
                self.release()
            return
        by = "no witness was reached" if location is None else f"location {location} says otherwise"
        facts: dict[str, Plain] = {
            "quarantine_since": rfc3339(gathered.since),
            "quarantine_hosts": len(gathered.bad),
            **({"contradicted_by": location} if location is not None else {}),
            **_said(words),
        }
        detail = f"{len(gathered.bad)} hosts turned bad within one interval and {by}"
        until = self._asked_at if location is None and self._asked_at is not None else self._now()
        self._quarantine = _Quarantine(
            since=gathered.since,
            hosts=gathered.bad,
            good=gathered.good,
            until=until,
            detail=detail,
            facts=facts,
        )
        _log.warning("own line contradicted: results are invalid", hosts=len(gathered.bad), because=by)
        for watch in list(self._watches.values()):
            vote, host = watch.state.down, host_of(watch.check.target)
            if vote.on or vote.since is None or vote.since < gathered.since or host is None or host in gathered.good:
                continue
            self.restated += vote.against
            self._recorder.restate(watch, detail, facts)
        self._dismiss(self._quarantine)

    async def _go_on(self, known: _Quarantine) -> None:
        """While it lasts: what was asked before the newest contradiction is invalid; for the rest ask again."""
        self._dismiss(known)
        if not self._held:
            return
        since = min(results[0].started_at for results in self._held.values())
        word = await self._elsewhere([watch.check.id for watch in self._held], since)
        location = word.contradicted_by
        words = {} if location is not None else await self._asked()
        if location is None and not silent(words):
            if not word.awaited or words:
                self._end("a witness was reached" if words else "no other location contradicts")
            return
        until = self._asked_at if location is None and self._asked_at is not None else self._now()
        facts = {**known.facts, **_said(words)}
        self._quarantine = replace(known, until=max(known.until, until), facts=facts)
        self._dismiss(self._quarantine)

    def _dismiss(self, known: _Quarantine) -> None:
        """Takes what waits and was asked by the contradicted instant; as invalid what is bad and turned so since."""
        for watch, results in list(self._held.items()):
            concerned = self._since(watch) >= known.since and host_of(watch.check.target) not in known.good
            later = [one for one in results if one.started_at > known.until]
            if later:
                self._held[watch] = later
            else:
                del self._held[watch]
            for result in results[: len(results) - len(later)]:
                ours = concerned and result.answer.outcome is Outcome.DOWN
                self.restated += ours
                self._take(watch, _ours(result, known) if ours else result)

    def _end(self, why: str) -> None:
        self._quarantine = None
        _log.warning("own line works again", because=why)

    def _since(self, watch: Watch) -> Instant:
        """When it turned bad."""
        return watch.state.down.since or self._held[watch][0].started_at

    def _release_expired(self, gathering: Crowd | None) -> None:
        now = self._now()
        for watch, results in list(self._held.items()):
            outside = gathering is None or watch.check.id not in gathering.checks
            if outside or now >= self._since(watch) + watch.interval + watch.timeout:
                del self._held[watch]
                for result in results:
                    self._take(watch, self._witnessed(result))

    def _witnessed(self, result: Result) -> Result:
        """What stands as bad, with the words of those who were asked since."""
        answer = result.answer
        late = self._asked_at is None or self._asked_at < result.started_at
        if late or not self._words or answer.outcome is not Outcome.DOWN:
            return result
        return replace(result, answer=replace(answer, facts={**answer.facts, **_said(self._words)}))

    async def _asked(self) -> Mapping[str, str]:
        """The witnesses' words, not older than ASKED_AGAIN and than every result that waits."""
        now, names = self._now(), self._others.witnesses()
        newest = max((results[-1].started_at for results in self._held.values()), default=now)
        known = self._asked_at is not None and now - self._asked_at < ASKED_AGAIN and newest <= self._asked_at
        if not known or set(self._words) != set(names):
            self._asked_at = now
            self._words = await self._others.ask(names) if names and self._others.ask is not None else {}
        return self._words

    def _seen(self) -> list[Seen]:
        seen = list[Seen]()
        for name, watch in self._watches.items():
            host = host_of(watch.check.target) if watch.rhythm is None else None
            if host is not None:
                held = self._held.get(watch)
                seen.append(seen_of(name, host, watch.interval, watch.state, held[0].started_at if held else None))
        return seen


def _said(words: Mapping[str, str]) -> dict[str, Plain]:
    return {f"witness.{name}": word for name, word in words.items()}


def _ours(result: Result, known: _Quarantine) -> Result:
    said = result.answer
    facts = {**said.facts, **known.facts, "restated_result": said.outcome.value, "restated_reason": said.reason}
    answer = Answer(
        outcome=Outcome.INVALID,
        reason=Reason.QUARANTINED,
        detail=f"{known.detail}; {said.detail}",
        latency_us=said.latency_us,
        phases=said.phases,
        facts=facts,
        attempts=said.attempts,
    )
    return replace(result, answer=answer)
