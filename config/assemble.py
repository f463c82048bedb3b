"""The long tree to the models, section by section, so that one mistake hides no other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from config import contract
from config.agreement import Agreement, Calendar
from config.duration import print_duration
from config.hide import hidden
from config.instant import SECOND
from config.life import Life
from config.model import (
    Access,
    Anchor,
    Channel,
    Check,
    Checkpoints,
    Component,
    Customer,
    Exclusion,
    Listen,
    Page,
    Probing,
    Retention,
    Severity,
    Signing,
    Site,
    Source,
    Store,
)
from config.node import Node, did_you_mean, listing, mapping, scalar
from config.oncall import Escalation, Person, Rota
from config.options import parse
from config.outward import Heartbeat, Peer
from config.place import settle
from config.reader import Report, read, what, wide_colon
from config.registry import OptionsModels, Registries, needs_target
from config.shelf import Shelf, shelf_of
from config.value import Value

Model = TypeVar("Model", bound=Value)

SECTIONS: dict[str, type[Value]] = {
    "site": Site,
    "store": Store,
    "listen": Listen,
    "signing": Signing,
    "probing": Probing,
    "checkpoints": Checkpoints,
    "severity": Severity,
    "incidents": Life,
    "access": Access,
    "retention": Retention,
    "heartbeat": Heartbeat,
}
ENTITIES: dict[str, type[Value]] = {
    "calendars": Calendar,
    "channels": Channel,
    "people": Person,
    "rotas": Rota,
    "escalations": Escalation,
    "components": Component,
    "sources": Source,
    "anchors": Anchor,
    "customers": Customer,
    "exclusions": Exclusion,
    "pages": Page,
    "peers": Peer,
}
SHORT = ("mail", "on_call")
KEPT = ("options", "url", "oidc")
"""Keys whose secrets stay wrapped in the model."""


@dataclass(slots=True, kw_only=True)
class Assembly:
    root: Node
    kinds: Registries
    folder: Path
    report: Report
    shelf: Shelf
    built: dict[str, object] = field(default_factory=dict)

    def section(self, name: str) -> Node:
        return self.root.get(name) or mapping(self.root.mark)

    def zone(self) -> str:
        """The site's, or UTC where what is written there is none."""
        site = self.built.get("site")
        return site.timezone if isinstance(site, Site) else "UTC"


def assemble(root: Node, kinds: Registries, folder: Path, report: Report) -> dict[str, object]:
    """What `Config` is made of. Entities with mistakes are left out and reported."""
    assembly = Assembly(root=root, kinds=kinds, folder=folder, report=report, shelf=shelf_of(folder, report))
    _known_sections(assembly)
    for name, model in SECTIONS.items():
        assembly.built[name] = read(model, assembly.section(name), report, keep=KEPT) or model()
    _prepare(assembly)
    for name, model in ENTITIES.items():
        assembly.built[name] = _entities(assembly, name, model)
    settle(assembly.built, root, folder, report)
    return assembly.built


def _known_sections(assembly: Assembly) -> None:
    root, report = assembly.root, assembly.report
    known = [*SECTIONS, *ENTITIES, *SHORT]
    for key in root.mapping:
        if key not in known:
            report.add(root.key_mark(key), f"unknown key '{key}'{did_you_mean(key, known)}")
    if root.get("components") is None:
        report.add(root.mark, "there are no components; write `components: {shop: https://shop.example.com/}`")
    for name in ENTITIES:
        section = root.get(name)
        if section is not None and not isinstance(section.value, dict):
            example = f"write `{name}: {{name: …}}`{wide_colon(section)}"
            report.add(section.mark, f"{what(section)} is not a mapping of names; {example}")


def _entities(assembly: Assembly, name: str, model: type[Model]) -> dict[str, Model]:
    build: Callable[[Node, str], Value | None] = {
        "customers": lambda node, _: _customer(assembly, node),
        "components": lambda node, _: _component(assembly, node),
        "channels": lambda node, _: _plugged(assembly, node, Channel, assembly.kinds.channels),
        "sources": lambda node, _: _plugged(assembly, node, Source, assembly.kinds.sources),
        "anchors": lambda node, _: _plugged(assembly, node, Anchor, assembly.kinds.anchors),
    }.get(name, lambda node, _: read(model, node, assembly.report))
    found: dict[str, Model] = {}
    for key, node in assembly.section(name).mapping.items():
        entity = build(node, key)
        if isinstance(entity, model):
            found[key] = entity
    return found


def _prepare(assembly: Assembly) -> None:
    """Zones default to the site's, moments become instants in their zone, before anything is read."""
    zone = scalar(assembly.zone(), assembly.root.mark)
    for name in ("calendars", "rotas", "exclusions"):
        for entity in assembly.section(name).mapping.values():
            if isinstance(entity.value, dict) and entity.get("timezone") is None:
                entity.put("timezone", zone)
    for rota in assembly.section("rotas").mapping.values():
        layers = rota.get("layers")
        if layers is not None:
            written = [layer.copy() for layer in layers.items]
            for layer in written:
                _instant(assembly, layer, "start", _zone_of(rota, assembly))
            rota.put("layers", listing(layers.mark, *written) if layers.items else layers, rota.key_mark("layers"))
    for exclusion in assembly.section("exclusions").mapping.values():
        local = _zone_of(exclusion, assembly)
        for key in ("start", "end"):
            _instant(assembly, exclusion, key, local)
        notice = exclusion.get("notice")
        if notice is not None:
            notice = notice.copy()
            exclusion.put("notice", notice, exclusion.key_mark("notice"))
            _instant(assembly, notice, "given", local)


