"""Versions of an agreement: one after another, never edited, and nothing sealed is changed by one side alone."""

from fractions import Fraction

import pytest

from config.agreement import Agreement, Availability, ExclusionEffect, Period, UnknownPolicy
from config.instant import DAY, Instant, parse_rfc3339
from sla.contract import (
    LEADS,
    Contract,
    Ended,
    Event,
    Refused,
    Reminded,
    Side,
    Version,
    Way,
    Written,
    check_end,
    check_new,
    due_reminder,
    in_turn,
    joinable,
    told_apart,
)

BOTH = frozenset(Side)


def day(text: str) -> Instant:
    return parse_rfc3339(f"{text}T00:00:00Z")


def agreement(
    version: int = 1, effective: str = "2026-01-01", until: str | None = None, target: str = "99.5"
) -> Agreement:
    return Agreement(
        id="acme/web",
        customer="acme",
        version=version,
        effective=day(effective),
        until=None if until is None else day(until),
        measured_from=day("2026-01-01"),
        components=("shop",),
        availability=Availability(
            target=target,
            period=Period.MONTH,
            service_hours="24x7",
            exclusion_effect=ExclusionEffect.REMOVED,
            unknown=UnknownPolicy.EXCLUDE,
            partial_weight=Fraction(1),
            timezone="UTC",
        ),
    )


def contract(*versions: Agreement, events: tuple[Event, ...] = ()) -> Contract:
    stored = tuple(
        Version(agreement=one, recorded_at=0, by="person:wang", reason="signed", way=Way.COMMAND, sha256="")
        for one in versions
    )
    return Contract(versions=stored, events=events)


def ended(on: str, version: int = 1) -> Ended:
    return Ended(agreement="acme/web", version=version, ends=day(on), reason="moved", recorded_at=0, by="person:wang")


def test_each_version_ends_where_the_next_begins_or_where_it_says() -> None:
    first, second, third = in_turn(
        [agreement(3, "2027-01-01"), agreement(), agreement(2, "2026-07-01", until="2026-12-01")]
    )
    assert (first.version, first.until) == (1, day("2026-07-01"))
    assert second.until == day("2026-12-01")
    assert third.until is None


def test_what_was_ended_goes_on_with_a_version_recorded_later() -> None:
    before = contract(agreement(), events=(ended("2026-10-01"),))
    assert before.ends == day("2026-10-01")
    after = contract(agreement(), agreement(2, "2026-11-01"), events=(ended("2026-10-01"),))
    assert [one.until for one in after.in_turn()] == [day("2026-10-01"), None]


def test_an_end_that_is_corrected_later_holds_as_it_was_said_last() -> None:
    assert contract(agreement(), events=(ended("2026-10-01"), ended("2026-12-01"))).ends == day("2026-12-01")


def test_a_stored_version_is_never_replaced() -> None:
    with pytest.raises(Refused, match="stored already and stays as it is; write `version: 3`"):
        check_new([agreement(), agreement(2, "2026-05-01")], agreement(target="99.9"), sealed_until=None, confirmed=())


@pytest.mark.parametrize("effective", ["2026-01-01", "2025-06-01"])
def test_versions_that_overlap_are_refused(effective: str) -> None:
    with pytest.raises(Refused, match="in force no later than version 1: the versions overlap"):
        check_new([agreement()], agreement(2, effective), sealed_until=None, confirmed=())


def test_a_version_between_two_others_must_begin_between_them() -> None:
    known = [agreement(), agreement(3, "2026-07-01")]
    check_new(known, agreement(2, "2026-05-01"), sealed_until=None, confirmed=())
    with pytest.raises(Refused, match="version 3 of acme/web is in force no later than version 2"):
        check_new(known, agreement(2, "2026-08-01"), sealed_until=None, confirmed=())


