"""Which incident an alert is part of: its component's own, or one that was split from that."""

from collections.abc import Sequence

from sqlalchemy import Connection

from config.instant import Instant, Span
from incidents.incident import Incident
from incidents.source import AlertNews
from incidents.store import incident
from incidents.store.alert import Alert, Ended


def strand_of(
    tx: Connection, component: str, ended: Sequence[Ended], news: AlertNews, reopen_within: Span
) -> str | None:
    """The incident that an alert which fires anew was split into, while that is not over or may be back; None: it is
    the component's. `ended`: its last occurrences, the newest end first."""
    last = ended[0].split_into if ended else None
    found = None if last is None else incident.find(tx, last)
    if found is None or found.component != component:  # its sender says now that it is about another one
        return None
    return last if _takes(found, news.starts_at, reopen_within) else None


def _takes(one: Incident, at: Instant, reopen_within: Span) -> bool:
    if one.unresolved:
        return True
    return one.recovered and reopen_within > 0 and at - (one.resolved_at or 0) <= reopen_within


def incident_of(tx: Connection, one: Alert) -> Incident | None:
    """The newest that it is, or was, part of."""
    return incident.newest_of(tx, one.component) if one.split_into is None else incident.find(tx, one.split_into)
