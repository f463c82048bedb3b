"""Planned work and other exclusions, as proposed and not withdrawn, opened into windows of the public page."""

from collections.abc import Iterable

from config.agreement import Category
from config.instant import Instant
from sla.proposal import Proposal
from sla.work import Work, works_in
from statuspage.facts import Window


def windows_of(proposals: Iterable[Proposal], first: Instant, last: Instant) -> tuple[Window, ...]:
    """Everything that overlaps [first, last) and is to be shown, by start. What is not changes no figure."""
    return tuple(_window(one) for one in works_in(proposals, (first, last)) if one.publish)


def _window(work: Work) -> Window:
    return Window(
        id=f"{work.id}-{work.start}" if work.recurring else work.id,
        components=work.components,
        start=work.start,
        end=work.end,
        text=work.text,
        announced_at=work.announced_at,
        agreed=work.agreed,
        maintenance=work.category is Category.MAINTENANCE,
        series=work.id if work.recurring else "",
    )
