"""An agreement from what its customer's entry says, its term sheet and its profile, each term with its origin.

sla-definition.md: target, period, service hours, exclusion effect, unknown policy and partial weight are written in
every agreement, singly or by naming a term sheet. A profile may propose them; it never fills them in.
"""

from collections.abc import Sequence
from itertools import pairwise

from config.agreement import Agreement, Origin
from config.entry import Contract, hours_of
from config.expand import identify
from config.instant import Instant
from config.language import LANGUAGES
from config.levels import named_calendar, settle_levels
from config.moment import parse_moment
from config.node import Node, mapping, scalar
from config.profile import Family, UnknownSheet
from config.reader import Report, read, what
from config.remedy import FORMS, SENTENCE, form
from config.remedyfault import contradictions
from config.shelf import SHIPPED, Shelf

CONTRACTUAL = {
    "target": '"99.5"',
    "period": "month",
    "service_hours": "24x7",
    "exclusion_effect": "removed",
    "unknown": "exclude",
    "partial_weight": '"1/2"',
}
"""What must be written, with an example of each."""
INHERITED = (
    "hours",
    "reports",
    "handling",
    "rating",
    "records",
    "contacts",
    "remedies",
    "language",
    "warn_before",
)
"""What an agreement takes from its term sheet or profile unless it says otherwise."""
PROPOSED = "proposed"
"""Under `remedies`: those that the profile proposes."""
BY_NAME = ("indicators", "duties")
"""The same, entry by entry."""
PIN = 16
"""Digits at least of a hash after a sheet's name: `own@1 sha256:…`."""
OWN = frozenset({"origins", "customer", "until", "calendars"})
"""Keys of the finished agreement that nobody writes."""


def agreements(
    customer: str, written: Node, zone: str, calendars: Node, report: Report, shelf: Shelf = SHIPPED
) -> tuple[Agreement, ...]:
    """Every version of every agreement of one customer; what is wrong is reported."""
    found: list[tuple[Node, Agreement]] = []
    for entry in written.items:
        contract = Contract(
            customer=customer, node=entry.copy(), zone=zone, calendars=calendars, report=report, shelf=shelf
        )
        agreement = _agreement(contract)
        if agreement is not None:
            found.append((entry, agreement))
    return _in_turn(found, report)


def _agreement(contract: Contract) -> Agreement | None:
    node, report = contract.node, contract.report
    if not isinstance(node.value, dict):
        report.add(node.mark, f"{what(node)} is not an agreement; write a mapping {{profile: …, availability: …}}")
        return None
    before = len(report.problems)
    for key in OWN & set(node.mapping):
        report.add(node.key_mark(key), f"unknown key '{key}'; it follows from the rest")
        node.take(key)
    _sheets(contract)
    _availability(contract)
    _moments(contract)
    _inherit(contract)
    _by_name(contract)
    settle_levels(contract)
    _remedies(contract)
    _name(contract)
    if len(report.problems) > before:
        _read_for_its_problems(contract)
        return None
    origins = mapping(node.mark, **{term: scalar(origin.value, node.mark) for term, origin in contract.origins.items()})
    node.put("origins", origins)
    agreement = read(Agreement, node, report)
    return None if agreement is None or not _consistent(agreement, contract) else agreement


def _read_for_its_problems(contract: Contract) -> None:
    """Report what else is wrong, without repeating what is known to be missing."""
    known = {problem.mark for problem in contract.report.problems}
    trial = Report(secrets=contract.report.secrets)
    read(Agreement, contract.node, trial)
    for problem in trial.problems:
        if problem.mark not in known and "is missing" not in problem.message:
            contract.report.problems.append(problem)


def _sheets(contract: Contract) -> None:
    contract.profile = _sheet(contract, "profile", "profiles")
    contract.terms = _sheet(contract, "terms", "terms")


