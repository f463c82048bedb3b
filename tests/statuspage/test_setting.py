"""Pages as HTML: well formed, complete without script, nothing from elsewhere, nothing a writer can smuggle in."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from config.instant import HOUR
from config.look.state import Shown
from statuspage import setting
from statuspage.facts import Cause, Component, Group, Link, PageFacts, Phase, Update, Window
from statuspage.view import page_view
from tests.statuspage.harbour import HARBOUR, NOW, OPEN, PAST, QUIET

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "circle", "use", "rect"}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


class Reader(HTMLParser):
    """Collects tags and attributes; fails on anything not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def index(facts: PageFacts, language: str) -> str:
    return "".join(setting.index_html(facts, page_view(facts, language, NOW), NOW, "r1"))


def pages_of(facts: PageFacts, language: str) -> Iterator[str]:
    yield index(facts, language)
    for incident in facts.incidents:
        yield setting.incident_html(facts, incident, language, NOW, "r1")
    yield setting.history_html(facts, (2026, 10), facts.incidents, language, NOW, "r1")
    yield setting.history_html(facts, (2026, 5), (), language, NOW, "r1")
    yield setting.maintenance_html(facts, language, NOW, "r1")
    yield setting.error_html(facts, 404, language)
    yield setting.error_html(facts, 503, language, "7f31c2")


@pytest.mark.parametrize("facts", [HARBOUR, QUIET])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_well_formed_and_needs_nothing_from_elsewhere(facts: PageFacts, language: str) -> None:
    for html in pages_of(facts, language):
        reader = read(html)
        assert ("html", {"lang": language}) in reader.tags
        ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        for tag, attrs in reader.tags:
            assert "style" not in attrs
            assert not any(name.startswith("on") for name in attrs)
            assert tag != "style"
            for name in ("src", "href"):
                value = attrs.get(name)
                assert value is None or value.startswith(("/", "#", "data:image/svg+xml,"))
        assert sum(tag == "main" for tag, _ in reader.tags) == 1
        assert [attrs.get("src") for tag, attrs in reader.tags if tag == "script" and not attrs.get("src")] == []


def test_every_label_refers_to_something() -> None:
    reader = read(index(HARBOUR, "en"))
    ids = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    for _, attrs in reader.tags:
        for name in (attrs.get("aria-labelledby") or "").split():
            assert name in ids
        if (attrs.get("href") or "").startswith("#"):
            assert (attrs["href"] or "")[1:] in ids


def test_what_people_write_stays_text() -> None:
    evil = {"en": EVIL, "zh-CN": EVIL}
    told = Update(seq=1, at=NOW - HOUR, phase=Phase.INVESTIGATING, cause=Cause.WRITTEN, text=evil)
    facts = replace(
        HARBOUR,
        title=evil,
        site=replace(HARBOUR.site, operator=evil, links=(Link(text=evil, href="/desk/"),)),
        groups=(Group(name=evil, components=("x",)),),
        components={
            "x": Component(id="x", name=evil, description=evil, changes=HARBOUR.components["payments"].changes),
            "payments": HARBOUR.components["payments"],
        },
        windows=(Window(id="w", components=("x",), start=NOW - HOUR, end=NOW + HOUR, text=evil),),
        incidents=(replace(OPEN, component="x", title=evil, updates=(told,)), PAST),
    )
    for language in ("en", "zh-CN"):
        for html in pages_of(facts, language):
            tags = read(html).tags
            assert not any(tag == "img" for tag, _ in tags)
            assert all(attrs.get("src") for tag, attrs in tags if tag == "script")
            assert "49" not in html.split("{{ 7*7 }}")[0][-60:]


def test_the_two_languages_lead_to_each_other() -> None:
    html = setting.incident_html(HARBOUR, OPEN, "en", NOW, "r1")
    assert 'hreflang="zh-CN" href="/zh-CN/incidents/INC-2026-0187"' in html
    assert 'href="/zh-CN/incidents/INC-2026-0187" lang="zh-CN"' in html


def test_the_favicon_is_the_state() -> None:
    assert "%23a83c0a" in index(HARBOUR, "en")
    assert "%232f9c76" in index(QUIET, "en")


def test_demo_data_and_more_links_stand_in_the_header() -> None:
    site = replace(HARBOUR.site, demo=True, links=(Link(text={"en": "Desk", "zh-CN": "值班台"}, href="/desk/"),))
    assert "Demo data" not in index(HARBOUR, "en")
    html = index(replace(HARBOUR, site=site), "zh-CN")
    assert "演示数据" in html
    assert '<a href="/desk/">值班台</a>' in html


def test_an_empty_month_is_one_sentence() -> None:
    assert "No incident in May 2026." in setting.history_html(HARBOUR, (2026, 5), (), "en", NOW, "r1")
    assert "2026年5月没有事件。" in setting.history_html(HARBOUR, (2026, 5), (), "zh-CN", NOW, "r1")


def test_an_error_says_what_happened_in_both_languages_and_what_to_do() -> None:
    text = read(setting.error_html(HARBOUR, 503, "en", "7f31c2")).text
    assert text.index("This page could not be made") < text.index("页面暂时无法生成")
    assert "Reference 7f31c2" in text
    assert "编号7f31c2" in text


def test_states_are_never_told_by_colour_alone() -> None:
    html = index(HARBOUR, "en")
    reader = read(html)
    glyphs = [attrs for tag, attrs in reader.tags if tag == "use"]
    assert {attrs["href"] for attrs in glyphs} >= {f"#g-{state}" for state in (Shown.UP, Shown.PARTIAL, Shown.UNKNOWN)}
    assert "10 of 90 days not fully up" in html
