"""A mail's page says what its text says, leads only where we lead, and holds nothing that a stranger put in."""

import re
from html import unescape
from typing import Any

import pytest

from notify.channels.email import Options, mail_of
from notify.message import Message, from_json, to_json
from notify.page import page_of
from tests.notify.samples import letter

BASE, RUNBOOK = "https://status.example.com/", "https://wiki.example.com/shop"
TEXT = """\
Please acknowledge.

State: Down, since 2026-11-18 14:32:08 UTC+08:00
Reason: <script>alert(1)</script> & "quotes"
https://status.example.com/incidents/INC-2026-0001
Runbook: https://wiki.example.com/shop
Dashboard: https://wiki.example.com/shop.evil.example/
Confirm: https://evil.example/answer/x
免登录受理：https://status.example.com/answer/abc"onclick="x
upheld incident ack INC-2026-0001

-- Northwind Hosting
"""


def message(**changes: Any) -> Message:
    facts = {"event": "incident.page", "state": "down"}
    given = {"subject": "■ Down: <Shop>", "text": TEXT, "language": "en", "facts": facts, "links": (BASE, RUNBOOK)}
    return Message(**{**given, **changes})


def words(page: str) -> str:
    shown = re.sub(r"(?s)<title>.*?</title>|<style.*?</style>|<[^>]*>", " ", page)
    return re.sub(r"\s+", "", unescape(shown))


def test_every_word_of_the_text_is_on_the_page_and_none_of_it_is_markup() -> None:
    page = page_of(message()) or ""
    for line in TEXT.splitlines():
        label, _, rest = line.removeprefix("-- ").partition(": ")
        for piece in (label, rest):
            if "https://status.example.com/answer" not in piece and piece != RUNBOOK and not piece.startswith(BASE):
                assert re.sub(r"\s+", "", piece) in words(page), piece
    assert "<script" not in page and "<Shop>" not in page and 'onclick="' not in page


def test_only_our_own_addresses_and_the_operators_are_buttons() -> None:
    page = page_of(message()) or ""
    leads = [unescape(one) for one in re.findall(r'href="([^"]*)"', page)]
    assert leads == [f"{BASE}incidents/INC-2026-0001", RUNBOOK, f'{BASE}answer/abc"onclick="x']
    acting = re.findall(r"<a [^>]*>([^<]*)</a>", page)
    assert acting == ["status.example.com/incidents/INC-2026-0001", "Runbook", "免登录受理"]
    assert "href" not in (page_of(message(links=())) or "")


def test_a_stored_message_keeps_what_may_be_a_button() -> None:
    assert from_json(to_json(message())) == message()
    assert from_json({**to_json(message()), "links": []}).links == ()


def test_a_mail_carries_both_and_a_chinese_one_says_so() -> None:
    options = Options(host="x", sender="u@example.com")
    mail = mail_of(options, letter(message=message(language="zh-CN")))
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and page is not None and mail.get_content_type() == "multipart/alternative"
    assert 'lang="zh-CN"' in str(page.get_content())


@pytest.mark.parametrize("event", ["checkpoint.mailed", "statement.issued", ""])
def test_what_carries_its_matter_elsewhere_stays_plain(event: str) -> None:
    assert page_of(message(facts={"event": event})) is None


def test_a_text_without_a_signature_is_whole_and_long_lines_take_no_time() -> None:
    assert "onlyline" in words(page_of(message(text="only line")) or "")
    assert len(page_of(message(text="Note: " + " :" * 200_000 + "x")) or "") > 200_000
