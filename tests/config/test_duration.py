import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.duration import MAX_SPAN, parse_duration, print_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", 0),
        ("1500ms", 1500),
        ("30s", 30_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("1h30m", 5_400_000),
        ("21d", 1_814_400_000),
        ("1w", 604_800_000),
        ("2y", 63_072_000_000),
    ],
)
def test_a_length_of_time_is_a_number_with_its_unit(text: str, span: int) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "30", "s", "-5s", "1.5h", "5 m", "5M", "1m1m", "٣s", "1e3s", "101y"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="length of time"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("span", "text"), [(86_400_000, "24h"), (259_200_000, "72h"), (345_600_000, "4d"), (90_000, "90s")]
)
def test_up_to_three_days_are_printed_in_hours_as_contracts_have_them(span: int, text: str) -> None:
    assert print_duration(span) == text


@given(st.integers(min_value=0, max_value=MAX_SPAN))
@settings(deadline=None)
def test_what_is_printed_reads_back_the_same(span: int) -> None:
    assert parse_duration(print_duration(span)) == span
