"""Who hears what a batch has brought, inside the transaction that stored it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from config.instant import Instant
from probe.batch import Batch
from probe.ending import Warned
from probe.verdict import CheckChange

OnChanges = Callable[[Connection, Sequence[CheckChange], Instant], None]
OnFlapping = Callable[[Connection, Sequence[str], Instant], None]
OnWarned = Callable[[Connection, Sequence[Warned], Instant], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """`changes` first, then `flapping` with the checks that began or ceased to, then `warned`: begun or over."""

    changes: OnChanges
    flapping: OnFlapping = lambda tx, checks, now: None
    warned: OnWarned = lambda tx, warned, now: None

    def tell(self, tx: Connection, batch: Batch, now: Instant) -> None:
        if batch.changes:
            self.changes(tx, batch.changes, now)
        if batch.flapped:
            self.flapping(tx, batch.flapped, now)
        if batch.warned:
            self.warned(tx, batch.warned, now)
