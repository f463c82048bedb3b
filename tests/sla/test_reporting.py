"""What is done about an owed report: issued when it is ready, mailed until it is delivered, called to mind twice."""

from collections.abc import Mapping
from typing import Any

import pytest

from config.instant import DAY, HOUR, Instant
from config.language import LANGUAGES
from sla.duereport import DueReport
from sla.reporting import (
    BACKLOG,
    Act,
    Happening,
    IssueIt,
    Mail,
    Owed,
    Remind,
    Stage,
    State,
    What,
    decide,
    next_step,
    standing_of,
)
from sla.reportletter import Writer
from sla.sealing import Hold, Who

ENDED: Instant = 1_790_000_000_000
FULL = {"cause": "a bad disk", "handling": "changed", "verification": "watched for an hour", "prevention": "mirrored"}


def report(**changes: Any) -> DueReport:
    values = {"kind": "incident", "subject": "INC-1", "since": ENDED, "due_at": ENDED + DAY, **changes}
    return DueReport(customer="harbour-bank", **values)


def owed(*happened: tuple[What, Mapping[str, Any], Instant], issue: int = 0, **changes: Any) -> Owed:
    """Happenings of the last issue."""
    said = [Happening(what=what, issue=issue, at=when, by="test", body=body) for what, body, when in happened]
    of = changes.pop("report", report())
    return Owed(report=of, standing=standing_of(said, issue, ENDED + HOUR if issue else None), **changes)


def stages(acts: tuple[Act, ...]) -> list[Stage]:
    return [one.stage for one in acts if isinstance(one, Remind)]


def test_what_nobody_wrote_is_called_to_mind_at_half_and_at_nine_tenths_of_its_time_once_each_and_never_sent() -> None:
    waiting = owed(missing=("cause",))
    assert decide(waiting, ENDED + 12 * HOUR - 1) == ()
    assert stages(decide(waiting, ENDED + 12 * HOUR)) == [Stage.HALF]
    half = owed((What.REMINDED, {"stage": "half"}, ENDED + 12 * HOUR), missing=("cause",))
    assert decide(half, ENDED + 21 * HOUR) == ()
    assert stages(decide(half, ENDED + 22 * HOUR)) == [Stage.NEAR]
    near = owed((What.REMINDED, {"stage": "near"}, ENDED + 22 * HOUR), missing=("cause",))
    assert decide(near, ENDED + 400 * DAY - 1) == ()


def test_what_is_written_goes_out_and_what_is_delivered_needs_nothing_more() -> None:
    assert decide(owed((What.WRITTEN, {"words": FULL}, ENDED)), ENDED) == (IssueIt(),)
    assert decide(owed(issue=1), ENDED + HOUR) == (Mail(attempt=1),)
    mailed = (What.MAILED, {"attempt": 1}, ENDED + HOUR)
    assert decide(owed(mailed, issue=1), ENDED + 2 * HOUR) == ()
    delivered = owed(mailed, (What.DELIVERED, {}, ENDED + 2 * HOUR), issue=1)
    assert (decide(delivered, ENDED + 3 * DAY), next_step(delivered), delivered.state) == ((), None, State.DELIVERED)
    assert not delivered.over(ENDED + 3 * DAY)


def test_a_period_waits_for_its_statements_until_nine_tenths_of_its_time() -> None:
    quarter = report(kind="quarterly", subject="2026-Q3", due_at=ENDED + 10 * DAY)
    assert decide(owed(report=quarter), ENDED) == (IssueIt(),)
    assert decide(owed(report=quarter, settled=False), ENDED + 9 * DAY - 1) == ()
    assert decide(owed(report=quarter, settled=False), ENDED + 9 * DAY) == (IssueIt(),)


def test_a_mail_that_was_not_taken_is_sent_again_after_a_day_and_is_somebodys_next_step() -> None:
    mailed = (What.MAILED, {"attempt": 1}, ENDED + HOUR)
    refused = owed(mailed, (What.UNDELIVERED, {}, ENDED + 2 * HOUR), issue=1)
    assert decide(refused, ENDED + 3 * HOUR) == ()
    assert stages(decide(refused, ENDED + 13 * HOUR)) == [Stage.HALF]
    assert decide(refused, ENDED + 25 * HOUR) == (Mail(attempt=2),)
    assert refused.over(ENDED + DAY) and not refused.over(ENDED + DAY - 1)
    step = next_step(refused)
    assert step is not None and (step.hold, step.who) == ("undelivered", Who.ACCOUNT_MANAGER)


def test_without_anybody_to_mail_to_it_is_issued_and_waits() -> None:
    nobody = owed(issue=1, undeliverable=Hold.CONTACT)
    assert stages(decide(nobody, ENDED + 13 * HOUR)) == [Stage.HALF]
    assert nobody.state is State.ISSUED


def test_what_was_issued_for_pen_and_ink_is_not_mailed_but_issued_again_once_it_is_written() -> None:
    standing = standing_of([], 1, ENDED)
    bare = Owed(report=report(), standing=standing.__class__(issue=1, issued_at=ENDED, missing=("cause",)))
    assert decide(bare, ENDED) == (IssueIt(),)
    assert decide(Owed(report=report(), standing=bare.standing, missing=("cause",)), ENDED) == ()


def test_the_first_delivery_meets_the_date_and_a_later_issue_is_mailed_too() -> None:
    said = [
        Happening(what=What.MAILED, issue=1, at=ENDED, by="test"),
        Happening(what=What.DELIVERED, issue=1, at=ENDED + HOUR, by="test"),
        Happening(what=What.UNDELIVERED, issue=1, at=ENDED + HOUR, by="test"),
    ]
    again = Owed(report=report(), standing=standing_of(said, 2, ENDED + 2 * DAY))
    assert decide(again, ENDED + 2 * DAY) == (Mail(attempt=1),)
    assert not again.over(ENDED + 2 * DAY)


def test_what_ended_long_ago_is_left_to_people_and_what_has_no_date_is_not_called_to_mind() -> None:
    assert decide(owed(), ENDED + BACKLOG) == ()
    assert decide(owed(report=report(due_at=None), missing=("handling",)), ENDED + 300 * DAY) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mails_say_what_is_enclosed_and_what_to_do_in_the_readers_language(language: str) -> None:
    writer = Writer(
        report=report(),
        customer={"en": "Harbour Bank", "zh-CN": "海港银行"},
        provider="Northwind",
        zone="Asia/Shanghai",
        language=language,
        address="https://status.example.com",
    )
    sent = writer.issued(1, "ab" * 32, ["wang@example.com"], ["report/harbour-bank/incident/INC-1/1/pdf/en"])
    assert "INC-1" in sent.subject and "/room/harbour-bank/reports/incident/INC-1" in sent.text
    assert sent.facts["event"] == "report.issued" and sent.copies == ("wang@example.com",)
    step = next_step(owed(missing=("cause", "prevention")))
    assert step is not None
    told = writer.reminder(step, ("cause", "prevention"))
    assert "upheld report incident INC-1 --customer harbour-bank --cause … --prevention …" in told.text
    assert ("not delivered" in told.subject.lower()) == (language == "en")
