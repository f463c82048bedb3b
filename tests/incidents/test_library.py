"""The case library, and what happened before: derived from what was written, found by its words."""

from dataclasses import replace

import pytest

from config.agreement import CaseKind
from config.instant import DAY, HOUR
from incidents.before import Earlier, Past, alike
from incidents.case import CaseEvent, CaseOpened, CaseRecorded, CaseResolved, RatingFollowed, replay_case
from incidents.incident import RECOVERED
from incidents.library import Entry, Where, entry, search
from incidents.notice import Writer
from incidents.review import ActionAgreed, Aim, ReviewPresented, WhyAnswered
from tests.incidents.samples import NOON, config, incident

LOG: tuple[CaseEvent, ...] = (
    CaseResolved(how=RECOVERED),
    CaseResolved(how="重启了缓存节点"),
    WhyAnswered(rank=1, why="Why was the page empty?", because="The ＣＡＣＨＥ was full"),
    WhyAnswered(rank=2, why="为什么没人发现？", because="没有容量告警"),
    ActionAgreed(obligation="a/measure-1/2026-09", aim=Aim.DETECT),
    ReviewPresented(text="An alarm tells from October on"),
    RatingFollowed(cause="Nobody called back", measure="A call within the hour"),
)


def written(*events: CaseEvent, id: str = "CASE-1", title: str = "timeout", **more: object) -> Entry:
    opened = CaseOpened(
        customer="acme",
        agreement="acme/main",
        agreement_version=1,
        kind=CaseKind.FAULT,
        level=1,
        title=title,
        reported_at=NOON,
        component="shop",
    )
    log = [
        CaseRecorded(event=event, happened_at=NOON + n, recorded_at=NOON + n, by="person:li")
        for n, event in enumerate((opened, *events))
    ]
    return entry(replay_case(id, log), log, component={"en": "Web shop", "zh-CN": "网上商城"}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("没人", {Where.WHY}),
        ("容量告警", {Where.WHY}),
        ("cache", {Where.WHY}),
        ("缓存", {Where.HELPED}),
        ("ANSWER", {Where.TITLE}),
        ("商城", {Where.COMPONENT}),
        ("alarm october", {Where.REVIEW}),
        ("磁盘", {Where.ACTION}),
        ("called shop", {Where.CAUSE, Where.COMPONENT}),
        ("硬盘坏", {Where.CAUSE}),
        ("cache disk", None),
        ("  ", None),
    ],
)
def test_a_case_is_found_by_any_word_that_was_written_of_it_in_either_language(
    text: str, where: set[Where] | None
) -> None:
    whole = written(*LOG, actions={"a/measure-1/2026-09": "扩大磁盘", "other": "disk"}, words={"cause": "硬盘坏道"})
    found = search([written(id="CASE-2", title="Other"), whole], text)
    ours = [one for one in found if one.entry.case.id == "CASE-1"]
    assert {each.where for one in ours for each in one.passages} == (where or set())


def test_the_cause_is_the_ground_of_the_whys_and_what_helped_is_never_that_it_recovered() -> None:
    assert (written(*LOG).cause, written(*LOG).helped) == ("没有容量告警", "重启了缓存节点")
    reported = written(CaseResolved(how=RECOVERED), words={"cause": "a cable", "handling": "another cable"})
    assert (reported.cause, reported.helped) == ("a cable", "another cable")
    assert (written().cause, written().helped) == ("", "")


def past(id: str, days: int, **changes: str) -> Past:
    over = Past(id=id, opened_at=NOON - days * DAY, cause=incident().cause, title=incident().title)
    return replace(over, **changes)  # type: ignore[arg-type]


def test_what_is_alike_in_place_and_reason_comes_first_and_never_the_incident_itself() -> None:
    now = replace(incident(), id="INC-9", opened_at=NOON)
    found = [
        past("same-reason", 1, cause="other"),
        past("same-place", 2, title="other"),
        past("both", 9),
        past("neither", 1, cause="other", title="other"),
        past("INC-9", 0),
        past("older", 30, title="other"),
    ]
    assert [one.id for one in alike(now, found)] == ["both", "same-reason", "same-place"]


@pytest.mark.parametrize("discreet", [False, True])
def test_the_call_says_what_helped_the_last_time_but_not_abroad(discreet: bool) -> None:
    earlier = Earlier(id="INC-2026-0001", opened_at=NOON - HOUR, cause="The disk\nwas full", helped="x" * 400)
    writer = Writer(config=config(), language="en", discreet=discreet)
    text = writer.page(incident(), again=False, before=[earlier]).text
    assert "This happened before:\nINC-2026-0001 2026-09-04 11:00:00 UTC\n" in text
    assert ("  Cause: The disk was full\n" in text) is not discreet
    assert ("What helped:" in text) is not discreet and "x" * 301 not in text
    assert "before" not in writer.page(incident(), again=False).text
