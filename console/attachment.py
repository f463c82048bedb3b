"""Files of a case, for whoever may see the case: only ever downloaded, never shown as part of a page."""

from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from console.rules import Rules
from console.visit import Visit
from incidents.attaching import attach
from incidents.attachment import attachment
from incidents.case import FileAdded
from incidents.caseload import Caseload
from incidents.store import attachment as files
from incidents.store import case as cases


class AttachmentPage:
    """From the desk and from the customer's room."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        place = visit.request.match_info
        id, sha256, customer = place["id"], place["sha256"], place.get("customer")
        found = await self._rules.database.read(lambda tx: file_of(tx, id, sha256, customer))
        return visit.not_found() if found is None else download(*found)


def file_of(tx: Connection, id: str, sha256: str, customer: str | None) -> tuple[FileAdded, bytes] | None:
    """`customer`: whose eyes these are. None where it is not his, or not there any more."""
    case = cases.find(tx, id)
    if case is None or customer not in (None, case.customer):
        return None
    added = (one.event for one in cases.events(tx, id) if isinstance(one.event, FileAdded))
    event = next((one for one in added if one.sha256 == sha256), None)
    body = files.body(tx, id, sha256)
    return (event, body) if event is not None and body else None


def attach_all(tx: Connection, caseload: Caseload, case: str, visit: Visit) -> None:
    """Everything that came with the form. Raises NoSuchCase, Refused."""
    for one in visit.files:
        attach(tx, caseload, case, attachment(one.name, one.body), visit.user.by, visit.now)


def download(event: FileAdded, body: bytes) -> web.Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(event.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, content_type=event.media_type, headers=headers)
