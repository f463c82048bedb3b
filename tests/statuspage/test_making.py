"""A page is the same whoever made it, and as it was set; how old it is changes nothing that is shown."""

from dataclasses import replace

import pytest

from config.instant import SECOND
from statuspage import making, setting
from statuspage.view import page_view
from tests.statuspage.harbour import HARBOUR, NOW, QUIET


def test_a_large_page_is_made_apart_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = making.make(HARBOUR, NOW)
    monkeypatch.setattr(making, "LARGE", 1)
    monkeypatch.setattr(making, "page_view", None)  # in this process no page can be made
    assert making.make(HARBOUR, NOW) == here


def test_where_no_other_process_can_be_had_it_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = making.make(HARBOUR, NOW)
    monkeypatch.setattr(making, "LARGE", 1)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert making.make(HARBOUR, NOW) == here


def test_what_is_packed_is_what_was_set() -> None:
    made = making.make(HARBOUR, NOW)
    for language in HARBOUR.site.languages:
        told = setting.index_html(HARBOUR, page_view(HARBOUR, language, NOW), NOW, made.revision)
        assert made.print.index[language].body.decode() == "".join(told)
        assert made.print.index[language].language == language


def test_a_revision_is_of_what_is_shown_and_not_of_its_age() -> None:
    view = page_view(QUIET, "en", NOW)
    shown = making.revision_of(view)
    assert making.revision_of(replace(view, age="7 s", as_of=NOW - SECOND, as_of_text="then")) == shown
    other = replace(view.groups[0], components=(replace(view.groups[0].components[0], word="Gone"),))
    for changed in (
        replace(view, total="1"),
        replace(view, groups=(replace(view.groups[0], name="x"),)),
        replace(view, groups=(other, *view.groups[1:])),
    ):
        assert making.revision_of(changed) != shown
