"""Whole configurations: the two of the interface, short forms, folders, defaults and secrets."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from config.load import load
from config.model import Checkpoints, Config, Group, Tier
from config.node import ConfigError
from config.oncall import Escalation, Reach, Step
from config.registry import Registries
from tests.config.installed import DOCUMENTS, ENVIRONMENT, INSTALLED, WITH_TLS, read
from upheld.installed import installed

SHOP = 'components: {shop: "https://shop.example.com/"}\n'


def document(name: str, kinds: Registries = INSTALLED) -> Config:
    return load(DOCUMENTS / f"{name}.yaml", kinds=kinds, environ=ENVIRONMENT)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_the_shortest_useful_file_says_everything_in_twelve_lines() -> None:
    config = document("shortest")
    shop = config.check("shop/http")
    assert (shop.kind, shop.target, shop.interval, shop.timeout) == (
        "http",
        "https://shop.example.com/",
        60_000,
        10_000,
    )
    assert config.site.external_url == "http://status.example.com"
    assert config.channels["mail"].kind == "email"
    assert config.people["on_call"].reach == (Reach(channel="mail"),)
    assert config.component("shop").escalation == "default"
    assert config.pages["public"].components == ("shop", "api", "crm")
    assert config.customers["acme"].contacts[0].email == "chen@acme.example"
    agreement = config.customers["acme"].agreements[0]
    assert (agreement.id, agreement.availability.target) == ("acme/support-agreement", "99.5")
    assert agreement.components == ("shop", "api", "crm")


def test_one_person_on_call_is_paged_every_ten_minutes_until_somebody_acknowledges() -> None:
    assert document("shortest").escalation_of("shop") == Escalation(
        id="default", steps=(Step(notify=("on_call",)),), repeat=None, pause=600_000, fallback=("on_call",)
    )


def test_every_key_of_the_long_example_loads() -> None:
    config = document("every-key-of-this-version")
    home = config.check("shop/home")
    assert (home.interval, home.timeout, home.degraded_over, home.fall, home.rise) == (30_000, 5_000, 1_500, 3, 2)
    assert home.recheck == 10_000
    assert home.options == {"expect": {"status": [200], "body": "ok"}}
    assert config.component("shop").after == ("database",)
    assert config.people["li"].reach == (Reach(channel="mail"), Reach(channel="ding", after=300_000))
    assert config.rotas["primary"].layers[0].change == "Mon 09:00"
    assert config.escalations["default"].steps[1] == Step(after=900_000, notify=("wang",))
    assert config.calendars["cn"].country == "CN"
    assert [(rule.severity, rule.when.tier) for rule in config.severity.rules] == [(1, Tier.CORE), (3, None)]
    assert config.pages["public"].components == ("database", Group(group="Shop", of=("shop",)))
    assert config.exclusions["weekly-work"].duration == 4 * 3_600_000
    assert config.retention.rollups == 730 * 86_400_000
    assert config.anchors["tsa"].options == {"url": "https://tsa.example.com/", "ca_file": "tsa.pem"}
    assert config.checkpoints == Checkpoints(mail="weekly", channels=("ding",))


def test_what_is_not_in_use_yet_is_named_with_its_place() -> None:
    file = DOCUMENTS / "every-key-of-this-version.yaml"
    assert [str(notice) for notice in document("every-key-of-this-version").not_in_use] == [
        f"{file}:59:10: access.oidc: accepted, not in use",
    ]


def test_only_kinds_of_later_versions_are_refused_in_the_long_example() -> None:
    with pytest.raises(ConfigError) as caught:
        document("every-key")
    file = DOCUMENTS / "every-key.yaml"
    assert [str(problem) for problem in caught.value.problems if "/run/secrets" not in problem.message] == [
        f"{file}:10:16: kind 'dingtalk' is not in this version; known: email, log, webhook",
        f"{file}:28:20: kind 'tls' is not in this version; known: heartbeat, http, tcp",
        f"{file}:32:14: kind 'pagerduty' is not in this version; known: alertmanager",
    ]


def test_an_https_address_watches_its_certificate_where_that_kind_is_installed(tmp_path: Path) -> None:
    text = "components: {shop: https://shop.example.com/, shop8: https://shop.example.com:8443/x, plain: http://a.example/}"
    config = read(tmp_path, text, kinds=WITH_TLS)
    assert {check.id: check.target for check in config.checks() if check.kind == "tls"} == {
        "shop/cert": "shop.example.com:443",
        "shop8/cert": "shop.example.com:8443",
    }
    assert config.check("shop/cert").interval == 3_600_000
    assert config.not_in_use == ()


def test_without_that_kind_the_certificate_is_named_as_not_in_use(tmp_path: Path) -> None:
    (notice,) = read(tmp_path, SHOP).not_in_use
    assert (
        str(notice) == f"{tmp_path}/upheld.yaml:1:20: components.shop: watching its certificate: accepted, not in use"
    )


def test_an_address_of_a_port_is_asked_by_tcp(tmp_path: Path) -> None:
    config = read(tmp_path, 'components: {db: "tcp://db.example.com:5432", web: {checks: {home: "http://a.example/"}}}')
    assert (config.check("db/tcp").target, config.check("web/home").target) == (
        "db.example.com:5432",
        "http://a.example/",
    )


def test_components_alone_get_every_operational_default(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP)
    assert config.site.timezone == "UTC"
    assert config.site.languages == ("zh-CN", "en")
    assert config.store.url.reveal() == f"sqlite:///{tmp_path}/upheld.db"
    assert config.store.sqlite_file == tmp_path / "upheld.db"
    assert (config.listen.host, config.listen.port) == ("127.0.0.1", 8080)
    assert config.signing.key_file == tmp_path / "signing.key"
    assert config.component("shop").tier is Tier.CORE
    assert config.component("shop").escalation is None
    assert config.pages["public"].path == "/"


def test_without_mail_the_person_on_call_is_told_by_the_log(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP + "on_call: {name: Li}\n")
    assert config.people["on_call"].reach == (Reach(channel="log"),)
    assert config.channels["log"].kind == "log"


def test_a_check_faster_than_the_default_timeout_gives_up_after_its_interval(tmp_path: Path) -> None:
    text = "components: {shop: {checks: {home: {kind: http, target: 'http://a.example/', interval: 2s}}}}"
    check = read(tmp_path, text).check("shop/home")
    assert (check.timeout, check.recheck) == (2_000, 1_000)


def test_a_heartbeat_has_no_target_and_a_component_needs_no_checks(tmp_path: Path) -> None:
    text = "components: {backup: {checks: {run: {kind: heartbeat, period: 1d, token: 0a1b2c3d4e}}}, fed: {tier: minor}}"
    config = read(tmp_path, text)
    assert config.check("backup/run").target == ""
    assert config.component("fed").checks == {}


def test_the_signing_key_lies_beside_the_database_unless_it_is_named(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP + "store: {url: sqlite:///data/upheld.db}\n")
    assert config.signing.key_file == tmp_path / "data" / "signing.key"
    config = read(tmp_path, SHOP + "store: {url: sqlite:////var/lib/upheld.db}\nsigning: {key_file: keys/a.key}\n")
    assert config.store.sqlite_file == Path("/var/lib/upheld.db")
    assert config.signing.key_file == tmp_path / "keys" / "a.key"


def test_a_folder_is_one_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("components: {shop: 'http://a.example/'}\nsite: {name: One}\n")
    (tmp_path / "b.yml").write_text("components: {api: 'http://b.example/'}\nsite: {timezone: Asia/Shanghai}\n")
    (tmp_path / ".hidden.yaml").write_text("not: this\n")
    config = load(tmp_path, kinds=INSTALLED, environ={})
    assert list(config.components) == ["shop", "api"]
    assert (config.site.name, config.site.timezone, config.folder) == ("One", "Asia/Shanghai", tmp_path)


def test_a_name_in_two_files_of_a_folder_is_named_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("components: {shop: 'http://a.example/'}\n")
    (tmp_path / "b.yaml").write_text("components: {shop: 'http://b.example/'}\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, kinds=INSTALLED, environ={})
    assert str(caught.value) == f"{tmp_path}/b.yaml:1:14: 'shop' stands in {tmp_path}/a.yaml:1:14 too; keep one"


def test_unreadable_files_of_a_folder_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff")
    (tmp_path / "b.yaml").write_text("a: [\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, kinds=INSTALLED, environ={})
    assert [Path(problem.mark.file).name for problem in caught.value.problems] == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize("name", ["nowhere.yaml", "empty", "bad\0name"])
def test_a_path_without_a_configuration_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / name, kinds=INSTALLED, environ={})
    assert len(caught.value.problems) == 1


def test_every_problem_is_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        "site: {timezone: Asia/Peking, nam: x}\n"
        "components:\n"
        "  shop: {tier: cor, after: [api], owner: li}\n"
        "  db: {checks: {port: {kind: tcp, target: db.example.com, interval: 30}}}\n"
        "pages: {public: {components: [shopp]}}\n"
    )
    assert problems(tmp_path, text) == [
        "upheld.yaml:1:18: 'Asia/Peking' is not a time zone; write one like Asia/Shanghai, Europe/Berlin or UTC",
        "upheld.yaml:1:31: unknown key 'nam'; did you mean 'name'?",
        "upheld.yaml:3:16: 'cor' is none of 'core', 'important' or 'minor'; did you mean 'core'?",
        "upheld.yaml:3:29: no component is named 'api'; known: shop, db",
        "upheld.yaml:3:42: no person is named 'li'; write it under `people:`",
        "upheld.yaml:4:69: a length of time needs a unit, like 30s, 5m, 1h or 21d",
        "upheld.yaml:5:31: no component is named 'shopp'; did you mean 'shop'?",
    ]


def test_an_entity_with_a_mistake_is_still_there_for_the_others(tmp_path: Path) -> None:
    text = "people: {li: {name: Li, role: boss}}\ncomponents: {shop: {owner: li}}\n"
    assert len(problems(tmp_path, text)) == 1


def test_a_severity_rule_may_look_at_the_source_and_at_the_word_of_the_sender(tmp_path: Path) -> None:
    text = SHOP + "severity: {rules: [{when: {source: probe}, severity: 2}, {when: {word: page}, severity: 1}]}\n"
    first, second = read(tmp_path, text).severity.rules
    assert (first.when.source, second.when.word) == ("probe", "page")


def test_values_from_outside_reach_the_plugin_and_no_print(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    text = SHOP + (
        'site: {external_url: "https://${env:AM_TOKEN}"}\n'
        'mail: {host: smtp.example.com, sender: a@example.com, password: "${env:SMTP_PASSWORD}"}\n'
        'sources: {am: {kind: alertmanager, token: "x-${file:token}"}}\n'
    )
    config = read(tmp_path, text)
    assert str(config.channels["mail"].options["password"]) == "${env:SMTP_PASSWORD}"
    assert config.site.external_url == "https://staple-7f3a"
    options = (config.channels, config.sources)
    for shown in (repr(options), str(config.model_dump()["sources"]), config.model_dump_json(exclude={"site"})):
        assert "correct horse battery" not in shown
        assert "from-a-file" not in shown


def test_a_literal_password_is_hidden_too(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP + "mail: {host: smtp.example.com, sender: a@example.com, password: hunter2}\n")
    assert "hunter2" not in repr(config) + config.model_dump_json()


def test_a_password_in_the_address_of_the_store_is_hidden(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP + "store: {url: 'postgresql://upheld:hunter2@db.example.com/upheld'}\n")
    assert str(config.store.url) == "postgresql://upheld:(hidden)@db.example.com/upheld"
    assert config.store.url.reveal() == "postgresql://upheld:hunter2@db.example.com/upheld"
    assert config.store.sqlite_file is None


def test_a_complaint_never_repeats_a_secret(tmp_path: Path) -> None:
    text = (
        'site: {timezone: "${env:AM_TOKEN}"}\n'
        'components: {"${env:AM_TOKEN}": {tier: "${env:AM_TOKEN}", runbook: ["${env:AM_TOKEN}"]}}\n'
        'channels: {mail: {kind: "${env:AM_TOKEN}"}}\n'
        'people: {li: {name: Li, reach: [{channel: "${env:AM_TOKEN}"}]}}\n'
        'mail: {host: h, sender: s, tls: "${env:AM_TOKEN}"}\n'
    )
    told = problems(tmp_path, text)
    assert len(told) >= 5
    assert "staple-7f3a" not in "\n".join(told)


def test_two_dollars_are_the_signs_themselves(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP + 'site: {name: "$${env:HOME} costs $5"}\n')
    assert config.site.name == "${env:HOME} costs $5"


def test_the_environment_is_the_process_own_unless_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "UPHELD_TEST_NAME", "Northwind")
    file = tmp_path / "upheld.yaml"
    file.write_text(SHOP + 'site: {name: "${env:UPHELD_TEST_NAME}"}\n')
    assert load(file, kinds=INSTALLED).site.name == "Northwind"


def test_an_alias_shared_by_two_components_gives_each_its_own_checks(tmp_path: Path) -> None:
    text = "components:\n  one: &base {checks: {home: {kind: http, target: 'http://a.example/'}}}\n  two: *base\n"
    config = read(tmp_path, text)
    assert [check.id for check in config.checks()] == ["one/home", "two/home"]


def test_an_entity_under_a_kind_that_is_missing_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    kinds = replace(INSTALLED, channels={})
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "components: {shop: {tier: cor}}\nchannels: {log: {kind: log}}\n", kinds=kinds)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("name", ["shortest", "every-key-of-this-version"])
def test_the_plugins_that_ship_accept_the_examples(name: str) -> None:
    assert document(name, installed().registries).components


def test_the_plugins_that_ship_know_every_kind_of_the_long_example() -> None:
    with pytest.raises(ConfigError) as caught:
        document("every-key", installed().registries)
    assert [problem.message for problem in caught.value.problems if "/run/secrets" not in problem.message] == []
