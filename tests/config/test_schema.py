"""The JSON Schema accepts what loads and refuses what an editor should underline."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.document import compose
from config.plan import long_form
from config.profile import PINNED, Family, sheet
from config.schema import schema, sheet_schema
from tests.config.installed import DOCUMENTS, INSTALLED, WITH_TLS, read

KINDS = {
    "string": str,
    "integer": int,
    "object": dict,
    "array": list,
    "boolean": bool,
    "null": type(None),
    "number": float,
}


def valid(value: object, rule: Any, root: dict[str, Any]) -> bool:
    """The part of JSON Schema that the document uses."""
    if rule is True or rule == {}:
        return True
    if rule is False:
        return False
    if "$ref" in rule:
        return valid(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root)
    for several in ("anyOf", "oneOf"):
        if several in rule and not any(valid(value, one, root) for one in rule[several]):
            return False
    if "const" in rule and value != rule["const"]:
        return False
    if "enum" in rule and value not in rule["enum"]:
        return False
    kind = rule.get("type")
    if kind and (not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool))):
        return False
    if isinstance(value, dict):
        return _valid_object(value, rule, root)
    if isinstance(value, list):
        return len(value) >= rule.get("minItems", 0) and all(valid(one, rule.get("items", {}), root) for one in value)
    return True


def _valid_object(value: dict[str, object], rule: dict[str, Any], root: dict[str, Any]) -> bool:
    properties, more = rule.get("properties", {}), rule.get("additionalProperties", True)
    if not set(rule.get("required", [])) <= set(value):
        return False
    return all(valid(one, properties.get(key, more), root) for key, one in value.items())


def document(name: str) -> object:
    return compose((DOCUMENTS / f"{name}.yaml").read_bytes(), name).content()


def test_it_is_json_and_every_reference_leads_somewhere() -> None:
    found = schema(INSTALLED)
    text = json.dumps(found)
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= set(found["$defs"])


@pytest.mark.parametrize("name", ["shortest", "every-key-of-this-version"])
def test_the_examples_are_valid(name: str) -> None:
    found = schema(INSTALLED)
    assert valid(document(name), found, found)


def test_the_long_form_is_valid(tmp_path: Path) -> None:
    config = read(tmp_path, (DOCUMENTS / "shortest.yaml").read_text(encoding="utf-8"), kinds=WITH_TLS)
    found = schema(WITH_TLS)
    assert valid(long_form(config), found, found)


@pytest.mark.parametrize(
    "text",
    [
        "site: {name: One}",
        "components: {shop: {tier: cor}}",
        "components: {shop: {teir: core}}",
        "components: {shop: {checks: {home: {kind: http}}}}",
        "components: {shop: {checks: {home: {kind: htp, target: x}}}}",
        "components: {shop: {checks: {home: {kind: http, target: x, expect: {stats: [200]}}}}}",
        "components: {shop: {checks: {home: {kind: http, target: x, warn_before: 21d}}}}",
        "components: {shop: {id: shop}}",
        "{components: {}, channels: {mail: {kind: email, host: h}}}",
        "{components: {}, customers: {a: {name: A, agreement: {covers: [b]}}}}",
        "{components: {}, customers: {a: {name: A, agreement: {measured_from: x, availability: {unknown: maybe}}}}}",
    ],
)
def test_mistakes_are_not(text: str) -> None:
    found = schema(INSTALLED)
    assert not valid(yaml.safe_load(text), found, found)


@pytest.mark.parametrize(("family", "ref"), [(family, ref) for family, pinned in PINNED.items() for ref in pinned])
def test_every_shipped_sheet_is_valid_by_the_schema_of_its_family(family: Family, ref: str) -> None:
    found = sheet_schema(family)
    _, node = sheet(family, ref)
    assert valid(node.content(), found, found)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("profiles", "{name: x, version: 1, title: X}"),
        ("profiles", "{name: x, version: 1, title: X, levels: []}"),
        ("profiles", "{name: x, version: 1, title: X, levels: [{number: 1, name: A, sevrities: [1]}]}"),
        ("profiles", "{name: x, version: 1, title: X, levels: [{number: 1, name: A}], availability: {period: month}}"),
        ("terms", "{name: x, version: 1, title: X, availability: {period: month}}"),
        ("terms", "{name: x, version: 1, title: X, availability: {period: week}}"),
    ],
)
def test_mistakes_in_a_sheet_are_not(family: Family, text: str) -> None:
    found = sheet_schema(family)
    assert not valid(yaml.safe_load(text), found, found)


def test_no_definition_names_what_nobody_writes() -> None:
    definitions = schema(INSTALLED)["$defs"]
    for name in ("Component.long", "Check.http", "Channel.email", "Person", "Agreement"):
        assert not {"component", "options", "origins", "customer", "until"} & set(definitions[name]["properties"])
