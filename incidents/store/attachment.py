"""The bytes of files added to cases, beside the facts that name their hashes. They go with their case."""

from sqlalchemy import Connection, func, insert, select

from config.instant import Instant
from db.tables.incidents import case_file
from incidents.attachment import Attachment

_F = case_file.c


def add(tx: Connection, case_id: str, file: Attachment, now: Instant) -> None:
    row = {"case": case_id, "sha256": file.sha256, "size": len(file.body), "body": file.body, "recorded_at": now}
    tx.execute(insert(case_file).values(**row))


def body(tx: Connection, case_id: str, sha256: str) -> bytes | None:
    return tx.scalar(select(_F.body).where(_F.case == case_id, _F.sha256 == sha256))


def known(tx: Connection, case_id: str, sha256: str) -> bool:
    return tx.scalar(select(_F.size).where(_F.case == case_id, _F.sha256 == sha256)) is not None


def together(tx: Connection, case_id: str) -> int:
    """Bytes of all files of the case."""
    return int(tx.scalar(select(func.coalesce(func.sum(_F.size), 0)).where(_F.case == case_id)) or 0)
