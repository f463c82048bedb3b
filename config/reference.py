"""Names that must be somewhere, and rules that hold between entities. Everything is looked up in the long tree, so that
an entity with a mistake of its own is still there for the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.hours import check_time, check_weekday
from config.node import Mark, Node, did_you_mean
from config.oncall import HANDOFF, WORDS, Role, Unit, check_handoff
from config.reader import Report, what

PROBE = "probe"
"""The source of what the checks themselves find."""
_ONE = {
    "components": "component",
    "people": "person",
    "rotas": "rota",
    "calendars": "calendar",
    "channels": "channel",
    "escalations": "escalation",
    "sources": "source",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    root: Node
    report: Report

    def entries(self, section: str) -> Iterator[tuple[str, Node]]:
        node = self.root.get(section)
        for key, entry in node.mapping.items() if node is not None else ():
            if isinstance(entry.value, dict):
                yield key, entry

    def ids(self, section: str) -> list[str]:
        node = self.root.get(section)
        return list(node.mapping) if node is not None else []

    def want(self, section: str, node: Node | None) -> None:
        """The node, where it is a text, must be an id of the section."""
        if node is None or node.text is None:
            return
        entities = self.root.get(section)
        if entities is None or node.text not in entities.mapping:
            known = self.ids(section)
            hint = did_you_mean(node.text, known)
            listed = f"; known: {', '.join(known[:8])}" if known and len(known) <= 8 else ""
            advice = hint or listed or f"; write it under `{section}:`"
            self.report.add(node.mark, f"no {_ONE[section]} is named '{node.text}'{advice}")


def check_references(root: Node, report: Report) -> None:
    names = _Names(root=root, report=report)
    _components(names)
    _people(names)
    _escalations(names)
    _agreements(names)
    _mailboxes(names)
    _exclusions(names)
    _pages(names)
    _checkpoints(names)
    _sources(names)
    _inhibitions(names)
    severity = root.get("severity")
    rules = severity.get("rules") if severity is not None else None
    for rule in rules.items if rules is not None else ():
        when = rule.get("when")
        if when is not None:
            names.want("components", when.get("component"))
            source = when.get("source")
            if source is not None and source.text != PROBE:
                names.want("sources", source)


def _sources(names: _Names) -> None:
    """What every source can say of our components, whatever else it can."""
    for _, source in names.entries("sources"):
        options = source.get("options")
        known_as = options.get("known_as") if options is not None else None
        names.want("components", options.get("component") if options is not None else None)
        for component in known_as.mapping.values() if known_as is not None and isinstance(known_as.value, dict) else ():
            names.want("components", component)


def _inhibitions(names: _Names) -> None:
    """Without a matcher it would fit everything."""
    incidents = names.root.get("incidents")
    for rule in _items(incidents, "inhibit") if incidents is not None else ():
        for key in ("source", "target"):
            written = rule.get(key)
            if written is not None and written.value == []:
                names.report.add(written.mark, f"'{key}' must not be empty")


def _items(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return found.items if found is not None else []


def _components(names: _Names) -> None:
    parents: dict[str, list[str]] = {}
    for key, component in names.entries("components"):
        names.want("people", component.get("owner"))
        names.want("escalations", component.get("escalation"))
        for parent in _items(component, "after"):
            names.want("components", parent)
        parents[key] = [parent.text for parent in _items(component, "after") if parent.text]
        _down_when(component, names.report)
    for key, loop in _loops(parents):
        _, mark = names.root.walk("components", key, "after")
        names.report.add(mark, f"{' -> '.join(loop)} is a circle; one of them must come first")


def _down_when(component: Node, report: Report) -> None:
    rule, checks = component.get("down_when"), component.get("checks")
    up = rule.get("up") if rule is not None else None
    if up is None or not isinstance(up.value, int) or checks is None:
        return
    if up.value > len(checks.mapping):
        report.add(up.mark, f"fewer than {up.value} are always up: there are {len(checks.mapping)} checks")


def _loops(parents: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Each circle once, named from the component written first. Without recursion: a chain may be long."""
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            path, stack = [start], [(start, iter(parents[start]))]
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                path.pop()
            elif following in path:
                loop = path[path.index(following) :]
                yield loop[0], [*loop, following]
            elif following in parents and following not in done:
                path.append(following)
                stack.append((following, iter(parents[following])))


