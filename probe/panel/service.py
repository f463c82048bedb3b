"""Hears the locations of every check and says what follows for the check, inside the transaction that stores it.

From one location a check's line is that location's own, and nothing here is written or asked. From several each keeps a
line of votes, and wherever one of them changes the check's line is drawn again from there on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from config.instant import SECOND, Instant, Span
from config.location import LOCAL, Panel
from config.state import State
from probe.health import Word
from probe.panel import store
from probe.panel.vote import drawn, restated, state_at, told
from probe.quarantine import HOSTS, NEARLY_ALL
from probe.result import Outcome, Reason
from probe.verdict import CheckChange

BEHIND: Span = 30 * SECOND
"""So long after its evidence has lapsed a location may still bring what it saw meanwhile."""


class Panels:
    """`asked(check)`: whether it is asked from every location; what reports by itself is heard at one."""

    def __init__(self, panel: Callable[[], Panel], asked: Callable[[str], bool]) -> None:
        self._panel = panel
        self._asked = asked

    @property
    def several(self) -> bool:
        return self._panel().several

    def begin(self, tx: Connection, checks: Iterable[str], now: Instant) -> list[CheckChange]:
        """At the start, and after a reload: locations that are new have a vote from now on, others have none."""
        locations, known, changes = self._panel().locations.keys(), dict[str, set[str]](), list[CheckChange]()
        for check, location in store.newest(tx):
            known.setdefault(check, set()).add(location)
        for check in filter(self._asked, checks):
            heard = known.pop(check, set[str]())
            if not heard and not self.several:
                continue
            if not heard:
                store.adopt(tx, check, LOCAL, now)
            for location in locations - heard - {LOCAL}:
                store.add(tx, location, [store.unheard(check, now)], now)
            for location in heard - locations:
                store.forget(tx, [check], location)
            changes += self._draw(tx, check, now, {})
            if not self.several:
                store.forget(tx, [check])
        store.forget(tx, list(known))
        return changes

    def hear(
        self, tx: Connection, changes: Sequence[CheckChange], now: Instant, location: str
    ) -> Sequence[CheckChange]:
        """What that location has learned, in the order of recording; gives what it means for the checks."""
        if not self.several:
            return changes
        found = list[CheckChange]()
        for check in dict.fromkeys(one.check for one in changes):
            mine = [one for one in changes if one.check == check]
            if not self._asked(check):
                found += mine
            elif location in self._panel().locations:
                since = min(one.happened_at for one in mine)
                later = [one for one in store.vote_lines(tx, check, [location], since)[location] if one[0] > since]
                mine += restated(later, mine)
                store.add(tx, location, mine, now)
                found += self._draw(tx, check, since, {one.happened_at: one for one in mine})
        return found

    def tend(self, tx: Connection, now: Instant) -> list[CheckChange]:
        """A location that has fallen silent has no vote once its evidence lapsed, and has it again when it speaks."""
        if not self.several:
            return []
        seen, changed = store.seen(tx), dict[str, list[CheckChange]]()
        for place, vote in store.newest(tx).items():
            known = seen.get(place)
            if known is None or place[1] not in self._panel().locations or not self._asked(place[0]):
                continue
            change = _fallen_silent(vote, known, now) or _heard_again(tx, place, vote, known, now)
            if change is not None:
                store.add(tx, place[1], [change], now)
                changed.setdefault(place[0], []).append(change)
        found = list[CheckChange]()
        for check, changes in changed.items():
            since = min(one.happened_at for one in changes)
            found += self._draw(tx, check, since, {one.happened_at: one for one in changes})
        return found

    def contradiction(
        self, tx: Connection, location: str, checks: Collection[str], since: Instant, now: Instant
    ) -> Word:
        """Of checks that turned bad at `location` since that instant: the word of a location that asked them later."""
        newest = store.seen(tx, checks)
        awaited = False
        for other in self._panel().locations.keys() - {location}:
            fresh = [one for (_, at), one in newest.items() if at == other and one.holds_until >= now]
            answers = [one.outcome for one in fresh if one.outcome.valid and one.last_at >= since]
            good = sum(one is not Outcome.DOWN for one in answers)
            if good >= min(HOSTS, len(checks)) and good >= NEARLY_ALL * (len(answers) - good):
                return Word(contradicted_by=other)
            awaited |= any(one.last_at < since for one in fresh)
        return Word(awaited=awaited)

    def _draw(
        self, tx: Connection, check: str, since: Instant, causes: Mapping[Instant, CheckChange]
    ) -> list[CheckChange]:
        panel = self._panel()
        before = store.check_line(tx, check, since - 1)
        votes = store.vote_lines(tx, check, panel.locations, since)
        after = drawn(votes, panel.quorum, since, state_at(before, since - 1))
        return list(told(check, after, before, since, causes))


def _fallen_silent(vote: CheckChange, seen: store.Seen, now: Instant) -> CheckChange | None:
    if vote.state is State.UNKNOWN or not seen.outcome.valid or now < seen.holds_until + BEHIND:
        return None
    return CheckChange(
        check=vote.check,
        state=State.UNKNOWN,
        happened_at=seen.holds_until,
        reason=Reason.LAPSED,
        bound_at=seen.last_at,
    )


def _heard_again(
    tx: Connection, place: store.Place, vote: CheckChange, seen: store.Seen, now: Instant
) -> CheckChange | None:
    """It never said itself that it had nothing to say: its writes were late, and its state is what it was."""
    silenced = vote.state is State.UNKNOWN and vote.reason is Reason.LAPSED
    if not silenced or not seen.outcome.valid or seen.last_at < vote.happened_at or seen.holds_until < now:
        return None
    state = store.judged(tx, place)
    if state is State.UNKNOWN:
        return None
    return CheckChange(check=place[0], state=state, happened_at=store.seen_again(tx, place, vote.happened_at))
