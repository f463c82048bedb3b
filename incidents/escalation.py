"""Who is told next while nobody answers. Pure: a place in the policy, and what stands there.

A policy is gone through `repeat` times, then its fallback is told; a severity that pages keeps telling the fallback
until somebody acknowledges. A step that reaches nobody is left at once for the next: no dead waiting. Between two
rounds there always is some time, or a policy without waits and without end would be carried out for ever at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from config.instant import MINUTE, Span
from config.oncall import During, Escalation, Step

FALLBACK_AGAIN: Span = 30 * MINUTE
ROUND_AT_LEAST: Span = MINUTE
"""From the end of a round to the next one."""
URGENT = 2
"""Severities up to this one never stop being told."""


Who: TypeAlias = Callable[[str], tuple[str, ...]]
"""A person's id, `rota:<id>` or `role:<role>` -> the people it stands for now."""

Reaches: TypeAlias = Callable[[str, tuple[str, ...]], bool]
"""Whether anything can be brought to a person over these channels (none: his own)."""

Holds: TypeAlias = Callable[[During], bool]


def _always(*whatever: object) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """What a policy meets: how bad it is, whom a name stands for and reaches, whether hours of a calendar hold now."""

    severity: int
    who: Who
    reaches: Reaches = _always
    holds: Holds = _always
    acknowledged: bool = False


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


FIRST = Place(round=1, step=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    place: Place
    after: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What stands at a place: whom to page over which channels (none: each by his own), or why it reaches nobody; and
    where to go on, None at the end."""

    place: Place
    people: tuple[str, ...]
    nobody: str | None
    next: Next | None
    channels: tuple[str, ...] = ()


def first(policy: Escalation) -> Next:
    return Next(place=FIRST, after=policy.steps[0].after)


def foreign(policy: Escalation, severity: int) -> str | None:
    """Why the whole policy tells nobody of this severity."""
    if policy.severity and severity not in policy.severity:
        return f"the policy is for severities {_listed(policy.severity)}"
    return None


def carry_out(policy: Escalation, place: Place, facing: Facing) -> Carried:
    """Whom to tell at this place, and where to go on."""
    step = _step(policy, place)
    names = policy.fallback if step is None else step.notify
    following = _following(policy, place, facing)
    left = None if step is None else _left(step, facing)
    channels = () if step is None else step.channels
    if left is None and _anybody(names, channels, facing):
        people = tuple(dict.fromkeys(person for name in names for person in facing.who(name)))
        return Carried(place=place, people=people, nobody=None, next=following, channels=channels)
    reason = left or (f"{', '.join(names)}: nobody to reach" if names else "the policy names no fallback")
    return Carried(place=place, people=(), nobody=reason, next=_at_once(policy, place, following, facing))


def ending(policy: Escalation, today: Escalation | None, facing: Facing) -> Escalation:
    """One that was taken before a reload may end with people who are gone: it ends with today's fallback then."""
    if today is None or _anybody(policy.fallback, (), facing):
        return policy
    return policy.model_copy(update={"fallback": today.fallback})


def first_reached(policy: Escalation, facing: Facing) -> Carried:
    """The first step that reaches somebody now, without waiting; else the fallback."""
    told = (carry_out(policy, Place(round=1, step=n), facing) for n in range(1, len(policy.steps) + 1))
    return next((one for one in told if one.people), None) or carry_out(policy, Place(round=1, step=0), facing)


def hurries(policy: Escalation, place: Place) -> bool:
    """Whether a delivery that failed brings this place forward: a later step or the fallback, but never a new round.

    A wrong address would be told again and again without end.
    """
    return place.step > 1 or (place.step == 0 and place.round <= (policy.repeat or 1) + 1)


def whatever_happens(policy: Escalation, upcoming: Next) -> Next | None:
    """From this place on the next step of the round that is told even when somebody has acknowledged, in its time."""
    after = upcoming.after
    for number in range(upcoming.place.step, len(policy.steps) + 1):
        step = policy.steps[number - 1] if number else None
        if step is None:
            return None
        if number > upcoming.place.step:
            after += step.after
        if step.unless == "resolved":
            return Next(place=Place(round=upcoming.place.round, step=number), after=after)
    return None


def _left(step: Step, facing: Facing) -> str | None:
    """Why the step is left out now."""
    if step.severity and facing.severity not in step.severity:
        return f"the step is for severities {_listed(step.severity)}"
    if facing.acknowledged and step.unless == "acknowledged":
        return "somebody has acknowledged"
    if step.during is not None and not facing.holds(step.during):
        return f"outside the {step.during.hours} of {step.during.calendar}"
    return None


def _at_once(policy: Escalation, place: Place, following: Next | None, facing: Facing) -> Next | None:
    """Where to go from a place that reached nobody: no waiting but between rounds and before the fallback again."""
    if following is None or place.step == 0 or facing.acknowledged:
        return following
    if following.place.round == place.round or following.place.step == 0:
        return Next(place=following.place, after=0)
    if policy.fallback and not any(_reaches(step, facing) for step in policy.steps):
        return Next(place=Place(round=following.place.round, step=0), after=0)
    return following


def _reaches(step: Step, facing: Facing) -> bool:
    return _left(step, facing) is None and _anybody(step.notify, step.channels, facing)


def _anybody(names: Iterable[str], channels: tuple[str, ...], facing: Facing) -> bool:
    return any(facing.reaches(person, channels) for name in names for person in facing.who(name))


def _step(policy: Escalation, place: Place) -> Step | None:
    """None: the fallback, which also stands for a step that a policy has no more."""
    return policy.steps[place.step - 1] if 0 < place.step <= len(policy.steps) else None


def _following(policy: Escalation, place: Place, facing: Facing) -> Next | None:
    if facing.acknowledged:
        if not 0 < place.step < len(policy.steps):
            return None
        upcoming = Next(place=Place(round=place.round, step=place.step + 1), after=policy.steps[place.step].after)
        return whatever_happens(policy, upcoming)
    urgent = facing.severity <= URGENT
    if place.step == 0:
        again = Next(place=Place(round=place.round + 1, step=0), after=FALLBACK_AGAIN)
        return again if urgent and policy.fallback else None
    if place.step < len(policy.steps):
        return Next(place=Place(round=place.round, step=place.step + 1), after=policy.steps[place.step].after)
    anew = max(policy.pause + policy.steps[0].after, ROUND_AT_LEAST)
    if policy.repeat is None or place.round < policy.repeat:
        return Next(place=Place(round=place.round + 1, step=1), after=anew)
    if policy.fallback:
        return Next(place=Place(round=place.round + 1, step=0), after=policy.pause)
    # Without a fallback what is urgent begins again, or it would fall silent.
    return Next(place=Place(round=place.round + 1, step=1), after=max(anew, FALLBACK_AGAIN)) if urgent else None


def _listed(severities: tuple[int, ...]) -> str:
    return ", ".join(str(one) for one in severities)
