"""The levels of an agreement: its profile's, each changed by what the agreement itself says of it."""

from config.agreement import ALWAYS, SERVICE_HOURS, Origin
from config.entry import Contract, hours_of
from config.expand import identify
from config.node import Node, did_you_mean, listing, mapping


def settle_levels(contract: Contract) -> None:
    """The profile's levels; an entry of the agreement with the same number changes what it names."""
    node = contract.node
    shipped = contract.profile.get("levels") if contract.profile is not None else None
    own = node.get("levels")
    if own is not None and not isinstance(own.value, list):
        return
    merged = {level.mapping["number"].value: level.copy() for level in shipped.items} if shipped is not None else {}
    contract.origins.update({f"levels.{number}": Origin.PROFILE for number in merged})
    strange: list[Node] = []
    for entry in own.items if own is not None else ():
        number = entry.get("number")
        if number is None or not isinstance(number.value, int):
            strange.append(entry)
            continue
        merged[number.value] = _override(merged.get(number.value), entry)
        contract.origins[f"levels.{number.value}"] = Origin.AGREEMENT
    levels = [*merged.values(), *strange]
    for level in levels:
        _commitments(contract, level)
    if levels:
        node.put("levels", listing(node.mark, *levels), node.key_mark("levels"))


def _override(shipped: Node | None, entry: Node) -> Node:
    if shipped is None:
        return entry.copy()
    merged = shipped.copy()
    for key, value in entry.mapping.items():
        old = shipped.get(key)
        if key in ("commitments", "outside_hours") and old is not None and isinstance(value.value, dict):
            both = old.copy()
            for name, commitment in value.mapping.items():
                both.put(name, commitment, value.key_mark(name))
            value = both
        merged.put(key, value, entry.key_mark(key))
    return merged


def _commitments(contract: Contract, level: Node) -> None:
    for key in ("commitments", "outside_hours"):
        section = level.get(key)
        if section is None or not isinstance(section.value, dict):
            continue
        section = section.copy()
        level.put(key, section, level.key_mark(key))
        for name, commitment in list(section.mapping.items()):
            section.mapping[name] = commitment = commitment.copy()
            identify(commitment, name, contract.report)
            named_calendar(contract, commitment)


def named_calendar(contract: Contract, commitment: Node) -> None:
    written = commitment.get("calendar")
    if written is None or written.text is None or written.text in (ALWAYS, SERVICE_HOURS):
        return
    shipped = contract.profile.get("calendars") if contract.profile is not None else None
    known = {**(shipped.mapping if shipped is not None else {}), **contract.calendars.mapping}
    if written.text not in known:
        hint = did_you_mean(written.text, [ALWAYS, SERVICE_HOURS, *known])
        advice = "; write 24x7, service_hours or a calendar's name"
        contract.report.add(written.mark, f"no calendar is named '{written.text}'{hint or advice}")
        return
    calendars = contract.node.get("calendars") or mapping(commitment.mark)
    # One of the configuration's is whole already; one of the profile still needs its name and zone.
    own = contract.calendars.get(written.text)
    calendars.put(written.text, own if own is not None else hours_of(contract, known[written.text], written.text))
    contract.node.put("calendars", calendars)