def _sheet(contract: Contract, key: str, family: Family) -> Node | None:
    written = contract.node.get(key)
    if written is None:
        return None
    mark = contract.node.key_mark(key)
    ref, _, pin = (written.text or "").partition(" sha256:")
    try:
        found, node = contract.shelf.sheet(family, ref)
    except UnknownSheet as error:
        message = str(error) if written.text else f"{what(written)} is not the name of a shipped sheet"
        contract.report.add(written.mark, message)
        contract.node.take(key)
        contract.unknown.add(key)
        return None
    if pin and not (len(pin) >= PIN and found.sha256.startswith(pin)):
        advice = "give the changed text a version of its own, or agree on this one"
        contract.report.add(written.mark, f"{ref} is not the pinned text, its SHA-256 is {found.sha256}; {advice}")
    entries = {name: scalar(value, mark) for name, value in found.model_dump(exclude={"title"}).items()}
    contract.node.put(key, mapping(mark, **entries, title=node.mapping["title"]), mark)
    return node


def _availability(contract: Contract) -> None:
    """Every term from the nearest source that has it; the six contractual ones never from the profile."""
    node = contract.node
    written = node.get("availability") or mapping(node.mark)
    if not isinstance(written.value, dict):
        return
    merged = written.copy()
    for key in written.mapping:
        contract.origins[key] = Origin.AGREEMENT
    for origin, source in contract.sources()[1:]:
        terms = source.get("availability") or mapping(source.mark)
        for key, value in terms.mapping.items():
            if key not in merged.mapping and not (origin is Origin.PROFILE and key in CONTRACTUAL):
                merged.put(key, value, terms.key_mark(key))
                contract.origins[key] = origin
    for key, example in CONTRACTUAL.items():
        if key not in merged.mapping:
            _missing(contract, key, example)
    if merged.get("timezone") is None:
        merged.put("timezone", scalar(contract.zone, node.mark))
        contract.origins["timezone"] = Origin.SITE
    contract.zone = (merged.mapping["timezone"].text or contract.zone) if _is_zone(merged) else contract.zone
    hours = merged.get("service_hours")
    if hours is not None:
        merged.put("service_hours", hours_of(contract, hours, "service_hours"), merged.key_mark("service_hours"))
    node.put("availability", merged, node.key_mark("availability"))


def _is_zone(availability: Node) -> bool:
    try:
        parse_moment("2026-01-01", availability.mapping["timezone"].text or "")
    except (ValueError, LookupError, OSError):
        return False
    return True


def _missing(contract: Contract, key: str, example: str) -> None:
    if key != "target" and "terms" in contract.unknown:
        return
    proposal = contract.profile.get("proposes") if contract.profile is not None else None
    proposed = proposal.get(key) if proposal is not None else None
    text = f'"{proposed.value}"' if proposed is not None and key == "target" else example
    advice = f"write `availability: {{{key}: {proposed.value if proposed and key != 'target' else text}}}`"
    sheet_hint = "" if key == "target" else " or name a term sheet, `terms: strict-7x24@1`"
    contract.report.add(contract.node.mark, f"the agreement does not say its {key}; {advice}{sheet_hint}")


def _moments(contract: Contract) -> None:
    node = contract.node
    measured = node.get("measured_from")
    if measured is None:
        advice = "write `measured_from: 2026-01-01`, not before the facts began"
        contract.report.add(node.mark, f"the agreement does not say from when it is measured; {advice}")
    elif node.get("effective") is None:
        node.put("effective", measured, node.key_mark("measured_from"))
    for key in ("measured_from", "effective", "ends"):
        written = node.get(key)
        if written is None:
            continue
        instant = moment(written, contract.zone, contract.report)
        node.take(key)
        if instant is not None:
            node.put("until" if key == "ends" else key, scalar(instant, written.mark), written.mark)


def moment(written: Node, zone: str, report: Report) -> Instant | None:
    try:
        return parse_moment(written.text or "", zone)
    except ValueError as error:
        report.add(written.mark, f"{what(written)} is no date: {error}" if written.text is None else str(error))
        return None


def _inherit(contract: Contract) -> None:
    node = contract.node
    for key in INHERITED:
        for origin, source in contract.sources():
            value = source.get(key)
            if value is not None:
                node.put(key, value, source.key_mark(key) if origin is Origin.AGREEMENT else value.mark)
                contract.origins[key] = origin
                break
    hours = node.get("hours")
    availability = node.get("availability")
    if hours is not None:
        node.put("hours", hours_of(contract, hours, "hours"), node.key_mark("hours"))
    elif availability is not None and availability.get("service_hours") is not None:
        node.put("hours", availability.mapping["service_hours"])
        contract.origins["hours"] = contract.origins["service_hours"]
    if node.get("fee") is not None:
        contract.origins["fee"] = Origin.AGREEMENT


