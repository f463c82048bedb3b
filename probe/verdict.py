"""From results to the state of one check at one location: "From observations to a component's state" of the law.

Two votes are kept. *down*: confirmed by `fall` consecutive bad (down) results, back-dated to the start of the first;
ended by the start of the first of `rise` consecutive good ones. *slow* is the same rule one step milder, with
degraded counted among the bad: an answer that is late and one that fails are both not a good one.
`invalid` and `missed` neither feed nor break a run. Evidence holds from a result's start to the next one's, at most
2 x interval + timeout; without it the state is unknown, whatever the votes say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.instant import Instant, Span
from config.state import State
from probe.result import Outcome, Reason, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    fall: int
    rise: int
    evidence: Span | None
    """How long a result stays evidence: H of the law. None: until the next one (a heartbeat is judged when overdue)."""
    apart: Span | None = None
    """Results that say the state and lie farther apart leave in doubt what was between them (docs/adr/0118)."""


def evidence_of(interval: Span, timeout: Span) -> Span:
    """H, unless agreed otherwise."""
    return 2 * interval + timeout


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Whether a run is confirmed, and the unconfirmed run against it: its length, its start, the result before it."""

    on: bool = False
    against: int = 0
    since: Instant | None = None
    bound: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckState:
    """All that judging needs to go on with. Times are starts of results."""

    state: State = State.UNKNOWN
    down: Vote = Vote()
    slow: Vote = Vote()
    seen_at: Instant | None = None
    """The newest up, degraded or down result: the evidence."""
    judged_at: Instant | None = None
    """The newest result of all, invalid ones too; an older one is no longer heard."""
    resumed: tuple[Instant, ...] = ()
    """Where evidence came back inside an unconfirmed run: a confirmation changes the state there too."""
    reason: Reason | None = None
    """Of the newest result that was not good."""

    def to_dict(self) -> dict[str, object]:
        return {
            "state": self.state.value,
            "down": _vote_to_list(self.down),
            "slow": _vote_to_list(self.slow),
            "seen_at": self.seen_at,
            "judged_at": self.judged_at,
            "resumed": list(self.resumed),
            "reason": self.reason.value if self.reason else None,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "CheckState":
        return cls(
            state=State(stored["state"]),
            down=_vote_from_list(stored["down"]),
            slow=_vote_from_list(stored["slow"]),
            seen_at=stored["seen_at"],
            judged_at=stored["judged_at"],
            resumed=tuple(stored["resumed"]),
            reason=Reason(stored["reason"]) if stored["reason"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckChange:
    """The check has this state from `happened_at` on. `bound_at`: the newest observation that still said otherwise.

    With the reason `missed` it had the same state before, and `bound_at` is the newest observation that said so.
    """

    check: str
    state: State
    happened_at: Instant
    reason: Reason | None = None
    bound_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    state: CheckState
    changes: tuple[CheckChange, ...] = ()
    """In the order of recording: of two at one instant the later holds."""
    recheck: bool = False
    """A change is unconfirmed: ask again after the recheck's pause. False while a confirmed outage goes on."""


def judge(before: CheckState, result: Result, thresholds: Thresholds) -> Judgement:
    """The state after one more result. Results come in the order of their starts; one out of order changes nothing."""
    outcome, start = result.answer.outcome, result.started_at
    stale = before.judged_at is not None and start <= before.judged_at
    if outcome is Outcome.MISSED or stale:
        return Judgement(state=before, recheck=_unconfirmed(before))
    state, changes = _lapse(before, result.check, start - 1, thresholds)
    if outcome is Outcome.INVALID:
        return _blind(state, changes, result, thresholds)
    if outcome is Outcome.UP and state.state is State.UP and not _unconfirmed(state):
        return Judgement(state=_still(state, start), changes=_seen_again(state, result, thresholds))
    return _weigh(state, changes, result, thresholds)


def lapse(before: CheckState, check: str, known_until: Instant, thresholds: Thresholds) -> Judgement:
    """The state when every result that started before `known_until` has been judged: without fresh evidence unknown.

    While the check is being asked, `known_until` is the start of that run, not the present.
    """
    state, changes = _lapse(before, check, known_until, thresholds)
    return Judgement(state=state, changes=changes, recheck=_unconfirmed(state))


def cease(before: CheckState, check: str, now: Instant, reason: Reason, thresholds: Thresholds) -> Judgement:
    """A paused, removed or edited check: unknown from this instant, and no run goes on over it."""
    state, changes = _lapse(before, check, now, thresholds)
    if state.state is not State.UNKNOWN:
        bound = _last_said(before, thresholds)
        changes += (CheckChange(check=check, state=State.UNKNOWN, happened_at=now, reason=reason, bound_at=bound),)
    return Judgement(state=CheckState(judged_at=before.judged_at), changes=changes)


def restate(before: CheckState, check: str, reason: Reason) -> Judgement:
    """The state had the unconfirmed run of bad results been `invalid` ones: unknown from its start, no vote fed.

    Nothing changes where there is no such run. What slow answers before it fed is kept.
    """
    vote = before.down
    if vote.on or vote.since is None:
        return Judgement(state=before, recheck=_unconfirmed(before))
    since, slow = vote.since, before.slow
    if not slow.on and slow.since is not None:
        left = slow.against - vote.against if slow.since < since else 0
        slow = replace(slow, against=left) if left > 0 else Vote()
    told = (since, *(at for at in before.resumed if at > since))
    changes = tuple(
        CheckChange(check=check, state=State.UNKNOWN, happened_at=at, reason=reason, bound_at=vote.bound) for at in told
    )
    after = replace(
        before,
        state=State.UNKNOWN,
        down=Vote(),
        slow=slow,
        seen_at=vote.bound,
        resumed=tuple(at for at in before.resumed if at < since and slow.since is not None and at >= slow.since),
    )
    return Judgement(state=after, changes=changes, recheck=_unconfirmed(after))


def _lapse(
    before: CheckState, check: str, known_until: Instant, thresholds: Thresholds
) -> tuple[CheckState, tuple[CheckChange, ...]]:
    if before.state is State.UNKNOWN or before.seen_at is None or thresholds.evidence is None:
        return before, ()
    ends_at = before.seen_at + thresholds.evidence
    if known_until < ends_at:
        return before, ()
    bound = _last_said(before, thresholds)
    change = CheckChange(check=check, state=State.UNKNOWN, happened_at=ends_at, reason=Reason.LAPSED, bound_at=bound)
    return replace(before, state=State.UNKNOWN), (change,)


def _still(state: CheckState, start: Instant) -> CheckState:
    """One more result that says the same. Field by field: `replace` takes four times as long."""
    return CheckState(
        state=state.state,
        down=state.down,
        slow=state.slow,
        seen_at=start,
        judged_at=start,
        resumed=state.resumed,
        reason=state.reason,
    )


def _seen_again(before: CheckState, result: Result, thresholds: Thresholds) -> tuple[CheckChange, ...]:
    """The result says that the state goes on; told where nothing else said so for longer than it may."""
    apart, start = thresholds.apart, result.started_at
    last = _last_said(before, thresholds) if _unconfirmed(before) else before.seen_at
    if apart is None or last is None or start - last <= apart:
        return ()
    return (
        CheckChange(check=result.check, state=before.state, happened_at=start, reason=Reason.MISSED, bound_at=last),
    )


def _last_said(state: CheckState, thresholds: Thresholds) -> Instant | None:
    """The newest result that said what the state says: before an unconfirmed run against it.

    None where a result is evidence until the next one: nothing was left unasked before it became unknown.
    """
    if thresholds.evidence is None:
        return None
    against = [vote.since if vote.bound is None else vote.bound for vote in (state.down, state.slow) if vote.against]
    return min((at for at in (*against, state.seen_at) if at is not None), default=None)


def _blind(state: CheckState, changes: tuple[CheckChange, ...], result: Result, thresholds: Thresholds) -> Judgement:
    """We could not ask: what was known before ends here, the votes stay as they are."""
    start, reason = result.started_at, result.answer.reason
    if state.state is not State.UNKNOWN:
        bound = _last_said(state, thresholds)
        change = CheckChange(check=result.check, state=State.UNKNOWN, happened_at=start, reason=reason, bound_at=bound)
        changes = (*changes, change)
    after = replace(state, state=State.UNKNOWN, judged_at=start)
    return Judgement(state=after, changes=changes, recheck=_unconfirmed(after))


def _weigh(state: CheckState, changes: tuple[CheckChange, ...], result: Result, thresholds: Thresholds) -> Judgement:
    outcome, start = result.answer.outcome, result.started_at
    down, down_turn = _count(state.down, outcome is Outcome.DOWN, start, state.seen_at, thresholds)
    slow, slow_turn = _count(state.slow, outcome is not Outcome.UP, start, state.seen_at, thresholds)
    now = State.DOWN if down.on else State.DEGRADED if slow.on else State.UP
    reason = result.answer.reason if outcome is not Outcome.UP else state.reason
    resumed = (*state.resumed, start) if state.state is State.UNKNOWN else state.resumed
    turn = down_turn or slow_turn
    told = reason if now in (State.DOWN, State.DEGRADED) else None
    if turn is not None:
        points = [(turn.since, turn.bound), *((at, None) for at in resumed if at > turn.since)]
    else:
        points = [(start, None)] if state.state is State.UNKNOWN else []
        if state.state is not State.UNKNOWN and not down.against and not slow.against:
            changes += _seen_again(state, result, thresholds)
    changes += tuple(
        CheckChange(check=result.check, state=now, happened_at=at, reason=told, bound_at=bound) for at, bound in points
    )
    oldest = min((vote.since for vote in (down, slow) if vote.since is not None), default=None)
    after = CheckState(
        state=now,
        down=down,
        slow=slow,
        seen_at=start,
        judged_at=start,
        resumed=tuple(at for at in resumed if at >= oldest) if oldest is not None else (),
        reason=reason,
    )
    return Judgement(state=after, changes=changes, recheck=_unconfirmed(after))


@dataclass(frozen=True, slots=True)
class _Turn:
    since: Instant
    bound: Instant | None


def _count(
    vote: Vote, bad: bool, start: Instant, before: Instant | None, thresholds: Thresholds
) -> tuple[Vote, _Turn | None]:
    """The vote after one more result, and where it turned if this result confirmed it."""
    if bad == vote.on:
        return (vote if not vote.against else Vote(on=vote.on)), None
    since, bound = (start, before) if vote.since is None else (vote.since, vote.bound)
    against = vote.against + 1
    if against < (thresholds.rise if vote.on else thresholds.fall):
        return Vote(on=vote.on, against=against, since=since, bound=bound), None
    return Vote(on=bad), _Turn(since, bound)


def _unconfirmed(state: CheckState) -> bool:
    return state.down.against > 0 or state.slow.against > 0


def _vote_to_list(vote: Vote) -> list[object]:
    return [vote.on, vote.against, vote.since, vote.bound]


def _vote_from_list(stored: list[Any]) -> Vote:
    return Vote(on=stored[0], against=stored[1], since=stored[2], bound=stored[3])
