"""`upheld user` with something missing or misspelt."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.upheld.house import write
from upheld.cli import main

PASSWORD = {"UPHELD_PASSWORD": "four words make a password"}


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_call = {"name": "Li Wei", "email": "li@example.com"}
    monkeypatch.setenv("UPHELD_CONFIG", str(write(tmp_path, on_call=on_call)))
    monkeypatch.delenv("UPHELD_PASSWORD", raising=False)


def refused(*words: str, code: int, env: dict[str, str] | None = None) -> str:
    """The one line on standard error."""
    result = CliRunner().invoke(main, ["user", *words], env=env)
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("words", [("add", "li", "--role", "engineer"), ("password", "li")])
def test_without_a_terminal_the_password_comes_from_the_environment(words: tuple[str, ...]) -> None:
    assert "set UPHELD_PASSWORD" in refused(*words, code=2)


def test_a_person_nobody_wrote_down_is_refused_with_those_who_are() -> None:
    line = refused("add", "li", "--role", "engineer", "--person", "lie", code=1, env=PASSWORD)
    assert line == "upheld: there is no person 'lie'; known: on_call"
    known = ["user", "add", "li", "--role", "engineer", "--person", "on_call"]
    assert CliRunner().invoke(main, known, env=PASSWORD).exit_code == 0


def test_a_customer_is_looked_up_before_a_password_is_asked_for() -> None:
    assert "known: acme" in refused("add", "chen", "--role", "customer", "--customer", "acne", code=1)
    assert "known: acme" in refused("role", "chen", "customer", "--customer", "acne", code=1)
