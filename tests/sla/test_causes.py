"""The seconds ledger: conserved, joined, and each second with what put it where it is."""

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.discover import discover
from config.instant import DAY, HOUR, MINUTE, SECOND
from config.state import State
from sla import formats
from sla.account import Class
from sla.causes import Entry
from sla.format import Format
from sla.parties import Parties, parties_of
from sla.period import parse_period
from sla.record import Facts, IncidentRecord, Transition
from sla.statement import ComponentPart, Statement, compose
from tests.sla.contract import AGREEMENT, LATER, NOVEMBER, OCTOBER, at, config, facts, transition


def stated(folder: Path, known: Facts | None = None, text: str = AGREEMENT, period: str = "2026-10") -> Statement:
    settings = config(folder, text)
    return compose(
        parties_of(settings, "harbour-bank"), parse_period(period), known or facts(settings), NOVEMBER + 9 * DAY
    )


def pay_of(statement: Statement) -> ComponentPart:
    return statement.components[0]


def of(part: ComponentPart, entry: Class) -> list[Entry]:
    return [one for one in part.ledger if one.entry is entry]


def conserved(part: ComponentPart) -> None:
    """The ledger covers the window without hole or overlap, and its sums are the account's."""
    account, ledger = part.account, part.ledger
    assert (ledger[0].start, ledger[-1].end) == account.window
    assert [one.end for one in ledger[:-1]] == [one.start for one in ledger[1:]]
    assert all(one.length > 0 for one in ledger)
    assert all((a.entry, a.cause) != (b.entry, b.cause) for a, b in itertools.pairwise(ledger))
    assert all((one.cause == "") == (one.entry is Class.REST) for one in ledger)
    sums = {entry: sum(one.length for one in of(part, entry)) for entry in Class}
    assert sums[Class.EXCLUDED] == account.excluded
    assert sums[Class.UNOBSERVED] == account.unobserved
    assert account.service_time == sum(sums.values()) - sums[Class.INACTIVE]
    pieces = [(start, end) for start, end, entry in account.ledger if entry is Class.COUNTED]
    assert sums[Class.COUNTED] == sum(end - start for start, end in pieces)


def test_every_second_of_a_month_has_one_class_and_its_cause(tmp_path: Path) -> None:
    pay = pay_of(stated(tmp_path))
    conserved(pay)
    assert [one.cause for one in of(pay, Class.EXCLUDED)] == ["weekly"] * 4
    assert [(one.cause, one.length) for one in of(pay, Class.UNOBSERVED)] == [("network_unreachable", 4 * MINUTE)]
    assert [one.cause for one in of(pay, Class.COUNTED)] == [
        "pay/2026-10-02T01:12:30.000Z",
        "pay/2026-10-21T14:04:00.000Z",
    ]
    listed = {one.id for one in pay.counted.outages}
    assert {one.cause for one in of(pay, Class.COUNTED)} < listed


def test_what_is_not_counted_at_all_says_why(tmp_path: Path) -> None:
    text = AGREEMENT.replace("effective: 2026-01-01", "effective: 2026-10-05").replace(
        "measured_from: 2026-01-01", "measured_from: 2026-10-07"
    )
    text = text.replace("24x7", '{timezone: Asia/Shanghai, hours: {mon-sun: ["08:00-20:00"]}}')
    pay = pay_of(stated(tmp_path, text=text))
    conserved(pay)
    reasons = [(one.cause, one.length) for one in of(pay, Class.INACTIVE)]
    assert reasons[:4] == [
        ("agreement", 4 * DAY),
        ("not_measured_yet", 2 * DAY),
        ("hours", 8 * HOUR),
        ("hours", 12 * HOUR),
    ]
    assert {cause for cause, _ in reasons[2:]} == {"hours"}


def test_time_not_observed_is_split_by_its_reasons(tmp_path: Path) -> None:
    known = Facts(
        transitions={
            "pay": (
                transition("10-03 00:00:00", State.UP),
                transition("10-04 06:00:00", State.UNKNOWN, reason="check_paused"),
                transition("10-04 07:00:00", State.UNKNOWN, reason="no_quorum"),
                transition("10-04 09:00:00", State.UP),
            )
        }
    )
    pay = pay_of(stated(tmp_path, known))
    conserved(pay)
    assert [(one.cause, one.length) for one in of(pay, Class.UNOBSERVED)] == [
        ("no_observation", 2 * DAY),
        ("check_paused", HOUR),
        ("no_quorum", 2 * HOUR),
    ]


