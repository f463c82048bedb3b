"""Addresses: page, language, and what of it."""

import pytest

from statuspage.place import Place, What, accepted, api, base, place_of

PAGES = ("/", "/bank", "/bank/inner")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", Place(page="/", language=None, what=What.INDEX)),
        ("/en/", Place(page="/", language="en", what=What.INDEX)),
        ("/en", Place(page="/", language="en", what=What.INDEX)),
        ("/zh-CN/bank/", Place(page="/bank", language="zh-CN", what=What.INDEX)),
        ("/bank", Place(page="/bank", language=None, what=What.INDEX)),
        ("/bank/inner/maintenance", Place(page="/bank/inner", language=None, what=What.MAINTENANCE)),
        ("/en/incidents/INC-2026-0187", Place(page="/", language="en", what=What.INCIDENT, argument="INC-2026-0187")),
        ("/bank/history/2026-10", Place(page="/bank", language=None, what=What.HISTORY, argument="2026-10")),
        ("/api/v2/summary.json", Place(page="/", language=None, what=What.DOCUMENT, argument="summary")),
        (
            "/bank/api/v2/incidents/unresolved.json",
            Place(page="/bank", language=None, what=What.DOCUMENT, argument="incidents/unresolved"),
        ),
        ("/en/feed.atom", Place(page="/", language="en", what=What.ATOM)),
        ("/nothing", None),
        ("/en/history/2026-13", None),
        ("/incidents/<script>", None),
        ("/incidents/../../etc", None),
        ("/english/", None),
    ],
)
def test_an_address_means_one_place_or_none(path: str, place: Place | None) -> None:
    assert place_of(path, PAGES) == place


def test_bases_and_documents_of_a_page() -> None:
    assert (base("/", "en"), base("/bank", "zh-CN")) == ("/en/", "/zh-CN/bank/")
    assert (api("/"), api("/bank")) == ("/api/v2/summary.json", "/bank/api/v2/summary.json")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr, de;q=0.5", "zh-CN"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, zh", "zh-CN"),
        ("en;q=much", "zh-CN"),
        ("*", "zh-CN"),
        ("," * 10_000, "zh-CN"),
    ],
)
def test_a_reader_gets_his_best_language_else_the_site_s_first(header: str, language: str) -> None:
    assert accepted(header, ("zh-CN", "en")) == language
