import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.document import MAX_BYTES, MAX_DEPTH, MAX_NODES, compose
from config.node import ConfigError, Mark
from config.plan import yaml_text


def content(text: str) -> object:
    return compose(text.encode(), "upheld.yaml").content()


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        compose(text if isinstance(text, bytes) else text.encode(), "upheld.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("NO", "NO"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("2026-01-01", "2026-01-01"),
        ("1:30", "1:30"),
        ("12_000", "12_000"),
        ("12", 12),
        ("-3", -3),
        ("99.5", 99.5),
        ("'99.5'", "99.5"),
        (".inf", ".inf"),
        ("24x7", "24x7"),
        ("!!str 12", "12"),
        ("9999999999999999999999", "9999999999999999999999"),
    ],
)
def test_nothing_is_guessed_about_a_bare_word(written: str, value: object) -> None:
    assert content(f"key: {written}") == {"key": value}


def test_a_key_that_looks_like_a_switch_is_a_text() -> None:
    assert content("on: 1\n404: 2\n") == {"on": 1, "404": 2}


@pytest.mark.parametrize("written", ["010", "0x1F", "0o17", "1e3", "1.5e3", "0b1"])
def test_a_number_that_readers_disagree_about_is_refused(written: str) -> None:
    message = f"{written} is a number to some and a text to others; write it out, or in quotes"
    assert problems(f"key: {written}") == [f"upheld.yaml:1:6: {message}"]


def test_anchors_aliases_and_merges_share_what_they_name() -> None:
    text = "base: &base {kind: http, fall: 3}\none: {<<: *base, fall: 5}\ntwo: {<<: [*base, {rise: 2}]}\n"
    shared = {"kind": "http", "fall": 3}
    assert content(text) == {"base": shared, "one": {"kind": "http", "fall": 5}, "two": {**shared, "rise": 2}}


def test_a_word_from_an_anchor_keeps_the_place_where_it_was_written() -> None:
    root = compose(b"a: &x {k: 1}\nb: *x\n", "f")
    assert root.walk("b", "k")[0].mark == Mark("f", 1, 11)


def test_every_duplicate_key_is_found_at_once() -> None:
    assert problems("a: 1\na: 2\nb: {c: 1, c: 2}\n") == [
        "upheld.yaml:2:1: 'a' stands twice; the first is in line 1, keep one",
        "upheld.yaml:3:11: 'c' stands twice; the first is in line 3, keep one",
    ]


def test_text_that_is_not_utf8_is_named_by_its_place() -> None:
    assert problems(b"a: 1\nb: \xff\n") == ["upheld.yaml:2:4: this is not UTF-8 text; save the file as UTF-8"]


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert compose(b"\xef\xbb\xbfa: 1", "f").content() == {"a": 1}


def test_deep_nesting_stops_at_its_cap() -> None:
    assert problems("[" * 100_000)[-1].endswith(f"nested deeper than {MAX_DEPTH} levels")


def test_aliases_cannot_nest_deeper_than_the_cap_either() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MAX_DEPTH + 5)]
    assert problems("\n".join(lines))[-1].endswith(f"nested deeper than {MAX_DEPTH} levels")


def test_a_bomb_of_aliases_stops_at_its_cap() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert problems("\n".join(lines))[-1].endswith(f"more than {MAX_NODES} values, aliases unfolded; write it shorter")


def test_an_alias_of_itself_names_nothing() -> None:
    assert problems("a: &a [*a]")[0] == "upheld.yaml:1:8: *a names nothing above it; write &a at what it shall repeat"


@pytest.mark.parametrize("text", ["? [a]\n: 1\n", "? {a: 1}\n: 1\n", "a: &a x\n*a : 1\n"])
def test_a_key_is_a_single_word(text: str) -> None:
    assert "a key is a single word" in problems(text)[-1]


def test_a_file_beyond_its_size_is_not_read() -> None:
    assert problems(b"#" * (MAX_BYTES + 1)) == [
        f"upheld.yaml:1:1: the file is larger than {MAX_BYTES >> 20} MiB; split it"
    ]


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_garbage_raises_nothing_but_config_errors(data: bytes) -> None:
    try:
        compose(data, "f")
    except ConfigError as error:
        assert error.problems


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t0.<~", max_size=200))
@settings(max_examples=400, deadline=None)
def test_garbage_of_yaml_signs_raises_nothing_but_config_errors(text: str) -> None:
    try:
        compose(text.encode(), "f")
    except ConfigError as error:
        assert error.problems


VISIBLE = st.characters(categories=("L", "N", "P", "S"), include_characters=" \n")
KEYS = st.text("abc<", min_size=1, max_size=3)
TREES = st.recursive(
    st.text(VISIBLE, max_size=8) | st.integers(-(10**6), 10**6) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
@settings(deadline=None)
def test_what_is_written_as_yaml_reads_back_the_same(tree: dict[str, object]) -> None:
    assert content(yaml_text(tree)) == tree
