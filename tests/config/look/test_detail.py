"""Sentences of the probes in Chinese: every one that probe/ writes out has its form, and strangers' words stay."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.language import CHINESE, ENGLISH, catalogue
from config.look.detail import DETAILS, detail_text, forms
from tests.sources import nodes

PROBE = Path(__file__).parents[3] / "probe"
SPOKEN = frozenset(("down", "ours"))
THEIRS = frozenset(("0 (0)", "answered 0 (0)0", "0: 0"))
"""What is nothing but others' words."""


def sentence(node: ast.expr) -> str | None:
    """As it would read with a number in every place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_part, node.values))
    return None


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    said = isinstance(part, ast.FormattedValue) and ast.unparse(part.value) == "within"
    return "within 0 ms" if said else "0"


def sentences() -> Iterator[tuple[str, str]]:
    for file in sorted(PROBE.rglob("*.py")):
        for node in nodes(file):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPOKEN:
                told = sentence(node.args[1]) if len(node.args) > 1 else None
                if told is not None:
                    yield f"{file.name}:{node.lineno}", told


def test_every_sentence_of_a_probe_has_its_chinese() -> None:
    found = dict(sentences())
    assert len(found) > 60, "the search above finds them"
    assert {where: told for where, told in found.items() if _foreign(told)} == {}


def test_no_sentence_of_ours_is_taken_for_another_with_half_of_it_as_a_name() -> None:
    taken = {told: found for told in dict(sentences()).values() for found in _names_in(told) if "within" not in found}
    assert len(taken) > 20
    assert {told: found for told, found in taken.items() if len(found.split()) > 1} == {}


def _names_in(told: str) -> Iterator[str]:
    for form in forms().values():
        found = form.fullmatch(told)
        if found is not None:
            yield from (value for name, value in found.groupdict().items() if name != "detail")
            return


def _foreign(told: str) -> bool:
    return detail_text(told, CHINESE) == told and told not in THEIRS


def test_every_form_is_in_the_catalogue_and_none_hides_another() -> None:
    assert [one for one in DETAILS if one not in catalogue("config.look", CHINESE)] == []
    told = [one.format_map(_Zero()) for one in DETAILS]
    hidden = [one for one, form in zip(told, DETAILS, strict=True) if _read_as(one) != form]
    assert hidden == []


class _Zero(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "0" if key in ("n", "most", "least") else "x y"


def _read_as(told: str) -> str:
    return next(form for form, pattern in forms().items() if pattern.fullmatch(told))


@pytest.mark.parametrize(
    "told, chinese",
    [
        ("answered 503, expected 200-399", "应答为 503，应为 200-399"),
        ("'welcome' is not in the body", "正文中没有 'welcome'"),
        ("nobody listens at ::1 port 9; nobody listens at 127.0.0.1 port 9",
         "::1 的端口 9 无人监听；127.0.0.1 的端口 9 无人监听"),
        ("this process was held up; no connection within 50 ms", "本进程当时停顿；50 毫秒内未能建立连接"),
        ("step 2 (log in): answered 401, expected 200", "第 2 步（log in）：应答为 401，应为 200"),
        ("192.0.2.1: the certificate has expired", "192.0.2.1：证书已过期"),
        ("FATAL: role {x} does not exist (28000)", "FATAL: role {x} does not exist (28000)"),
    ],
)  # fmt: skip
def test_it_is_said_in_chinese_and_their_own_words_stay(told: str, chinese: str) -> None:
    assert detail_text(told, CHINESE) == chinese
    assert detail_text(told, ENGLISH) == told
