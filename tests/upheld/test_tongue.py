"""The command line speaks Chinese to those who read Chinese, and to machines as ever."""

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import click
import pytest
from click import unstyle
from click.testing import CliRunner
from rich.cells import cell_len

from config.reader import WANTED
from probe.result import Answer, Outcome
from tests.config.test_broken import EXPECTED
from tests.spoken import said_by
from upheld.api.cases import Case
from upheld.api.incidents import Incident
from upheld.cli import main
from upheld.cli.answer import written
from upheld.cli.main import COMMANDS, LATER
from upheld.cli.manual import explained
from upheld.cli.shared import show
from upheld.cli.tongue import in_chinese, label, language_of

ROOT = Path(__file__).resolve().parents[2]
REFUSALS = (
    *(
        "Refused",
        "NotFound",
        "NoSuchCase",
        "NotAgreed",
        "NotSettled",
        "NoStatement",
        "NotSealed",
        "Altered",
        "NoReport",
    ),
    *("NoHold", "Kept", "NoObligation", "KeyUnusable", "PortTaken", "DemoRuns", "AddressTaken", "PartEnded"),
    *(
        "StoreLocked",
        "StoreUnreadable",
        "StoreUnavailable",
        "SchemaMismatch",
        "CommandRefused",
        "Unpublished",
        "Trouble",
    ),
)
"""`upheld.commands.REFUSALS`, and what else ends a command in one line."""
VOICES = (
    ("upheld/cli", "*.py", ("tell", "fail", "said", "sentences", "BadParameter")),
    ("upheld/proof", "verify.py", ("_say", "_checkpoint", "Finding", "ValueError")),
    ("upheld/proof", "support.py", ("yield",)),
    ("upheld/proof", "evidence.py", ("Unusable",)),
    ("upheld/proof", "bundle.py", ("BundleUnreadable", "_has")),
    ("db/ledger", "*.py", ("LeafUnreadable", "NotCanonical", "NoteUnreadable")),
    ("probe", "once.py", ("Unaskable",)),
    ("probe", "**/*.py", ("BadTarget",)),
    ("config", "*.py", ("ValueError", "add", "Problem", "nowhere", "_wrong")),
    ("upheld", "unheard.py", ("yield",)),
    ("upheld", "*.py", REFUSALS),
    ("upheld/reports", "*.py", REFUSALS),
    ("upheld/tokens", "*.py", REFUSALS),
    ("upheld/demo", "run.py", REFUSALS),
    ("incidents", "**/*.py", REFUSALS),
    ("sla", "**/*.py", REFUSALS),
    ("console", "*.py", REFUSALS),
    ("db", "*.py", REFUSALS),
)
"""Where sentences are written that a command may show, and what they are handed to."""
_WORDS = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
_SENTENCE = re.compile(r"(?<![-.\w])[a-zA-Z]{2,}.* ")
_EXAMPLES = re.compile(r"No such file or directory|`[^`]*`|\bupheld(?: [a-z]+)+|\b[\w.:+]*[\d=][\w.:+=-]*")


def spoken() -> list[tuple[str, str]]:
    """(form, where) of each sentence, once."""
    found = {
        text: where
        for folder, files, voices in VOICES
        for text, where in said_by(sorted((ROOT / folder).glob(files)), voices)
    }
    return [(text, where) for text, where in found.items() if _SENTENCE.search(re.sub(r"{(?:!r)?}", "", text))]


def _filled(text: str) -> tuple[str, list[str]]:
    """A value that ends it without a space is what may follow: other words that are known."""
    values, names = count(61), dict[str, str]()

    def value(found: re.Match[str]) -> str:
        name = found[1] or f"{next(values)}"
        number = names.setdefault(name, f"{next(values)}")
        return f"'{number}'" if found[2] else number

    text = re.sub(r"(?<=[a-z'])\{\}$", "; known: {}", text)
    return re.sub(r"{([a-z_]*)(!r)?}", value, text), list(names.values())


