"""Caps and bookings: what is held back, what a revision changes, and that nothing is booked twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.agreement import Agreement
from config.remedy import Window
from sla.booking import Booking
from sla.cap import granted, window_of
from sla.remedy import claims_of
from tests.sla.owing import BEGUN, contract, failing, figure

CLOCKS = {"id": "clocks", "each": ["resolve"], "percent": "5", "of": "fee"}
"""6,000.00 CNY for each."""
YEARLY = {"cap": "2", "of": "total", "per": "contract_year"}
"""28,800.00 CNY."""
MONTHLY = {"id": "month", "cap": "10", "of": "fee", "per": "month"}
"""12,000.00 CNY."""
Books = tuple[Booking, ...]


def sealed(agreement: Agreement, month: str, cases: Sequence[str], books: Books = (), revision: int = 1) -> Books:
    """The account after a statement of the month in which these cases missed their time."""
    claims = claims_of(agreement, month, [], [failing(one) for one in cases], [])
    _, entries = granted(agreement, BEGUN, month, claims, books)
    return (*books, *(replace(one, statement=month, revision=revision) for one in entries))


def total(books: Books) -> int:
    return sum(one.amount for one in books)


def test_a_cap_truncates_in_booking_order_and_records_what_it_held_back() -> None:
    books = sealed(contract(CLOCKS, YEARLY), "2026-04", ["C1", "C2", "C3", "C4", "C5", "C6"])
    assert [(one.due, one.amount, one.capped) for one in books] == [
        (600_000, 600_000, 0),
        (600_000, 600_000, 0),
        (600_000, 600_000, 0),
        (600_000, 600_000, 0),
        (600_000, 480_000, 120_000),
        (600_000, 0, 600_000),
    ]
    assert total(books) == 2_880_000


def test_a_new_contract_year_has_a_cap_of_its_own() -> None:
    agreement = contract(CLOCKS, YEARLY)
    books = sealed(agreement, "2026-04", ["C1", "C2", "C3", "C4", "C5"])
    books = sealed(agreement, "2027-03", ["C6"], books)
    assert total(books) == 2_880_000
    assert total(sealed(agreement, "2027-04", ["C7"], books)) == 3_480_000


@pytest.mark.parametrize(
    ("month", "year"), [("2026-03", "0"), ("2026-12", "0"), ("2027-03", "0"), ("2027-04", "1"), ("2028-04", "2")]
)
def test_a_month_belongs_to_the_contract_year_its_first_day_lies_in(month: str, year: str) -> None:
    assert window_of(Window.CONTRACT_YEAR, month, date(2026, 3, 15)) == year


def test_a_cap_bounds_only_what_it_covers_and_the_narrowest_cap_holds() -> None:
    other = {"id": "other", "each": ["resolve"], "percent": "1", "of": "fee"}
    agreement = contract(CLOCKS, other, {**MONTHLY, "covers": ["clocks"]}, YEARLY)
    books = sealed(agreement, "2026-04", ["C1", "C2", "C3"])
    assert sum(one.amount for one in books if one.rule == "clocks") == 1_200_000
    assert sum(one.amount for one in books if one.rule == "other") == 360_000


def test_sealing_the_same_statement_again_books_nothing() -> None:
    agreement = contract(CLOCKS, YEARLY)
    books = sealed(agreement, "2026-04", ["C1", "C2", "C3", "C4", "C5", "C6"])
    assert sealed(agreement, "2026-04", ["C1", "C2", "C3", "C4", "C5", "C6"], books, 2) == books


def test_a_revision_books_the_difference_as_a_new_entry() -> None:
    agreement = contract(CLOCKS)
    first = sealed(agreement, "2026-10", ["C1", "C2"])
    books = sealed(agreement, "2026-10", ["C2", "C3"], first, 2)
    assert books[:2] == first
    assert [(one.breach, one.amount, one.revision) for one in books[2:]] == [
        ("case/C1/resolve", -600_000, 2),
        ("case/C3/resolve", 600_000, 2),
    ]


def test_what_a_revision_frees_goes_to_what_the_cap_held_back() -> None:
    agreement = contract(CLOCKS, MONTHLY)
    books = sealed(agreement, "2026-10", ["C1", "C2", "C3"])
    assert total(books) == 1_200_000
    books = sealed(agreement, "2026-10", ["C2", "C3"], books, 2)
    assert total(books) == 1_200_000
    assert [(one.breach, one.amount, one.capped) for one in books[3:]] == [
        ("case/C1/resolve", -600_000, 0),
        ("case/C3/resolve", 600_000, 0),
    ]


def test_days_of_the_term_are_booked_as_differences_too() -> None:
    agreement = contract({"id": "term", "each": ["resolve"], "extend": "3d"})
    books = sealed(agreement, "2026-10", ["C1", "C2"])
    assert [one.days for one in books] == [3, 3]
    assert sum(one.days for one in sealed(agreement, "2026-10", ["C1"], books, 2)) == 3


def test_a_claim_says_what_it_came_to() -> None:
    agreement = contract({"id": "missed", "each": ["target"], "percent": "20", "of": "fee"}, MONTHLY)
    claims = claims_of(agreement, "2026-10", [figure("99")], [], [])
    (claim,), (entry,) = granted(agreement, BEGUN, "2026-10", claims, ())
    assert (claim.full, claim.due, claim.granted, claim.capped) == (2_400_000, 2_400_000, 1_200_000, 1_200_000)
    assert (entry.amount, entry.base, entry.percent, entry.currency) == (1_200_000, "fee", "20", "CNY")


MONTHS = st.sampled_from(["2026-04", "2026-10", "2027-02", "2027-04"])
CASES = st.lists(st.sampled_from([f"C{n}" for n in range(6)]), unique=True)
SEALS = st.lists(st.tuples(MONTHS, CASES), max_size=8)


def own(month: str, cases: Sequence[str]) -> list[str]:
    """A case misses its time in one month only."""
    return [f"{month}-{case}" for case in cases]


@given(SEALS)
@pytest.mark.slow
def test_however_often_it_is_revised_no_window_exceeds_its_cap(seals: list[tuple[str, list[str]]]) -> None:
    agreement = contract(CLOCKS, MONTHLY, YEARLY)
    books: Books = ()
    for revision, (month, cases) in enumerate(seals):
        books = sealed(agreement, month, own(month, cases), books, revision)
        for year, most in (("0", 2_880_000), ("1", 2_880_000)):
            inside = [one for one in books if window_of(Window.CONTRACT_YEAR, one.month, date(2026, 3, 15)) == year]
            assert 0 <= total(tuple(inside)) <= most
        for one in {one.month for one in books}:
            assert 0 <= total(tuple(each for each in books if each.month == one)) <= 1_200_000
        assert sealed(agreement, month, own(month, cases), books, revision) == books


@given(st.dictionaries(MONTHS, CASES, min_size=1), SEALS, st.randoms(use_true_random=False))
@pytest.mark.slow
def test_the_order_of_revisions_does_not_change_the_sum(
    last: dict[str, list[str]], before: list[tuple[str, list[str]]], random: Random
) -> None:
    agreement = contract(CLOCKS, MONTHLY, YEARLY)
    sums = set()
    for _ in range(3):
        early = [one for one in before if one[0] in last]
        final = list(last.items())
        random.shuffle(early)
        random.shuffle(final)
        books: Books = ()
        for revision, (month, cases) in enumerate([*early, *final]):
            books = sealed(agreement, month, own(month, cases), books, revision)
        sums.add(total(books))
    assert len(sums) == 1
