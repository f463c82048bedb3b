"""Alertmanager's matchers."""

import pytest

from config.matcher import parse

LABELS = {"alertname": "Down", "service": 'sh"op', "list": "a\nb"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('alertname="Down"', True),
        ("alertname=Down", True),
        ('"alertname" = "Down"', True),
        ('alertname="Do"', False),
        ('alertname=~"Do.*"', True),
        ('alertname=~"Do"', False),
        ('alertname!="Down"', False),
        ('alertname!~"Up|Off"', True),
        (r'service="sh\"op"', True),
        (r'list="a\nb"', True),
        ('absent=""', True),
        ('absent!=""', False),
        ('absent=~".+"', False),
    ],
)
def test_what_fits(text: str, fits: bool) -> None:
    assert parse(text).fits(LABELS) is fits
    assert parse(parse(text).written) == parse(text)


@pytest.mark.parametrize("text", ["", "alertname", "=x", 'a="b', 'a=~"("', 'a="b" c', 'a="' + "x" * 5000 + '"'])
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"matcher|expression"):
        parse(text)
