"""Who is told next while nobody answers. Pure: a place in the policy, and what stands there.

A policy is gone through `repeat` times, then its fallback is told; a severity that pages keeps telling the fallback
until somebody acknowledges. A step that reaches nobody is left at once for the next: no dead waiting. Between two
rounds there always is some time, or a policy without waits and without end would be carried out for ever at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from config.instant import MINUTE, Span
from config.oncall import Escalation

FALLBACK_AGAIN: Span = 30 * MINUTE
ROUND_AT_LEAST: Span = MINUTE
"""From the end of a round to the next one."""
URGENT = 2
"""Severities up to this one never stop being told."""


Who: TypeAlias = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Round and step, both from 1; step 0 is the fallback."""

    round: int
    step: int

    @property
    def name(self) -> str:
        """`2.1`, as timers carry it."""
        return f"{self.round}.{self.step}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        round_, _, step = text.partition(".")
        return cls(round=int(round_), step=int(step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    place: Place
    after: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What stands at a place: whom to page, or why it reaches nobody; and where to go on, None at the end."""

    place: Place
    people: tuple[str, ...]
    nobody: str | None
    next: Next | None


def first(policy: Escalation) -> Next:
    return Next(place=Place(round=1, step=1), after=policy.steps[0].after)


def carry_out(policy: Escalation, place: Place, severity: int, who: Who) -> Carried:
    """`who` turns a person's id or `rota:<id>` into people that can be reached now."""
    names = _names(policy, place)
    people = tuple(dict.fromkeys(person for name in names for person in who(name)))
    following = _following(policy, place, severity)
    if people:
        return Carried(place=place, people=people, nobody=None, next=following)
    reason = f"{', '.join(names)}: nobody to reach" if names else "the policy names no fallback"
    return Carried(place=place, people=(), nobody=reason, next=_at_once(policy, place, following, who))


def hurries(policy: Escalation, place: Place) -> bool:
    """Whether a delivery that failed brings this place forward: a later step or the fallback, but never a new round.

    A wrong address would be told again and again without end.
    """
    return place.step > 1 or (place.step == 0 and place.round <= (policy.repeat or 1) + 1)


def _at_once(policy: Escalation, place: Place, following: Next | None, who: Who) -> Next | None:
    """Where to go from a place that reached nobody: no waiting but between rounds and before the fallback again."""
    if following is None or place.step == 0:
        return following
    if following.place.round == place.round or following.place.step == 0:
        return Next(place=following.place, after=0)
    if policy.fallback and not any(who(name) for step in policy.steps for name in step.notify):
        return Next(place=Place(round=following.place.round, step=0), after=0)
    return following


def _names(policy: Escalation, place: Place) -> tuple[str, ...]:
    if place.step == 0 or place.step > len(policy.steps):
        return policy.fallback
    return policy.steps[place.step - 1].notify


def _following(policy: Escalation, place: Place, severity: int) -> Next | None:
    if place.step == 0:
        again = severity <= URGENT and bool(policy.fallback)
        return Next(place=Place(round=place.round + 1, step=0), after=FALLBACK_AGAIN) if again else None
    if place.step < len(policy.steps):
        return Next(place=Place(round=place.round, step=place.step + 1), after=policy.steps[place.step].after)
    if policy.repeat is None or place.round < policy.repeat:
        after = max(policy.pause + policy.steps[0].after, ROUND_AT_LEAST)
        return Next(place=Place(round=place.round + 1, step=1), after=after)
    return Next(place=Place(round=place.round + 1, step=0), after=policy.pause) if policy.fallback else None
