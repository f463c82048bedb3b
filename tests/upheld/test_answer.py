"""What `upheld probe` says to a tired person."""

import pytest
from click import unstyle

from probe.http.decoder import BROKEN
from probe.result import Answer, Attempt, Outcome, Plain, Reason
from upheld.cli.answer import written
from upheld.cli.tongue import language_of

EXPIRED = Answer(
    outcome=Outcome.DOWN,
    reason=Reason.CERTIFICATE_EXPIRED,
    detail="certificate has expired",
    latency_us=31_400,
    phases={"resolve": 400, "connect": 1_000, "tls": 30_000},
    facts={
        "tls_version": "TLSv1.3",
        "verified": False,
        "chain.0.subject": "shop.example.com",
        "chain.0.issuer": "Example CA",
        "chain.0.not_after": 1_780_000_000_000,
        "chain.0.sha256": "ab" * 32,
        "names": "shop.example.com, www.shop.example.com",
        "header.server": "bad\x1b[31m\nfake line",
    },
)


def test_reason_phases_chain_and_what_to_try_stand_in_this_order() -> None:
    lines = unstyle(written("tls", "shop.example.com:443", EXPIRED, "en")).splitlines()
    assert lines[:3] == [
        "Down  tls shop.example.com:443",
        "Certificate expired (certificate_expired), 31 ms",
        "certificate has expired",
    ]
    assert [line.split()[:3] for line in lines[4:7]] == [
        ["resolve", "0.4", "ms"],
        ["connect", "1.0", "ms"],
        ["tls", "30", "ms"],
    ]
    assert [line.count("█") for line in lines[4:7]] == [1, 1, 29]
    assert lines[8].split(maxsplit=1)[1] == "shop.example.com < Example CA, until 28 May 2026"
    assert lines[9].strip() == "for shop.example.com, www.shop.example.com"
    assert "  Certificate trusted         no" in lines
    assert lines[-2].startswith("Try  The certificate has ended. Renew it")
    assert max(map(len, lines)) <= 96


def test_the_phase_in_which_it_was_cut_short_is_marked_and_advised_on() -> None:
    silent = Answer(
        outcome=Outcome.DOWN,
        reason=Reason.TIMEOUT,
        detail="no end of the TLS handshake within 10000 ms",
        phases={"resolve": 100, "connect": 300, "tls": 9_999_600, "processing": 0},
        facts={"address": "192.0.2.1"},
    )
    text = unstyle(written("http", "https://shop.example.com/", silent, "en"))
    assert "← it ended here" in next(line for line in text.splitlines() if line.strip().startswith("tls"))
    assert "processing" not in text
    assert "openssl s_client -connect shop.example.com:443." in " ".join(text.split())
    assert "TLS 握手" in unstyle(written("http", "https://shop.example.com/", silent, "zh-CN"))


def test_who_spoke_http_and_broke_off_is_not_asked_for_another_port() -> None:
    """Only where nothing was understood at all may the port be a wrong one."""
    advised = {
        detail: " ".join(written("http", "https://shop.example.com/", _misspoken(detail), "en").split())
        for detail in (BROKEN, "the answer was not HTTP")
    }
    assert "Are port and scheme right" in advised["the answer was not HTTP"]
    assert "port" not in advised[BROKEN] and "curl -v --compressed" in advised[BROKEN]
    assert "应答中途断开" in written("http", "https://shop.example.com/", _misspoken(BROKEN), "zh-CN")


def _misspoken(detail: str) -> Answer:
    return Answer(outcome=Outcome.DOWN, reason=Reason.PROTOCOL_ERROR, detail=detail, facts={"status": 200})


def test_an_error_page_is_read_aloud_and_every_attempt_counted() -> None:
    tries = tuple(
        Attempt(outcome=Outcome.DOWN, reason=Reason.STATUS, latency_us=12_000, address=one)
        for one in ("192.0.2.1", "192.0.2.2")
    )
    facts: dict[str, Plain] = {"status": 503, "body": "\n<h1>Out of workers</h1>\n\x1b[2J\n3\n4", "body_whole": True}
    told = Answer(outcome=Outcome.DOWN, reason=Reason.STATUS, facts=facts, attempts=tries)
    lines = unstyle(written("http", "http://shop.example.com/", told, "en")).splitlines()
    assert "  Attempt 2   Answered with an error, 192.0.2.2, 12 ms" in lines
    (first,) = (place for place, line in enumerate(lines) if line.startswith("  It says"))
    assert [line[14:] for line in lines[first : first + 4]] == [
        "<h1>Out of workers</h1>", "\ufffd[2J", "3", "",
    ]  # fmt: skip


def test_what_a_target_says_cannot_write_on_the_terminal() -> None:
    said = Answer(outcome=Outcome.DOWN, reason=Reason.BODY, detail="\x1b[2Jgone", facts=EXPIRED.facts)
    text = written("tls", "shop.example.com:443", said, "en")
    assert "bad\ufffd[31m\ufffdfake line" in text
    assert "\ufffd[2Jgone" in text


def test_no_line_begins_with_a_closing_mark() -> None:
    for reason in Reason:
        answer = Answer(outcome=Outcome.DOWN, reason=reason)
        lines = unstyle(written("http", "https://shop.example.com/", answer, "zh-CN")).splitlines()
        assert [line for line in lines if line.strip().startswith(("，", "。", "；", "？", "、"))] == [], reason


def test_it_speaks_chinese_too() -> None:
    text = unstyle(written("tls", "shop.example.com:443", EXPIRED, "zh-CN"))
    assert "证书已过期 (certificate_expired), 31 ms" in text
    assert "有效至 2026年5月28日" in text
    assert "\n可尝试  证书已过期。" in text


def test_a_good_answer_with_a_coming_end_says_so() -> None:
    facts: dict[str, Plain] = {"expires_at": 1_780_000_000_000, "warning": "certificate_expiring"}
    good = Answer(outcome=Outcome.UP, latency_us=12_000_000, facts=facts)
    lines = unstyle(written("tls", "shop.example.com:443", good, "en")).splitlines()
    assert lines[:2] == ["Up  tls shop.example.com:443", "12.0 s"]
    assert "Coming  Certificate expires soon: Renew the certificate" in "\n".join(lines)


@pytest.mark.parametrize(
    "environment, language",
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh-CN"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_shells(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
