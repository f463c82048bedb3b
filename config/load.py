"""One file or a folder of them, read into a `Config`, or a `ConfigError` with everything that is wrong."""

import os
from collections.abc import Mapping
from pathlib import Path

from config.alike import share
from config.assemble import assemble
from config.demand import demands
from config.document import MAX_BYTES, compose
from config.expand import expand
from config.instant import DAY
from config.interpolate import interpolate
from config.model import Config
from config.naming import NAMES, another_named, concerned
from config.node import ConfigError, Mark, Node, Problem
from config.official import Country, OfficialDays
from config.reader import Report, what
from config.reference import check_references
from config.registry import Registries
from config.statutory import dated, official_days, with_days
from config.unused import not_in_use


def load(path: Path, *, kinds: Registries, environ: Mapping[str, str] | None = None) -> Config:
    """Raises ConfigError, and nothing else, whatever the files hold.

    `environ` is where `${env:…}` is looked up: the process's own if not given.
    """
    report = Report()
    root = _documents(path, report)
    folder = folder_of(path)
    interpolate(root, folder, os.environ if environ is None else environ, report)
    root = expand(root, kinds, report)
    parts = assemble(root, kinds, folder, report)
    check_references(root, report)
    official = official_days(folder, report)
    if report.problems:
        raise ConfigError(report.problems)
    notices = (*not_in_use(root), *report.notices)
    found = Config.model_validate({**parts, "folder": folder, "not_in_use": notices, "secrets": tuple(report.secrets)})
    _check_retention(root, found, report)
    _check_names(root, found, report)
    if report.problems:
        raise ConfigError(report.problems)
    share(found.components.values())
    return on_days(found, official)


def _check_retention(root: Node, config: Config, report: Report) -> None:
    """What an agreement demands cannot be shortened."""
    written = root.get("retention")
    told: set[str] = set()
    for demand in demands(config.agreements()):
        node = written.get(demand.key) if written is not None else None
        if node is None or demand.key in told or getattr(config.retention, demand.key) >= demand.least:
            continue
        told.add(demand.key)
        days = demand.least // DAY
        advice = f"agreement {demand.agreement} demands {days} days; write {days}d or longer"
        report.add(node.mark, f"retention.{demand.key} is too short: {advice}")


def _check_names(root: Node, config: Config, report: Report) -> None:
    """What customers read of planned work names no other's, here as at the desk (docs/adr/0147)."""
    written = root.get("exclusions")
    for id, one in config.exclusions.items():
        named = another_named(one.text, concerned(one.components, config), config)
        text = written.mapping[id].get("text") if written is not None else None
        if named is not None and text is not None:
            report.add(text.mark, NAMES.format(name=named))


def on_days(config: Config, days: Mapping[Country, OfficialDays]) -> Config:
    """Every calendar and every agreement with the official days of its country."""
    customers = {
        id: one.model_copy(update={"agreements": tuple(with_days(each, days) for each in one.agreements)})
        for id, one in config.customers.items()
    }
    calendars = {id: dated(one, days) for id, one in config.calendars.items()}
    return config.model_copy(update={"customers": customers, "calendars": calendars, "official": dict(days)})


def folder_of(path: Path) -> Path:
    """Where the configuration lies; own sheets and calendars lie in folders of it."""
    return (path if path.is_dir() else path.parent).absolute()


def _documents(path: Path, report: Report) -> Node:
    """The merged root. A file that cannot be read at all ends the reading; its fellows' mistakes are still reported."""
    problems: list[Problem] = []
    roots: list[Node] = []
    for file in _files(path):
        try:
            root = compose(_bytes(file), str(file))
            if not isinstance(root.value, dict):
                raise ConfigError([Problem(root.mark, f"{what(root)} is not a configuration; write `components: …`")])
            roots.append(root)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    merged = roots[0].copy()
    for root in roots[1:]:
        _merge(merged, root, report)
    return merged


def _files(path: Path) -> list[Path]:
    nowhere = Mark(str(path), 1, 1)
    try:
        if not path.is_dir():
            return [path]
        found = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml") and file.name[0] != ".")
    except (OSError, ValueError) as error:
        raise ConfigError([Problem(nowhere, f"cannot be read: {_reason(error)}")]) from error
    if not found:
        raise ConfigError([Problem(nowhere, "the folder holds no *.yaml; `upheld init https://…` writes a first one")])
    return found


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        advice = "there is no such file; `upheld init https://…` writes a first one"
        raise ConfigError([Problem(Mark(str(file), 1, 1), advice)]) from error
    except (OSError, ValueError) as error:
        raise ConfigError([Problem(Mark(str(file), 1, 1), f"cannot be read: {_reason(error)}")]) from error


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _merge(merged: Node, other: Node, report: Report) -> None:
    """Sections of several files are one; a name may stand in one of them only."""
    for key, section in other.mapping.items():
        mark, here = other.key_mark(key), merged.get(key)
        if here is None:
            merged.put(key, section, mark)
            continue
        if not isinstance(here.value, dict) or not isinstance(section.value, dict):
            report.add(mark, f"'{key}' stands in {merged.key_mark(key)} too; keep one")
            continue
        both = here.copy()
        for name, entry in section.mapping.items():
            if name in both.mapping:
                report.add(section.key_mark(name), f"'{name}' stands in {both.key_mark(name)} too; keep one")
            else:
                both.put(name, entry, section.key_mark(name))
        merged.put(key, both, merged.key_mark(key))
