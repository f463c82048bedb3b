"""JSON Schema of what may be written, short forms and the options of every installed plug-in included.

It helps an editor while typing; `check-config` remains the judge, since names and dates cannot be checked by a schema.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from config.agreement import Agreement
from config.assemble import ENTITIES, SECTIONS
from config.contract import OWN, PROPOSED
from config.model import Anchor, Channel, Check, Contact, Source
from config.oncall import Person
from config.profile import Family
from config.registry import OptionsModels, Registries, needs_target
from config.remedy import FORMS
from config.shelf import MODELS

Schema = dict[str, Any]

_DERIVED = ("id", "component", "options", "official")
_NAMED_WITHIN = {model.__name__ for model in FORMS.values()}
"""Entries of a list, which carry their `id` themselves."""
_HOURS: Schema = {
    "anyOf": [
        {"type": "string", "description": "24x7, or the name of a calendar"},
        {"$ref": "#/$defs/Calendar"},
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    ]
}


def schema(kinds: Registries) -> Schema:
    """The whole document."""
    book = _Book()
    properties: Schema = {name: book.ref(model) for name, model in SECTIONS.items()}
    for name, model in ENTITIES.items():
        properties[name] = {"type": "object", "additionalProperties": book.ref(model)}
    properties["mail"] = book.mail(kinds)
    properties["on_call"] = book.ref(Person)
    book.plug(Check, kinds.kinds)
    book.plug(Channel, kinds.channels)
    book.plug(Source, kinds.sources)
    if kinds.anchors:
        book.plug(Anchor, kinds.anchors)
    _short_forms(book.defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "upheld",
        "type": "object",
        "additionalProperties": False,
        "required": ["components"],
        "properties": properties,
        "$defs": book.defs,
    }


def sheet_schema(family: Family) -> Schema:
    """A profile, or a term sheet, as one file."""
    book = _Book()
    model = MODELS[family]
    book.ref(model)
    holder, key = ("Profile", "hours") if family == "profiles" else ("Counting", "service_hours")
    book.defs[holder]["properties"][key] = _HOURS
    _plain(book.defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"upheld {model.__name__}",
        "$ref": f"#/$defs/{model.__name__}",
        "$defs": book.defs,
    }


def _plain(defs: dict[str, Schema]) -> None:
    """Limits are texts; what follows from a key is not asked."""
    if "Limit" in defs:
        defs["Limit"] = {"type": "string", "examples": ["30m", "4h", "3wd", "the earlier of 24h and 1wd", "by plan"]}
    if "Days" in defs:
        defs["Days"] = {"type": "string", "examples": ["15d", "15wd"]}
    if "Level" in defs:
        defs["Level"]["required"] = ["number", "name"]


class _Generator(GenerateJsonSchema):
    """A default that JSON cannot say is left out; defaults are the documentation's business."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 (pydantic reads the class)


class _Book:
    """The definitions collected so far, each without the keys that nobody writes."""

    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {}

    def ref(self, model: type[BaseModel], name: str | None = None) -> Schema:
        own = name or model.__name__
        if own not in self.defs:
            written = model.model_json_schema(schema_generator=_Generator)
            inner: dict[str, Schema] = written.pop("$defs", {})
            prefix = f"{name}." if name else ""
            for key, value in inner.items():
                self.defs.setdefault(prefix + key, _written(_renamed(value, prefix)))
            self.defs[own] = _written(_renamed(written, prefix))
        return {"$ref": f"#/$defs/{own}"}

    def plug(self, owner: type[BaseModel], installed: OptionsModels) -> None:
        """The entity becomes one of its kinds, each with the options of that kind beside the entity's own keys."""
        self.ref(owner)
        plain = self.defs[owner.__name__]
        kinds = []
        for kind, options in installed.items():
            name = f"{owner.__name__}.{kind}"
            self.ref(options, name)
            own = self.defs[name]
            required = {"kind", *own.get("required", [])}
            if owner is Check and needs_target(options):
                required.add("target")
            properties = {**plain["properties"], **own.get("properties", {}), "kind": {"const": kind}}
            self.defs[name] = {**plain, "title": name, "properties": properties, "required": sorted(required)}
            kinds.append({"$ref": f"#/$defs/{name}"})
        self.defs[owner.__name__] = {"anyOf": kinds}

    def mail(self, kinds: Registries) -> Schema:
        if "email" not in kinds.channels:
            return {"type": "object"}
        return self.ref(kinds.channels["email"], "mail")


