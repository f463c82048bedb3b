"""Who of each side confirmed the versions a statement counts by: in the record, and on its first page."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from sla.contract import Confirmed, Consent, Declined, Side
from sla.document import document
from sla.formats.csv import FORMAT
from sla.page import Page
from sla.paper.consent import agreed
from sla.paper.consent_book import consents
from sla.parties import parties_of
from sla.period import parse_period
from sla.statement import Statement, compose
from tests.sla.contract import AGREEMENT, LATER, at, config, facts

SECOND = AGREEMENT.replace("version: 1", "version: 2").replace("effective: 2026-01-01", "effective: 2026-10-16")
ID = "harbour-bank/sla-standard"


def confirmed(version: int, side: Side, day: str, recorded: str | None = None) -> Confirmed:
    by = "customer:harbour-bank" if side is Side.CUSTOMER else "person:wang"
    return Confirmed(
        agreement=ID, version=version, side=side, reference="page 9", happened_at=at(day),
        recorded_at=at(recorded or day), by=by,
    )  # fmt: skip


def declined(version: int, day: str) -> Declined:
    moment = at(day)
    return Declined(
        agreement=ID, version=version, side=Side.CUSTOMER, reason="another fee", happened_at=moment, recorded_at=moment,
        by="customer:harbour-bank",
    )  # fmt: skip


def stated(folder: Path, *consents: Consent) -> Statement:
    settings = config(folder, AGREEMENT + SECOND)
    known = replace(facts(settings), consents=consents)
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)


def test_workbook_and_rows_say_the_same_word_by_word(tmp_path: Path) -> None:
    statement = stated(tmp_path, confirmed(1, Side.CUSTOMER, "01-03 09:00:00"), declined(2, "10-16 09:00:00"))
    sheet = consents(Page(statement, "en"), statement.zone)
    assert [(row[1], *row[3:5], row[-1]) for row in sheet.rows] == [
        (1, "Customer", "confirmed", "page 9"),
        (1, "Provider", "nothing", None),
        (2, "Customer", "declined", "another fee"),
        (2, "Provider", "nothing", None),
    ]
    lines = csv.DictReader(io.StringIO(FORMAT.render(statement, "en").decode("utf-8-sig")))
    said = [(one["id"], one["name"], one["verdict"], one["reason"]) for one in lines if one["record"] == "consent"]
    assert said == [
        ("1", "customer", "confirmed", "page 9"),
        ("1", "provider", "", ""),
        ("2", "customer", "declined", "another fee"),
        ("2", "provider", "", ""),
    ]


def in_record(statement: Statement) -> list[dict[str, Any]]:
    return [one["consents"] for one in document(statement)["agreements"][0]["versions"]]


def test_each_version_says_who_confirmed_it_and_when_or_that_nobody_did(tmp_path: Path) -> None:
    statement = stated(
        tmp_path,
        confirmed(1, Side.CUSTOMER, "01-03 09:00:00", "01-05 10:00:00"),
        confirmed(1, Side.PROVIDER, "01-02 09:00:00"),
    )
    first, second = in_record(statement)
    assert first["customer"] == {
        "confirmed": True,
        "at": "2026-01-03T01:00:00.000Z",
        "recorded_at": "2026-01-05T02:00:00.000Z",
        "by": "customer:harbour-bank",
        "text": "page 9",
    }
    assert second == {"customer": None, "provider": None}
    assert list(agreed(Page(statement, "en"))) == [
        (
            "Version 1",
            "in force from 1 January 2026 to 16 October 2026; confirmed by the customer on 3 January 2026 "
            "(Harbour Bank, page 9, recorded 5 January 2026); confirmed by the provider on 2 January 2026 "
            "(wang, page 9)",
        ),
        (
            "Version 2",
            "in force since 16 October 2026; not confirmed by the customer; not confirmed by the provider",
        ),
    ]
    chinese = [text for _, text in agreed(Page(statement, "zh-CN"))]
    assert chinese[1] == "自2026年10月16日起生效；客户未确认；服务方未确认"
    assert "客户于2026年1月3日确认（海港银行，page 9，2026年1月5日记录）" in chinese[0]


def test_the_last_word_stands_and_one_given_after_the_statement_is_not_in_it(tmp_path: Path) -> None:
    late = confirmed(2, Side.CUSTOMER, "10-20 09:00:00", "11-04 09:00:00")
    statement = stated(tmp_path, declined(1, "01-02 09:00:00"), confirmed(1, Side.CUSTOMER, "01-03 09:00:00"), late)
    first, second = in_record(statement)
    assert first["customer"]["confirmed"] and second["customer"] is None
    refused = stated(tmp_path, declined(1, "01-02 09:00:00"))
    assert not in_record(refused)[0]["customer"]["confirmed"]
    (_, said), _ = agreed(Page(refused, "en"))
    assert "declined by the customer on 2 January 2026 (Harbour Bank, another fee)" in said
