import dataclasses
from typing import Any

from pydantic import BaseModel, SecretStr

from config.hide import hidden
from config.model import Channel, Check
from config.secret import HIDDEN, Secret, referenced, revealed

PASSWORD = Secret("hunter2", "${env:PASSWORD}")


def test_a_secret_shows_its_reference_however_it_is_printed() -> None:
    shown = [str(PASSWORD), repr(PASSWORD), f"{PASSWORD}", repr([PASSWORD]), repr({"a": PASSWORD})]
    assert "hunter2" not in "".join(shown)
    assert not dataclasses.is_dataclass(PASSWORD)


def test_options_print_and_serialise_by_reference() -> None:
    channel = Channel(id="mail", kind="email", options={"password": PASSWORD, "more": [{"deep": PASSWORD}]})
    assert "hunter2" not in repr(channel) + str(channel.model_dump()) + channel.model_dump_json()


def test_only_revealing_gives_the_value() -> None:
    tree: dict[str, Any] = {"a": [PASSWORD, 1], "b": {"c": PASSWORD}}
    assert revealed(tree) == {"a": ["hunter2", 1], "b": {"c": "hunter2"}}
    assert referenced(tree) == {"a": ["${env:PASSWORD}", 1], "b": {"c": "${env:PASSWORD}"}}


def test_the_digest_of_a_check_depends_on_every_part_of_the_question() -> None:
    base = Check(
        id="a/b", component="a", kind="http", target="http://a.example/", options={"expect": {"status": [200]}}
    )
    other: list[dict[str, object]] = [
        {"target": "http://b.example/"},
        {"kind": "tcp"},
        {"interval": 1_000},
        {"timeout": 1_000},
        {"attempts": 2},
        {"fall": 1},
        {"rise": 1},
        {"recheck": 1_000},
        {"degraded_over": 5},
        {"options": {"expect": {"status": ["200"]}}},
        {"options": {}},
    ]
    digests = {base.model_copy(update=update).definition for update in other}
    assert len(digests | {base.definition}) == len(other) + 1


def test_the_digest_is_the_same_for_the_same_question_under_another_name() -> None:
    one = Check(id="a/b", component="a", kind="http", options={"x": 1, "y": 2})
    two = Check(id="c/d", component="c", kind="http", options={"y": 2, "x": 1}, name="Other")
    assert one.definition == two.definition


class Login(BaseModel):
    client: str
    secret: SecretStr


class Options(BaseModel):
    headers: dict[str, str] = {}
    login: Login | None = None
    proxy: SecretStr | None = None


def test_a_password_written_out_is_hidden_however_deep_it_lies() -> None:
    raw: dict[str, object] = {
        "headers": {"X-Api-Key": "hush-1", "Accept": "text/html"},
        "login": {"client": "upheld", "secret": "hush-2"},
        "proxy": "http://upheld:hush-3@proxy.example.com:3128",
    }
    wrapped = hidden(Options, raw)
    assert "hush" not in repr(wrapped)
    assert revealed(wrapped) == raw
    assert referenced(wrapped) == {
        "headers": {"X-Api-Key": HIDDEN, "Accept": "text/html"},
        "login": {"client": "upheld", "secret": HIDDEN},
        "proxy": HIDDEN,
    }
