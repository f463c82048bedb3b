"""An agreement on its way from what was written to the finished value, and the hours it names."""

from dataclasses import dataclass, field

from config.agreement import ALWAYS, Origin
from config.expand import identify
from config.node import Node, did_you_mean, mapping, scalar
from config.reader import Report, what
from config.shelf import SHIPPED, Shelf


@dataclass(slots=True, kw_only=True)
class Contract:
    """One agreement on its way from the written entry to the finished value."""

    customer: str
    node: Node
    zone: str
    calendars: Node
    report: Report
    shelf: Shelf = SHIPPED
    profile: Node | None = None
    terms: Node | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    """Sheets that it names and nobody has: what they would say is not missed as well."""

    def sources(self) -> list[tuple[Origin, Node]]:
        """Nearest first: the agreement, its term sheet, its profile."""
        found = ((Origin.AGREEMENT, self.node), (Origin.TERMS, self.terms), (Origin.PROFILE, self.profile))
        return [(origin, node) for origin, node in found if node is not None]


def hours_of(contract: Contract, written: Node, name: str) -> Node:
    """`24x7`, the name of a calendar, a calendar of its own, or its weekly hours alone."""
    if written.text == ALWAYS:
        return written
    if written.text is not None:
        known = contract.calendars.mapping
        if written.text in known:
            return known[written.text]
        hint = did_you_mean(written.text, [ALWAYS, *known])
        advice = 'write 24x7, a calendar\'s name, or {mon-fri: ["09:00-18:00"]}'
        contract.report.add(written.mark, f"no calendar is named '{written.text}'{hint or '; ' + advice}")
        return scalar(ALWAYS, written.mark)
    if not isinstance(written.value, dict):
        contract.report.add(written.mark, f'{what(written)} is no hours; write 24x7 or {{mon-fri: ["09:00-18:00"]}}')
        return scalar(ALWAYS, written.mark)
    calendar = written.copy() if "hours" in written.mapping else mapping(written.mark, hours=written)
    identify(calendar, name, contract.report)
    if calendar.get("timezone") is None:
        calendar.put("timezone", scalar(contract.zone, written.mark))
    return calendar
