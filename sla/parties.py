"""Who agreed what: one customer, the provider and every version of every agreement between them.

A statement is composed from this and from facts alone, so that whoever holds both can compose it again.
"""

from dataclasses import dataclass

from config.agreement import Agreement
from config.model import Config
from config.value import Text
from sla.interval import Interval
from sla.period import Period


class NoStatement(LookupError):
    """There is nothing to state; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """`agreements` by id and then version; `names` of every component, by id."""

    customer: str
    customer_name: Text
    provider: Text
    agreements: tuple[Agreement, ...]
    names: dict[str, Text]

    def reach(self, period: Period) -> Interval:
        """Everything a statement of the period can read: the years it lies in, in every agreement's zone.

        Longer than the period, because a yearly target is shown with its year so far and what is left of it.
        """
        zones = {one.availability.timezone for one in self.agreements}
        years = [period.year_window(zone) for zone in zones] or [period.year_window("UTC")]
        return min(start for start, _ in years), max(end for _, end in years)

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
    )
