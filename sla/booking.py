"""What sealed statements made of remedies so far, as sla's own plain records. A statement is composed from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.instant import Instant
from config.value import Text
from sla.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An entry of the account between the parties; `amount` and `days` are signed differences, never edited.

    Together `agreement`, `rule` and `breach` name what is owed for; the entries of one name add up. `month` is the
    month whose statement decides about it, `statement` and `revision` those that made the entry.
    """

    agreement: str
    rule: str
    breach: str
    """`target/<component>/<period>`, `case/<case>/<commitment>`, `confidentiality/<id>`."""
    month: str
    statement: str
    revision: int
    percent: str | None
    base: str | None
    """The name of the amount that the percentage is of."""
    currency: str | None
    due: int
    """What the rule gives now, in minor units, before caps; not a difference."""
    amount: int
    """Booked by this entry, in minor units."""
    capped: int
    """What caps hold back of `due` after this entry."""
    days: int
    """Days of the term booked by this entry."""
    causes: tuple[str, ...] = ()
    """Ids of the outages and cases behind it."""
    recorded_at: Instant = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.breach


class Standing(StrEnum):
    """What a month was, for counting missed ones."""

    MISSED = "missed"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOutcome:
    """What a sealed statement made of one month (`2026-10`) of one agreement: by its own figures, and the year's."""

    agreement: str
    month: str
    standing: Standing
    year_so_far: Standing


MEASURE = "measure"
"""What an obligation gives that a person wrote down: a measure of improvement."""
DUTY = "duty"
"""What an obligation gives that the calendar opened: a standing duty in its turn. Statements do not count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Owed by the provider, or a right of the customer's, until `due_at`; `id` is `<agreement>/<rule>/<month>`.

    A measure of improvement has an `owner`, one of the provider's people.
    """

    id: str
    agreement: str
    rule: str
    month: str
    then: Text
    gives: str
    due_at: Instant | None
    provisional: bool = False
    """The due date looked at days whose official calendar is not published."""
    opened_at: Instant = 0
    closed_at: Instant | None = None
    """Fulfilled, or withdrawn because a revision took its ground away."""
    owner: str | None = None

    def open(self, at: Instant) -> bool:
        return self.opened_at < at and (self.closed_at is None or self.closed_at >= at)


def measures_in(obligations: Iterable[Obligation], window: Interval) -> tuple[Obligation, ...]:
    """Measures of improvement that were open at any time of it, first due first."""
    found = [
        one
        for one in obligations
        if one.gives == MEASURE and one.opened_at < window[1] and (one.closed_at is None or one.closed_at >= window[0])
    ]
    return in_order(found)


def in_order(found: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """What has no date, then first due first: a record lists them so, and whoever verifies it."""
    return tuple(sorted(found, key=lambda one: (one.due_at or 0, one.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBreach:
    """A breach that no figure shows, recorded by a person: of confidentiality."""

    id: str
    agreement: str
    happened_at: Instant
