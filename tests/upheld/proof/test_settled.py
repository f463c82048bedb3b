"""What was said of a window is told again from the leaves a customer was given."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from config.agreement import Category
from config.instant import HOUR
from db.ledger.leaf import Entry
from sla.own import own_said
from sla.proposal import Approved, Countersigned, ExclusionEvent, NoticeGiven, Proposed, Withdrawn, Worked
from sla.telling import COVERED, streams_of, tellings
from sla.word import Said
from upheld.proof.settled import settled
from upheld.proof.told import Told

PLAN = Proposed(components=("pay", "shop"), category=Category.MAINTENANCE, start=9 * HOUR, end=10 * HOUR)
OWN = ["shop"]


def said(event: ExclusionEvent, at: int, by: str = "person:li") -> Said[ExclusionEvent]:
    return Said(event=event, happened_at=at, recorded_at=at, by=by, seen_by_customer_at=at)


STORY = [
    said(PLAN, 1, "customer:brook"),
    said(Approved(), 2, "person:wang"),
    said(NoticeGiven(customer="acme", proof="250 OK"), 3),
    said(NoticeGiven(customer="brook", proof="a call"), 4),
    said(Countersigned(customer="brook"), 5, "customer:brook"),
    said(replace(PLAN, components=("shop", "pay", "mail")), 6, "customer:acme"),
    said(Countersigned(customer="acme"), 7, "customer:acme"),
    said(Worked(occurrence=9 * HOUR, start=9 * HOUR, end=10 * HOUR), 8, "person:wang"),
    said(Withdrawn(reason="not needed"), 9),
]


def leaves(customer: str, components: Iterable[str]) -> list[Told]:
    """Those he is given of X-1."""
    given = streams_of("exclusion", "X-1", customer, components)
    found: list[Told] = []
    for number, one in enumerate(STORY):
        for leaf in tellings("exclusion", "X-1", one, [before.by for before in STORY[:number]]):
            if leaf.stream in given:
                n = sum(told.entry.stream == leaf.stream for told in found)
                entry = Entry(kind=leaf.kind, stream=leaf.stream, n=n, recorded_at=one.recorded_at, body=leaf.body)
                found.append(Told(entry=entry, private=leaf.private))
    return found


@pytest.mark.parametrize(("customer", "components"), [("acme", OWN), ("brook", ["pay", "shop"]), ("linden", ["mail"])])
def test_each_is_told_what_is_his_and_of_another_who_asked_that_it_was_a_customer(
    customer: str, components: list[str]
) -> None:
    ((id, found),) = settled(leaves(customer, components), "exclusion")
    assert id == "X-1"
    assert own_said(found, customer, components) == own_said(STORY, customer, components)
    assert "brook" not in str(leaves("acme", OWN)) and "pay" not in str(leaves("acme", OWN))


def test_a_component_cannot_be_written_into_a_plan_afterwards() -> None:
    late = [
        replace(one, entry=replace(one.entry, recorded_at=3)) if one.entry.kind.endswith(COVERED) else one
        for one in leaves("acme", OWN)
    ]
    with pytest.raises(ValueError, match="exclusion/X-1/component/shop says more of what was written at another time"):
        settled(late, "exclusion")
