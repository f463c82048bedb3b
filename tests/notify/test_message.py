"""Messages and how they are stored."""

import json

from hypothesis import given
from hypothesis import strategies as st

from notify.message import KEY_LIMIT, Json, Message, from_json, harmless, key_of, to_json
from tests.notify.samples import message

ANY_TEXT = st.text(st.characters(exclude_categories=()))
FACTS = st.dictionaries(
    ANY_TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def test_a_message_comes_back_as_it_was_stored() -> None:
    told = message(
        subject="网上商城 无法访问", html="<p>x</p>", facts={"severity": 1, "urls": ["https://a/"], "n": None}
    )

    assert from_json(json.loads(json.dumps(to_json(told)))) == told


@given(subject=ANY_TEXT, text=ANY_TEXT, facts=FACTS)
def test_any_text_and_any_facts_can_be_stored_and_come_back_the_same_ever_after(
    subject: str, text: str, facts: dict[str, Json]
) -> None:
    stored = to_json(Message(subject=subject, text=text, language="en", facts=facts))

    wire = json.dumps(stored, allow_nan=False, ensure_ascii=False)
    wire.encode()
    assert "\\u0000" not in wire
    assert to_json(from_json(json.loads(wire))) == stored


def test_line_ends_and_tabs_stay_and_control_characters_do_not() -> None:
    assert harmless(
        "a\tb\r\nc\x00d\ud800e\x1b[31m"
    ) == "a\tb\r\nc\N{REPLACEMENT CHARACTER}d\N{REPLACEMENT CHARACTER}e" + ("\N{REPLACEMENT CHARACTER}[31m")


def test_nothing_turns_a_line_round() -> None:
    assert harmless("a\u202eb\u2066c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


def test_a_key_names_its_parts_and_a_long_one_is_still_one_key() -> None:
    long = key_of("I-1", 1, 0, "李" * 300, "mail")

    assert key_of("I-1", 1, 0, "li", "mail") == "I-1/1/0/li/mail"
    assert len(long) <= KEY_LIMIT
    assert long == key_of("I-1", 1, 0, "李" * 300, "mail") != key_of("I-1", 1, 0, "李" * 301, "mail")
