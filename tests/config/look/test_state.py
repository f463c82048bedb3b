"""A state is always three things, and the headline's order is the published one."""

from xml.etree.ElementTree import fromstring

from config.look import favicon
from config.look.asset import assets
from config.look.state import LIGHT, SHAPES, Shown, glyph_file, word, worst


def test_every_state_has_a_shape_a_word_and_a_colour_of_its_own() -> None:
    for all_of_them in (SHAPES, LIGHT):
        assert set(all_of_them) == set(Shown)
        assert len(set(all_of_them.values())) == len(Shown)
    for language in ("en", "zh-CN"):
        assert len({word(state, language) for state in Shown}) == len(Shown)


def test_the_headline_goes_down_partial_unknown_degraded_maintenance_up() -> None:
    order = [Shown.DOWN, Shown.PARTIAL, Shown.UNKNOWN, Shown.DEGRADED, Shown.MAINTENANCE, Shown.UP]
    for place, state in enumerate(order):
        assert worst(reversed(order[place:])) is state
    assert worst([]) is Shown.UP


def test_a_glyph_stands_alone_as_a_file() -> None:
    for state in Shown:
        assert fromstring(glyph_file(state)).tag == "{http://www.w3.org/2000/svg}svg"
        assert '"' not in favicon(state)


def test_a_file_s_address_changes_with_its_content() -> None:
    found = assets("statuspage")
    assert {"upheld.css", "page.css", "page.js"} <= set(found)
    for name, asset in found.items():
        stem, _, suffix = name.rpartition(".")
        assert asset.name.startswith(f"{stem}.")
        assert asset.name.endswith(f".{suffix}")
        assert asset.name != name
