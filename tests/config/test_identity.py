"""What looks like a Chinese resident identity number, and what only has 18 digits."""

import pytest

from config.identity import resident_number

# Taken apart: made-up numbers, of a district and a day that prove the checksum and nothing else.
BODY = "110105" + "19491231" + "002"


@pytest.mark.parametrize(
    "text", [f"{BODY}X", f"caller {BODY}x, urgent", f"身份证{BODY}X。", "110105 19491231 002X", "110105-19491231-002X"]
)
def test_a_number_with_its_right_sign_is_one_however_it_is_set(text: str) -> None:
    assert resident_number(text)


@pytest.mark.parametrize("sign", "0123456789")
def test_with_another_sign_it_is_none(sign: str) -> None:
    assert not resident_number(BODY + sign)


@pytest.mark.parametrize(
    "text", ["", "CASE-2026-0001", f"9{BODY}X", f"{BODY}X7", "110105" + "19491331" + "002X", "1" * 18]
)
def test_other_long_numbers_are_none(text: str) -> None:
    assert not resident_number(text)