def _by_name(contract: Contract) -> None:
    for key in BY_NAME:
        written = contract.node.get(key)
        if written is not None and not isinstance(written.value, dict):
            continue
        merged = mapping(contract.node.mark)
        for origin, source in contract.sources():
            found = source.get(key)
            for name, entry in found.mapping.items() if found is not None else ():
                if name not in merged.mapping:
                    merged.put(name, entry.copy())
                    identify(merged.mapping[name], name, contract.report)
                    contract.origins.setdefault(key, origin)
        if merged.mapping:
            contract.node.put(key, merged, contract.node.key_mark(key))


def _remedies(contract: Contract) -> None:
    """Each entry has one of the known forms; the calendars of their working days become the agreement's own."""
    written = contract.node.get("remedies")
    if written is not None and written.text == PROPOSED:
        written = _proposed(contract, written)
    for entry in written.items if written is not None else ():
        if entry.mapping and form(entry.content()) == SENTENCE and not entry.mapping.keys() <= set(LANGUAGES):
            advice = f"one of its keys tells its form: {', '.join(FORMS)}; or write it as a sentence"
            contract.report.add(entry.mark, f"what this remedy does is not said; {advice}")
        named_calendar(contract, entry)
    if contract.node.get("amounts") is not None:
        contract.origins["amounts"] = Origin.AGREEMENT


def _proposed(contract: Contract, written: Node) -> Node:
    """What the profile proposes, taken over as it stands; the amounts it speaks of remain the agreement's to name."""
    proposal = contract.profile.get("proposes") if contract.profile is not None else None
    remedies = proposal.get("remedies") if proposal is not None else None
    if remedies is None:
        contract.report.add(written.mark, "the agreement's profile proposes no remedies; write them out, or `[]`")
        remedies = Node(value=[], mark=written.mark)
    contract.node.put("remedies", remedies.copy(), contract.node.key_mark("remedies"))
    contract.origins["remedies"] = Origin.PROFILE
    return contract.node.mapping["remedies"]


def _consistent(agreement: Agreement, contract: Contract) -> bool:
    """Whether nothing contradicts; what does is reported."""
    found = contradictions(agreement)
    for place, message in found:
        # What a profile proposes is wanting in the agreement that took it over.
        own = contract.origins.get("remedies") is Origin.AGREEMENT
        contract.report.add(contract.node.walk(*place)[0].mark if own else contract.node.mark, message)
    return not found


def _name(contract: Contract) -> None:
    node = contract.node
    profile = node.get("profile")
    name = profile.mapping["name"].value if profile is not None else "agreement"
    own = node.get("id")
    if own is not None and own.text is None:
        return
    node.put("id", scalar(f"{contract.customer}/{own.text if own is not None else name}", node.mark))
    node.put("customer", scalar(contract.customer, node.mark))


def _in_turn(found: Sequence[tuple[Node, Agreement]], report: Report) -> tuple[Agreement, ...]:
    """Each version ends where the next begins; versions that contradict their order are reported."""
    result: list[Agreement] = []
    for id in dict.fromkeys(agreement.id for _, agreement in found):
        versions = sorted(((node, one) for node, one in found if one.id == id), key=lambda pair: pair[1].version)
        for (_, earlier), (node, later) in pairwise(versions):
            mark = node.key_mark("version")
            if earlier.version == later.version:
                advice = "give each its own version, or its own `id:` where they are two agreements"
                report.add(mark, f"version {later.version} of {id} stands twice; {advice}")
            elif later.effective <= earlier.effective:
                mark = node.key_mark("effective")
                report.add(mark, f"version {later.version} of {id} is in force no later than version {earlier.version}")
            elif earlier.until is not None and earlier.until > later.effective:
                report.add(
                    mark, f"version {later.version} of {id} overlaps version {earlier.version}; move one's dates"
                )
        starts = [one.effective for _, one in versions[1:]]
        for (_, one), start in zip(versions, [*starts, None], strict=True):
            ends = [instant for instant in (one.until, start) if instant is not None]
            result.append(one.model_copy(update={"until": min(ends, default=None)}))
    return tuple(result)
