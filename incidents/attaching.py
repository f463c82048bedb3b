"""A file comes to a case: the fact with its hash and the bytes, in one transaction."""

from sqlalchemy import Connection

from config.instant import Instant
from incidents.attachment import TOGETHER, Attachment
from incidents.case import Case, FileAdded
from incidents.caseload import Caseload
from incidents.decide import Refused
from incidents.store import attachment as store


def attach(tx: Connection, caseload: Caseload, case_id: str, file: Attachment, by: str, now: Instant) -> Case:
    """Raises NoSuchCase, Refused."""
    if store.known(tx, case_id, file.sha256):
        raise Refused(f"{case_id}: {file.name} is there already, byte for byte")
    if store.together(tx, case_id) + len(file.body) > TOGETHER:
        raise Refused(f"{case_id}: its files would have more than 25 MiB together")
    added = FileAdded(name=file.name, media_type=file.media_type, size=len(file.body), sha256=file.sha256)
    after = caseload.record(tx, case_id, added, by, now, now)
    store.add(tx, case_id, file, now)
    return after
