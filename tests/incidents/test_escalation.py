"""Who is told next while nobody answers, place by place."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import MINUTE, Span
from config.oncall import During, Escalation, Step
from incidents.escalation import (
    FALLBACK_AGAIN,
    FIRST,
    ROUND_AT_LEAST,
    Carried,
    Facing,
    Next,
    Place,
    carry_out,
    first,
    foreign,
    whatever_happens,
)

Who = Callable[[str], tuple[str, ...]]


def everybody(name: str) -> tuple[str, ...]:
    return (name,)


def nobody(name: str) -> tuple[str, ...]:
    return ()


def only(*people: str) -> Who:
    return lambda name: (name,) if name in people else ()


def policy(*steps: tuple[str, Span], repeat: int | None = 1, **changes: object) -> Escalation:
    written = tuple(Step(notify=tuple(names.split()), after=after) for names, after in steps)
    return Escalation.model_validate({"id": "p", "steps": written, "repeat": repeat, **changes})


def walk(escalation: Escalation, severity: int = 1, who: Who = everybody) -> Iterator[tuple[Span, str, str]]:
    """(waited, place, people) of every place that is reached, if nobody ever answers."""
    upcoming: Next | None = first(escalation)
    while upcoming is not None:
        carried = carry_out(escalation, upcoming.place, Facing(severity=severity, who=who))
        yield upcoming.after, upcoming.place.name, " ".join(carried.people)
        upcoming = carried.next


def met(escalation: Escalation, round: int, step: int, who: Who, **facing: Any) -> Carried:
    return carry_out(escalation, Place(round=round, step=step), Facing(**{"severity": 1, "who": who, **facing}))


TWO = (("li", 0), ("wang", 15 * MINUTE))
PAUSE = 10 * MINUTE


def test_a_policy_is_gone_through_as_often_as_it_says_and_then_the_fallback_is_told() -> None:
    found = list(walk(policy(*TWO, repeat=2, fallback=("chief",)), severity=3))

    assert found == [
        (0, "1.1", "li"),
        (15 * MINUTE, "1.2", "wang"),
        (PAUSE, "2.1", "li"),
        (15 * MINUTE, "2.2", "wang"),
        (PAUSE, "3.0", "chief"),
    ]


def test_the_first_step_may_wait_in_every_round() -> None:
    found = list(walk(policy(("li", 5 * MINUTE), repeat=2), severity=3))

    assert found == [(5 * MINUTE, "1.1", "li"), (PAUSE + 5 * MINUTE, "2.1", "li")]


def test_what_is_urgent_keeps_telling_the_fallback_and_what_is_not_tells_it_once() -> None:
    escalation = policy(("li", 0), fallback=("chief",))

    for severity in (1, 2):
        assert list(islice(walk(escalation, severity), 5))[1:] == [
            (PAUSE, "2.0", "chief"),
            (FALLBACK_AGAIN, "3.0", "chief"),
            (FALLBACK_AGAIN, "4.0", "chief"),
            (FALLBACK_AGAIN, "5.0", "chief"),
        ]
    assert len(list(walk(escalation, 3))) == 2


def test_without_a_fallback_what_is_not_urgent_ends_with_the_last_step() -> None:
    assert [place for _, place, _ in walk(policy(*TWO), severity=3)] == ["1.1", "1.2"]


def test_without_a_fallback_what_is_urgent_begins_again() -> None:
    found = [(waited, place) for waited, place, _ in islice(walk(policy(*TWO), severity=2), 4)]

    assert found == [(0, "1.1"), (15 * MINUTE, "1.2"), (FALLBACK_AGAIN, "2.1"), (15 * MINUTE, "2.2")]


def test_until_acknowledged_has_no_end_and_no_fallback() -> None:
    found = list(islice(walk(policy(("li", 0), repeat=None, fallback=("chief",))), 50))

    assert found[-1] == (PAUSE, "50.1", "li")
    assert {people for _, _, people in found} == {"li"}


def test_a_step_that_reaches_nobody_is_left_at_once_for_the_next() -> None:
    found = list(walk(policy(("ghost", 0), ("li", 15 * MINUTE)), severity=3, who=only("li")))

    assert found == [(0, "1.1", ""), (0, "1.2", "li")]


def test_a_policy_that_reaches_nobody_at_all_tells_its_fallback_at_once() -> None:
    found = list(walk(policy(*TWO, repeat=3, fallback=("chief",)), severity=3, who=only("chief")))

    assert found == [(0, "1.1", ""), (0, "1.2", ""), (0, "2.0", "chief")]


def test_an_unreachable_fallback_is_tried_again_but_not_without_a_pause() -> None:
    found = list(islice(walk(policy(("li", 0), fallback=("chief",)), who=nobody), 4))

    assert [(after, place) for after, place, _ in found] == [
        (0, "1.1"),
        (0, "2.0"),
        (FALLBACK_AGAIN, "3.0"),
        (FALLBACK_AGAIN, "4.0"),
    ]


def test_a_place_says_why_it_reached_nobody() -> None:
    assert met(policy(*TWO), 1, 1, nobody).nobody == "li: nobody to reach"
    assert met(policy(*TWO), 2, 0, everybody).nobody == "the policy names no fallback"


def test_nobody_is_told_twice_at_one_place() -> None:
    carried = carry_out(
        policy(("rota li rota", 0)), Place(round=1, step=1), Facing(severity=1, who=lambda name: ("li",))
    )

    assert carried.people == ("li",)


def test_a_place_of_a_longer_policy_than_today_s_is_the_fallback() -> None:
    """A timer was set before a reload took steps away."""
    carried = carry_out(
        policy(("li", 0), fallback=("chief",)), Place(round=1, step=4), Facing(severity=1, who=everybody)
    )

    assert carried.people == ("chief",)
    assert carried.next is not None


@pytest.mark.parametrize("place", [Place(round=1, step=1), Place(round=17, step=0)])
def test_a_timer_carries_a_place_as_text(place: Place) -> None:
    assert Place.parse(place.name) == place


steps = st.lists(
    st.tuples(st.sampled_from(["li", "wang", "li wang", "ghost"]), st.sampled_from([0, 1, MINUTE])),
    min_size=1,
    max_size=4,
)


@given(
    steps,
    st.sampled_from([1, 2, 5, 100, None]),
    st.sampled_from([0, 1, PAUSE]),
    st.sampled_from([(), ("li",), ("ghost",)]),
    st.integers(1, 3),
    st.sampled_from([everybody, nobody, only("li"), only("wang")]),
)
def test_no_policy_goes_round_without_letting_time_pass(
    written: list[tuple[str, Span]],
    repeat: int | None,
    pause: Span,
    fallback: tuple[str, ...],
    severity: int,
    who: Who,
) -> None:
    """Not even with every wait at nothing, nobody to reach and no end."""
    escalation = policy(*written, repeat=repeat, pause=pause, fallback=fallback)

    reached = list(islice(walk(escalation, severity, who), 60))

    at_once = 0
    for after, _, _ in reached:
        at_once = at_once + 1 if after == 0 else 0
        assert at_once <= len(written) + 1
    rounds = [after for after, place, _ in reached[1:] if place.endswith(".1")]
    assert all(after >= ROUND_AT_LEAST for after in rounds)
    assert len({place for _, place, _ in reached}) == len(reached)


# what a step is for


def stepped(*steps: Step, **changes: object) -> Escalation:
    return Escalation.model_validate({"id": "p", "steps": steps, "fallback": ("chief",), **changes})


WORK = During(calendar="cn")


@pytest.mark.parametrize(
    ("step", "facing", "nobody"),
    [
        (Step(notify=("li",), severity=(1, 2)), {"severity": 3}, "the step is for severities 1, 2"),
        (Step(notify=("li",), during=WORK), {"holds": lambda during: False}, "outside the working-hours of cn"),
        (Step(notify=("li",)), {"acknowledged": True}, "somebody has acknowledged"),
    ],
)
def test_a_step_that_is_not_for_now_is_left_at_once_and_says_why(step: Step, facing: Any, nobody: str) -> None:
    carried = met(stepped(step, Step(notify=("wang",), after=15 * MINUTE)), 1, 1, everybody, **facing)

    assert (carried.people, carried.nobody) == ((), nobody)
    if "acknowledged" not in facing:
        assert carried.next == Next(place=Place(round=1, step=2), after=0)


def test_a_step_may_name_its_channels_and_several_are_told_at_the_same_moment() -> None:
    team = Step(notify=("role:engineer", "role:legal"), channels=("sms", "voice"))
    carried = met(stepped(team), 1, 1, {"role:engineer": ("li", "zhao"), "role:legal": ("wang",)}.__getitem__)

    assert (carried.people, carried.channels) == (("li", "zhao", "wang"), ("sms", "voice"))


def test_the_whole_policy_may_be_for_some_severities() -> None:
    urgent = stepped(Step(notify=("li",)), severity=(1, 2))

    assert foreign(urgent, 3) == "the policy is for severities 1, 2"
    assert foreign(urgent, 2) is None is foreign(stepped(Step(notify=("li",))), 3)


def test_when_somebody_has_acknowledged_only_steps_until_it_is_resolved_are_told_in_their_time() -> None:
    chief = Step(notify=("chief",), after=30 * MINUTE, unless="resolved")
    policy = stepped(Step(notify=("li",)), Step(notify=("wang",), after=15 * MINUTE), chief, repeat=3)
    waiting = Next(place=Place(round=1, step=2), after=10 * MINUTE)

    assert whatever_happens(policy, waiting) == Next(place=Place(round=1, step=3), after=40 * MINUTE)
    carried = met(policy, 1, 3, everybody, acknowledged=True)
    assert (carried.people, carried.next) == (("chief",), None)
    assert whatever_happens(stepped(Step(notify=("li",))), Next(place=FIRST, after=0)) is None
    assert whatever_happens(policy, Next(place=Place(round=4, step=0), after=0)) is None
