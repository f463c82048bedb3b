"""What a proposal means before it is judged: what takes place, who could know of it, what the public page counts."""

from dataclasses import replace

import pytest

from config.agreement import Category
from config.instant import DAY, HOUR
from sla.proposal import Approved, Countersigned, ExclusionEvent, NoticeGiven, Proposal, Proposed, Withdrawn, replay
from sla.saying import exclusion_event, facts_of
from sla.word import Said
from sla.work import Work, works_in

START = 100 * DAY
MOVE = Proposed(components=("shop",), category=Category.MAINTENANCE, start=START, end=START + HOUR)
NOTICE = NoticeGiven(customer="acme", proof="mail")


def after(*events: ExclusionEvent, plan: Proposed = MOVE, by: str = "person:li", at: int = START - 2 * DAY) -> Proposal:
    said: list[Said[ExclusionEvent]] = [
        Said(event=one, happened_at=at + HOUR, recorded_at=at + HOUR, by="person:wang") for one in events
    ]
    first: Said[ExclusionEvent] = Said(event=plan, happened_at=at, recorded_at=at, by=by)
    return replay("X-1", [first, *said])


def works(proposal: Proposal) -> list[Work]:
    return list(works_in([proposal], (START, START + 30 * DAY)))


@pytest.mark.parametrize(
    ("events", "at", "agreed"),
    [
        ((), START - 2 * DAY, False),
        ((NOTICE,), START - 2 * DAY, False),
        ((Approved(),), START - 2 * DAY, False),
        ((Approved(), NOTICE), START - 2 * DAY, True),
        ((Approved(), NOTICE), START - HOUR + 1, False),
        ((Countersigned(customer="acme"),), START - 2 * DAY, False),
    ],
)
def test_the_public_page_leaves_out_what_was_announced_in_time_and_approved_by_a_second_person(
    events: tuple[ExclusionEvent, ...], at: int, agreed: bool
) -> None:
    assert [one.agreed for one in works(after(*events, at=at))] == [agreed]


def test_a_withdrawn_window_does_not_take_place_and_those_before_it_do() -> None:
    weekly = Proposed(components=("shop",), category=Category.MAINTENANCE, every="day 01:00", duration=HOUR)
    gone = after(Withdrawn(reason="moved", since=START + 3 * DAY), plan=weekly)
    assert len(works(gone)) == 3
    assert works(after(Withdrawn(reason="no"))) == []


def test_only_maintenance_that_was_known_before_it_began_is_foreseen() -> None:
    assert [one.foreseen for one in works(after())] == [True]
    assert [one.foreseen for one in works(after(at=START + 1))] == [False]
    fault = Proposed(components=("shop",), category=Category.NETWORK_OPERATOR, start=START, end=START + HOUR)
    assert [one.foreseen for one in works(after(plan=fault))] == [False]
    assert [one.foreseen for one in works(after(by="configuration"))] == [False]
    assert [one.foreseen for one in works(after(NOTICE, by="configuration"))] == [True]


def test_what_counts_all_the_same_is_left_out_of_no_figure_and_older_facts_are_the_same_bytes() -> None:
    counted = replace(MOVE, count=True, open=True)
    assert [one.agreed for one in works(after(Approved(), NOTICE, plan=counted))] == [False]
    assert [(one.open, one.page, one.publish) for one in works(after(plan=counted))] == [(True, False, True)]
    assert not {"page", "open", "count", "publish"} & facts_of(MOVE).keys()
    facts = facts_of(replace(counted, publish=False))
    assert (facts["count"], facts["open"], facts["publish"], "page" in facts) == (True, True, False, False)
    assert exclusion_event("proposed", facts) == replace(counted, publish=False)
