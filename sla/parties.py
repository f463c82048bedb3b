"""Who agreed what: one customer, the provider and every version of every agreement between them.

A statement is composed from this and from facts alone, so that whoever holds both can compose it again.
"""

from dataclasses import dataclass

from config.agreement import Agreement
from config.instant import Span
from config.model import Config
from config.value import Text
from sla.interval import Interval
from sla.period import Period


class NoStatement(LookupError):
    """There is nothing to state; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """`agreements` by id and then version; `names` of every component, by id.

    `only_own`: of what he shares with others nothing of theirs is said. What was sealed before that rule lacks it.
    """

    customer: str
    customer_name: Text
    provider: Text
    agreements: tuple[Agreement, ...]
    names: dict[str, Text]
    only_own: bool = False

    def reach(self, period: Period) -> Interval:
        """Everything a statement of the period can count: it, and the longer period of a target it lies in."""
        windows = [period.window("UTC")] if not self.agreements else []
        for one in self.agreements:
            zone = one.availability.timezone
            windows += [period.window(zone), period.within(one.availability.period).window(zone)]
        return min(start for start, _ in windows), max(end for _, end in windows)

    @property
    def slack(self) -> Span:
        """The longest that may lie between two losses and still join them, under any of the agreements."""
        return max((max(one.availability.merge_gap, one.availability.bridge_max) for one in self.agreements), default=0)

    def name(self, component: str) -> Text:
        """Its id where nothing names it any more."""
        return self.names.get(component, component)


def parties_of(config: Config, customer: str) -> Parties:
    """Raises NoStatement for an unknown customer."""
    if customer not in config.customers:
        known = ", ".join(config.customers) or "none"
        raise NoStatement(f"there is no customer '{customer}'; known: {known}")
    who = config.customers[customer]
    return Parties(
        customer=customer,
        customer_name=who.name,
        provider=config.site.name,
        agreements=who.agreements,
        names={one.id: one.name for one in config.components.values()},
        only_own=True,
    )