def unsaid(english: str, values: Sequence[str] = ()) -> str | None:
    """What Chinese comes of it, where that is none, not whole, or lacks a value."""
    chinese = in_chinese(english)
    left = _WORDS.search(_EXAMPLES.sub("", chinese))
    whole = re.search("[\u4e00-\u9fff]", chinese) and not left and all(value in chinese for value in values)
    return None if whole else f"{english!r} -> {chinese!r}"


def test_every_sentence_of_a_command_has_its_chinese_with_the_same_values() -> None:
    wrong = [f"{where}: {told}" for text, where in spoken() if (told := unsaid(*_filled(text)))]
    assert wrong == []


def test_every_mistake_in_a_configuration_is_said_in_chinese_behind_its_place() -> None:
    kinds = [f"1:1: '4' is not {wanted}" for wanted in WANTED.values()]
    assert [told for each in (*EXPECTED.values(), *kinds) if (told := unsaid(f"upheld.yaml:{each}"))] == []
    assert in_chinese("upheld.yaml:4:63: unknown key 'intervall'; did you mean 'interval'?") == (
        "upheld.yaml:4:63: 未知的键“intervall”；是否要写“interval”？"
    )


def test_what_is_known_of_an_incident_and_a_case_is_named_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    names = {*Incident.model_fields, *Case.model_fields}
    assert [name for name in sorted(names) if label(name) == name] == []


def every_command() -> list[click.Command]:
    found: list[click.Command] = [main]
    for name in (*COMMANDS, *LATER):
        one = main.get_command(click.Context(main), name)
        assert one is not None
        found += [one, *(one.commands.values() if isinstance(one, click.Group) else ())]
    return found


def test_the_help_of_every_command_and_option_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = every_command()
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    options = [one for each in commands for one in each.params if isinstance(one, click.Option)]
    texts = {each.help or "" for each in commands} | {one.help or "" for one in options}
    silent = [text for text in texts if text and not re.search("[\u4e00-\u9fff]", explained(text))]
    assert silent == []


def test_help_is_read_by_columns_and_no_line_is_too_long() -> None:
    english, chinese = asked("incident", "--help")[1], asked("incident", "--help", UPHELD_LANG="zh-CN")[1]
    assert english.startswith("Usage: upheld incident [OPTIONS] COMMAND [ARGS]...\n\n  Technical faults")
    assert chinese.startswith("用法：upheld incident [OPTIONS] COMMAND [ARGS]...\n\n  事件：技术故障及其处理。\n")
    assert "  ack       接手事件：停止升级\n" in chinese and "  -h, --help  显示此帮助并退出。\n" in chinese
    rows = chinese.partition("命令:\n")[2].splitlines()
    assert len(rows) >= len(english.partition("Commands:\n")[2].splitlines())
    assert all(row[:12].isascii() and row[12] != " " for row in rows)
    deep = asked("incident", "split", "--help", UPHELD_LANG="zh-CN")[1]
    assert max(map(cell_len, deep.splitlines())) <= 80 and "告警序号，见 `show`" in deep
    assert "[默认：14；1<=x<=366]" in asked("oncall", "plan", "--help", UPHELD_LANG="zh-CN")[1]
    assert asked("verify", "--lang", "zh-CN", "--help")[1].startswith("用法：")
    assert asked("--help", UPHELD_LANG="zh-CN")[1].count("（本版本尚不支持）") == len(LATER)


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("added components.shop.checks.home: its history begins", "新增 components.shop.checks.home：历史由此开始"),
        ("changed site", "更改 site"),
        ("    name: a -> b", "    name: a -> b"),
    ],
)
def test_what_a_plan_would_change_is_said_in_chinese(line: str, chinese: str) -> None:
    assert in_chinese(line) == chinese


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


def test_a_mistake_in_the_configuration_is_told_in_the_readers_language(tmp_path: Path) -> None:
    file = tmp_path / "upheld.yaml"
    file.write_text("components: {shop: https://shop.example.com/}\nsite: {zone: UTC}\n", encoding="utf-8")
    assert asked("check-config", str(file))[2].startswith(f"{file}:2:8: unknown key 'zone'")
    assert asked("check-config", str(file), UPHELD_LANG="zh-CN")[2].startswith(f"{file}:2:8: 未知的键“zone”")
    file.write_text("components: {shop: https://shop.example.com/}\n", encoding="utf-8")
    assert "配置正确；1 个组件，2 个检查，0 个客户" in asked("check-config", str(file), UPHELD_LANG="zh-CN")[1]


