"""What is on disk, one file per room."""

from db.tables import (
    agreements,
    calendars,
    entered,
    exclusion,
    hold,
    incidents,
    ledger,
    notify,
    oncall,
    people,
    probe,
    remedies,
    reports,
    silence,
    statement,
)
from db.tables.metadata import METADATA

__all__ = [
    "METADATA",
    "agreements",
    "calendars",
    "entered",
    "exclusion",
    "hold",
    "incidents",
    "ledger",
    "notify",
    "oncall",
    "people",
    "probe",
    "remedies",
    "reports",
    "silence",
    "statement",
]
