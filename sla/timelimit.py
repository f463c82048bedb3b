"""A case's time limit in words: its name, and how long it took of what was allowed."""

from config.instant import Instant
from config.look.figure import moment
from sla.commitment import commitment_name, runs_evenly
from sla.page import Page
from sla.record import CaseRecord, CommitmentRecord, Outcome


def commitment(page: Page, clock: CommitmentRecord) -> str:
    return commitment_name(clock.name, page.language)


def took(page: Page, case: CaseRecord, clock: CommitmentRecord) -> str:
    """`6 min 10 s of 30 min`; on a calendar, where hours do not pass evenly, `12 May 14:10, due 13 May 09:40`."""
    if clock.due_at is not None and not _evenly(page, case, clock.name):
        return _by_date(page, clock, clock.due_at)
    limit = None if clock.due_at is None else page.lasted(clock.due_at - clock.started_at)
    if clock.done_at is None:
        text = page.say("limit {limit}", limit=limit) if limit else page.say("open")
        return page.say("missed, {limit}", limit=text) if clock.outcome is Outcome.MISSED else text
    spent = page.lasted(clock.done_at - clock.started_at)
    return page.say("{used} of {allowed}", used=spent, allowed=limit) if limit else spent


def _by_date(page: Page, clock: CommitmentRecord, due_at: Instant) -> str:
    zone = page.statement.zone
    due = page.say("due {time}", time=moment(due_at, zone, page.language))
    if clock.done_at is None:
        return page.say("missed, {limit}", limit=due) if clock.outcome is Outcome.MISSED else due
    return page.say("{done}, {limit}", done=moment(clock.done_at, zone, page.language), limit=due)


def _evenly(page: Page, case: CaseRecord, name: str) -> bool:
    """Of the versions in the period the newest says it."""
    newest = [part.newest for part in page.statement.agreements if case.agreement in (None, part.newest.id)]
    return not newest or runs_evenly(newest[0], case.level, name)
