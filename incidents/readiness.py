"""Whether a call would reach somebody, now and over the coming days. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from config.instant import DAY, Instant, Span
from config.model import Config
from config.oncall import Escalation
from incidents.oncall import ROLE, ROTA, Roster
from incidents.rota import gaps
from incidents.ways import Addressee, Ways

AHEAD: Span = 14 * DAY
WORST = 1

Verified: TypeAlias = Callable[[Addressee], bool]
"""Whether somebody has shown that this way reaches him."""


def taken_on_trust(way: Addressee) -> bool:
    """Where nothing is known of trials, every way counts as tried."""
    return True


class Kind(StrEnum):
    """The words stand in config/look/reason.py."""

    GAP = "oncall_gap"
    UNREACHABLE = "person_unreachable"
    ONE_CHANNEL = "one_channel"
    UNVERIFIED = "channel_unverified"
    ONE_VERIFIED = "one_verified_channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """`subject`: the rota, or the person; `at`: when the gap begins; `grave`: it is an incident of its own."""

    kind: Kind
    subject: str
    at: Instant | None = None
    channel: str | None = None
    grave: bool = True


def concerns(roster: Roster, ways: Ways, now: Instant, verified: Verified = taken_on_trust) -> tuple[Concern, ...]:
    """Gaps first, then people. What the operator has no channel to mend is said, and no incident."""
    config = roster.config
    used = [one for one in config.escalations.values() if _used(config, one)]
    channels = ways.spoken
    return (
        *_gaps(roster, used, now),
        *(one for person in called(config, used) for one in _of_person(person, ways, now, verified, channels)),
        *_single(config, used, ways, now, verified, channels),
    )


def _used(config: Config, policy: Escalation) -> bool:
    return any(one.escalation == policy.id for one in config.components.values())


def _gaps(roster: Roster, used: Iterable[Escalation], now: Instant) -> Iterator[Concern]:
    """The first of each rota that a policy calls."""
    named = {name.removeprefix(ROTA) for one in used for name in _names(one) if name.startswith(ROTA)}
    for rota in roster.config.rotas:
        found = gaps(roster.shifts(rota, (now, now + AHEAD))) if rota in named else []
        if found:
            yield Concern(kind=Kind.GAP, subject=rota, at=found[0][0])


def _of_person(person: str, ways: Ways, now: Instant, verified: Verified, channels: int) -> Iterator[Concern]:
    usable = _usable(person, ways, now)
    if not usable:
        yield Concern(kind=Kind.UNREACHABLE, subject=person, grave=channels > 0)
    for way in usable:
        if not verified(way):
            yield Concern(kind=Kind.UNVERIFIED, subject=person, channel=way.channel, grave=False)


def _single(
    config: Config, used: Iterable[Escalation], ways: Ways, now: Instant, verified: Verified, channels: int
) -> Iterator[Concern]:
    """Who is called for the worst severity over one channel alone: a lost telephone is a lost outage.

    A second one that nobody tried may be as good as none; that is said, and calls nobody.
    """
    worst = [one for one in used if not one.severity or WORST in one.severity]
    for person in called(config, worst):
        usable = _usable(person, ways, now)
        if len({way.channel for way in usable}) == 1:
            yield Concern(kind=Kind.ONE_CHANNEL, subject=person, grave=channels > 1)
        elif usable and len({way.channel for way in usable if verified(way)}) < 2:
            yield Concern(kind=Kind.ONE_VERIFIED, subject=person, grave=False)


def _usable(person: str, ways: Ways, now: Instant) -> list[Addressee]:
    return [way for way in ways.contacts([person], now) if ways.reaches(way)]


def called(config: Config, policies: Iterable[Escalation]) -> list[str]:
    """Whoever these policies can call."""
    found: dict[str, None] = {}
    for name in (name for one in policies for name in _names(one)):
        if name.startswith(ROLE):
            found.update({one.id: None for one in config.people.values() if one.role == name.removeprefix(ROLE)})
        elif name.startswith(ROTA):
            rota = config.rotas.get(name.removeprefix(ROTA))
            found.update(dict.fromkeys(one for layer in rota.layers for one in layer.people) if rota else {})
        else:
            found[name] = None
    return [one for one in found if one in config.people]


def _names(policy: Escalation) -> Iterator[str]:
    for step in policy.steps:
        yield from step.notify
    yield from policy.fallback