def _renamed(value: Any, prefix: str) -> Any:
    """References of a plug-in's own models, kept apart from everybody else's."""
    if isinstance(value, dict):
        renamed = {key: _renamed(inner, prefix) for key, inner in value.items()}
        if isinstance(renamed.get("$ref"), str):
            renamed["$ref"] = renamed["$ref"].replace("#/$defs/", f"#/$defs/{prefix}")
        return renamed
    return [_renamed(inner, prefix) for inner in value] if isinstance(value, list) else value


def _written(definition: Schema) -> Schema:
    properties: Schema = definition.get("properties", {})
    derived = _DERIVED[1:] if definition.get("title") in _NAMED_WITHIN else _DERIVED
    kept = {key: value for key, value in properties.items() if key not in derived}
    for value in kept.values():
        if isinstance(value, dict):
            value.pop("default", None)
    result = {**definition, "properties": kept} if properties else definition
    required = [key for key in definition.get("required", []) if key in kept]
    return {**result, "required": required} if required else {k: v for k, v in result.items() if k != "required"}


def _short_forms(defs: dict[str, Schema]) -> None:
    text: Schema = {"type": "string"}
    defs["Site"]["properties"]["url"] = {"type": "string", "description": "short for external_url"}
    _plain(defs)
    defs["DownWhen"] = {
        "anyOf": [
            {"enum": ["any", "all"]},
            {"type": "object", "properties": {"fewer_than_up": {"type": "integer"}}, "additionalProperties": False},
        ]
    }
    repeat = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"const": "until-acknowledged"}]}
    defs["Escalation"]["properties"]["repeat"] = repeat
    rota = defs["Rota"]
    rota["properties"] |= defs["Layer"]["properties"]
    rota["required"] = []
    component = defs["Component"]
    component["required"] = []
    component["properties"]["checks"] = {
        "type": "object",
        "additionalProperties": {"anyOf": [text, {"$ref": "#/$defs/Check"}]},
    }
    defs["Component.long"] = component
    defs["Component"] = {"anyOf": [text, {"$ref": "#/$defs/Component.long"}]}
    customer = defs["Customer"]["properties"]
    customer["contact"] = {"$ref": f"#/$defs/{Contact.__name__}"}
    customer["agreement"] = {"$ref": f"#/$defs/{Agreement.__name__}"}
    for name in ("Person", "Contact"):
        defs[name]["properties"]["email"] = text
    _agreement(defs)


def _agreement(defs: dict[str, Schema]) -> None:
    date: Schema = {"type": "string", "examples": ["2026-01-01"]}
    agreement = defs["Agreement"]
    properties = {key: value for key, value in agreement["properties"].items() if key not in OWN}
    properties |= {
        "id": {"type": "string"},
        "profile": {"type": "string", "examples": ["sla-standard@1"]},
        "terms": {"type": "string", "examples": ["strict-7x24@1"]},
        "effective": date,
        "measured_from": date,
        "ends": date,
        "covers": properties["components"],
        "target": defs["Availability"]["properties"]["target"],
        "hours": _HOURS,
        "remedies": {"anyOf": [{"const": PROPOSED}, properties["remedies"]]},
    }
    defs["Agreement"] = {**agreement, "properties": properties, "required": ["measured_from"]}
    availability = defs["Availability"]
    availability["properties"]["service_hours"] = _HOURS
    availability.pop("required", None)
    level = defs["Level"]
    level["required"] = ["number"]
