"""The sheets an agreement may name: those shipped, and the operator's own in `profiles/` and `terms/` beside his
configuration. A sheet of his own is one file with `name:` and `version:`; another version is another file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from config.agreement import Sheet
from config.document import compose
from config.expand import identify
from config.node import ConfigError, Mark, Node, did_you_mean, mapping
from config.profile import PINNED, Family, UnknownSheet, sheet
from config.reader import Report, read
from config.sheet import Profile, TermSheet

MODELS: dict[Family, type[Profile] | type[TermSheet]] = {"profiles": Profile, "terms": TermSheet}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """`own`: what lies beside the configuration, by family and `name@version`."""

    own: Mapping[Family, Mapping[str, tuple[Sheet, Node]]] = field(default_factory=dict)

    def refs(self, family: Family) -> tuple[str, ...]:
        return (*PINNED[family], *self.own.get(family, {}))

    def sheet(self, family: Family, ref: str) -> tuple[Sheet, Node]:
        """The sheet and its tree. Raises UnknownSheet, or AlteredSheet for a shipped one."""
        found = self.own.get(family, {}).get(ref)
        if found is not None:
            return found
        known = self.refs(family)
        if ref not in known:
            near = did_you_mean(ref, known)
            raise UnknownSheet(f"'{ref}' is not shipped with this version; known: {', '.join(known)}{near}")
        return sheet(family, ref)


SHIPPED = Shelf()


def shelf_of(folder: Path, report: Report) -> Shelf:
    """Every own sheet is read, also one that no agreement names, and what is wrong with it reported."""
    own: dict[Family, dict[str, tuple[Sheet, Node]]] = {}
    for family in PINNED:
        for file in sorted((folder / family).glob("*.y*ml")):
            found = _own(family, file, own.get(family, {}), report)
            if found is not None:
                own.setdefault(family, {})[found[0].ref] = found
    return Shelf(own=own)


def _own(family: Family, file: Path, others: Mapping[str, object], report: Report) -> tuple[Sheet, Node] | None:
    try:
        data = file.read_bytes()
        node = compose(data, str(file))
    except ConfigError as error:
        report.problems.extend(error.problems)
        return None
    except OSError as error:
        report.add(Mark(str(file), 1, 1), f"cannot be read: {error.strerror}")
        return None
    model = model_of(family, node, report)
    if model is None:
        return None
    ref = f"{model.name}@{model.version}"
    if any(ref.partition("@")[0] == each.partition("@")[0] for each in PINNED[family]):
        report.add(node.key_mark("name"), f"'{model.name}' is a shipped name; give yours another")
        return None
    if ref in others:
        report.add(node.key_mark("version"), f"{ref} stands in two files; a changed text is a new version")
        return None
    digest = sha256(data).hexdigest()
    return Sheet(name=model.name, version=model.version, sha256=digest, title=model.title), node


def model_of(family: Family, node: Node, report: Report) -> Profile | TermSheet | None:
    """The sheet as a value, for reading it aloud; what is wrong with it is reported. Zones are the agreement's."""
    node = node.copy()
    inner = node if family == "profiles" else (node.get("availability") or mapping(node.mark)).copy()
    key = "hours" if family == "profiles" else "service_hours"
    hours = inner.get(key)
    if hours is not None and isinstance(hours.value, dict):
        inner.put(key, _calendar(hours, key, report), inner.key_mark(key))
    if family == "terms" and node.get("availability") is not None:
        node.put("availability", inner, node.key_mark("availability"))
    calendars = node.get("calendars")
    if calendars is not None and isinstance(calendars.value, dict):
        made = {name: _calendar(each, name, report) for name, each in calendars.mapping.items()}
        node.put("calendars", mapping(calendars.mark, **made), node.key_mark("calendars"))
    return read(MODELS[family], node, report)


def _calendar(written: Node, name: str, report: Report) -> Node:
    """A calendar, or its weekly hours alone."""
    calendar = written.copy() if "hours" in written.mapping else mapping(written.mark, hours=written)
    identify(calendar, name, report)
    return calendar