def _people(names: _Names) -> None:
    for _, person in names.entries("people"):
        for reach in _items(person, "reach"):
            names.want("channels", reach.get("channel"))
    for _, rota in names.entries("rotas"):
        for layer in _items(rota, "layers"):
            for person in _items(layer, "people"):
                names.want("people", person)
            names.want("calendars", layer.get("calendar"))
            _handoff(layer, names.report)


def _handoff(layer: Node, report: Report) -> None:
    written = layer.get("handoff")
    if written is None or written.text is None:
        return
    unit = _unit(layer.get("rotate"))
    try:
        check_handoff(written.text, unit)
    except ValueError:
        report.add(written.mark, f"{what(written)} is no hand-over; write {HANDOFF[unit]} for turns of {unit.value}")


def _unit(rotate: Node | None) -> Unit:
    """Weeks where nothing, or nothing readable, is written."""
    written = rotate.get("unit") if rotate is not None and isinstance(rotate.value, dict) else None
    word = written.text if written is not None else None
    if rotate is not None and rotate.text in WORDS:
        return WORDS[rotate.text]
    return Unit(word) if word in set(Unit) else Unit.WEEKS


def _escalations(names: _Names) -> None:
    for _, escalation in names.entries("escalations"):
        told = [name for step in _items(escalation, "steps") for name in _items(step, "notify")]
        for name in [*told, *_items(escalation, "fallback")]:
            _told(name, names)
        for step in _items(escalation, "steps"):
            for channel in _items(step, "channels"):
                names.want("channels", channel)
            during = step.get("during")
            names.want("calendars", during.get("calendar") if during is not None else None)
        if escalation.get("fallback") is None or escalation.mapping["fallback"].value == []:
            advice = "write `fallback: [li]`, whom to call when the steps are used up or reach nobody"
            names.report.add(escalation.mark, f"'fallback' is missing; {advice}")


def _told(name: Node, names: _Names) -> None:
    text = name.text or ""
    if text.startswith("role:"):
        role = text.removeprefix("role:")
        if role not in set(Role):
            hint = did_you_mean(role, list(Role)) or f"; known: {', '.join(Role)}"
            names.report.add(name.mark, f"no role is named '{role}'{hint}")
        elif not any(_role(person) == role for _, person in names.entries("people")):
            names.report.add(name.mark, f"nobody has the role '{role}'; write `role: {role}` for one of the people")
    elif ":" in text and not text.startswith("rota:"):
        names.report.add(name.mark, f"{what(name)} is nobody; write a person's id, rota:<id> or role:<role>")
    elif not text.startswith("rota:"):
        names.want("people", name)
    elif text.removeprefix("rota:") not in names.ids("rotas"):
        known = [f"rota:{rota}" for rota in names.ids("rotas")]
        hint = did_you_mean(text, known) or "; write it under `rotas:`"
        names.report.add(name.mark, f"no rota is named '{text.removeprefix('rota:')}'{hint}")


def _role(person: Node) -> str | None:
    written = person.get("role")
    return Role.ENGINEER if written is None else written.text


def _agreements(names: _Names) -> None:
    for _, customer in names.entries("customers"):
        for agreement in _items(customer, "agreements"):
            for component in _items(agreement, "components"):
                names.want("components", component)
            _signer(names, customer, agreement)


def _signer(names: _Names, customer: Node, agreement: Node) -> None:
    """Whose word a link carries is one person's."""
    written = agreement.get("countersign")
    signers = [one for one in _items(customer, "contacts") if _signs(one)]
    if written is not None and written.text == "link" and len(signers) != 1:
        advice = "write one with `kind: signer` and an email among the customer's contacts"
        names.report.add(written.mark, f"a link is for one signer, and there are {len(signers)}; {advice}")


def _signs(contact: Node) -> bool:
    kind = contact.get("kind") if isinstance(contact.value, dict) else None
    return kind is not None and kind.text == "signer" and contact.get("email") is not None