def _zone_of(entity: Node, assembly: Assembly) -> str:
    written = entity.get("timezone")
    trial = Report()
    fine = read(Site, mapping(entity.mark, timezone=written), trial) if written is not None else None
    return fine.timezone if fine is not None else assembly.zone()


def _instant(assembly: Assembly, node: Node, key: str, zone: str) -> None:
    written = node.get(key)
    if written is not None:
        instant = contract.moment(written, zone, assembly.report)
        node.put(key, scalar(instant if instant is not None else 0, written.mark), node.key_mark(key))


def _plugged(assembly: Assembly, node: Node, model: type[Model], installed: OptionsModels) -> Model | None:
    """An entity with a kind: the kind must be there, and its options are the kind's own to judge."""
    entity = read(model, node, assembly.report, keep=("options",))
    kind = node.get("kind")
    if kind is None or kind.text is None:
        return entity
    options = node.get("options")
    if kind.text not in installed:
        known = ", ".join(sorted(installed)) or "none"
        hint = did_you_mean(kind.text, list(installed))
        assembly.report.add(kind.mark, f"kind '{kind.text}' is not in this version; known: {known}{hint}")
        return None
    if options is None or not _options(installed[kind.text], options, model, assembly.report):
        return None
    if isinstance(entity, BaseModel):
        raw = {key: inner.content() for key, inner in options.mapping.items()}
        return entity.model_copy(update={"options": hidden(installed[kind.text], raw)})
    return None


def _options(kind: type[BaseModel], options: Node, owner: type[Value], report: Report) -> bool:
    """Whether the kind accepts them; an unknown one may also be a slip of the entity's own keys."""
    trial = Report(secrets=report.secrets)
    read(kind, options, trial)
    known = [key for key in (*owner.model_fields, *kind.model_fields) if key not in ("id", "component", "options")]
    for problem in trial.problems:
        message = problem.message
        if message.startswith("unknown key '") and "did you mean" not in message:
            key = message.split("'")[1]
            hint = did_you_mean(key, known)
            message = f"unknown key '{key}'{hint or '; known: ' + ', '.join(known)}"
        report.add(problem.mark, message)
    return not trial.problems


def _component(assembly: Assembly, node: Node) -> Component | None:
    report = assembly.report
    checks = node.get("checks")
    built: dict[str, Check] = {}
    if checks is not None and isinstance(checks.value, dict):
        for name, check in checks.mapping.items():
            one = _check(assembly, check)
            if one is not None:
                built[name] = one
    shell = node.copy()
    if checks is None or isinstance(checks.value, dict):
        shell.take("checks")
    component = read(Component, shell, report)
    return component.model_copy(update={"checks": built}) if component is not None else None


def _check(assembly: Assembly, node: Node) -> Check | None:
    check = _plugged(assembly, node, Check, assembly.kinds.kinds)
    kind, target = node.get("kind"), node.get("target")
    model = assembly.kinds.kinds.get(kind.text or "") if kind is not None else None
    if model is not None and needs_target(model) and target is None:
        assembly.report.add(node.mark, f"'target' is missing; a check of kind '{kind.text if kind else ''}' asks one")
    elif check is not None and model is not None:
        _fault(assembly, check, model, node)
    if check is not None:
        _rhythm(check, node, assembly.report)
    return check


def _fault(assembly: Assembly, check: Check, model: type[BaseModel], node: Node) -> None:
    ask = assembly.kinds.faults.get(check.kind)
    fault = ask(check.target, parse(model, check.options)) if ask is not None else None
    if fault is not None:
        assembly.report.add(node.walk("target")[0].mark, fault)


def _rhythm(check: Check, node: Node, report: Report) -> None:
    spent = check.timeout * check.attempts
    if check.interval < SECOND:
        report.add(node.walk("interval")[0].mark, "an interval is at least 1s")
    elif check.recheck > check.interval or check.recheck < SECOND:
        report.add(node.walk("recheck")[0].mark, "a recheck is at least 1s and at most the interval")
    if check.timeout <= 0:
        report.add(node.walk("timeout")[0].mark, "a timeout is longer than 0s")
    elif spent > check.interval:
        asked = f"timeout x attempts is {print_duration(spent)}, the interval only {print_duration(check.interval)}"
        place = "attempts" if check.attempts > 1 else "timeout"
        report.add(node.walk(place)[0].mark, f"{asked}; lower timeout or attempts, or raise the interval")


def _customer(assembly: Assembly, node: Node) -> Customer | None:
    written = node.get("agreements")
    shell = node.copy()
    versions: tuple[Agreement, ...] = ()
    if written is not None and isinstance(written.value, list) and isinstance(node.value, dict):
        shell.take("agreements")
        id = str(node.mapping["id"].value)
        versions = contract.agreements(
            id, written, assembly.zone(), assembly.section("calendars"), assembly.report, assembly.shelf
        )
    customer = read(Customer, shell, assembly.report)
    return customer.model_copy(update={"agreements": versions}) if customer is not None else None
