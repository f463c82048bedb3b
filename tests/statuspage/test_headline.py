"""The sentence on top: the worst state decides, maintenance never hides an outage, not knowing is said."""

from dataclasses import replace

import pytest

from config.instant import DAY, HOUR, MINUTE
from config.look.state import Shown
from statuspage.facts import Incident, Window
from statuspage.headline import Headline, headline
from statuspage.standing import Standing
from statuspage.voice import Voice
from tests.statuspage.harbour import NOW, OPEN, PAST, ZONE, at

EN = Voice(language="en", zone=ZONE, now=NOW)
ZH = Voice(language="zh-CN", zone=ZONE, now=NOW)
SINCE = at("2026-11-18 13:47:30")
WORK = Window(
    id="w",
    components=("archive",),
    start=at("2026-11-18 14:00:00"),
    end=at("2026-11-18 16:00:00"),
    text={"en": "storage move", "zh-CN": "存储迁移"},
)


def one(state: Shown, name: str = "Payment API", id: str = "payments") -> Standing:
    return Standing(id=id, name=name, state=state, since=SINCE, window=WORK if state is Shown.MAINTENANCE else None)


def said(*standings: Standing, incidents: tuple[Incident, ...] = (), voice: Voice = EN) -> Headline:
    return headline(standings, incidents, voice)


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [
        (Shown.UP, "All systems are up", "所有系统运行正常"),
        (Shown.DEGRADED, "Slow answers: Payment API", "性能下降：Payment API"),
        (Shown.PARTIAL, "Partial outage: Payment API", "部分故障：Payment API"),
        (Shown.DOWN, "Down: Payment API", "严重故障：Payment API"),
        (Shown.MAINTENANCE, "In maintenance until 16:00: Payment API", "维护中，至16:00：Payment API"),
        (Shown.UNKNOWN, "Not measured since 13:47: Payment API", "自13:47起没有测量：Payment API"),
    ],
)
def test_each_state_has_its_sentence(state: Shown, english: str, chinese: str) -> None:
    other = one(Shown.UP, "Web shop", "shop")
    assert said(one(state), other).sentence == english
    assert said(one(state), other, voice=ZH).sentence == chinese


def test_work_on_one_system_does_not_hide_the_outage_of_another() -> None:
    found = said(one(Shown.MAINTENANCE, "Archive", "archive"), one(Shown.DOWN))
    assert found.state is Shown.DOWN
    assert found.sentence == "Down: Payment API"


def test_not_knowing_comes_before_slowness() -> None:
    assert said(one(Shown.DEGRADED), one(Shown.UNKNOWN, "Gateway", "gateway")).state is Shown.UNKNOWN


def test_when_nothing_is_measured_the_sentence_names_no_system() -> None:
    found = said(one(Shown.UNKNOWN), one(Shown.UNKNOWN, "Shop", "shop"))
    assert found.sentence == "We have not measured since 13:47"
    assert found.lead.endswith("This time counts neither as up nor as down.")
    never = [replace(one(Shown.UNKNOWN), since=None), replace(one(Shown.UNKNOWN, "Shop", "shop"), since=None)]
    assert said(*never, voice=ZH).sentence == "尚未开始测量"


def test_many_names_are_three_and_a_number() -> None:
    found = said(*(one(Shown.DOWN, name, name) for name in "ABCDE"))
    assert found.sentence == "Down: A, B, C and 2 more"


def test_the_lead_is_what_a_person_last_wrote_else_what_is_measured() -> None:
    assert said(one(Shown.PARTIAL), incidents=(OPEN,)).lead == (
        "One of our two card networks has answered too slowly since a certificate change at 13:45."
    )
    assert said(one(Shown.DOWN)).lead == "Our monitoring has found errors since 13:47, for 44\u00a0min 50\u00a0s."


def test_a_degraded_certificate_is_not_called_slow() -> None:
    found = said(replace(one(Shown.DEGRADED), reason="certificate_expired"))
    assert found.sentence == "Degraded: Payment API"


def test_a_quiet_page_says_for_how_long() -> None:
    assert said(one(Shown.UP)).lead == "No incident in the last 90 days."
    assert said(one(Shown.UP), incidents=(PAST,)).lead == "No incident for 27 days."
    fresh = replace(PAST, resolved_at=NOW - HOUR)
    assert said(one(Shown.UP), incidents=(fresh,)).lead == "The last incident was resolved at 13:32."
    assert (
        said(one(Shown.UP), incidents=(replace(PAST, resolved_at=NOW - DAY - MINUTE),)).lead == "No incident for 1 day."
    )


def test_a_young_page_claims_no_more_than_it_has_seen() -> None:
    found = headline([one(Shown.UP)], (), EN, at("2026-11-16 10:00:00"))
    assert found.lead == "No incident since we began to measure on 16 Nov."


def test_the_tally_counts_every_state_once_the_worst_first() -> None:
    found = said(one(Shown.UP), one(Shown.UP), one(Shown.PARTIAL), one(Shown.UNKNOWN), one(Shown.MAINTENANCE))
    assert [count.text for count in found.tally] == ["1 partial outage", "1 in maintenance", "1 unknown", "2 up"]


def test_an_empty_page_says_so() -> None:
    assert said().sentence == "No component is shown here yet"
