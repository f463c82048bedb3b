"""An agreement written outside of the configuration's files, judged like one inside them: same keys, same sentences."""

from collections.abc import Mapping

from config import contract
from config.agreement import Agreement
from config.document import compose
from config.expand import spell_out
from config.model import Config
from config.node import ConfigError, Mark, Node, did_you_mean, listing, mapping
from config.reader import Report, read, what
from config.remedyfault import contradictions
from config.shelf import shelf_of


def draft(customer: str, written: Node, config: Config) -> Agreement:
    """One entry of `agreements:`, as text or a form gave it. Raises ConfigError with everything that is wrong."""
    report = Report()
    entry = mapping(written.mark, agreements=listing(written.mark, written))
    spell_out(entry, report)
    shelf, zone = shelf_of(config.folder, report), config.site.timezone
    found = contract.agreements(customer, entry.mapping["agreements"], zone, _calendars(config), report, shelf)
    _check_components(entry.mapping["agreements"].items[0], config, report)
    if report.problems or len(found) != 1:
        raise ConfigError(report.problems)
    return found[0]


def amended(previous: Agreement, changed: Mapping[str, object]) -> Agreement:
    """The next version: `previous` with some of its terms anew, in the form of the finished agreement.

    A key with a dot reaches into `availability`. Raises ConfigError.
    """
    content: dict[str, object] = previous.model_dump(mode="json")
    terms = dict(content["availability"]) if isinstance(content["availability"], dict) else {}
    origins = dict(content["origins"]) if isinstance(content["origins"], dict) else {}
    for key, value in changed.items():
        section, _, term = key.partition(".")
        if term:
            terms[term] = value
        else:
            content[section] = value
        if (term or section) in origins:
            origins[term or section] = "agreement"
    content.update(availability=terms, origins=origins)
    report, mark = Report(), Mark("revision", 1, 1)
    found = read(Agreement, node_of(content, mark), report)
    for _, message in contradictions(found) if found is not None else ():
        report.add(mark, message)
    if found is None or report.problems:
        raise ConfigError(report.problems)
    return found


def text_node(text: str, file: str) -> Node:
    """YAML or JSON as a tree. Raises ConfigError."""
    root = compose(text.encode("utf-8", "replace"), file)
    if not isinstance(root.value, dict):
        advice = "write a mapping {profile: …, components: […]}"
        report = Report()
        report.add(root.mark, f"{what(root)} is not an agreement; {advice}")
        raise ConfigError(report.problems)
    return root


def node_of(value: object, mark: Mark) -> Node:
    """Plain values as a tree whose words all stand at one place."""
    match value:
        case Mapping():
            return mapping(mark, **{str(key): node_of(inner, mark) for key, inner in value.items()})
        case list() | tuple():
            return listing(mark, *(node_of(inner, mark) for inner in value))
        case None | str() | int() | float() | bool():
            return Node(value=value, mark=mark)
        case _:
            raise TypeError(f"{type(value).__name__} is nothing that can be written")


def _calendars(config: Config) -> Node:
    mark = Mark("calendars", 1, 1)
    return node_of({id: one.model_dump(mode="json") for id, one in config.calendars.items()}, mark)


def _check_components(entry: Node, config: Config, report: Report) -> None:
    components = entry.get("components")
    known = list(config.components)
    for one in components.items if components is not None else ():
        if one.text is not None and one.text not in known:
            listed = f"; known: {', '.join(known)}" if len(known) <= 8 else ""
            report.add(one.mark, f"no component is named '{one.text}'{did_you_mean(one.text, known) or listed}")