def test_a_command_with_a_language_of_its_own_refuses_in_it() -> None:
    assert asked("probe", "gopher", "x", "--lang", "zh-CN")[2].startswith("upheld: 没有")
    assert asked("probe", "http", "--lang", "zh-CN")[2].startswith("upheld: 缺少参数")
    assert asked("probe", "gopher", "x", "--lang", "en", UPHELD_LANG="zh-CN")[2].startswith("upheld: 'gopher'")


def test_columns_stay_aligned_where_signs_are_two_cells_wide(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"id": "INC-1", "state": "acknowledged", "component": "网上商城", "opened_at": "2026-10-01T00:00:00Z"},
        {"id": "INC-22", "state": "up", "component": "shop", "opened_at": "2026-10-02T00:00:00Z"},
    ]
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    show(rows, as_json=False, columns=tuple(rows[0]))
    told = capsys.readouterr().out.splitlines()
    assert [line.split() for line in told] == [
        ["编号", "状态", "组件", "开立时间"],
        ["INC-1", "已接手", "网上商城", "2026-10-01T00:00:00Z"],
        ["INC-22", "正常", "shop", "2026-10-02T00:00:00Z"],
    ]
    last = ("开立时间", "2026-10-01", "2026-10-02")
    assert len({cell_len(line.partition(sign)[0]) for line, sign in zip(told, last, strict=True)}) == 1
    show({"state": "resolved", "reason": "resolved", "opened_at": None}, as_json=False, columns=())
    assert capsys.readouterr().out == "状态: 已解决\n原因: resolved\n开立时间: -\n"
    show([{"state": "in force"}, {"state": "withdrawn"}, {"state": "due"}], as_json=False, columns=("state",))
    assert capsys.readouterr().out.split() == ["状态", "生效中", "已撤回", "待签发"]
    monkeypatch.setenv("UPHELD_LANG", "en")
    show(rows, as_json=False, columns=tuple(rows[0]))
    assert capsys.readouterr().out.split()[:5] == ["id", "state", "component", "opened", "at"]


def test_the_bars_of_phases_begin_in_one_column() -> None:
    answer = Answer(outcome=Outcome.UP, phases={"resolve": 100, "connect": 300, "processing": 9_999})
    bars = [line for line in unstyle(written("http", "x", answer, "zh-CN")).splitlines() if "█" in line]
    assert [line.split()[0] for line in bars] == ["解析", "连接", "处理"]
    assert len({cell_len(line.partition("█")[0]) for line in bars}) == 1


def test_what_programs_read_is_the_same_in_every_language() -> None:
    words = ("probe", "tcp", "127.0.0.1:1", "--json")
    english, chinese = asked(*words), asked(*words, UPHELD_LANG="zh-CN")
    without_times = [re.sub(r"\d+", "0", told[1]) for told in (english, chinese)]
    assert without_times[0] == without_times[1]
    assert (english[0], english[2]) == (chinese[0], chinese[2])


def test_a_strangers_sentence_stays_as_it_is() -> None:
    assert in_chinese("451 4.7.1 try again later") == "451 4.7.1 try again later"
    assert in_chinese("shop.yaml:3:5: it is raining") == "shop.yaml:3:5: it is raining"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "conf.d/a.yaml:27:63: 'weekdays' names no days; write mon, or a range like mon-fri",
            "conf.d/a.yaml:27:63: “weekdays”没有指明日子；请写 mon，或 mon-fri 这样的范围",
        ),
        ("a.yaml:6:71: 'cn' is none of 'zh-CN' or 'en'", "a.yaml:6:71: 'cn' 不在可选之列：'zh-CN', 'en'"),
    ],
)
def test_a_place_is_no_part_of_the_sentence_and_a_choice_of_no_language(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
