"""How far a case is, in its agreement's own words: at the desk, in mails, from the command line."""

import pytest

from config.conduct import Handling
from config.counting import Category
from config.instant import MINUTE
from incidents.case import CaseEvent, CaseResolved, Confirmed, Contested, Resumed, UnderTest, Waiting
from incidents.casenotice import CaseWriter
from incidents.stage import agreed_word, stage
from tests.incidents.samples import NOON, agreement, config, customer, named
from tests.incidents.test_clock import case

PLAN, WAIT = UnderTest(plan="another driver"), Waiting(awaited="a log")
ELSEWHERE = Waiting(awaited="a patch", waits_for=Category.THIRD_PARTY, evidence="T-1")
OWN = agreement(
    handling=Handling(progress={"testing": {"zh-CN": "方案测试中", "en": "Plan under test"}, "open": "处理中"})
)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ([], "open"),
        ([PLAN], "testing"),
        ([PLAN, Resumed()], "open"),
        ([PLAN, WAIT], "waiting"),
        ([PLAN, WAIT, Resumed()], "testing"),
        ([ELSEWHERE], "third-party"),
        ([ELSEWHERE, Resumed()], "open"),
        ([PLAN, CaseResolved(how="x")], "resolved"),
        ([PLAN, CaseResolved(how="x"), Contested(reason="no")], "open"),
        ([CaseResolved(how="x"), Confirmed(text="")], "confirmed"),
    ],
)
def test_a_plan_is_under_test_until_the_result_or_until_it_goes_on_otherwise(told: list[CaseEvent], at: str) -> None:
    assert stage(case(NOON, *((event, NOON + n * MINUTE) for n, event in enumerate(told, start=1)))) == at


def test_mails_say_how_far_it_is_in_the_agreements_words_and_nothing_where_it_has_none() -> None:
    made = config(customers=named((customer("acme", OWN),)))
    begun, tested, waits = (case(NOON, *events) for events in ([], [(PLAN, NOON + 1)], [(WAIT, NOON + 1)]))
    assert "进度：处理中" in CaseWriter(config=made, language="zh-CN").opened(begun).text
    assert "Progress: Plan under test" in CaseWriter(config=made, language="en").taken(tested).text
    assert agreed_word(waits, OWN) is None
    assert "Progress" not in CaseWriter(config=made, language="en").waiting(waits, WAIT).text
