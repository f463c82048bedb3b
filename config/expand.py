"""Short forms to long ones, on the tree: every word keeps the place where it was written.

Only shapes are changed here. What is wrong in type or name is left as it is for the reader to report.
"""

import re

from config.address import check_of, one_check
from config.duration import parse_duration, print_duration
from config.instant import SECOND
from config.model import Check
from config.node import Mark, Node, listing, mapping, scalar
from config.oncall import Layer
from config.reader import Report, what
from config.registry import Registries

ENTITIES = (
    "calendars",
    "channels",
    "people",
    "rotas",
    "escalations",
    "components",
    "sources",
    "anchors",
    "customers",
    "exclusions",
    "peers",
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
PAGE = "public"
PERSON = "on_call"
OPERATIONAL = frozenset(Check.model_fields) - {"id", "component", "options"}


def expand(root: Node, kinds: Registries, report: Report) -> Node:
    """The long form. The roots of sections and entities are copied first: an alias may share them."""
    root = root.copy()
    for name in list(root.mapping):
        root.mapping[name] = root.mapping[name].copy()
        if name in ENTITIES or name == "pages":
            _identify(root.mapping[name], name, report)
    _site(root, report)
    _mail(root, report)
    _on_call(root, kinds, report)
    _components(root, kinds, report)
    for customer in _entries(root, "customers"):
        spell_out(customer, report)
    for name in ("channels", "sources", "anchors"):
        for entity in _entries(root, name):
            common = {"abroad", "names"} if name == "channels" else set()
            _gather_options(entity, frozenset({"id", "kind", *common}))
    for rota in _entries(root, "rotas"):
        _layers(rota, report)
    for escalation in _entries(root, "escalations"):
        repeat = escalation.get("repeat")
        if repeat is not None and repeat.value == "until-acknowledged":
            escalation.put("repeat", scalar(None, repeat.mark))
    _pages(root)
    return root


def _entries(root: Node, section: str) -> list[Node]:
    node = root.get(section)
    return [entry for entry in node.mapping.values() if isinstance(entry.value, dict)] if node else []


def _identify(section: Node, name: str, report: Report) -> None:
    """Each entity learns its id from its key."""
    for key, entry in list(section.mapping.items()):
        section.mapping[key] = entry = entry.copy()
        if not _ID.fullmatch(key):
            report.add(section.key_mark(key), f"'{key[:63]}' is no id; use letters, digits, - and _")
        identify(entry, key, report)


def identify(entry: Node, key: str, report: Report) -> None:
    if isinstance(entry.value, dict):
        if "id" in entry.value:
            report.add(entry.key_mark("id"), f"unknown key 'id'; the name '{key}' before the colon is the id")
        entry.put("id", scalar(key, entry.mark))


def _rename(node: Node, short: str, long: str, report: Report) -> None:
    """A short key becomes its long one; both at once is one too many."""
    value = node.get(short)
    if value is None:
        return
    if node.get(long) is not None:
        report.add(node.key_mark(short), f"'{short}' is short for '{long}', which stands here too; keep one")
    else:
        node.put(long, value, node.key_mark(short))
    node.take(short)


def _site(root: Node, report: Report) -> None:
    site = root.get("site")
    if site is not None:
        _rename(site, "url", "external_url", report)


def _section(root: Node, name: str, mark: Mark) -> Node:
    node = root.get(name)
    if node is None:
        node = mapping(mark)
        root.put(name, node, mark)
    return node


def _mail(root: Node, report: Report) -> None:
    mail, mark = root.get("mail"), root.key_mark("mail")
    if mail is None:
        return
    channels = _section(root, "channels", mark)
    if channels.get("mail") is not None:
        report.add(mark, "'mail' is short for the channel 'mail', which stands under channels too; keep one")
    elif not isinstance(mail.value, dict):
        report.add(mail.mark, f"{what(mail)} is not a mapping; write `mail: {{host: …, sender: …}}`")
    else:
        identify(mail, "mail", report)
        if mail.get("kind") is None:
            mail.put("kind", scalar("email", mark))
        channels.put("mail", mail, mark)
    root.take("mail")


def _on_call(root: Node, kinds: Registries, report: Report) -> None:
    """One person paged at once, again every 10 minutes until somebody acknowledges, and the fallback of all."""
    person, mark = root.get(PERSON), root.key_mark(PERSON)
    if person is None:
        return
    people = _section(root, "people", mark)
    if people.get(PERSON) is not None:
        report.add(mark, f"'{PERSON}' is short for the person '{PERSON}', who stands under people too; keep one")
    else:
        identify(person, PERSON, report)
        if isinstance(person.value, dict) and person.get("reach") is None:
            channel = _reachable(root, kinds, mark)
            if channel:
                person.put("reach", listing(mark, mapping(mark, channel=scalar(channel, mark))), mark)
        people.put(PERSON, person, mark)
    root.take(PERSON)
    escalations = _section(root, "escalations", mark)
    if escalations.get("default") is None:
        told = listing(mark, scalar(PERSON, mark))
        policy = mapping(mark, steps=listing(mark, mapping(mark, notify=told)), fallback=told)
        policy.put("repeat", scalar("until-acknowledged", mark))
        identify(policy, "default", report)
        escalations.put("default", policy, mark)


def _layers(rota: Node, report: Report) -> None:
    """A rota of one layer has the layer's keys itself."""
    if rota.get("layers") is not None:
        for key in [key for key in rota.mapping if key in Layer.model_fields]:
            report.add(rota.key_mark(key), f"'{key}' belongs to one of the 'layers', which stand here too")
            rota.take(key)
        return
    short = [key for key in rota.mapping if key not in ("id", "timezone")]
    layer = Node(value={}, mark=rota.mark)
    for key in short:
        value, mark = rota.mapping[key], rota.key_mark(key)
        rota.take(key)
        layer.put(key, value, mark)
    rota.put("layers", listing(rota.mark, layer))


def _reachable(root: Node, kinds: Registries, mark: Mark) -> str | None:
    """The channel that reaches whoever named none: mail, else the log."""
    channels = root.get("channels")
    if channels is not None and channels.get("mail") is not None:
        return "mail"
    if "log" not in kinds.channels:
        return None
    channels = _section(root, "channels", mark)
    if channels.get("log") is None:
        channel = mapping(mark, kind=scalar("log", mark), id=scalar("log", mark))
        channels.put("log", channel, mark)
    return "log"


def _components(root: Node, kinds: Registries, report: Report) -> None:
    section, escalations = root.get("components"), root.get("escalations")
    paged = escalations is not None and escalations.get("default") is not None
    for key, node in list(section.mapping.items()) if section is not None else ():
        mark = section.key_mark(key) if section is not None else node.mark
        if isinstance(node.value, (str, int, float)):
            node = one_check(node, key, kinds, report)
        if not isinstance(node.value, dict):
            continue
        if section is not None:
            section.put(key, node, mark)
        if node.get("name") is None:
            node.put("name", scalar(key, mark), mark)
        if paged and node.get("escalation") is None:
            node.put("escalation", scalar("default", mark), mark)
        _down_when(node)
        _checks(node, key, kinds, report)


def _down_when(component: Node) -> None:
    rule = component.get("down_when")
    if rule is None:
        return
    if rule.text is not None:
        component.put("down_when", mapping(rule.mark, mode=rule), rule.mark)
    elif set(rule.mapping) == {"fewer_than_up"}:
        mode = scalar("fewer_than_up", rule.mark)
        component.put("down_when", mapping(rule.mark, mode=mode, up=rule.mapping["fewer_than_up"]), rule.mark)


def _checks(component: Node, key: str, kinds: Registries, report: Report) -> None:
    checks = component.get("checks")
    if checks is None:
        return
    checks = checks.copy()
    component.put("checks", checks, component.key_mark("checks"))
    for name, check in list(checks.mapping.items()):
        long = check_of(check, kinds, report) if check.text is not None else check.copy()
        if long is None:
            checks.take(name)
            continue
        check = long
        checks.mapping[name] = check
        if isinstance(check.value, dict):
            identify(check, f"{key}/{name}", report)
            check.put("component", scalar(key, check.mark))
            _rhythm(check)
            _gather_options(check, OPERATIONAL | {"id", "component"})


def _rhythm(check: Node) -> None:
    """The timeout is never longer than the interval, a recheck a third of it."""
    written = check.get("interval")
    try:
        interval = parse_duration(written.text or "") if written is not None else 60 * SECOND
    except ValueError:
        return
    mark = check.mark
    if check.get("timeout") is None:
        check.put("timeout", scalar(print_duration(min(10 * SECOND, interval)), mark))
    if check.get("recheck") is None:
        check.put("recheck", scalar(print_duration(min(max(interval // 3, SECOND), interval)), mark))


def _gather_options(entity: Node, own: frozenset[str]) -> None:
    """What is not the entity's own key is its kind's option."""
    options = Node(value={}, mark=entity.mark)
    for key in [key for key in entity.mapping if key not in own]:
        value, mark = entity.mapping[key], entity.key_mark(key)
        entity.take(key)
        options.put(key, value, mark)
    entity.put("options", options, entity.mark)


def spell_out(customer: Node, report: Report) -> None:
    """A customer's short forms."""
    for short, long in (("contact", "contacts"), ("agreement", "agreements")):
        one, mark = customer.get(short), customer.key_mark(short)
        if one is None:
            continue
        if customer.get(long) is not None:
            report.add(mark, f"'{short}' is short for '{long}', which stand here too; keep one")
        else:
            customer.put(long, listing(one.mark, one), mark)
        customer.take(short)
    agreements = customer.get("agreements")
    if agreements is None:
        return
    written = [agreement.copy() for agreement in agreements.items]
    for agreement in written:
        _rename(agreement, "covers", "components", report)
        _target(agreement, report)
    if isinstance(agreements.value, list):
        agreements = listing(agreements.mark, *written)
        customer.put("agreements", agreements, customer.key_mark("agreements"))


def _target(agreement: Node, report: Report) -> None:
    target, mark = agreement.get("target"), agreement.key_mark("target")
    if target is None:
        return
    terms = agreement.get("availability")
    terms = mapping(mark) if terms is None else terms.copy()
    if terms.get("target") is not None:
        report.add(mark, "'target' is short for 'availability: {target: …}', which stands here too; keep one")
    else:
        terms.put("target", target, mark)
    agreement.put("availability", terms, agreement.key_mark("availability"))
    agreement.take("target")


def _pages(root: Node) -> None:
    """Without pages of its own, everything stands on `/`."""
    if root.get("pages") is not None:
        return
    components = root.get("components")
    names = [scalar(key, root.mark) for key in components.mapping] if components is not None else []
    page = mapping(root.mark, path=scalar("/", root.mark), components=listing(root.mark, *names))
    page.put("id", scalar(PAGE, root.mark))
    root.put("pages", mapping(root.mark, **{PAGE: page}), root.mark)
