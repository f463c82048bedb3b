"""Facts of an answer by names a person knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.language import CHINESE, ENGLISH, catalogue
from config.look.fact import FACTS, FAMILIES, NUMBERED, fact_name, told
from tests.sources import nodes

PROBE = Path(__file__).parents[3] / "probe"


def names() -> Iterator[tuple[str, str]]:
    """What a kind puts into a mapping that is called facts."""
    for file in sorted(PROBE.rglob("*.py")):
        for node in nodes(file):
            place = f"{file.name}:{getattr(node, 'lineno', 0)}"
            keys: list[ast.expr | None] = []
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "facts":
                keys = node.value.keys if isinstance(node.value, ast.Dict) else []
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "facts":
                keys = [node.slice] if isinstance(node.ctx, ast.Store) else []
            yield from ((place, str(key.value)) for key in keys if isinstance(key, ast.Constant))


def test_every_fact_a_kind_gives_has_a_name() -> None:
    found = dict(names())
    assert len(found) > 30, "the search above finds them"
    assert {where: name for where, name in found.items() if name not in FACTS} == {}


def test_every_name_is_in_the_catalogue() -> None:
    known = catalogue("config.look", CHINESE)
    assert [one for one in (*FACTS.values(), *FAMILIES.values(), *NUMBERED.values()) if one not in known] == []


@pytest.mark.parametrize(
    "name, english, chinese",
    [
        ("status", "Status", "状态码"),
        ("header.server", "Header server", "响应头 server"),
        ("chain.0.not_after", "Certificate 1, ends", "证书 1 到期"),
        ("step.2.ms", "Step 2, ms", "第 2 步（毫秒）"),
        ("address.2001:db8::1", "Address 2001:db8::1", "地址 2001:db8::1"),
        ("witness.tcp://192.0.2.1:443", "Witness tcp://192.0.2.1:443", "见证 tcp://192.0.2.1:443"),
        ("chain.x.subject", "chain.x.subject", "chain.x.subject"),
        ("never_heard_of", "never_heard_of", "never_heard_of"),
    ],
)
def test_names_are_said_in_both_languages_and_unknown_ones_stay(name: str, english: str, chinese: str) -> None:
    assert (fact_name(name, ENGLISH), fact_name(name, CHINESE)) == (english, chinese)


def test_values_are_words_where_they_are_codes_and_instants_are_moments() -> None:
    facts = {
        "tls": True,
        "expires_at": 1_780_000_000_000,
        "address.192.0.2.1": "timeout",
        "address.192.0.2.2": "up",
        "witness.tcp://192.0.2.9:443": "no answer in time",
        "value": "timeout",
        "content_length": -1,
        "run": None,
    }
    assert [value for _, value in told(facts, "Asia/Shanghai", CHINESE)] == [
        "是", "2026年5月29日 04:26:40 北京时间", "超时未应答", "正常", "未及时应答", "timeout",
    ]  # fmt: skip
    assert dict(told(facts, "UTC", ENGLISH))["Ends"] == "28 May 2026 20:26:40 UTC"


def test_of_redirects_that_repeat_themselves_the_first_and_the_last_are_told() -> None:
    facts = {f"redirect.{number}": "302 http://a/" for number in range(1, 11)} | {"status": 302}
    assert list(told(facts, "UTC", ENGLISH)) == [
        ("Redirect 1", "302 http://a/"), ("Redirect 10", "the same"), ("Status", "302"),
    ]  # fmt: skip
