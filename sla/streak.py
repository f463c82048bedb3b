"""Months missed in a row or out of the last so many, and what is then owed by a due date. Pure.

A month without a figure, or one not sealed, neither breaks nor extends a row. Obligations follow from the outcomes of
all sealed months, so a revision can open one or take one back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.agreement import SERVICE_HOURS, Agreement, Calendar
from config.instant import Instant
from config.remedy import Days, Streak, Unit
from sla.booking import MonthOutcome, Obligation, Standing
from sla.calendar import local, starting
from sla.deadline import Due, Mode, Never, due_after_days
from sla.hours import calendar_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakState:
    """How many months count towards a rule with the month of the statement, of how many."""

    agreement: str
    rule: str
    run: int
    of: int
    in_last: int | None


def outcomes_with(known: Sequence[MonthOutcome], own: MonthOutcome) -> dict[str, MonthOutcome]:
    """By month: what is known of its agreement, the later recorded over the earlier, `own` over all."""
    found = {one.month: one for one in known if one.agreement == own.agreement}
    return {**found, own.month: own}


def run_at(rule: Streak, outcomes: Mapping[str, MonthOutcome], month: str) -> int:
    """Missed months that count at the end of that one."""
    months = sorted(one for one in outcomes if one <= month)
    if rule.in_last is not None:
        first = _number(month) - rule.in_last
        return sum(_standing(rule, outcomes[one]) is Standing.MISSED for one in months if _number(one) > first)
    run = 0
    for one in reversed(months):
        match _standing(rule, outcomes[one]):
            case Standing.MISSED:
                run += 1
            case Standing.MET:
                break
            case Standing.NOT_APPLICABLE:
                pass
    return run


def completed(rule: Streak, outcomes: Mapping[str, MonthOutcome]) -> list[str]:
    """The months that complete the count: each multiple of a row, or where so many of the last are first reached."""
    found: list[str] = []
    reached = False
    for month in sorted(outcomes):
        run = run_at(rule, outcomes, month)
        missed = _standing(rule, outcomes[month]) is Standing.MISSED
        if rule.in_last is None:
            complete = missed and run % rule.missed == 0
        else:
            complete = missed and run >= rule.missed and not reached
            reached = run >= rule.missed
        if complete:
            found.append(month)
    return found


def obligations_of(
    agreement: Agreement, outcomes: Mapping[str, MonthOutcome], known: Sequence[Obligation], now: Instant
) -> tuple[list[Obligation], list[Obligation]]:
    """What the outcomes ask for and is not known yet, due from `now`; and what is open without ground any more."""
    rules = [one for one in agreement.remedies if isinstance(one, Streak)]
    wanted = {
        f"{agreement.id}/{rule.id}/{month}": (rule, month) for rule in rules for month in completed(rule, outcomes)
    }
    ids = {one.id for one in known}
    opened = [_opened(agreement, rule, month, id, now) for id, (rule, month) in wanted.items() if id not in ids]
    named = {rule.id for rule in rules}
    groundless = [
        one
        for one in known
        if one.agreement == agreement.id and one.rule in named and one.closed_at is None and one.id not in wanted
    ]
    return opened, groundless


def _opened(agreement: Agreement, rule: Streak, month: str, id: str, now: Instant) -> Obligation:
    due = None if rule.due is None else due_of(agreement, rule.due, rule.calendar, now)
    return Obligation(
        id=id,
        agreement=agreement.id,
        rule=rule.id,
        month=month,
        then=rule.then,
        gives=rule.gives,
        due_at=None if due is None else due.at,
        provisional=due is not None and due.provisional,
        opened_at=now,
    )


def due_of(agreement: Agreement, days: Days, calendar: str | None, start: Instant) -> Due | None:
    """The end of the last day: of working days the last closing, of calendar days the midnight after. None: never."""
    if days.unit is Unit.CALENDAR:
        zone = ZoneInfo(agreement.availability.timezone)
        day = local(start, zone).date() + timedelta(days=days.count + 1)
        return Due(at=starting(datetime.combine(day, time()), zone), provisional=False)
    hours = agreement.hours if calendar == SERVICE_HOURS else agreement.calendars.get(calendar or "")
    if not isinstance(hours, Calendar):
        return due_of(agreement, days.model_copy(update={"unit": Unit.CALENDAR}), None, start)
    try:
        return due_after_days(calendar_of(hours), start, days.count, Mode.END_OF_DAY)
    except Never:
        return None


def _standing(rule: Streak, outcome: MonthOutcome) -> Standing:
    return outcome.year_so_far if rule.missed_month == "year_so_far" else outcome.standing


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])
