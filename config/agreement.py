"""Contracts as the configuration gives them: one `Agreement` is one version, with every term resolved and its origin.

Sources: sla-definition.md (what must be written), the levels and clocks of the shipped profiles in `config/profiles/`.
The parts stand in files of their own; here they are put together, and other rooms take them from here.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.calendar import ALWAYS as ALWAYS
from config.calendar import SERVICE_HOURS as SERVICE_HOURS
from config.calendar import Calendar as Calendar
from config.calendar import ServiceHours as ServiceHours
from config.conduct import Duty as Duty
from config.conduct import Handling as Handling
from config.conduct import Rating as Rating
from config.conduct import Records as Records
from config.conduct import Report as Report
from config.counting import Availability as Availability
from config.counting import Category as Category
from config.counting import Counting as Counting
from config.counting import ExclusionEffect as ExclusionEffect
from config.counting import ExclusionRule as ExclusionRule
from config.counting import Period as Period
from config.counting import UnknownPolicy as UnknownPolicy
from config.indicator import Indicator as Indicator
from config.instant import MINUTE, Instant
from config.level import Called as Called
from config.level import CaseKind as CaseKind
from config.level import Commitment as Commitment
from config.level import Level as Level
from config.level import Limit as Limit
from config.level import named
from config.party import Parties as Parties
from config.party import Renewal as Renewal
from config.remedy import FEE, NamedAmount, Remedy
from config.value import Amount, Count, Currency, Duration, Moment, Text, Value


class Origin(StrEnum):
    """Where a term stands."""

    AGREEMENT = "agreement"
    TERMS = "terms"
    PROFILE = "profile"
    SITE = "site"


class Countersign(StrEnum):
    """How the customer's signer puts his word to a statement."""

    LOGIN = "login"
    LINK = "link"


class Fee(Value):
    amount: Amount
    """An exact decimal, `120000` or `1999.50`."""
    currency: Currency
    per: Period = Period.MONTH


class Sheet(Value):
    """A shipped profile or term sheet, pinned."""

    name: str
    version: int
    sha256: str
    title: Text

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.version}"


class Agreement(Value):
    """One version; `effective` to `until` it is in force, `measured_from` coverage starts."""

    id: str
    """`customer/agreement`; the same in every version."""
    customer: str
    version: Count = 1
    effective: Moment
    until: Moment | None = None
    """When the next version takes over or the agreement ends; None: open."""
    contract: str | None = None
    """The number of the signed contract."""
    parties: Parties = Parties()
    renewal: Renewal | None = None
    measured_from: Moment
    components: tuple[str, ...] = Field(min_length=1)
    profile: Sheet | None = None
    terms: Sheet | None = None
    """A term sheet's title and hash are printed with every term it gave."""
    availability: Availability
    hours: ServiceHours = ALWAYS
    """When cases are taken, and what `service_hours` clocks run on: those written, else those of
    `availability`."""
    fee: Fee | None = None
    amounts: dict[str, NamedAmount] = Field(default_factory=dict)
    """The fees and totals that its remedies are percentages of, by name; `fee` is known without an entry."""
    remedies: tuple[Remedy, ...] = ()
    """In the order of the contract; none written: no remedies."""
    levels: tuple[Level, ...] = ()
    """Most severe first, whatever their numbers."""
    warn_before: Duration = 30 * MINUTE
    """A clock likely to be missed is announced this long before it runs out."""
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    """Those its commitments name, so that counting needs no other source."""
    reports: tuple[Report, ...] = ()
    indicators: Annotated[dict[str, Indicator], BeforeValidator(named)] = Field(default_factory=dict)
    handling: Handling | None = None
    rating: Rating | None = None
    records: Records | None = None
    duties: Annotated[dict[str, Duty], BeforeValidator(named)] = Field(default_factory=dict)
    contacts: Literal["any", "company-only"] = "any"
    """company-only: landline and company mail, private ones refused."""
    language: Literal["zh-CN", "en"] | None = None
    countersign: Countersign = Countersign.LOGIN
    """link: also by a link in a mail to the customer's one contact of kind `signer`."""
    origins: dict[str, Origin] = Field(default_factory=dict)
    """Term -> where it stands, for every term that has a value: `target`, `period`, `levels`…"""

    @property
    def stated(self) -> dict[str, tuple[str, str]]:
        """Every amount a remedy may name: its exact decimal and its currency."""
        found = {name: (one.amount, one.currency) for name, one in self.amounts.items()}
        return found if self.fee is None else {FEE: (self.fee.amount, self.fee.currency), **found}

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "Agreement":
        if self.until is not None and self.until <= self.effective:
            raise ValueError("the agreement ends before it is in force; move `effective:` or `ends:`")
        return self

    @property
    def name(self) -> str:
        """The id without its customer."""
        return self.id.partition("/")[2]

    def in_force(self, at: Instant) -> bool:
        return self.effective <= at and (self.until is None or at < self.until)

    def level(self, number: int) -> Level:
        """Raises KeyError."""
        for level in self.levels:
            if level.number == number:
                return level
        raise KeyError(number)

    def level_for(self, severity: int) -> Level | None:
        """The level of a case that an incident of this severity opens; the mildest fault level if none names it."""
        fitting = next((level for level in self.levels if severity in level.severities), None)
        faults = [level for level in self.levels if level.severities]
        return fitting or (faults[-1] if faults else None)
