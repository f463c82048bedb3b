"""Which windows exclude: notice, category, two persons, work, cap; and when recurring ones take place."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.agreement import Agreement, Category
from config.instant import DAY, HOUR, Instant, parse_rfc3339
from config.model import Exclusion as Written
from config.model import ExclusionNotice
from sla.exclusion import Exclusion, Flaw, exclusions_in
from sla.exclusions import proposed
from sla.occurrence import occurrences
from sla.proposal import (
    Approved,
    Countersigned,
    ExclusionEvent,
    NoticeGiven,
    Proposal,
    Proposed,
    Withdrawn,
    evolve,
    proposal_of,
    replay,
)
from sla.saying import exclusion_event, facts_of, kind_of, leaf_of, said_in_leaf, speaker_of, speakers
from sla.word import Said
from tests.sla.contract import AGREEMENT, NOVEMBER, OCTOBER, at, config, worked

CUSTOMER = "harbour-bank"


def agreement(folder: Path, more: str = "") -> Agreement:
    (found,) = (
        config(folder, AGREEMENT.replace('partial_weight: "1/2"', f'partial_weight: "1/2"{more}'))
        .customers["harbour-bank"]
        .agreements
    )
    return found


def written(**more: object) -> Written:
    base: dict[str, object] = {
        "id": "work",
        "components": ("pay",),
        "category": "maintenance",
        "start": at("10-10 01:00:00"),
        "end": at("10-10 05:00:00"),
        "notice": ExclusionNotice(given=at("10-09 01:00:00"), ref="annex 2"),
    }
    return Written.model_validate(base | more)


def judged(one: Written | list[Written], terms: Agreement) -> list[Exclusion]:
    many = one if isinstance(one, list) else [one]
    return found(proposed(many, at("01-01 00:00:00")), terms)


def found(proposals: Iterable[Proposal], terms: Agreement) -> list[Exclusion]:
    return list(exclusions_in(proposals, terms, [terms], (OCTOBER, NOVEMBER)))


@pytest.mark.parametrize(
    ("more", "flaw"),
    [
        ({}, None),
        ({"notice": ExclusionNotice(given=at("10-09 01:00:01"), ref="annex 2")}, Flaw.LATE),
        ({"notice": ExclusionNotice(given=at("10-11 01:00:00"), ref="annex 2")}, Flaw.LATE),
        ({"notice": None}, Flaw.LATE),
        ({"notice": ExclusionNotice(given=at("10-01 00:00:00"))}, Flaw.UNPROVEN),
        ({"category": "network-operator", "notice": ExclusionNotice(given=at("10-12 00:00:00"), ref="mail")}, None),
        ({"category": "network-operator", "notice": None}, Flaw.UNCONFIRMED),
        ({"category": "customer"}, Flaw.CUSTOMER_WORD),
        ({"count": True}, Flaw.COUNTED),
    ],
)
def test_an_exclusion_counts_only_if_announced_in_time_and_confirmed(
    tmp_path: Path, more: dict[str, object], flaw: Flaw | None
) -> None:
    (one,) = judged(written(**more), agreement(tmp_path))
    assert (one.flaw, one.valid) == (flaw, flaw is None)


def test_a_category_the_agreement_does_not_name_excludes_nothing(tmp_path: Path) -> None:
    terms = agreement(tmp_path, ", exclusions: {network-operator: {}}")
    (one,) = judged(written(), terms)
    assert one.flaw is Flaw.CATEGORY


def test_the_agreement_in_force_at_the_start_decides(tmp_path: Path) -> None:
    old = agreement(tmp_path)
    new = old.model_copy(update={"version": 2, "effective": at("10-15 00:00:00")})
    old = old.model_copy(update={"until": at("10-15 00:00:00"), "version": 1})
    strict = new.availability.model_copy(update={"exclusions": {}})
    new = new.model_copy(update={"availability": strict})
    later = written(id="later", start=at("10-20 01:00:00"), end=at("10-20 02:00:00"))
    proposals = proposed([written(), later], at("01-01 00:00:00"))
    listed = exclusions_in(proposals, new, [old, new], (OCTOBER, NOVEMBER))
    assert [(one.id, one.flaw) for one in listed] == [("work", None), ("later", Flaw.CATEGORY)]


def test_a_cap_is_used_up_in_order_of_notice(tmp_path: Path) -> None:
    terms = agreement(tmp_path, ", exclusions: {maintenance: {notice: 24h, cap: 8h}}")
    early = ExclusionNotice(given=at("10-01 00:00:00"), ref="a")
    first = written(id="told-first", start=at("10-25 01:00:00"), end=at("10-25 06:00:00"), notice=early)
    listed = judged([written(), first], terms)
    assert [(one.id, one.flaw) for one in listed] == [("work", Flaw.CAP), ("told-first", None)]


def test_windows_of_other_components_or_other_months_are_not_listed(tmp_path: Path) -> None:
    terms = agreement(tmp_path)
    assert judged(written(components=("else",)), terms) == []
    assert judged(written(start=NOVEMBER, end=NOVEMBER + HOUR), terms) == []
    (over_the_edge,) = judged(written(start=NOVEMBER - HOUR, end=NOVEMBER + HOUR), terms)
    assert over_the_edge.interval == (NOVEMBER - HOUR, NOVEMBER + HOUR)


def recurring(every: str, duration: int = 2 * HOUR, zone: str = "Europe/Berlin") -> Written:
    return Written.model_validate(
        {
            "id": "r",
            "components": ("pay",),
            "category": "maintenance",
            "every": every,
            "duration": duration,
            "timezone": zone,
        }
    )


@pytest.mark.parametrize(
    ("every", "start", "end", "wanted"),
    [
        ("Sun 01:00", "2026-10-24", "2026-10-26", ["2026-10-24T23:00:00Z"]),
        # A start in the gap is the gap's end, a repeated one the first; the duration is exact.
        ("Sun 02:30", "2026-03-28", "2026-03-30", ["2026-03-29T01:00:00Z"]),
        ("Sun 02:30", "2026-10-24", "2026-10-26", ["2026-10-25T00:30:00Z"]),
        ("day 23:00", "2026-10-01", "2026-10-02", ["2026-09-30T21:00:00Z", "2026-10-01T21:00:00Z"]),
        ("1 04:00", "2026-09-30", "2026-11-30", ["2026-10-01T02:00:00Z", "2026-11-01T03:00:00Z"]),
        ("31 04:00", "2026-10-01", "2026-12-01", ["2026-10-31T03:00:00Z"]),
    ],
)
def test_a_recurring_window_starts_by_the_local_clock(every: str, start: str, end: str, wanted: list[str]) -> None:
    window = parse_rfc3339(f"{start}T00:00:00+02:00"), parse_rfc3339(f"{end}T00:00:00+02:00")
    spans = list(occurrences(recurring(every), window))
    assert [first for first, _ in spans] == [parse_rfc3339(text) for text in wanted]
    assert all(last - first == 2 * HOUR for first, last in spans)


def test_a_long_recurring_window_reaches_into_the_period() -> None:
    window = OCTOBER, OCTOBER + DAY
    spans = list(occurrences(recurring("30 00:00", 3 * DAY, "Asia/Shanghai"), window))
    assert spans == [(OCTOBER - DAY, OCTOBER + 2 * DAY)]


# what a person proposes, and what is said of it since

ASKED_AT = at("10-01 09:00:00")


def plan(**more: object) -> Proposed:
    base = written().model_dump() | {"category": written().category}
    wanted = {"components", "category", "start", "end", "text"}
    return Proposed(**{key: value for key, value in base.items() if key in wanted} | more)


def said(
    event: ExclusionEvent, when: str, by: str = "person:chen", *, recorded: str | None = None
) -> Said[ExclusionEvent]:
    return Said(event=event, happened_at=at(when), recorded_at=at(recorded or when), by=by)


def asked(*events: Said[ExclusionEvent], by: str = "person:li", **more: object) -> Proposal:
    """Proposed by Li on the first of October."""
    return replay("X-1", [Said(event=plan(**more), happened_at=ASKED_AT, recorded_at=ASKED_AT, by=by), *events])


APPROVED = said(Approved(), "10-01 10:00:00")
OWN = said(Approved(), "10-01 10:00:00", "person:li")
NOTICE = said(NoticeGiven(customer=CUSTOMER, proof="250 2.0.0 accepted"), "10-08 09:00:00")
LATE_NOTICE = said(NoticeGiven(customer=CUSTOMER, proof="250 2.0.0 accepted"), "10-09 01:00:00.001")
TOO_FAR = said(NoticeGiven(customer="somebody-else", proof="250 2.0.0 accepted"), "10-02 09:00:00")
SIGNED = said(Countersigned(customer=CUSTOMER), "10-20 09:00:00", f"customer:{CUSTOMER}")
BACK = said(Withdrawn(reason="not needed"), "10-09 12:00:00")


@pytest.mark.parametrize(
    ("events", "flaw", "second"),
    [
        ((), Flaw.LATE, None),
        ((NOTICE,), Flaw.UNCONFIRMED, None),
        ((APPROVED,), Flaw.LATE, "person:chen"),
        ((NOTICE, APPROVED), None, "person:chen"),
        ((NOTICE, OWN), Flaw.UNCONFIRMED, None),
        ((NOTICE, OWN, APPROVED), None, "person:chen"),
        ((LATE_NOTICE, APPROVED), Flaw.LATE, "person:chen"),
        ((TOO_FAR, APPROVED), Flaw.LATE, "person:chen"),
        ((SIGNED,), None, f"customer:{CUSTOMER}"),
        ((LATE_NOTICE, SIGNED), None, f"customer:{CUSTOMER}"),
        ((NOTICE, APPROVED, BACK), Flaw.WITHDRAWN, "person:chen"),
    ],
)
def test_two_persons_and_a_proven_notice_or_the_customers_word(
    tmp_path: Path, events: tuple[Said[ExclusionEvent], ...], flaw: Flaw | None, second: str | None
) -> None:
    (one,) = found([asked(*events)], agreement(tmp_path))
    assert (one.flaw, one.approved_by, one.requested_by) == (flaw, second, "person:li")


def test_a_claimed_notice_proves_nothing(tmp_path: Path) -> None:
    (one,) = found([asked(APPROVED, given=at("10-01 09:00:00"))], agreement(tmp_path))
    assert (one.flaw, one.given_at) == (Flaw.UNPROVEN, at("10-01 09:00:00"))


def test_what_the_customer_caused_needs_the_customers_word(tmp_path: Path) -> None:
    terms = agreement(tmp_path)
    assert [one.flaw for one in found([asked(APPROVED, category=Category.CUSTOMER)], terms)] == [Flaw.CUSTOMER_WORD]
    assert [one.flaw for one in found([asked(SIGNED, category=Category.CUSTOMER)], terms)] == [None]


def test_a_customer_who_asks_for_it_needs_a_second_person_too(tmp_path: Path) -> None:
    terms, himself = agreement(tmp_path), f"customer:{CUSTOMER}"
    assert [one.flaw for one in found([asked(SIGNED, by=himself)], terms)] == [Flaw.UNCONFIRMED]
    assert [one.flaw for one in found([asked(SIGNED, APPROVED, by=himself)], terms)] == [None]


def test_what_nobody_wrote_down_before_it_began_is_marked_and_needs_the_same(tmp_path: Path) -> None:
    terms = agreement(tmp_path)
    late = said(plan(), "10-12 09:00:00", "person:li")
    (one,) = found([replay("X-1", [late, NOTICE, APPROVED])], terms)
    assert one.recorded_after_start
    assert one.flaw is None
    (one,) = found([asked(NOTICE, APPROVED)], terms)
    assert not one.recorded_after_start


@pytest.mark.parametrize(("window", "end"), [("work", "10-10 02:30:00"), ("announced", "10-10 05:00:00")])
def test_one_cut_short_ends_as_the_agreement_says(tmp_path: Path, window: str, end: str) -> None:
    terms = agreement(tmp_path, f", window: {window}")
    proposal = worked(
        asked(NOTICE, APPROVED), ("10-10 01:00:30", "10-10 01:40:00"), ("10-10 01:50:00", "10-10 02:30:00")
    )
    (one,) = found([proposal], terms)
    assert (one.start, one.end, one.announced_end) == (at("10-10 01:00:00"), at(end), at("10-10 05:00:00"))
    assert one.worked == (at("10-10 01:00:30"), at("10-10 02:30:00"))


def test_work_that_overruns_excludes_until_its_announced_end(tmp_path: Path) -> None:
    (one,) = found([worked(asked(NOTICE, APPROVED), ("10-10 01:00:00", "10-10 09:00:00"))], agreement(tmp_path))
    assert one.end == at("10-10 05:00:00")


def weekly(**more: object) -> Written:
    given = ExclusionNotice(given=at("01-01 00:00:00"), ref="annex 2")
    recur: dict[str, object] = {
        "every": "Sun 01:00",
        "duration": 4 * HOUR,
        "timezone": "Asia/Shanghai",
        "notice": given,
    }
    return written(id="weekly", start=None, end=None, **recur | more)


def one_of(written: Written, recorded_at: Instant) -> Proposal:
    (proposal,) = proposed([written], recorded_at)
    return proposal


def test_a_recurring_one_counts_only_where_work_was_recorded(tmp_path: Path) -> None:
    proposal = worked(one_of(weekly(), at("01-01 00:00:00")), ("10-11 01:10:00", "10-11 03:00:00"))
    listed = found([proposal], agreement(tmp_path))
    assert [(one.start, one.end, one.flaw) for one in listed] == [
        (at("10-04 01:00:00"), at("10-04 05:00:00"), Flaw.NOT_WORKED),
        (at("10-11 01:00:00"), at("10-11 03:00:00"), None),
        (at("10-18 01:00:00"), at("10-18 05:00:00"), Flaw.NOT_WORKED),
        (at("10-25 01:00:00"), at("10-25 05:00:00"), Flaw.NOT_WORKED),
    ]


def test_an_occurrence_before_the_annex_was_announced_in_no_time(tmp_path: Path) -> None:
    given = ExclusionNotice(given=at("10-10 02:00:00"), ref="annex 2")
    proposal = worked(
        one_of(weekly(notice=given), at("01-01 00:00:00")),
        ("10-11 01:10:00", "10-11 03:00:00"),
        ("10-18 01:10:00", "10-18 03:00:00"),
    )
    flaws = [one.flaw for one in found([proposal], agreement(tmp_path))]
    assert flaws == [Flaw.LATE, Flaw.LATE, None, Flaw.NOT_WORKED]


def test_the_customer_may_countersign_one_late_occurrence(tmp_path: Path) -> None:
    signed = said(Countersigned(customer=CUSTOMER, occurrence=at("10-11 01:00:00")), "10-20 09:00:00")
    bare = weekly(notice=None)
    proposal = worked(evolve(one_of(bare, at("01-01 00:00:00")), signed), ("10-11 01:10:00", "10-11 03:00:00"))
    flaws = [one.flaw for one in found([proposal], agreement(tmp_path))]
    assert flaws == [Flaw.LATE, None, Flaw.LATE, Flaw.LATE]


def test_a_revision_changes_nothing_that_began_before_it(tmp_path: Path) -> None:
    """Moved from Sunday to Monday on the 15th; nothing said of the first plan holds for the second."""
    first = one_of(weekly(), at("01-01 00:00:00"))
    (again,) = proposed([weekly(every="Mon 01:00", notice=None)], at("10-15 09:00:00"))
    moved = said(again.newest.plan, "10-15 09:00:00", "configuration")
    proposal = worked(evolve(first, moved), ("10-11 01:00:00", "10-11 05:00:00"), ("10-19 01:00:00", "10-19 05:00:00"))
    assert [(one.start, one.flaw) for one in found([proposal], agreement(tmp_path))] == [
        (at("10-04 01:00:00"), Flaw.NOT_WORKED),
        (at("10-11 01:00:00"), None),
        (at("10-19 01:00:00"), Flaw.LATE),
        (at("10-26 01:00:00"), Flaw.LATE),
    ]


def test_occurrences_taken_back_before_they_began_do_not_take_place(tmp_path: Path) -> None:
    gone = Withdrawn(reason="new supplier", since=at("10-15 00:00:00"))
    in_time, too_late = said(gone, "10-14 09:00:00"), said(gone, "10-20 09:00:00")
    first = one_of(weekly(), at("01-01 00:00:00"))
    assert [one.start for one in found([evolve(first, in_time)], agreement(tmp_path))] == [
        at("10-04 01:00:00"),
        at("10-11 01:00:00"),
    ]
    assert [one.flaw for one in found([evolve(first, too_late)], agreement(tmp_path))] == [
        Flaw.NOT_WORKED,
        Flaw.NOT_WORKED,
        Flaw.WITHDRAWN,
    ]


def test_a_cap_takes_what_is_left_after_one_was_cut_short(tmp_path: Path) -> None:
    terms = agreement(tmp_path, ", exclusions: {maintenance: {notice: 24h, cap: 6h}}")
    early = ExclusionNotice(given=at("10-01 00:00:00"), ref="a")
    (first,) = proposed(
        [written(id="first", start=at("10-25 01:00:00"), end=at("10-25 05:00:00"), notice=early)], ASKED_AT
    )
    (second,) = proposed([written()], ASKED_AT)
    assert [one.flaw for one in found([first, second], terms)] == [Flaw.CAP, None]
    short = worked(first, ("10-25 01:00:00", "10-25 03:00:00"))
    assert [one.flaw for one in found([short, second], terms)] == [None, None]


def test_events_come_back_from_the_store_and_from_a_leaf_as_they_were() -> None:
    events: list[ExclusionEvent] = [
        plan(text={"en": "Move", "zh-CN": "搬迁"}),
        NOTICE.event,
        Approved(),
        SIGNED.event,
        BACK.event,
    ]
    for event in events:
        assert exclusion_event(kind_of(event), facts_of(event)) == event
        one = Said(event=event, happened_at=1, recorded_at=2, by="person:li", seen_by_customer_at=2)
        body, private = leaf_of(one)
        assert said_in_leaf(body, private, 2, correction=False) == one
        assert not {"by", "proof", "reason"} & set(body)


def test_a_leaf_tells_one_person_from_another_and_names_neither() -> None:
    spoken = ["configuration", "person:li", "person:li", "customer:acme", "person:wang", "person:li"]
    told = [speaker_of(by, spoken[:number]) for number, by in enumerate(spoken)]
    assert told == ["configuration", "person 1", "person 1", "customer:acme", "person 2", "person 1"]
    assert speakers(zip(told, spoken, strict=True))["person 2"] == "person:wang"
    for lie in ((("person 1", "person:li"), ("person 2", "person:li")), (("customer:acme", "person:li"),)):
        with pytest.raises(ValueError, match=r"stands for two|is called"):
            speakers(lie)


def test_a_proposal_is_the_sum_of_its_events() -> None:
    first = proposal_of("X-1", said(plan(), "10-01 09:00:00", "person:li"))
    assert first.version == 1
    assert evolve(first, APPROVED).newest.approvals == (APPROVED,)
    assert asked(NOTICE, APPROVED).version == 3


@pytest.fixture(scope="module")
def capped(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return agreement(tmp_path_factory.mktemp("terms"), ", exclusions: {maintenance: {notice: 24h, cap: 12h}}")


@settings(max_examples=40)
@given(
    windows=st.lists(st.tuples(st.integers(0, 700), st.integers(1, 9), st.booleans(), st.booleans()), max_size=7),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_proposals_does_not_matter_and_no_cap_is_overrun(
    capped: Agreement, windows: list[tuple[int, int, bool, bool]], order: Random
) -> None:
    proposals = [
        replay(
            f"X-{number}",
            [
                said(plan(start=OCTOBER + start * HOUR, end=OCTOBER + (start + hours) * HOUR), "09-01 00:00:00"),
                *([said(NoticeGiven(customer=CUSTOMER, proof="250"), f"09-0{number + 1} 00:00:00")] if told else []),
                *([said(Approved(), "09-02 00:00:00", "person:wang")] if approved else []),
            ],
        )
        for number, (start, hours, told, approved) in enumerate(windows)
    ]
    listed = found(proposals, capped)
    assert found(order.sample(proposals, len(proposals)), capped) == listed
    ends = [one for one in listed if one.end <= NOVEMBER]
    assert sum(one.end - one.start for one in ends if one.valid) <= 12 * HOUR
    assert all(one.flaw is not None for one in listed if not (one.given_at and one.approved_by))
