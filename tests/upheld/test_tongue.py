"""The command line speaks Chinese to those who read Chinese, and to machines as ever."""

import re
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.spoken import said_by
from upheld.cli import main
from upheld.cli.tongue import in_chinese, language_of

ROOT = Path(__file__).resolve().parents[2]
VOICES = (
    ("upheld/cli", "*.py", ("tell", "fail", "said", "sentences", "BadParameter")),
    ("upheld/proof", "verify.py", ("_say", "_checkpoint", "Finding", "ValueError")),
    ("upheld/proof", "support.py", ("yield",)),
    ("upheld/proof", "evidence.py", ("Unusable",)),
    ("upheld/proof", "bundle.py", ("BundleUnreadable", "_has")),
    ("db/ledger", "*.py", ("LeafUnreadable", "NotCanonical", "NoteUnreadable")),
    ("probe", "once.py", ("Unaskable",)),
    ("probe", "**/*.py", ("BadTarget",)),
    ("config", "duration.py", ("ValueError",)),
)
"""Where sentences are written that a command may show, and what they are handed to."""
_WORDS = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
_SENTENCE = re.compile(r"(?<![-.\w])[a-zA-Z]{2,}")
_EXAMPLES = re.compile(r"`[^`]*`|\bupheld(?: [a-z]+)+|\b[\w.:+]*[\d=][\w.:+=-]*")


def spoken() -> list[tuple[str, str]]:
    """(form, where) of each sentence, once."""
    found = {
        text: where
        for folder, files, voices in VOICES
        for text, where in said_by(sorted((ROOT / folder).glob(files)), voices)
    }
    return [(text, where) for text, where in found.items() if _SENTENCE.search(re.sub(r"{(?:!r)?}", "", text))]


def _filled(text: str) -> tuple[str, list[str]]:
    values = count(61)
    made = re.sub(r"{(!r)?}", lambda found: f"'{next(values)}'" if found[1] else str(next(values)), text)
    return made, [str(number) for number in range(61, next(values))]


def test_every_sentence_of_a_command_has_its_chinese_with_the_same_values() -> None:
    wrong = []
    for text, where in spoken():
        english, values = _filled(text)
        chinese = in_chinese(english)
        left = _WORDS.search(_EXAMPLES.sub("", chinese))
        if not re.search("[\u4e00-\u9fff]", chinese) or left or not all(value in chinese for value in values):
            wrong.append(f"{where}: {text!r} -> {chinese!r}")
    assert wrong == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"UPHELD_LANG": "zh-CN", "LC_ALL": "C"}, "zh-CN"),
        ({"UPHELD_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"UPHELD_LANG": "", "LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({}, "en"),
    ],
)
def test_our_own_variable_comes_before_those_of_the_shell(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def asked(*words: str, **environment: str) -> tuple[int, str, str]:
    told = CliRunner().invoke(main, words, prog_name="upheld", env={"LC_ALL": "C.UTF-8", **environment})
    return told.exit_code, told.stdout, told.stderr


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (
            ("probe", "gopher", "x"),
            "upheld: 'gopher' is not a kind; write ",
            "upheld: 没有“gopher”这种检查类型；可选：",
        ),
        (
            ("probe", "http"),
            "upheld: Missing argument 'TARGET'; `upheld probe --help` shows how it is used\n",
            "upheld: 缺少参数 TARGET；用法见 `upheld probe --help`\n",
        ),
        (
            ("probe", "--nothing"),
            "upheld: No such option '--nothing'. Did you mean '--option'?; ",
            "upheld: 没有选项 --nothing；是否要写 '--option'？",
        ),
        (
            ("probe", "tcp", "127.0.0.1:1", "--option", "timeout=1"),
            "upheld: --option timeout: a length of time is a whole number with a unit",
            "upheld: --option timeout: 时长写成整数加单位",
        ),
        (
            ("verify", "there-is-none.json"),
            "upheld: there-is-none.json: cannot be read: ",
            "upheld: there-is-none.json: 无法读取：",
        ),
        (("backup", "x"), "upheld backup: not in this version\n", "upheld backup：本版本尚不支持\n"),
    ],
)
def test_a_refusal_is_said_in_the_readers_language(words: tuple[str, ...], english: str, chinese: str) -> None:
    code, _, told = asked(*words)
    assert told.startswith(english)
    assert asked(*words, UPHELD_LANG="zh-CN")[0] == code == 2
    assert asked(*words, UPHELD_LANG="zh-CN")[2].startswith(chinese)


def test_a_command_with_a_language_of_its_own_refuses_in_it() -> None:
    assert asked("probe", "gopher", "x", "--lang", "zh-CN")[2].startswith("upheld: 没有")
    assert asked("probe", "http", "--lang", "zh-CN")[2].startswith("upheld: 缺少参数")
    assert asked("probe", "gopher", "x", "--lang", "en", UPHELD_LANG="zh-CN")[2].startswith("upheld: 'gopher'")


def test_what_programs_read_is_the_same_in_every_language() -> None:
    words = ("probe", "tcp", "127.0.0.1:1", "--json")
    english, chinese = asked(*words), asked(*words, UPHELD_LANG="zh-CN")
    without_times = [re.sub(r"\d+", "0", told[1]) for told in (english, chinese)]
    assert without_times[0] == without_times[1]
    assert (english[0], english[2]) == (chinese[0], chinese[2])


def test_a_strangers_sentence_stays_as_it_is() -> None:
    assert in_chinese("451 4.7.1 try again later") == "451 4.7.1 try again later"
    assert in_chinese("shop.yaml:3:5: it is raining") == "shop.yaml:3:5: it is raining"
