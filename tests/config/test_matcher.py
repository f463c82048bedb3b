"""Alertmanager's matchers."""

import pytest

from config.matcher import parse

LABELS = {"alertname": "Down", "service": 'sh"op', "list": "a\nb"}
ANY_SCRIPT = {
    "服务.名称": "支付",
    "host name": "a",
    'say "=~"': "b",
    "größe": "c",
    "🚨": "d",
    "{x}": "e",
    "a\\b\nc": "f",
}


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


@pytest.mark.parametrize(
    "text",
    [
        '服务.名称="支付"',
        '"服务.名称"=~"支."',
        '"host name"="a"',
        r'"say \"=~\""!="c"',
        "größe=c",
        "🚨=d",
        '"{x}"="e"',
        r'"a\\b\nc"="f"',
    ],
)
def test_a_label_may_have_any_name_and_one_with_a_sign_of_ours_is_quoted(text: str) -> None:
    matcher = parse(text)
    assert matcher.label in ANY_SCRIPT and matcher.fits(ANY_SCRIPT)
    assert parse(matcher.written) == matcher


def test_a_name_is_quoted_where_alertmanager_quotes_it() -> None:
    assert parse('"host"="a"').written == 'host="a"'
    assert parse('"host name"="a"').written == '"host name"="a"'


@pytest.mark.parametrize(
    "text",
    ["", "alertname", '""="x"', 'host name="a"', '"a="b"', "=x", 'a="b', 'a=~"("', 'a="b" c', 'a="' + "x" * 5000 + '"'],
)
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"matcher|expression"):
        parse(text)