def test_what_is_sealed_changes_only_by_the_word_of_both() -> None:
    late, sealed = agreement(2, "2026-05-15"), day("2026-06-01")
    for confirmed in (frozenset[Side](), {Side.PROVIDER}, {Side.CUSTOMER}):
        with pytest.raises(Refused, match="sealed up to 2026-06-01; only both sides together"):
            check_new([agreement()], late, sealed_until=sealed, confirmed=confirmed)
    check_new([agreement()], late, sealed_until=sealed, confirmed=BOTH)
    check_new([agreement()], agreement(2, "2026-06-01"), sealed_until=sealed, confirmed=())


def test_an_end_may_neither_lie_before_the_newest_version_nor_in_sealed_time() -> None:
    signed = contract(agreement(), agreement(2, "2026-05-01"))
    with pytest.raises(Refused, match="cannot end before its version 2 begins"):
        check_end(signed, day("2026-05-01"), sealed_until=None, confirmed=())
    with pytest.raises(Refused, match="sealed up to 2026-07-01"):
        check_end(signed, day("2026-06-01"), sealed_until=day("2026-07-01"), confirmed={Side.PROVIDER})
    check_end(signed, day("2026-06-01"), sealed_until=day("2026-07-01"), confirmed=BOTH)


def test_a_written_version_joins_the_stored_ones_only_where_nobody_need_sign() -> None:
    fresh = [agreement(target="99.9"), agreement(2, "2026-02-01"), agreement(3, "2026-07-01")]
    found = joinable(contract(agreement()), fresh, day("2026-03-01"))
    assert [one.version for one in found] == [3]


def test_a_text_that_says_otherwise_is_told_term_by_term() -> None:
    stored = agreement()
    assert told_apart(stored, Written(agreement=agreement(), following=None)) == ()
    apart = told_apart(stored, Written(agreement=agreement(target="99.9"), following=None))
    assert apart == ("availability.target: 99.5 -> 99.9",)


def test_where_the_next_version_takes_over_is_no_change_of_the_earlier_one() -> None:
    cut = agreement(until="2026-07-01")
    following = agreement(2, "2026-07-01")
    assert told_apart(agreement(), Written(agreement=cut, following=following)) == ()
    assert told_apart(agreement(until="2027-01-01"), Written(agreement=cut, following=following)) == ()
    assert told_apart(agreement(), Written(agreement=cut, following=None)) != ()


def reminded(lead: int, ends: str) -> Reminded:
    return Reminded(agreement="acme/web", version=1, ends=day(ends), lead=lead, recorded_at=0, by="upheld")


def test_renewal_is_called_to_mind_90_and_30_days_ahead_once_each() -> None:
    ends = day("2026-12-31")
    quarter, month = LEADS
    plain = contract(agreement(until="2026-12-31"))
    assert due_reminder(plain, ends - quarter - 1) is None
    assert due_reminder(plain, ends - quarter) == quarter
    once = contract(agreement(until="2026-12-31"), events=(reminded(quarter, "2026-12-31"),))
    assert due_reminder(once, ends - month - 1) is None
    assert due_reminder(once, ends - month) == month
    twice = contract(agreement(until="2026-12-31"), events=(*once.events, reminded(month, "2026-12-31")))
    assert due_reminder(twice, ends - DAY) is None


def test_of_reminders_that_are_late_only_the_nearest_is_sent_and_none_after_the_end() -> None:
    plain = contract(agreement(until="2026-12-31"))
    assert due_reminder(plain, day("2026-12-15")) == 30 * DAY
    late = contract(agreement(until="2026-12-31"), events=(reminded(30 * DAY, "2026-12-31"),))
    assert due_reminder(late, day("2026-12-16")) is None
    assert due_reminder(plain, day("2026-12-31")) is None


def test_an_agreement_without_an_end_or_with_a_new_one_is_reminded_of_that_alone() -> None:
    assert due_reminder(contract(agreement()), day("2026-12-15")) is None
    moved = contract(agreement(), events=(reminded(90 * DAY, "2026-12-31"), ended("2027-01-31")))
    assert due_reminder(moved, day("2026-11-15")) == 90 * DAY
