"""Every reason a probe can store has words in both languages."""

from config.language import catalogue
from config.look.reason import REASONS, reason_text
from probe.result import Reason


def test_every_reason_of_a_probe_has_words() -> None:
    assert sorted(reason.value for reason in Reason if reason.value not in REASONS) == []


def test_every_reason_has_chinese_words() -> None:
    assert [words for words in REASONS.values() if words not in catalogue("config.look", "zh-CN")] == []


def test_what_a_sender_wrote_is_not_a_reason_of_ours() -> None:
    assert reason_text("the shop does not answer", "en") == ""
    assert reason_text(None, "zh-CN") == ""
