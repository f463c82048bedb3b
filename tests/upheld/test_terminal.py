"""What a customer or a sender wrote, on an operator's terminal: shown, never obeyed."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.upheld.house import write
from upheld.cli import main
from upheld.cli.shared import show

pytestmark = pytest.mark.store


def upheld(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write(tmp_path)
    monkeypatch.setenv("UPHELD_CONFIG", str(path))
    assert upheld("migrate").exit_code == 0
    return path


@pytest.mark.parametrize("title", ["closed [/red] too early", "[link=https://evil.example]x[/link]", ":bomb: [bold]"])
def test_square_brackets_are_letters_like_others(title: str) -> None:
    assert upheld("case", "open", "acme", title, "--component", "shop").exit_code == 0
    listed = upheld("case", "list")
    assert listed.exit_code == 0
    assert title in listed.stdout


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b31m", "\u202e", "\x07", "\r"])
def test_what_a_terminal_would_obey_is_not_sent_to_it(sign: str) -> None:
    opened = upheld("case", "open", "acme", f"slow{sign}today", "--component", "shop")
    assert opened.exit_code == 0
    for shown in (opened, upheld("case", "list"), upheld("case", "show", "CASE-2026-0001")):
        assert "slow" in shown.stdout and "today" in shown.stdout
        assert sign[0] not in shown.stdout


def test_a_title_of_two_lines_is_still_one_row() -> None:
    assert upheld("case", "open", "acme", "slow\nand\tdark", "--component", "shop").exit_code == 0
    (_, row, _) = upheld("case", "list").stdout.splitlines()
    assert row.rstrip().endswith("slow and dark")


@pytest.mark.parametrize(("lang", "no"), [("en", "no"), ("zh-CN", "否")])
def test_what_a_program_has_is_said_as_a_person_would(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, no: str
) -> None:
    monkeypatch.setenv("UPHELD_LANG", lang)
    show({"facts": {"paged": ("li", "wang"), "repaged": False}}, as_json=False, columns=())
    assert capsys.readouterr().out.endswith(f": paged=li, wang, repaged={no}\n")
