"""Reports by the calendar over a real store and outbox: issued, mailed as paper, delivered, each once."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import DAY, Instant, parse_rfc3339
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from incidents.routing import Routing
from incidents.source import AlertNews
from incidents.store import case as cases
from incidents.store import transition
from sla.reporting import Owed
from tests.upheld.months import Months, at
from upheld.call import Call
from upheld.commands import COMMANDS
from upheld.reports.making import NoReport
from upheld.reports.reporter import Reporter

pytestmark = pytest.mark.store

ASSURED = {"profile": "assurance-pledge@1", "terms": "strict-7x24@1", "target": "99.5", "measured_from": "2026-10-01"}
WORDS = {"cause": "坏盘", "handling": "更换磁盘", "verification": "观察一小时", "prevention": "改为镜像"}
INCIDENT = "INC-2026-0001"


@pytest.fixture
def months(database: Database, tmp_path: Path) -> Months:
    acme = {
        "name": "Acme",
        "contact": {"name": "Chen", "email": "chen@acme.example", "language": "en"},
        "agreement": {**ASSURED, "covers": ["acme-shop"]},
    }
    return Months(database=database, folder=tmp_path, now=at("10-07 09:00"), changes={"customers": {"acme": acme}})


async def fails(months: Months) -> None:
    """Down from 9:00 to 9:30; nothing is delivered yet."""
    begin, end = at("10-07 09:00"), at("10-07 09:30")

    def alert(tx: Connection, *, firing: bool, when: Instant) -> None:
        state = State.DOWN if firing else State.UP
        transition.append(
            tx, transition.Transition(component="acme-shop", state=state, happened_at=when, by="test"), when
        )
        one = AlertNews(
            key="f",
            firing=firing,
            labels={"component": "acme-shop"},
            severity_word=None,
            summary="no bill can be paid",
            link=None,
            starts_at=begin,
            stamp=str(when),
            ends_at=None if firing else when,
        )
        months.rules.incidents.alert_news(tx, "am", [one], Routing(), when, when)

    await months.begin()
    await months.database.write(partial(alert, firing=True, when=begin))
    await months.database.write(partial(alert, firing=False, when=end))


async def turn(months: Months, *times: str) -> None:
    for when in times:
        months.now = at(when)
        await months.hour()


async def write(months: Months, words: dict[str, str], command: str = "report.write", **given: Any) -> Any:
    arguments = {"kind": "incident", "subject": INCIDENT, "customer": "acme", "words": words, **given}
    call = Call(rules=months.rules, by="person:wang", arguments=arguments, now=months.now)
    return await months.database.write(lambda tx: COMMANDS[command](tx, call))


async def listed(months: Months, *, delivered: bool = False) -> list[Owed]:
    reporter, since = Reporter(months.rules), 0 if delivered else None
    return await months.database.read(lambda tx: reporter.owed(tx, months.now, delivered_since=since))


def reminders(months: Months) -> list[Instant]:
    return [when for when, told, _ in months.mails if told.message.facts["event"] == "report.reminder"]


def sent(months: Months) -> list[str]:
    return [enclosed.name for _, told, all in months.mails if told.purpose.value == "report" for enclosed in all]


async def test_a_report_that_nobody_wrote_is_called_to_mind_twice_and_never_sent(months: Months) -> None:
    await fails(months)
    await turn(months, "10-07 21:00", "10-07 22:00", "10-07 23:00", "10-08 07:00", "10-08 08:00", "10-09 09:00")
    assert reminders(months) == [at("10-07 22:00"), at("10-08 08:00")]
    assert sent(months) == []
    (one,) = await listed(months)
    assert (one.state.value, one.over(months.now), len(one.missing)) == ("due", True, 4)


async def test_once_its_words_are_written_it_goes_out_at_once_and_its_delivery_meets_date_and_clock(
    months: Months,
) -> None:
    await fails(months)
    months.now = at("10-07 11:00")
    assert (await write(months, {"cause": "坏盘"}))["missing"] == ["handling", "verification", "prevention"]
    assert sent(months) == []
    assert (await write(months, WORDS))["issued"] is True
    await turn(months, "10-07 11:00", "10-07 12:00")
    assert sent(months) == [f"incident-{INCIDENT}.pdf"]
    ((_, told, (paper,)),) = [one for one in months.mails if one[1].purpose.value == "report"]
    assert (told.address, told.message.copies) == ("chen@acme.example", ("wang@example.com",))
    assert paper.body.startswith(b"%PDF")
    assert await listed(months) == []
    (one,) = await listed(months, delivered=True)
    assert (one.state.value, one.standing.delivered_at, one.over(months.now + DAY)) == (
        "delivered",
        at("10-07 11:00"),
        False,
    )
    leaf = await months.database.read(lambda tx: ledger.newest_of(tx, "report/acme"))
    assert leaf is not None and leaf.entry.kind == "report.delivered" and "坏盘" not in leaf.data.decode()
    (case,) = await months.database.read(cases.every)
    assert case.fulfilled["report"] == at("10-07 11:00")
    with pytest.raises(NoReport, match="issued already"):
        await write(months, {"cause": "a cable"})
    await write(months, {"cause": "a cable"}, "report.issue")
    await months.hour()
    assert len(sent(months)) == 2


async def test_a_mail_that_is_refused_stays_overdue_and_is_tried_again(months: Months) -> None:
    await fails(months)
    months.refused.add("chen@acme.example")
    months.now = at("10-07 10:00")
    await write(months, WORDS)
    await turn(months, "10-07 10:00", "10-08 09:00", "10-08 10:00")
    (one,) = await listed(months)
    assert (one.state.value, one.over(months.now), one.standing.mailings) == ("issued", True, 2)
    months.refused.clear()
    await turn(months, "10-09 09:00", "10-09 12:00")
    assert await listed(months) == [] and sent(months) == [f"incident-{INCIDENT}.pdf"]


async def test_a_quarter_goes_out_with_the_seal_of_its_last_month_and_is_in_time(months: Months) -> None:
    await months.up_since("09-30 00:00")
    for day in ("2026-12-31", "2027-01-01", "2027-01-04"):
        months.now = parse_rfc3339(f"{day}T23:00:00+08:00")
        await months.hour()
    assert sent(months) == ["quarterly-2026-Q4.pdf"]
    (one,) = await listed(months, delivered=True)
    assert one.state.value == "delivered" and not one.over(months.now)
