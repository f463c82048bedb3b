"""Which of many go out now, in which order, and which of them together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import MINUTE, SECOND, Instant
from notify.bundle import ALONE, Address, Waiting, parcels, together
from notify.channel import Rate
from notify.message import Purpose
from tests.notify.samples import NOON, message

LI: Address = ("li", "li@example.com")
WANG: Address = ("wang", "wang@example.com")


def waiting(id: int, **changes: Any) -> Waiting:
    given: dict[str, Any] = {
        "id": id,
        "priority": 1,
        "due_at": NOON,
        "to": LI,
        "purpose": Purpose.PAGE,
        "subject": f"I-{id}",
        "repeated": False,
    }
    return Waiting(**{**given, **changes})


def packed(
    *due: Waiting,
    lately: dict[Address, list[Instant]] | None = None,
    bundles: bool = True,
    throttle: tuple[Rate, ...] = (),
) -> list[tuple[int, ...]]:
    made = parcels(due, lately or {}, bundles=bundles, throttle=throttle, now=NOON)
    return [one.ids for one in made]


def test_a_few_go_one_by_one_and_of_many_the_two_most_urgent_do() -> None:
    assert packed(*(waiting(n) for n in (1, 2, 3))) == [(1,), (2,), (3,)]
    assert packed(waiting(9, priority=3), *(waiting(n) for n in (1, 2, 3, 4))) == [(1,), (2,), (3, 4, 9)]


def test_each_person_has_a_parcel_of_his_own() -> None:
    both = [waiting(n, to=LI if n % 2 else WANG) for n in range(1, 13)]

    assert packed(*both) == [(1,), (2,), (3,), (4,), (5, 7, 9, 11), (6, 8, 10, 12)]


def test_300_of_one_incident_do_not_keep_the_first_of_another_waiting() -> None:
    storm = [waiting(n, subject="I-1", to=(f"p{n // 3}", ""), due_at=NOON - 1) for n in range(300)]

    order = [ids[0] for ids in packed(*storm, waiting(999, subject="I-2"), bundles=False)]

    assert order.index(999) == 100, "after the first one to each person, before any second"
    assert packed(*storm, waiting(999, priority=0))[0] == (999,)


def test_a_customers_letter_and_what_may_have_arrived_go_by_themselves() -> None:
    due = [waiting(n) for n in (1, 2, 3, 4, 5)]
    others = [waiting(6, purpose=Purpose.CUSTOMER), waiting(7, purpose=Purpose.STATEMENT), waiting(8, repeated=True)]

    assert packed(*due, *others) == [(1,), (2,), (3, 4, 5), (6,), (7,), (8,)]


@pytest.mark.parametrize(
    ("begun", "left"),
    [
        ([], [(1,), (2,), (3,)]),
        ([NOON - SECOND], [(1,), (2, 3)]),
        ([NOON - SECOND, NOON - MINUTE], [(1, 2, 3)]),
        ([NOON - SECOND] * 3, []),
        ([NOON - 16 * MINUTE] * 9, [(1,), (2,), (3,)]),
    ],
)
def test_what_a_person_cannot_bear_is_told_in_the_last_message_or_waits(
    begun: list[Instant], left: list[tuple[int, ...]]
) -> None:
    due = [waiting(n) for n in (1, 2, 3)]

    assert packed(*due, lately={LI: begun}, throttle=(Rate(count=3, per=15 * MINUTE),)) == left


def test_where_nothing_is_bundled_nothing_is() -> None:
    assert packed(*(waiting(n) for n in range(20)), bundles=False) == [(n,) for n in range(20)]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([LI, WANG]), st.sampled_from(list(Purpose))), max_size=40),
    st.integers(0, 6),
)
def test_nothing_is_told_twice_and_nothing_lost_but_what_waits_for_a_throttle(
    given_ones: list[tuple[int, Address, Purpose]], begun: int
) -> None:
    due = [waiting(n, priority=p, to=to, purpose=why) for n, (p, to, why) in enumerate(given_ones)]
    throttle = (Rate(count=5, per=MINUTE),)

    free = packed(*due)
    held = packed(*due, lately={LI: [NOON - 1] * begun}, throttle=throttle)

    assert sorted(id for ids in free for id in ids) == list(range(len(due)))
    told = [id for ids in held for id in ids]
    assert len(told) == len(set(told))
    to_li = [ids for ids in held if due[ids[0]].to == LI and due[ids[0]].purpose is Purpose.PAGE]
    assert len(to_li) <= max(5 - begun, 0)
    assert all(len({due[id].to for id in ids}) == 1 for ids in free + held)
    assert (
        max((len([ids for ids in free if len(ids) > 1 and due[ids[0]].to == to]) for to in (LI, WANG)), default=0) <= 1
    )


def test_one_message_tells_them_all_and_says_how_many() -> None:
    facts = {"event": "incident.page", "incident": "I-1"}
    others = [
        message(subject=f"■ 严重故障：{n}", facts={"incident": f"I-{n}", "url": f"https://h/{n}"}) for n in range(2, 60)
    ]

    told = together(message(language="zh-CN", facts=facts), others)

    assert told.subject == "Web shop is down（另有 58 条）"
    assert "一并告知：\n■ 严重故障：2 https://h/2\n" in told.text
    assert told.text.endswith("……另有 8 条\n")
    assert told.facts["incident"] == "I-1"
    assert told.facts["others"] == [f"I-{n}" for n in range(2, 60)]
    assert together(message(), []) == message()
    assert ALONE == 3
