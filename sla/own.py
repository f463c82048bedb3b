"""What of a shared window is a customer's own: what others have, had and said of it is left out. Pure.

That another customer asked for it stays to be seen: it is why his own time does not count.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sla.correction import Correction
from sla.parties import Parties
from sla.proposal import Proposal, Proposed, Revision
from sla.record import Facts
from sla.saying import CUSTOMER
from sla.word import Said, customer_of

ANOTHER = "another customer"
"""Asked for it, where a customer reads."""


def own(facts: Facts, who: Parties) -> Facts:
    """Of what was sealed before `only_own` was a rule the words of others alone are left out: they make no figure."""
    if not who.only_own:
        return replace(
            facts,
            exclusions=tuple(_unspoken(one, who.customer) for one in facts.exclusions),
            corrections=tuple(_uncontested(one, who.customer) for one in facts.corrections),
        )
    components = {name for one in who.agreements for name in one.components}
    return replace(
        facts,
        exclusions=tuple(own_proposal(one, who.customer, components) for one in facts.exclusions),
        corrections=tuple(own_correction(one, who.customer) for one in facts.corrections),
    )


def own_proposal(proposal: Proposal, customer: str, components: Collection[str]) -> Proposal:
    """With those of its components that are his."""
    kept = _unspoken(proposal, customer)
    revisions = [
        replace(one, plan=_covered(one.plan, components), by=asker(one.by, customer)) for one in kept.revisions
    ]
    return replace(kept, revisions=tuple(revisions))


def own_correction(one: Correction, customer: str) -> Correction:
    return replace(_uncontested(one, customer), requested_by=asker(one.requested_by, customer))


def own_said(said: Iterable[Said[Any]], customer: str, components: Collection[str]) -> list[Said[Any]]:
    """Event by event."""
    return [
        replace(
            one,
            by=asker(one.by, customer),
            event=_covered(one.event, components) if isinstance(one.event, Proposed) else one.event,
        )
        for one in said
        if getattr(one.event, "customer", customer) == customer
    ]


def asker(by: str, customer: str) -> str:
    """Who asked, as this customer may read it."""
    return ANOTHER if by == CUSTOMER or customer_of(by) not in (None, customer) else by


def _covered(plan: Proposed, components: Collection[str]) -> Proposed:
    return replace(plan, components=tuple(name for name in plan.components if name in components))


def _unspoken(proposal: Proposal, customer: str) -> Proposal:
    return replace(proposal, revisions=tuple(_of(one, customer) for one in proposal.revisions))


def _of(one: Revision, customer: str) -> Revision:
    return replace(
        one,
        notices=tuple(said for said in one.notices if said.event.customer == customer),
        countersignatures=tuple(said for said in one.countersignatures if said.event.customer == customer),
    )


def _uncontested(one: Correction, customer: str) -> Correction:
    return replace(
        one,
        words=tuple(word for word in one.words if word[0] == customer),
        writers=tuple(writer for writer in one.writers if writer[0] == customer),
    )
