"""Cuts that break no character, numbers as robots know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.wording import in_bytes, in_units, mobile


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_a_cut_text_fits_and_is_as_long_as_can_be(text: str, limit: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    cut = in_bytes(text, limit)

    assert len(cut.encode()) <= limit
    if cut != text:
        kept = cut.removesuffix("…")
        assert text.startswith(kept)
        assert len((text[: len(kept) + 1] + "…").encode()) > limit


def test_telegrams_measure_counts_an_emoji_twice() -> None:
    assert in_units("🔥" * 5, 10) == "🔥" * 5
    assert in_units("🔥" * 6, 10) == "🔥" * 4 + "…"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 (138) 0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("+852 9123 4567", "+85291234567"),
        ("86", None),
        ("li@example.com", None),
        ("", None),
    ],
)
def test_a_number_is_known_without_blanks_and_without_the_mainlands_code(written: str, number: str | None) -> None:
    assert mobile(written) == number
