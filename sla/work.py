"""What a proposal means before it is judged under an agreement: who is not called, what the public page shows. Pure.

The law of what takes time out of an agreement's count is sla/exclusion.py; this is for those who are no party to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.agreement import Category
from config.instant import Instant
from config.value import Text
from sla.exclusion import planned
from sla.interval import Interval
from sla.proposal import Proposal, Revision
from sla.word import CONFIGURATION, customer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One window [start, end) that takes place.

    `announced_at`: when the first customer had notice; None: nobody says so. `known_at`: when anybody first could
    know. `agreed`: announced before it began, as an annex or a delivery proves, approved by a second person, and not to
    be counted all the same. `page`, `open`, `publish`: whether meanwhile people are called, incidents open, and it is
    shown.
    """

    id: str
    recurring: bool
    components: tuple[str, ...]
    category: Category
    start: Instant
    end: Instant
    text: Text | None
    announced_at: Instant | None
    known_at: Instant | None
    agreed: bool
    page: bool = False
    open: bool = False
    publish: bool = True

    @property
    def foreseen(self) -> bool:
        """Planned work that was known of before it began: what fails in it opens nothing and calls nobody, unless it
        says so."""
        return self.category is Category.MAINTENANCE and self.known_at is not None and self.known_at <= self.start


def works_in(proposals: Iterable[Proposal], window: Interval) -> tuple[Work, ...]:
    """Everything that overlaps the window, by start; but what was withdrawn, or a customer's wish nobody approved."""
    found = [
        _work(proposal.id, revision, span)
        for proposal in proposals
        for revision, span in planned(proposal, window)
        if revision.withdrawal(span[0]) is None and (customer_of(revision.by) is None or revision.second is not None)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def _work(id: str, revision: Revision, span: Interval) -> Work:
    plan, start = revision.plan, span[0]
    delivered = [one.happened_at for one in revision.notices if one.event.occurrence in (None, start)]
    claimed = [] if plan.given is None else [plan.given]
    proven = delivered if plan.annex is None else [*delivered, *claimed]
    announced_at = min([*delivered, *claimed], default=None)
    # a configuration is no announcement: what it says nobody was told, unless it says when he was
    recorded = [] if revision.by == CONFIGURATION else [revision.recorded_at]
    return Work(
        id=id,
        recurring=revision.recurring,
        components=plan.components,
        category=plan.category,
        start=start,
        end=span[1],
        text=plan.text,
        announced_at=announced_at,
        known_at=min([*delivered, *claimed, *recorded, *(one.recorded_at for one in revision.approvals)], default=None),
        agreed=not plan.count
        and (plan.annex is not None or revision.second is not None)
        and any(one <= start for one in proven),
        page=plan.page,
        open=plan.open,
        publish=plan.publish,
    )
