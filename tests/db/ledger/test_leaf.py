"""A leaf is one text, to the byte; what is personal is only a hash in it."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from db.ledger.canonical import LARGEST, NotCanonical, canonical, parse
from db.ledger.leaf import Entry, Leaf, LeafUnreadable, Opening, entry_of, opens, read, write

LEAF = Leaf(kind="transition", stream="transition/shop", body={"state": "down", "happened_at": 5})
SALT = bytes(range(32))
NAMED = Leaf(kind="case", stream="case/CASE-2026-0001", body={"seq": 1}, private={"by": "person:李", "text": "…"})
PLAIN = (
    b'{"body":{"happened_at":5,"state":"down"},"kind":"transition","n":3,"recorded_at":7,'
    b'"stream":"transition/shop","v":1}'
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785_and_reads_back(value: Any) -> None:
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert parse(written) == value


def test_keys_are_ordered_as_utf_16_orders_them() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value", [1.0, {"a": [0.5]}, 2**53, -(2**53), {1: 2}, {"a": b"bytes"}, {"a": {1}}, "\ud800", {"\ud800": 1}]
)
def test_what_other_programs_would_read_differently_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b"1.0",
        b"1e3",
        b"NaN",
        b'"\\u0061"',
        b'"\xff"',
        '"a"'.encode("utf-16"),
        b'\xef\xbb\xbf"a"',
        b"[" * 100_000,
        b"",
        b"9007199254740992",
    ],
)
def test_the_same_value_written_differently_is_unreadable(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)


def test_a_leaf_is_these_bytes() -> None:
    entry = entry_of(LEAF, 3, 7, None)
    assert write(entry) == PLAIN
    assert read(PLAIN) == entry


def test_what_is_private_is_no_part_of_the_leaf_but_can_be_shown_to_belong_to_it() -> None:
    opening = Opening(salt=SALT, private=NAMED.private or {})
    entry = entry_of(NAMED, 0, 7, opening)

    assert "李".encode() not in write(entry)
    assert read(write(entry)) == entry
    assert opens(entry, opening)
    assert not opens(entry, Opening(salt=SALT, private={**opening.private, "by": "person:li"}))
    assert not opens(entry, Opening(salt=bytes(32), private=opening.private))
    assert not opens(entry, Opening(salt=SALT[:31], private=opening.private))
    assert not opens(entry, Opening(salt=SALT, private={"by": 0.5}))
    assert not opens(entry_of(LEAF, 0, 7, None), opening)


@pytest.mark.parametrize(
    "change",
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b'"n":3', b'"n":"3"'),
        (b'"n":3', b'"n":-3'),
        (b'"n":3', b'"n":false'),
        (b'"recorded_at":7', b'"recorded_at":null'),
        (b'"n":3,', b""),
        (b'"v":1', b'"v":1,"w":1'),
        (b'{"happened_at":5,"state":"down"}', b"[]"),
        (b'"transition/shop"', b"1"),
        (b',"recorded', b',"private":null,"recorded'),
        (b',"recorded', b',"private":"00","recorded'),
        (b'"kind":"transition"', b'"kind":"transition" '),
    ],
)
def test_bytes_that_are_no_leaf_of_ours_are_unreadable(change: tuple[bytes, bytes]) -> None:
    assert change[0] in PLAIN
    with pytest.raises(LeafUnreadable):
        read(PLAIN.replace(*change))


@given(st.builds(Entry, kind=texts, stream=texts, n=st.integers(0, LARGEST), recorded_at=st.integers(0, LARGEST),
                 body=st.dictionaries(texts, values, max_size=3),
                 private_hash=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex)))  # fmt: skip
def test_whatever_is_written_reads_back(entry: Entry) -> None:
    assert read(write(entry)) == entry
