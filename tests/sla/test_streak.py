"""Months missed in a row, and the obligations they open."""

from dataclasses import replace

import pytest

from config.agreement import Agreement
from config.instant import parse_rfc3339, rfc3339
from config.remedy import Days, Streak
from sla.booking import MonthOutcome, Standing
from sla.streak import completed, due_of, obligations_of, outcomes_with, run_at
from tests.sla.owing import contract

PLAN = {"id": "plan", "missed": 3, "then": "an improvement plan", "due": "15d"}
LEAVE = {"id": "leave", "missed": 4, "in_last": 12, "then": "the customer may leave", "gives": "right", "due": "30d"}
SEALED = parse_rfc3339("2026-11-03T09:00:00+08:00")
_STANDINGS = {"x": Standing.MISSED, ".": Standing.MET, "-": Standing.NOT_APPLICABLE}


def months(line: str) -> dict[str, MonthOutcome]:
    """`x` missed, `.` met, `-` not applicable, a blank not sealed; from January 2026."""
    found: dict[str, MonthOutcome] = {}
    for place, sign in enumerate(line):
        year, month = divmod(place, 12)
        if sign != " ":
            standing = _STANDINGS[sign]
            name = f"{2026 + year}-{month + 1:02d}"
            found[name] = MonthOutcome(
                agreement="bank/agreement", month=name, standing=standing, year_so_far=Standing.MET
            )
    return found


def rule(agreement: Agreement) -> Streak:
    return next(one for one in agreement.remedies if isinstance(one, Streak))


@pytest.mark.parametrize(
    ("line", "complete"),
    [
        ("xxx", ["2026-03"]),
        ("xx.x", []),
        ("xx-x", ["2026-04"]),
        ("xx x", ["2026-04"]),
        ("x-x-x", ["2026-05"]),
        ("xxxxx", ["2026-03"]),
        ("xxxxxx", ["2026-03", "2026-06"]),
        ("xxx.xxx", ["2026-03", "2026-07"]),
        ("xxx-", ["2026-03"]),
        ("---", []),
    ],
)
def test_a_row_is_of_missed_months_and_one_without_a_figure_changes_nothing(line: str, complete: list[str]) -> None:
    assert completed(rule(contract(PLAN)), months(line)) == complete


def test_so_many_of_the_last_months_count_once_when_they_are_reached() -> None:
    leave = rule(contract(LEAVE))
    assert completed(leave, months("x.x.x.xxx")) == ["2026-07"]
    assert completed(leave, months("x...........xxxx")) == ["2027-04"]
    assert run_at(leave, months("x..........." + "x"), "2027-01") == 1


def test_the_run_so_far_is_known_before_it_is_complete() -> None:
    plan = rule(contract(PLAN))
    assert [run_at(plan, months(line), "2026-02") for line in ("xx", ".x", "x-", "x.")] == [2, 1, 1, 0]


def test_for_a_yearly_target_the_contract_says_which_figure_makes_a_month_missed() -> None:
    plan = rule(contract({**PLAN, "missed_month": "year_so_far"}))
    assert completed(plan, months("xxx")) == []


def test_an_obligation_is_due_so_many_days_after_sealing() -> None:
    opened, groundless = obligations_of(contract(PLAN), months("xxx"), [], SEALED)
    assert groundless == []
    (one,) = opened
    assert (one.id, one.gives, one.then) == ("bank/agreement/plan/2026-03", "obligation", "an improvement plan")
    assert one.due_at is not None
    assert rfc3339(one.due_at) == "2026-11-18T16:00:00.000Z"  # midnight after the 18th there


def test_working_days_run_on_the_named_calendar_and_end_at_closing() -> None:
    calendar = {"id": "work", "timezone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}, "off": ["2026-11-04"]}
    agreement = contract({**PLAN, "due": "15wd", "calendar": "work"}, calendars={"work": calendar})
    due = due_of(agreement, Days.model_validate("15wd"), "work", SEALED)
    assert due is not None
    assert (rfc3339(due.at), due.provisional) == ("2026-11-25T10:00:00.000Z", False)


def test_a_due_date_beyond_the_published_calendar_is_provisional() -> None:
    calendar = {
        "id": "work",
        "timezone": "Asia/Shanghai",
        "hours": {"mon-fri": ["09:00-18:00"]},
        "published_until": "2026-11-10",
    }
    agreement = contract({**PLAN, "due": "15wd", "calendar": "work"}, calendars={"work": calendar})
    (one,) = obligations_of(agreement, months("xxx"), [], SEALED)[0]
    assert one.provisional


def test_what_is_known_is_not_opened_again_and_a_revision_takes_its_ground_away() -> None:
    agreement = contract(PLAN)
    known = obligations_of(agreement, months("xxx"), [], SEALED)[0]
    assert obligations_of(agreement, months("xxx"), known, SEALED) == ([], [])
    assert obligations_of(agreement, months("x.x"), known, SEALED) == ([], known)
    fulfilled = [replace(one, closed_at=SEALED) for one in known]
    assert obligations_of(agreement, months("x.x"), fulfilled, SEALED) == ([], [])
    foreign = [replace(known[0], rule="another")]
    assert obligations_of(agreement, months("x.x"), foreign, SEALED) == ([], [])


def test_a_month_sealed_late_completes_the_row_behind_it() -> None:
    late = months("x x")
    assert obligations_of(contract(PLAN), late, [], SEALED)[0] == []
    own = MonthOutcome(agreement="bank/agreement", month="2026-02", standing=Standing.MISSED, year_so_far=Standing.MET)
    (one,) = obligations_of(contract(PLAN), outcomes_with(list(late.values()), own), [], SEALED)[0]
    assert one.month == "2026-03"
