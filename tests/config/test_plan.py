"""What a reload would change, and the long form that loads again."""

from pathlib import Path

import pytest
import yaml

from config.load import load
from config.model import Config
from config.plan import ASKED_ANEW, BEGINS, ENDS, KEPT, Change, Deed, expanded, plan
from tests.config.installed import DOCUMENTS, ENVIRONMENT, INSTALLED, read

BASE = """\
components:
  shop: {checks: {home: {kind: http, target: "https://shop.example.com/", interval: 30s}}}
  api: {checks: {home: {kind: http, target: "https://api.example.com/"}}}
"""


def changes(folder: Path, old: str, new: str) -> tuple[Change, ...]:
    return plan(read(folder, old), read(folder, new)).changes


def test_the_same_configuration_changes_nothing(tmp_path: Path) -> None:
    found = plan(read(tmp_path, BASE), read(tmp_path, BASE))
    assert found.changes == ()
    assert found.untouched == ("shop/home", "api/home")
    assert list(found.lines()) == ["nothing changes"]


def test_a_new_interval_is_a_new_question(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, BASE, BASE.replace("30s", "10s"))
    assert (change.path, change.deed, change.history) == ("components.shop.checks.home", Deed.CHANGED, ASKED_ANEW)
    assert "interval: 30s -> 10s" in change.details


def test_a_new_name_keeps_the_history_of_a_check(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, BASE, BASE.replace("interval: 30s", "interval: 30s, name: Front page"))
    assert (change.history, change.details) == (KEPT, ("name: nothing -> Front page",))


def test_a_change_of_the_component_touches_no_check(tmp_path: Path) -> None:
    new = BASE.replace("shop: {checks", "shop: {tier: minor, checks")
    found = plan(read(tmp_path, BASE), read(tmp_path, new))
    assert list(found.lines()) == ["changed components.shop", "    tier: core -> minor"]
    assert found.untouched == ("shop/home", "api/home")


def test_a_check_that_comes_or_goes_says_what_becomes_of_its_history(tmp_path: Path) -> None:
    new = BASE.replace("  api: {", "  crm: {")
    found = {change.path: (change.deed, change.history) for change in changes(tmp_path, BASE, new)}
    assert found["components.crm.checks.home"] == (Deed.ADDED, BEGINS)
    assert found["components.api.checks.home"] == (Deed.REMOVED, ENDS)
    assert found["pages.public"] == (Deed.CHANGED, None)


def test_a_rotated_secret_is_a_change_that_shows_no_value_and_keeps_the_history(tmp_path: Path) -> None:
    text = 'components: {shop: {checks: {home: {kind: http, target: "http://a.example/", headers: {X: "${env:T}"}}}}}\n'
    (tmp_path / "upheld.yaml").write_text(text)
    old, new = (load(tmp_path, kinds=INSTALLED, environ={"T": value}) for value in ("first-value", "second-value"))
    assert old.check("shop/home").definition == new.check("shop/home").definition
    found = plan(old, new)
    assert found.untouched == ()
    assert list(found.lines()) == [f"changed components.shop.checks.home: {KEPT}", "    the value of a secret"]


def test_everything_is_new_where_nothing_ran(tmp_path: Path) -> None:
    found = plan(None, read(tmp_path, BASE))
    assert {change.deed for change in found.changes} == {Deed.ADDED}


@pytest.mark.parametrize("name", ["shortest", "every-key-of-this-version"])
def test_the_long_form_loads_again_to_the_same_configuration(tmp_path: Path, name: str) -> None:
    config = load(DOCUMENTS / f"{name}.yaml", kinds=INSTALLED, environ=ENVIRONMENT)
    text = expanded(config)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ding").write_text("https://hooks.example.com/d1n9\n")
    again = read(tmp_path, text)
    assert _but_origins(again) == _but_origins(config)
    assert expanded(again) == text
    for secret in config.secrets:
        assert secret.reveal() not in text
        assert secret.reference in text


def _but_origins(config: Config) -> dict[str, object]:
    dumped = config.model_dump()
    for customer in dumped["customers"].values():
        for agreement in customer["agreements"]:
            agreement.pop("origins")
    return dict(dumped)


def test_short_forms_are_written_out(tmp_path: Path) -> None:
    config = read(tmp_path, 'components: {shop: "https://shop.example.com/"}\n')
    written = yaml.safe_load(expanded(config))["components"]["shop"]
    assert written["checks"]["http"] == {
        "kind": "http",
        "target": "https://shop.example.com/",
        "interval": "1m",
        "timeout": "10s",
        "attempts": 1,
        "fall": 3,
        "rise": 2,
        "recheck": "20s",
    }


def test_words_that_readers_disagree_about_are_quoted_in_the_long_form(tmp_path: Path) -> None:
    components = 'components: {shop: {name: "1e3", runbook: "0o17", dashboard: "no", owner: "on"}}\n'
    config = read(tmp_path, components + 'people: {"on": {name: "010"}}\n')
    again = read(tmp_path, expanded(config))
    assert again.component("shop") == config.component("shop")
    assert again.people["on"].name == "010"


def test_a_value_from_outside_is_masked_wherever_it_went(tmp_path: Path) -> None:
    text = 'components: {shop: {dashboard: "${env:AM_TOKEN}", runbook: "$${env:X}"}}\n'
    config = read(tmp_path, text)
    shown = expanded(config)
    assert "staple-7f3a" not in shown
    assert "${env:AM_TOKEN}" in shown
    assert read(tmp_path, shown).component("shop").runbook == "${env:X}"
