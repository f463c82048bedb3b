"""Who is told next while nobody answers. Pure: a place in the policy, and what stands there.

A policy is gone through `repeat` times, then its fallback is told; a severity that pages keeps telling the fallback
until somebody acknowledges. A place that reaches nobody is left at once for the next: no dead waiting.
"""

from collections.abc import Callable
from dataclasses import dataclass

from config.instant import MINUTE, Span
from config.model import Escalation

FALLBACK_AGAIN: Span = 30 * MINUTE
URGENT = 2
"""Severities up to this one never stop being told."""


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


def carry_out(policy: Escalation, place: Place, severity: int, who: Callable[[str], tuple[str, ...]]) -> Carried:
    """`who` turns a person's id or `rota:<id>` into people that can be reached now."""
    names = _names(policy, place)
    people = tuple(dict.fromkeys(person for name in names for person in who(name)))
    following = _following(policy, place, severity)
    if people:
        return Carried(place=place, people=people, nobody=None, next=following)
    reason = f"{', '.join(names)}: nobody to reach" if names else "the policy names no fallback"
    if following is not None and place.step != 0:  # an unreachable fallback is tried again, but not without a pause
        following = Next(place=following.place, after=0)
    return Carried(place=place, people=(), nobody=reason, next=following)


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
        return Next(place=Place(round=place.round + 1, step=1), after=policy.pause + policy.steps[0].after)
    return Next(place=Place(round=place.round + 1, step=0), after=policy.pause) if policy.fallback else None
