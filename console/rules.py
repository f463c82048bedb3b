"""What the pages work with: the store, and the rules of the configuration in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.budget import Budgets
from console.issued import Statements
from console.owed import Reports
from db.engine import Database
from incidents.caseload import Caseload
from incidents.intake import Entrance
from incidents.service import Incidents
from sla.agreeing import Sealed, nothing_sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A reload makes new ones, so they are asked for at each request. `budgets` None: nothing counts yet,
    `statements` None: nothing is issued yet, `reports` None: nothing is reported.

    `sealed` knows which statements are sealed, `entrances` how each source finds components.
    """

    database: Database
    incidents: Callable[[], Incidents]
    caseload: Callable[[], Caseload]
    budgets: Budgets | None
    sealed: Sealed = nothing_sealed
    statements: Statements | None = None
    reports: Reports | None = None
    entrances: Callable[[], Mapping[str, Entrance]] = dict
