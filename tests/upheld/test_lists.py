"""`upheld kinds` and its like: options as they are written in the configuration."""

import json
import re

import pytest
from click.testing import CliRunner

from upheld.cli import main


def test_defaults_are_written_as_in_the_configuration() -> None:
    shown = CliRunner().invoke(main, ["kinds"]).stdout.splitlines()
    assert "    method: default GET" in shown
    assert "    token: required" in shown
    assert "    payload: may be left out" in shown
    assert "    tls: default {verify: true}" in shown
    kinds = json.loads(CliRunner().invoke(main, ["kinds", "--json"]).stdout)
    (http,) = (one for one in kinds if one["name"] == "http")
    defaults = {one["name"]: one["default"] for one in http["options"]}
    assert (defaults["method"], defaults["payload"], defaults["tls"]) == ("GET", None, {"verify": True})


def test_options_of_options_stand_below_them_with_what_they_mean() -> None:
    shown = CliRunner().invoke(main, ["kinds"]).stdout
    assert "\n    oauth2.client_secret: required\n" in shown
    assert "\n    expect.json: default []\n        `$.status ==" in shown
    assert "\n    expect.headers.may_be_missing: may be left out\n        Whether an answer without it is good" in shown
    assert "\n    tls.server_name: may be left out\n        Asked for (SNI) and verified instead" in shown


@pytest.mark.parametrize("listed", ["kinds", "channels", "sources"])
def test_in_chinese_every_option_is_explained_in_chinese_and_programs_have_the_same_as_ever(
    monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    english = CliRunner().invoke(main, [listed, "--json"]).stdout
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    assert CliRunner().invoke(main, [listed, "--json"]).stdout == english
    explained = [line for line in CliRunner().invoke(main, [listed]).stdout.splitlines() if line.startswith(" " * 8)]
    assert explained
    assert [line for line in explained if not re.search("[\u4e00-\u9fff]", line)] == []