def _mailboxes(names: _Names) -> None:
    """One customer's each, nobody's own, and something listens for them."""
    written = [one for _, customer in names.entries("customers") if (one := customer.get("mailbox")) is not None]
    listen, own = names.root.get("listen"), set(_contacts(names))
    seen: dict[str, Mark] = {}
    for one in written:
        address = (one.text or "").casefold()
        if address in seen:
            first = f"the first is in line {seen[address].line}"
            names.report.add(one.mark, f"{what(one)} is two customers' mailbox; {first}")
        if address in own:
            names.report.add(one.mark, f"{what(one)} is a contact's own address; write the one they report to")
        seen.setdefault(address, one.mark)
    if written and (listen is None or listen.get("mail") is None):
        advice = "write `listen: {mail: 127.0.0.1:8024}`, where the mail server hands its mail over"
        names.report.add(written[0].mark, f"nothing listens for the mail of a mailbox; {advice}")


def _contacts(names: _Names) -> Iterator[str]:
    for _, customer in names.entries("customers"):
        for contact in _items(customer, "contacts"):
            email = contact.get("email") if isinstance(contact.value, dict) else None
            yield (email.text or "").casefold() if email is not None else ""


def _exclusions(names: _Names) -> None:
    for _, exclusion in names.entries("exclusions"):
        for component in _items(exclusion, "components"):
            names.want("components", component)
        _window(exclusion, names.report)
        _switches(exclusion, names.report)


def _switches(exclusion: Node, report: Report) -> None:
    """Who is called is called for an incident; and what is no work holds neither."""
    page, opened, category = (exclusion.get(key) for key in ("page", "open", "category"))
    on = [one for one in (page, opened) if one is not None and one.value is True]
    if on and category is not None and category.text != "maintenance":
        report.add(on[0].mark, "only maintenance holds calls and incidents; leave out page and open")
    elif page is not None and page.value is True and (opened is None or opened.value is not True):
        report.add(page.mark, "people are called for an incident; write open: true, too")


def _window(exclusion: Node, report: Report) -> None:
    """Either start with end or duration, or every with duration."""
    has = {key for key in ("start", "end", "every", "duration") if exclusion.get(key) is not None}
    if has not in ({"start", "end"}, {"start", "duration"}, {"every", "duration"}):
        advice = "write start and end, start and duration, or every and duration"
        report.add(exclusion.mark, f"when the exclusion holds is not clear; {advice}")
    start, end = exclusion.get("start"), exclusion.get("end")
    if start and end and isinstance(start.value, int) and isinstance(end.value, int) and 0 < end.value <= start.value:
        report.add(end.mark, "the exclusion ends before it begins")
    every = exclusion.get("every")
    if every is not None and every.text is not None:
        _every(every, report)


def _every(written: Node, report: Report) -> None:
    day, _, time = (written.text or "").rpartition(" ")
    try:
        check_time(time)
        if day.isascii() and day.isdigit() and len(day) <= 2 and 1 <= int(day) <= 31:
            return
        if day != "day":
            check_weekday(day.lower())
    except ValueError:
        advice = "write Sun 01:00, day 01:00 for each day, or 1 01:00 for the first of the month"
        report.add(written.mark, f"{what(written)} is no recurring time; {advice}")


def _checkpoints(names: _Names) -> None:
    owners = [names.root, *(customer for _, customer in names.entries("customers"))]
    for owner in owners:
        written = owner.get("checkpoints")
        for channel in _items(written, "channels") if written is not None else ():
            names.want("channels", channel)


def _pages(names: _Names) -> None:
    paths: dict[str, Mark] = {}
    for _, page in names.entries("pages"):
        for entry in _items(page, "components"):
            members: Iterable[Node] = [entry] if entry.text is not None else _items(entry, "of")
            for member in members:
                names.want("components", member)
        path = page.get("path")
        if path is not None and path.text is not None:
            _path(path, path.text, paths, names.report)


def _path(path: Node, text: str, paths: dict[str, Mark], report: Report) -> None:
    if not text.startswith("/") or "//" in text or any(sign in text for sign in "?# \\"):
        report.add(path.mark, f"{what(path)} is no path of a page; write / or /shop")
    elif text in paths:
        report.add(path.mark, f"{what(path)} is the path of two pages; the first is in line {paths[text].line}")
    paths.setdefault(text, path.mark)
