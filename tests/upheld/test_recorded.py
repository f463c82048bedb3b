"""A fact is recorded at one time: what its row says is what its leaf says, also where a clock was set back."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from config.agreement import CaseKind, Category
from config.instant import HOUR, MINUTE, SECOND
from config.official import OfficialDays, Year
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from db.tables import agreements, calendars, entered, exclusion, incidents, remedies, reports, statement
from incidents.case import CaseResolved, Rated, Resumed, Waiting
from incidents.store import evidence
from incidents.store import incident as incident_store
from incidents.store.transition import Transition
from incidents.store.transition import append as add_transition
from probe.batch import Batch
from probe.result import Answer, Outcome, Reason, Result
from probe.store import save
from sla import agreeing
from sla.agreeing import Act, Signature
from sla.booking import MEASURE, MonthOutcome, Obligation
from sla.booking import Standing as Owed
from sla.contract import Side, Way
from sla.correction import Requested
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.proposal import Proposed
from sla.reporting import Happening, What
from sla.sealing import NotSealed
from sla.settlement import Remedies
from sla.store import breach, remedy
from sla.store.official import keep
from sla.store.report import Export, log_export
from sla.store.report import append_event as add_report_event
from tests.incidents.samples import incident, opened, recorded
from tests.sla.reporting import paper
from tests.upheld.months import OCTOBER, Months, at
from upheld.call import Call
from upheld.entering import enter
from upheld.reports import making

ASKED = Requested(
    component="acme-shop", state=State.UP, start=at("10-20 09:20"), end=at("10-20 09:25"),
    reason="it answered", evidence="access log",
)  # fmt: skip

ROWS = (
    (incidents.transition, "recorded_at", ("transition",)),
    (incidents.incident_evidence, "recorded_at", ("evidence",)),
    (incidents.case_event, "recorded_at", ("case",)),
    (exclusion.exclusion_event, "recorded_at", ("exclusion",)),
    (exclusion.correction_event, "recorded_at", ("correction",)),
    (agreements.agreement_version, "recorded_at", ("agreement_version",)),
    (agreements.agreement_event, "recorded_at", ("agreement_event",)),
    (calendars.official_days, "recorded_at", ("official_days",)),
    (remedies.obligation_event, "recorded_at", ("obligation",)),
    (remedies.breach, "recorded_at", ("breach",)),
    (remedies.booking, "recorded_at", ("booking",)),
    (remedies.month, "recorded_at", ("month",)),
    (entered.entered_figure, "recorded_at", ("entered",)),
    (reports.export, "exported_at", ("export",)),
    (statement.statement_event, "recorded_at", ("statement.",)),
    (reports.report_event, "recorded_at", ("report.",)),
    (reports.report, "issued_at", ("report",)),
)
"""Table, the column that says when, and the kinds of its leaves (or how they begin, with a dot)."""


def _of(kind: str, kinds: tuple[str, ...]) -> bool:
    return any(kind.startswith(one) if one.endswith(".") else kind == one for one in kinds)


def times(tx: Connection) -> dict[str, tuple[list[int], list[int]]]:
    """Of each table what its rows say and what its leaves say, in order."""
    leaves = [ledger.at(tx, index).entry for index in range(ledger.size(tx))]
    return {
        table.name: (
            sorted(tx.scalars(select(table.c[column]))),
            [one.recorded_at for one in leaves if _of(one.kind, kinds)],
        )
        for table, column, kinds in ROWS
    }


async def test_a_clock_set_back_between_facts_blocks_no_seal(database: Database, tmp_path: Path) -> None:
    months = Months(database=database, folder=tmp_path, now=at("10-01 00:00"))
    await months.begin()
    noon = at("10-20 12:00")
    back = iter(range(noon, 0, -10 * SECOND))

    def told(tx: Connection) -> None:
        """Each fact ten seconds before the one it is written behind."""
        caseload, settled = months.rules.caseload, Corrections(months.config)
        for state, when in ((State.UP, "09-30 00:00"), (State.DOWN, "10-20 09:00"), (State.UP, "10-20 09:30")):
            one = Transition(component="acme-shop", state=state, happened_at=at(when), by="test")
            add_transition(tx, one, next(back))
        case = caseload.open_by_person(
            tx, customer="acme", kind=CaseKind.FAULT, title="The shop is slow", by="person:wang",
            reported_at=at("10-20 09:00"), now=next(back),
        )  # fmt: skip
        for event, by in (
            (Waiting(awaited="a file"), "person:wang"),
            (Resumed(), "person:wang"),
            (CaseResolved(how="restarted"), "person:wang"),
            (Rated(scores={"overall": 2}, comment="slow"), "customer:acme"),
        ):
            now = next(back)
            caseload.record(tx, case.id, event, by, now, now)
        plan = Proposed(
            category=Category.MAINTENANCE, components=("acme-shop",), start=at("10-25 01:00"), end=at("10-25 02:00"),
        )  # fmt: skip
        excluded = Exclusions(months.config).propose(tx, plan, "person:wang", next(back))
        Exclusions(months.config).approve(tx, excluded.id, "person:li", next(back))
        wrong = settled.request(tx, ASKED, "person:wang", next(back))
        settled.approve(tx, wrong.id, "person:li", next(back))
        agreement = next(months.config.agreements()).id
        measure = Obligation(
            id="", agreement=agreement, rule="", month="2026-10", then="a second person", gives=MEASURE,
            due_at=at("10-30 00:00"), owner="person:wang",
        )  # fmt: skip
        owed = remedy.add_measure(tx, "acme", measure, "person:li", next(back))
        remedy.fulfil(tx, owed.id, "person:wang", "mail", next(back))
        breach.add(tx, "acme", agreement, at("10-20 08:00"), "person:li", "a list lay open", next(back))
        about = {"customer": "acme", "indicator": "desk_answer", "period": "2026-10"}
        figure = {**about, "value": "99", "n": 9, "proof": "a list of calls"}
        enter(tx, Call(rules=months.rules, by="person:wang", arguments=figure, now=next(back)))
        word = Signature(reference="room", at=at("10-20 08:00"))
        act = Act(by="customer:acme", reason="", way=Way.DESK, now=next(back))
        agreeing.confirm(tx, "acme", 1, Side.CUSTOMER, word, act)
        log_export(
            tx,
            Export(
                customer="acme", period="2026-10", what="pack", sha256="0" * 64, files=("a",), by="person:wang",
                exported_at=next(back),
            ),
        )  # fmt: skip

    await database.write(told)
    months.now = at("11-01 00:30")
    await months.until("11-01 23:30", HOUR)
    months.now = at("11-02 00:10")

    asked = replace(ASKED, start=at("10-20 09:05"), end=at("10-20 09:10"))
    late = months.now + 10 * SECOND
    await database.write(lambda tx: Corrections(months.config).request(tx, asked, "person:wang", late) and None)
    with pytest.raises(NotSealed, match="the clock is behind facts that are recorded already"):
        await database.write(lambda tx: months.sealer.seal(tx, "acme", OCTOBER, "person:wang", months.now))
    months.now = late
    await months.hour()
    await months.sealed()
    months.now -= 30 * MINUTE
    await database.write(lambda tx: months.sealer.dispute(
        tx, "acme", OCTOBER, "acme-shop", "it was longer", "customer:acme", "customer:acme", months.now,
    ))  # fmt: skip

    def after(tx: Connection) -> None:
        """What is only appended: nothing above asks for it."""
        agreement, back = next(months.config.agreements()), iter(range(months.now, 0, -10 * SECOND))
        outcome = MonthOutcome(
            agreement=agreement.id, month="2026-10", standing=Owed.MISSED, year_so_far=Owed.MISSED
        )  # fmt: skip
        remedy.book(tx, "acme", Remedies(settled=((agreement, 0, outcome),)), "2026-10", 9, next(back))
        making.issue(tx, paper("quarterly"), "person:wang", {}, next(back))
        one = Happening(what=What.DELIVERED, issue=1, at=next(back), by="upheld")
        add_report_event(tx, "acme", "quarterly", "SUBJECT-1", one)
        year = Year(source="a", published_at="2025-11-04", off=("2026-10-01",))
        keep(tx, [OfficialDays(country="CN", years={"2026": year})], next(back))
        fault = incident(component="acme-shop", started_at=next(back))
        incident_store.add(tx, fault, recorded(opened()))
        bad = Answer(outcome=Outcome.DOWN, reason=Reason.TIMEOUT)
        seen = Result(check="a", location="local", tick=0, started_at=fault.started_at, answer=bad)
        save(tx, Batch(failing=(seen,)), fault.started_at)
        evidence.freeze(tx, fault, ["a"], next(back) + MINUTE)

    await database.write(after)
    found = await database.read(times)
    assert {name: rows for name, (rows, _) in found.items()} == {name: leaves for name, (_, leaves) in found.items()}
    silent = {name for name, (rows, _) in found.items() if not rows}
    assert silent == {"remedy_booking"}, "booked with its month"
