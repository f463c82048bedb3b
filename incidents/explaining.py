"""Why somebody was called, or nobody: what `why.explain` needs, from the store."""

from sqlalchemy import Connection

from config.model import Config
from incidents import rostering
from incidents.store import incident as incidents
from incidents.why import Because, explain
from notify.store import told as telling


def explained(tx: Connection, config: Config, id: str, person: str | None = None) -> tuple[Because, ...] | None:
    """None: there is no such incident."""
    found = incidents.find(tx, id)
    if found is None:
        return None
    who = rostering.who_at(tx, config, found.opened_at)
    return explain(incidents.events(tx, id), telling.history(tx, incident=id), who, person)
