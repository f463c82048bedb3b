"""What is on disk, one file per room."""

from db.tables import incidents, ledger, notify, people, probe
from db.tables.metadata import METADATA

__all__ = ["METADATA", "incidents", "ledger", "notify", "people", "probe"]
