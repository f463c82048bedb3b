"""Whatever reason `upheld probe` can give, there is something to try, in both languages."""

from config.language import catalogue
from config.look.advice import ADVICE, advice
from probe.result import Reason

OF_A_LINE = {
    Reason.HEARTBEAT_LATE, Reason.HEARTBEAT_FAILED, Reason.NOT_LISTENING, Reason.QUARANTINED, Reason.LAPSED,
    Reason.MISSED, Reason.CLOCK_STEPPED, Reason.CHECK_EDITED, Reason.CHECK_REMOVED,
}  # fmt: skip
"""Nobody is told these when asking once."""


def test_every_reason_of_asking_once_has_something_to_try() -> None:
    assert {reason.value for reason in set(Reason) - OF_A_LINE} == {one.partition("/")[0] for one in ADVICE}


def test_all_of_it_is_there_in_chinese() -> None:
    assert [text for text in ADVICE.values() if text not in catalogue("config.look", "zh-CN")] == []
    assert advice(None, "en") == advice("lapsed", "en") == ""
