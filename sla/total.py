"""One figure over several components of an agreement: the sum of their downtime over the sum of their agreed time.

Only where all are counted by the same rules; percentages are never averaged (sla-definition.md, 'Quantities').
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from config.agreement import Availability
from config.instant import Span
from sla.interval import Interval
from sla.line import stretches
from sla.statement import AgreementPart, ComponentPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    counted: Fraction
    agreed: Span

    @property
    def availability(self) -> Fraction | None:
        return 1 - self.counted / self.agreed if self.agreed else None


def total_of(part: AgreementPart, components: Sequence[ComponentPart]) -> Total | None:
    """None for fewer than two components, or where they were not counted by the same rules all the time."""
    own = [one for one in components if one.agreement.id == part.newest.id]
    rules = [_rules(part, one.component) for one in own]
    if len(own) < 2 or any(one != rules[0] for one in rules):
        return None
    return Total(
        counted=sum((one.account.counted for one in own), Fraction(0)), agreed=sum(one.account.agreed for one in own)
    )


def _rules(part: AgreementPart, component: str) -> list[tuple[Availability, Interval]]:
    return [(version.availability, span) for version, span in stretches(part.versions, component, part.window)]
