"""How checks asked, from their leaves in the ledger."""

from collections.abc import Iterable

from sqlalchemy import Connection

from config.instant import Instant
from db.ledger import store as ledger
from sla.change import Definition

BEGINNING = "check/"


def definitions(tx: Connection, components: Iterable[str], until: Instant) -> tuple[Definition, ...]:
    """Every definition of the components' checks that was recorded up to `until`."""
    streams = [name for one in components for name in ledger.streams_below(tx, f"{BEGINNING}{one}/")]
    entries = [kept.entry for kept in ledger.leaves_of(tx, streams, ledger.size(tx))]
    return tuple(
        Definition(
            check=entry.body["check"],
            component=entry.body["component"],
            recorded_at=entry.recorded_at,
            values=entry.body,
        )
        for entry in entries
        if entry.recorded_at <= until
    )
