"""Stored official days: each version of a country's is appended with its leaf, so that a statement can be counted again
on the days that were known when it was."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from config.instant import Instant
from config.official import Country, OfficialDays
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.tables.calendars import official_days

_C = official_days.c


def keep(tx: Connection, known: Iterable[OfficialDays], now: Instant) -> None:
    """Those that differ from what is stored newest."""
    now = ledger.stamped(tx, now)
    stored = days_known(tx, now)
    for days in known:
        if days.country in stored and stored[days.country].sha256 == days.sha256:
            continue
        body = days.model_dump(mode="json")
        row = {"country": days.country, "recorded_at": now, "sha256": days.sha256, "body": body}
        tx.execute(insert(official_days).values(**row))
        leaf = Leaf(kind="official_days", stream=f"calendar/{days.country}", body={"days": body, "sha256": days.sha256})
        ledger.append(tx, leaf, now)


def days_known(tx: Connection, at: Instant) -> dict[Country, OfficialDays]:
    """By country, as stored at that instant."""
    found = tx.execute(select(_C.country, _C.body).where(_C.recorded_at <= at).order_by(_C.id))
    return {row.country: OfficialDays.model_validate(row.body) for row in found}
