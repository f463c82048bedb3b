"""What is installed is what lies in the folders; `upheld kinds` and the other lists say so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.load import load
from config.node import ConfigError
from upheld.cli import main
from upheld.installed import installed


def test_the_shipped_plug_ins_are_found() -> None:
    found = installed()
    assert {"http", "tcp", "heartbeat"} <= set(found.kinds)
    assert {"email", "webhook", "log"} <= set(found.channels)
    assert {"alertmanager"} <= set(found.sources)
    assert {"json", "csv", "html"} <= set(found.formats)
    assert {"rfc3161", "witness"} <= set(found.anchors)


@pytest.mark.parametrize(
    ("word", "name", "option"),
    [
        ("kinds", "http", "expect"),
        ("channels", "email", "host"),
        ("sources", "alertmanager", "token"),
        ("anchors", "witness", "key"),
    ],
)
def test_each_family_is_listed_with_its_options(word: str, name: str, option: str) -> None:
    listed = json.loads(CliRunner().invoke(main, [word, "--json"]).stdout)
    options = next(one["options"] for one in listed if one["name"] == name)
    assert option in {one["name"] for one in options}
    assert f"\n    {option}: " in CliRunner().invoke(main, [word]).stdout


def test_formats_are_listed_with_their_content_type() -> None:
    listed = json.loads(CliRunner().invoke(main, ["formats", "--json"]).stdout)
    assert {one["name"]: one["content_type"].partition(";")[0] for one in listed}["json"] == "application/json"


def test_a_source_names_only_components_there_are(tmp_path: Path) -> None:
    (tmp_path / "upheld.yaml").write_text(
        "components: {shop: https://shop.example.com/}\n"
        "sources:\n"
        "  a: {kind: deadman, token: x, every: 5m, component: shpo}\n"
        "  b: {kind: pagerduty, token: x, known_as: {web: shop, mail: post}}\n"
    )

    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "upheld.yaml", kinds=installed().registries)

    said = [str(problem).partition("upheld.yaml:")[2] for problem in refused.value.problems]
    assert said == [
        "3:54: no component is named 'shpo'; did you mean 'shop'?",
        "4:62: no component is named 'post'; known: shop",
    ]


@pytest.mark.slow
def test_a_server_takes_nothing_in_that_only_others_need() -> None:
    """Each of these is megabytes for as long as it runs."""
    unwanted = ("alembic", "mako", "rich", "pygments", "typst", "xlsxwriter", "holidays", "rfc3161_client", "asyncpg")
    told = f"""
import sys
import db.sqlite, upheld.cli.server, upheld.serve
from upheld.installed import installed
installed()
print([name for name in {unwanted} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
