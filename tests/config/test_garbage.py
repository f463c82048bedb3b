"""Whatever is written, loading answers with a configuration or with ConfigError."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.node import ConfigError
from tests.config.installed import DOCUMENTS, read

WORDS = (
    "site name timezone url store listen address signing probing calendars hours channels kind people reach channel",
    "rotas handoff escalations steps notify after repeat components shop checks home target interval timeout down_when",
    "sources severity rules when customers acme contact contacts agreement agreements profile terms levels path",
    "availability number commitments limit exclusions every duration start end notice given pages of group retention",
    "access mail on_call id service_hours measured_from options fee version ends calendar",
)
KEYS = st.sampled_from(" ".join(WORDS).split())
SCALARS = (
    st.sampled_from(
        ["", "30s", "24x7", "${env:X}", "shop", "2026-01-01", "99.9", "rota:x", "/", "\0", "http://[", "tcp://a"]
    )
    | st.sampled_from(
        ["sla-standard@1", "strict-7x24@1", "http", "email", "mon-fri", "until-acknowledged", "x://", "/\0"]
    )
    | st.integers(-5, 10**15)
    | st.floats()
    | st.booleans()
    | st.none()
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)
PLACES: tuple[tuple[str | int, ...], ...] = (
    ("components", "shop"),
    ("components", "shop", "checks", "home"),
    ("customers", "acme", "agreements", 0),
    ("customers", "acme", "agreements", 0, "availability"),
    ("calendars", "cn"),
    ("exclusions", "weekly-work"),
    ("pages", "public"),
    ("escalations", "default"),
    ("channels", "mail"),
    ("people", "li"),
)
RELAXED = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


EXAMPLE = (
    (DOCUMENTS / "every-key-of-this-version.yaml")
    .read_text(encoding="utf-8")
    .replace("${file:secrets/ding}", "https://hooks.example.com/")
)


@cache
def example() -> Any:
    return yaml.safe_load(EXAMPLE)


def check(folder: Path, text: str) -> None:
    try:
        read(folder, text)
    except ConfigError as error:
        assert error.problems


@given(st.dictionaries(KEYS, TREES, max_size=5))
@RELAXED
@pytest.mark.slow
def test_known_words_in_senseless_order(tmp_path: Path, tree: dict[str, object]) -> None:
    check(tmp_path, yaml.safe_dump(tree))


@given(st.sampled_from(PLACES), KEYS, TREES)
@RELAXED
@pytest.mark.slow
def test_one_senseless_value_in_the_long_example(
    tmp_path: Path, place: tuple[str | int, ...], key: str, value: object
) -> None:
    tree = inner = deepcopy(example())
    for part in place:
        inner = inner[part]
    inner[key] = value
    check(tmp_path, yaml.dump(tree, Dumper=yaml.CSafeDumper))


@given(st.integers(0, 4000), st.integers(0, 30), st.text(alphabet="{}[]:,&*!\"'\n -x1", max_size=4))
@RELAXED
@pytest.mark.slow
def test_the_long_example_with_a_piece_torn_out(tmp_path: Path, start: int, length: int, instead: str) -> None:
    check(tmp_path, EXAMPLE[:start] + instead + EXAMPLE[start + length :])


@pytest.mark.parametrize(
    "text", ["shop: [", "{}", "components: {}", "components: {shop: }", "components: {shop: {checks: x}}"]
)
def test_the_smallest_nonsense(tmp_path: Path, text: str) -> None:
    check(tmp_path, text)
