"""What a new configuration would change, and the long form in full. Pure; nothing printed here shows a secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from config.agreement import Agreement
from config.document import AMBIGUOUS
from config.model import Anchor, Channel, Check, Config, Source
from config.moment import print_moment

KEPT = "history, phase and streaks are kept"
ASKED_ANEW = "history is kept; unknown from the change until the new question is answered"
BEGINS = "its history begins"
ENDS = "no longer asked; its history is kept"


class Deed(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entity: `components.shop.checks.home`. `details` says old -> new key by key."""

    path: str
    deed: Deed
    details: tuple[str, ...] = ()
    history: str | None = None
    """For a check, what becomes of what is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    changes: tuple[Change, ...]
    untouched: tuple[str, ...]
    """Ids of the checks that go on as they are."""

    def lines(self) -> Iterator[str]:
        if not self.changes:
            yield "nothing changes"
        for change in self.changes:
            yield f"{change.deed} {change.path}" + (f": {change.history}" if change.history else "")
            yield from (f"    {detail}" for detail in change.details)


def plan(old: Config | None, new: Config) -> Plan:
    """From the running configuration, or from nothing, to the new one."""
    before = _entities(long_form(old)) if old is not None else {}
    after = _entities(long_form(new))
    checks_before = {check.id: check for check in old.checks()} if old is not None else {}
    checks_after = {check.id: check for check in new.checks()}
    changes: list[Change] = []
    for path in [*after, *(path for path in before if path not in after)]:
        was, now = checks_before.get(_check_id(path)), checks_after.get(_check_id(path))
        details = tuple(differences(before.get(path, {}), after.get(path, {})))
        if path not in before:
            changes.append(Change(path=path, deed=Deed.ADDED, history=BEGINS if now else None))
        elif path not in after:
            changes.append(Change(path=path, deed=Deed.REMOVED, history=ENDS if was else None))
        elif details or _secrets_differ(old, new, path):
            history = None
            if was is not None and now is not None:
                history = KEPT if was.definition == now.definition else ASKED_ANEW
            said = details or ("the value of a secret",)
            changes.append(Change(path=path, deed=Deed.CHANGED, details=said, history=history))
    untouched = tuple(id for id, check in checks_after.items() if checks_before.get(id) == check)
    return Plan(changes=tuple(changes), untouched=untouched)


def _check_id(path: str) -> str:
    parts = path.split(".checks.")
    return f"{parts[0].removeprefix('components.')}/{parts[1]}" if len(parts) == 2 else ""


def _entities(long: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Path -> content, checks apart from their component, versions of agreements from their customer."""
    found: dict[str, Mapping[str, Any]] = {}
    for section, content in long.items():
        if section in _SINGLE:
            found[section] = content
            continue
        for id, entity in content.items():
            found[f"{section}.{id}"] = {key: value for key, value in entity.items() if key not in _APART}
            for version in entity.get("agreements", []):
                found[f"{section}.{id}.agreements.{version['id']}@{version['version']}"] = version
            for name, check in entity.get("checks", {}).items():
                found[f"{section}.{id}.checks.{name}"] = check
    return found


_APART = ("checks", "agreements")
_SINGLE = (
    "site",
    "store",
    "listen",
    "signing",
    "probing",
    "checkpoints",
    "severity",
    "incidents",
    "access",
    "retention",
    "heartbeat",
)


def differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """`target: 99.5 -> 99.9`, key by key, of two trees of plain values."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)


def _secrets_differ(old: Config | None, new: Config, path: str) -> bool:
    return old is not None and _options(old, path) != _options(new, path)


def _options(config: Config, path: str) -> object:
    section, _, id = path.partition(".")
    if (check := _check_id(path)) and check.partition("/")[0] in config.components:
        component, _, name = check.partition("/")
        return config.components[component].checks[name].options
    if path == "store":
        return config.store.url
    plugged: dict[str, Channel | Source | Anchor] = {}
    match section:
        case "channels":
            plugged.update(config.channels)
        case "sources":
            plugged.update(config.sources)
        case "anchors":
            plugged.update(config.anchors)
        case _:
            pass
    return plugged[id].options if id in plugged else None


class _Dumper(yaml.SafeDumper):
    """Quotes what the loader would find ambiguous."""


_Dumper.add_implicit_resolver("!ambiguous", AMBIGUOUS, list("-+.0123456789"))


def expanded(config: Config) -> str:
    """The long form as YAML that loads again. Secrets stand as `${…}`; those written out as `(hidden)`."""
    return yaml_text(long_form(config))


def yaml_text(tree: Mapping[str, Any]) -> str:
    """The tree as YAML that `config.document` reads back the same."""
    text: str = yaml.dump(dict(tree), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def long_form(config: Config) -> dict[str, Any]:
    """The tree that `expanded` prints: plain texts, numbers, lists and mappings."""
    dumped = _pruned(config.model_dump(mode="json", exclude_none=True))
    for section in ("calendars", "people", "rotas", "pages", "exclusions", "escalations", "peers"):
        for entity in dumped.get(section, {}).values():
            entity.pop("id")
    for id, rota in config.rotas.items():
        for written, layer in zip(dumped["rotas"][id]["layers"], rota.layers, strict=True):
            written["handoff"] = layer.change
            if layer.calendar is None:
                written.pop("on")
            if layer.start is not None:
                written["start"] = print_moment(layer.start, rota.timezone)
    for id, escalation in config.escalations.items():
        dumped["escalations"][id].setdefault("repeat", "until-acknowledged")
        assert escalation.id == id
    for id, component in config.components.items():
        dumped["components"][id] = _component(dumped["components"][id], component.checks)
    for id, channel in config.channels.items():
        dumped["channels"][id] = _plugged(dumped["channels"][id], channel)
    for id, source in config.sources.items():
        dumped["sources"][id] = _plugged(dumped["sources"][id], source)
    for id, anchor in config.anchors.items():
        dumped["anchors"][id] = _plugged(dumped["anchors"][id], anchor)
    for id, exclusion in config.exclusions.items():
        written = dumped["exclusions"][id]
        for key in ("start", "end"):
            if key in written:
                written[key] = print_moment(written[key], exclusion.timezone)
        if "notice" in written:
            written["notice"]["given"] = print_moment(written["notice"]["given"], exclusion.timezone)
    for id, customer in config.customers.items():
        written = dumped["customers"][id]
        written.pop("id")
        for entry, agreement in zip(written.get("agreements", []), customer.agreements, strict=True):
            _agreement(entry, agreement)
    masked: dict[str, Any] = _masked(dumped, config)
    return masked


def _pruned(value: Any) -> Any:
    """Without what is empty; what a plug-in understands is left as it is."""
    if not isinstance(value, dict):
        return [_pruned(inner) for inner in value] if isinstance(value, list) else value
    inner = {key: item if key in _WHOLE else _pruned(item) for key, item in value.items()}
    return {key: item for key, item in inner.items() if key in _WHOLE or item not in ({}, [])}


_WHOLE = ("options", "when", "oidc")


def _component(written: dict[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    written.pop("id")
    rule = written["down_when"]
    written["down_when"] = {"fewer_than_up": rule["up"]} if "up" in rule else rule["mode"]
    for name, check in checks.items():
        written["checks"][name] = _plugged(written["checks"][name], check)
    return written


def _plugged(written: dict[str, Any], entity: Channel | Source | Anchor | Check) -> dict[str, Any]:
    options: dict[str, Any] = written.pop("options")
    plain = {key: value for key, value in written.items() if key not in ("id", "component")}
    if isinstance(entity, Check) and not entity.target:
        plain.pop("target")
    return {**plain, **options}


def _agreement(written: dict[str, Any], agreement: Agreement) -> None:
    zone = agreement.availability.timezone
    for key in ("customer", "origins", "calendars", "until"):
        written.pop(key, None)
    written["id"] = agreement.id.partition("/")[2]
    for key, sheet in (("profile", agreement.profile), ("terms", agreement.terms)):
        if sheet is not None:
            written[key] = sheet.ref
    written["effective"] = print_moment(agreement.effective, zone)
    written["measured_from"] = print_moment(agreement.measured_from, zone)
    if agreement.until is not None:
        written["ends"] = print_moment(agreement.until, zone)
    for hours in (written["availability"]["service_hours"], written["hours"]):
        if isinstance(hours, dict):
            hours.pop("id", None)
    for level in written.get("levels", []):
        for clocks in (level.get("commitments", {}), level.get("outside_hours", {})):
            for commitment in clocks.values():
                commitment.pop("id")
    for entry in (*written.get("indicators", {}).values(), *written.get("duties", {}).values()):
        entry.pop("id")


def _masked(value: Any, config: Config) -> Any:
    """Texts that came from outside, wherever they went, are shown by their reference; a literal `${` stays literal."""
    references = {secret.reference for secret in config.secrets}
    values = {secret.reveal(): secret.reference for secret in config.secrets if secret.reveal()}

    def mask(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: mask(item) for key, item in inner.items()}
        if isinstance(inner, list):
            return [mask(item) for item in inner]
        if not isinstance(inner, str) or inner in references:
            return inner
        return values.get(inner, inner.replace("${", "$${"))

    return mask(value)
