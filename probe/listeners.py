"""Who hears what a batch has brought, inside the transaction that stored it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from config.instant import Instant
from probe.batch import Batch
from probe.ending import Warned
from probe.verdict import CheckChange

OnChanges = Callable[[Connection, Sequence[CheckChange], Instant], None]
OnFlapping = Callable[[Connection, Sequence[str], Instant], None]
Hear = Callable[[Connection, Sequence[CheckChange], Instant], Sequence[CheckChange]]
"""What this location has learned of checks; gives the changes of the checks that follow."""
OnWarned = Callable[[Connection, Sequence[Warned], Instant], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """`hear` before anything is stored. Then `changes`, `flapping` with the checks that began or ceased to, and
    `warned`: begun or over.
    """

    changes: OnChanges
    hear: Hear = lambda tx, changes, now: changes
    flapping: OnFlapping = lambda tx, checks, now: None
    warned: OnWarned = lambda tx, warned, now: None

    def heard(self, tx: Connection, batch: Batch, now: Instant) -> Batch:
        """With what its changes are for the checks."""
        changes = self.hear(tx, batch.changes, now) if batch.changes else ()
        return replace(batch, changes=tuple(changes))

    def tell(self, tx: Connection, batch: Batch, now: Instant) -> None:
        if batch.changes:
            self.changes(tx, batch.changes, now)
        if batch.flapped:
            self.flapping(tx, batch.flapped, now)
        if batch.warned:
            self.warned(tx, batch.warned, now)
