"""Amounts in minor units, rounded once, and in financial capitals."""

import pytest

from sla.money import capitals, part_of, written


@pytest.mark.parametrize(
    ("amount", "percent", "currency", "minor"),
    [
        ("120000", "5", "CNY", 600_000),
        ("0.1", "5", "CNY", 0),  # half a fen: to the even one
        ("0.3", "5", "CNY", 2),  # one and a half: to the even one
        ("0.5", "5", "CNY", 2),  # two and a half: to the even one
        ("1999.50", "7.5", "CNY", 14_996),
        ("1001", "5", "JPY", 50),
        ("10", "0.01", "KWD", 1),
    ],
)
def test_a_percentage_is_rounded_half_to_even_in_the_currencys_own_unit(
    amount: str, percent: str, currency: str, minor: int
) -> None:
    assert part_of(amount, percent, currency) == minor


def test_minor_units_are_printed_exactly() -> None:
    assert [written(600_000, "CNY"), written(-5, "CNY"), written(50, "JPY"), written(1, "KWD")] == [
        "6000.00",
        "-0.05",
        "50",
        "0.001",
    ]


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (600_000, "陆仟元整"),
        (0, "零元整"),
        (140_950, "壹仟肆佰零玖元伍角"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (100_000_000, "壹佰万元整"),
        (1_000_100_00, "壹佰万零壹佰元整"),
        (100_000_000_000_00, "壹仟亿元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (20_000_005_00, "贰仟万零伍元整"),
        (101_000_00, "壹拾万壹仟元整"),
        (5, "伍分"),
        (50, "伍角"),
        (105, "壹元零伍分"),
        (-600_000, "负陆仟元整"),
    ],
)
def test_an_amount_stands_in_financial_capitals(fen: int, words: str) -> None:
    assert capitals(fen) == words