def test_where_exclusions_overlap_the_one_that_began_first_is_the_cause(tmp_path: Path) -> None:
    work = '{components: [pay], category: maintenance, start: "2026-10-09 %s", end: "2026-10-09 %s", notice: %s}'
    notice = '{given: 2026-09-01, ref: "annex 2"}'
    both = f"""
exclusions:
  long: {work % ("10:00", "12:00", notice)}
  short: {work % ("11:00", "13:00", notice)}
"""
    settings = config(tmp_path, AGREEMENT, both)
    statement = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)
    conserved(pay_of(statement))
    assert [(one.cause, one.length) for one in of(pay_of(statement), Class.EXCLUDED)] == [
        ("long", 2 * HOUR),
        ("short", HOUR),
    ]


def test_an_outage_over_the_end_of_the_month_has_one_id_and_its_incident_in_both(tmp_path: Path) -> None:
    known = Facts(
        transitions={
            "pay": (
                transition("09-30 00:00:00", State.UP),
                transition("10-31 23:55:00", State.DOWN),
                transition("11-01 00:05:00", State.UP),
            )
        },
        incidents=(
            IncidentRecord(id="INC-2026-0001", component="shop", started_at=OCTOBER, resolved_at=None),
            IncidentRecord(
                id="INC-2026-0002",
                component="pay",
                started_at=at("10-31 23:55:00"),
                resolved_at=at("11-01 00:06:00"),
            ),
        ),
    )
    found = [
        (one.cause, one.incident, one.length)
        for period in ("2026-10", "2026-11")
        for one in of(pay_of(stated(tmp_path, known, period=period)), Class.COUNTED)
    ]
    assert found == [("pay/2026-10-31T15:55:00.000Z", "INC-2026-0002", 5 * MINUTE)] * 2


def test_two_versions_that_join_outages_differently_list_an_outage_over_their_border_once(tmp_path: Path) -> None:
    first = AGREEMENT.replace('partial_weight: "1/2"', 'partial_weight: "1/2", merge_gap: 0s')
    second = (
        AGREEMENT.replace('partial_weight: "1/2"', 'partial_weight: "1/2", merge_gap: 10m')
        .replace("version: 1", "version: 2")
        .replace("effective: 2026-01-01", "effective: 2026-10-16")
    )
    known = Facts(
        transitions={
            "pay": (
                transition("09-30 00:00:00", State.UP),
                transition("10-15 23:50:00", State.DOWN),
                transition("10-16 00:10:00", State.UP),
                transition("10-16 00:15:00", State.DOWN),
                transition("10-16 00:20:00", State.UP),
            )
        }
    )
    pay = pay_of(stated(tmp_path, known, first + second))
    conserved(pay)
    (outage,) = pay.counted.outages
    assert outage.counted == pay.account.counted == 25 * MINUTE
    assert {one.cause for one in of(pay, Class.COUNTED)} == {outage.id}


def test_the_ledger_is_a_table_of_its_own_and_stands_in_the_record(tmp_path: Path) -> None:
    statement = stated(tmp_path)
    offered = discover(formats, "FORMAT", Format)
    rows: list[dict[str, Any]] = list(
        csv.DictReader(io.StringIO(offered["ledger"].render(statement, "en").decode("utf-8-sig")))
    )
    assert list(rows[0]) == ["component", "start", "end", "seconds", "class", "cause", "incident", "agreement"]
    assert sum(float(row["seconds"]) for row in rows if row["component"] == "pay") == 31 * DAY / SECOND
    pay, _ = json.loads(offered["json"].render(statement, "en"))["components"]
    assert [(row["seconds"], row["class"], row["cause"]) for row in rows if row["component"] == "pay"] == [
        (str(one["seconds"]), one["class"], one["cause"]) for one in pay["seconds"]
    ]
    assert [set(one) for one in pay["ledger"]] == [{"start", "end", "class"}] * len(pay["ledger"])


MOMENTS = st.lists(
    st.tuples(st.integers(-40, 34 * 24), st.sampled_from(list(State)), st.sampled_from(["timeout", "lost", None])),
    max_size=25,
)


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    text = AGREEMENT.replace('partial_weight: "1/2"', 'partial_weight: "1/2", min_outage: 2h, merge_gap: 1h')
    return parties_of(config(tmp_path_factory.mktemp("parties"), text), "harbour-bank")


@given(MOMENTS)
def test_seconds_are_conserved_whatever_happened(parties: Parties, told: list[tuple[int, State, str | None]]) -> None:
    known = Facts(
        transitions={
            "pay": tuple(
                Transition(state=state, happened_at=OCTOBER + hour * HOUR, recorded_at=n, reason=reason)
                for n, (hour, state, reason) in enumerate(told)
            )
        }
    )
    for part in compose(parties, parse_period("2026-10"), known, LATER).components:
        conserved(part)
