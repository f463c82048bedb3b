"""Mails to one customer in the operator's words; ours where there are none, or where they fail."""

from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.model import Config, Contact, Site
from config.wording import Mails, Wording
from db.engine import Database
from incidents.case import CaseResolved
from incidents.caseload import Caseload
from incidents.casemail import CaseMail
from incidents.link import Links
from incidents.paging import Paging
from notify.message import Message
from tests.incidents.samples import NOON, component, config, customer, named
from tests.incidents.told import notifications

CONTACTS = (
    Contact(name="Chen", email="chen@acme.example", language="zh-CN"),
    Contact(name="Wu", email="wu@acme.example", language="en"),
)


def made(**mails: Wording) -> Config:
    shop = component("shop", "home", owner="li", runbook="https://wiki.example.com/shop")
    customers = named((customer(contacts=CONTACTS, mails=Mails(**mails)),))
    return config(shop, customers=customers, site=Site(name="Northwind", external_url="https://status.example.com"))


async def told(database: Database, written: Config, stumbled: list[str] | None = None) -> list[Message]:
    """What both contacts were mailed of a case that was opened and solved, in order."""

    def work(tx: Connection) -> list[Message]:
        paging = Paging(written, "log", links=Links(base=written.site.external_url, secret=b"s"))
        heard = [] if stumbled is None else stumbled
        caseload = Caseload(written, paging, CaseMail(written, paging, heard.append))
        given: dict[str, Any] = {"kind": CaseKind.FAULT, "by": "person:li", "reported_at": NOON, "now": NOON}
        case = caseload.open_by_person(tx, customer="acme", title="{{ site }} is empty", component="shop", **given)
        caseload.record(tx, case.id, CaseResolved(how="A new certificate"), "person:li", NOON, NOON)
        return [one.message for one in notifications(tx, "customer")]

    return await database.write(work)


async def test_the_operators_words_stand_in_for_ours_in_their_language(database: Database) -> None:
    english = {"en": "{{ number }}: {{ title }}, {{ owner }} {{ runbook }}"}
    opened = Wording(subject="[{{ customer }}] {{ number }}", text=english)
    solved = Wording(text="{{ said }}\nAnswer: {{ link }}\n\n{{ text }}")

    first, second, _, last = await told(database, made(opened=opened, solved=solved))

    assert first.subject == second.subject == "[acme] CASE-2026-0001"
    assert "CASE-2026-0001" in first.text and "owner" not in first.text  # Chinese: ours
    shown = "CASE-2026-0001: {{ site }} is empty, Li Wei https://wiki.example.com/shop\n\n-- Northwind\n"
    assert second.text == shown
    assert last.text.startswith("A new certificate\nAnswer: https://status.example.com/answer/")
    assert "Please confirm, or say what is still wrong." in last.text and last.text.count("-- Northwind") == 1
    assert last.thread == "CASE-2026-0001" and last.links == (
        "https://status.example.com/",
        "https://wiki.example.com/shop",
    )


async def test_words_that_fail_are_counted_and_ours_go_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = await told(database, made())
    long = Wording(text="{{ number }}" + "{{ text }}" * 390)
    stumbled: list[str] = []

    written = made(opened=long)
    monkeypatch.setattr("config.wording.LONGEST_SAID", 1000)
    messages = await told(database, written, stumbled)

    assert stumbled == ["acme", "acme"]
    numbered = [one.text.replace("0002", "0001") for one in messages]
    assert numbered[:2] == [one.text for one in plain[:2]]
