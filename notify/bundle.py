"""Which of the waiting notifications go out now, and which of them together in one message. Pure.

Order: the most urgent first; among equals the first one of each incident before a second of any, so that a storm about
one does not keep the news of another waiting. Who has many waiting, in a storm or after a channel's outage, gets the
most urgent ones by themselves and all others in one message, and never more messages than he can bear. While that goes
on he gets one message a minute, led by the most urgent of what has come meanwhile (ADR 0127).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from config.instant import MINUTE, Instant, Span
from config.language import say
from notify.channel import Rate
from notify.message import Message, Purpose

ROOM = "notify"
LISTED = 50
"""Lines of a message that tells several; what is more is counted."""
ALONE = 3
"""Up to so many for one address go out one by one; of more, all but the most urgent two go together."""
PAUSE: Span = MINUTE
"""After a message that told many the next one is a minute later, and tells what has come meanwhile."""
CALM: Span = 15 * MINUTE
"""So long after such a message the most urgent of many do not go by themselves."""
TOGETHER = frozenset({Purpose.PAGE, Purpose.RESOLVED, Purpose.CLOCK})
"""What our own people are told. A customer's letter is his own, and its delivery may meet a commitment."""

Address: TypeAlias = tuple[str, str]
"""Person and address."""
NOBODY: Mapping[Address, Instant] = {}
"""To whom nothing was told in one message yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notification that is due, as far as it matters here. `subject`: the incident or case, if there is one."""

    id: int
    priority: int
    due_at: Instant
    to: Address
    purpose: Purpose
    subject: str | None
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Sent as one message: ids, the first of them gives it its subject."""

    ids: tuple[int, ...]


def parcels(
    due: Sequence[Waiting],
    lately: Mapping[Address, Sequence[Instant]],
    *,
    bundles: bool,
    throttle: Sequence[Rate],
    now: Instant,
    told: Mapping[Address, Instant] = NOBODY,
) -> list[Parcel]:
    """In the order they go out. `lately`: when messages to each address began; what is over its `throttle` waits.
    `told`: when each was last told many in one message."""
    ordered = _fairly(due)
    place = {one.id: number for number, one in enumerate(ordered)}
    packed = [Parcel(ids=(one.id,)) for one in ordered if not joins(one, bundles=bundles)]
    for to, mine in _by_address([one for one in ordered if joins(one, bundles=bundles)]).items():
        allowed = 0 if _pauses(told.get(to), now) else _allowed(throttle, lately.get(to, ()), now)
        packed += _packed(mine, allowed, storm=_lasts(told.get(to), now))
    return sorted(packed, key=lambda parcel: place[parcel.ids[0]])


def away(
    lately: Mapping[Address, Sequence[Instant]], told: Mapping[Address, Instant], throttle: Sequence[Rate], now: Instant
) -> frozenset[Address]:
    """Who may have no message now that could be told together with others."""
    full = (to for to, begun in lately.items() if _allowed(throttle, begun, now) == 0)
    return frozenset((*full, *(to for to, at in told.items() if _pauses(at, now))))


def together(leader: Message, others: Sequence[Message]) -> Message:
    """One message that tells them all; facts and thread are the leader's."""
    if not others:
        return leader
    count = len(others)
    lines = [f"{one.subject} {one.facts.get('url') or ''}".rstrip() for one in others[:LISTED]]
    if count > LISTED:
        lines.append(say(ROOM, leader.language, "… and {count} more", count=count - LISTED))
    heading = say(ROOM, leader.language, "Told together with this:")
    return replace(
        leader,
        subject=say(ROOM, leader.language, "{subject} (and {count} others)", subject=leader.subject, count=count),
        text="\n".join([leader.text.rstrip(), "", heading, *lines, ""]),
        html=None,
        facts={**leader.facts, "others": [one.facts.get("incident") for one in others]},
    )


def joins(one: Waiting, *, bundles: bool) -> bool:
    """Whether it may be told in one message with others."""
    return bundles and one.purpose in TOGETHER and not one.repeated


def _fairly(due: Sequence[Waiting]) -> list[Waiting]:
    seen: dict[object, int] = {}
    rank: dict[int, int] = {}
    ordered = sorted(due, key=lambda one: (one.priority, one.due_at, one.id))
    for one in ordered:
        about = (one.subject or one.id, one.to)
        seen[about] = rank[one.id] = seen.get(about, 0) + 1
    return sorted(ordered, key=lambda one: (one.priority, rank[one.id], one.due_at, one.id))


def _by_address(waiting: Sequence[Waiting]) -> dict[Address, list[Waiting]]:
    found: dict[Address, list[Waiting]] = {}
    for one in waiting:
        found.setdefault(one.to, []).append(one)
    return found


def _allowed(throttle: Sequence[Rate], begun: Sequence[Instant], now: Instant) -> int | None:
    """How many more messages this address may get now; None for any number."""
    left = [rate.count - sum(at > now - rate.per for at in begun) for rate in throttle]
    return max(min(left), 0) if left else None


def _pauses(told: Instant | None, now: Instant) -> bool:
    return told is not None and told <= now < told + PAUSE  # later: the clock was set back


def _lasts(told: Instant | None, now: Instant) -> bool:
    return told is not None and told <= now < told + CALM


def _packed(mine: Sequence[Waiting], allowed: int | None, *, storm: bool) -> list[Parcel]:
    ids = [one.id for one in mine]
    single = len(ids) if len(ids) <= ALONE else 0 if storm else ALONE - 1
    if allowed is not None and single + (len(ids) > single) > allowed:
        single = allowed - 1
    if single < 0:
        return []
    rest = ids[single:]
    return [Parcel(ids=(one,)) for one in ids[:single]] + ([Parcel(ids=tuple(rest))] if rest else [])
