"""Reports and exports by command: what becomes a stored fact."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sla.store import report as stored
from upheld.call import Call, Command
from upheld.reports.making import issue, paper


def report_issue(tx: Connection, call: Call) -> Any:
    """From what is stored now, with the words of whoever issues it."""
    given = call.arguments
    config, caseload = call.rules.config, call.rules.caseload
    kind, subject = given["kind"], given["subject"]
    made = paper(tx, config, caseload, kind, subject, call.now, customer=given.get("customer"), anew=True)
    sha256 = issue(tx, made, call.by, dict(given.get("words") or {}), call.now)
    return {"kind": kind, "subject": subject, "customer": made.frame.customer, "record_sha256": sha256}


def export_log(tx: Connection, call: Call) -> Any:
    given = call.arguments
    one = stored.Export(
        customer=given["customer"],
        period=given["period"],
        what=given["what"],
        sha256=given["sha256"],
        files=tuple(given["files"]),
        by=call.by,
        exported_at=call.now,
    )
    stored.log_export(tx, one)
    return {"customer": one.customer, "period": one.period, "sha256": one.sha256}


COMMANDS: Mapping[str, Command] = {"report.issue": report_issue, "export.log": export_log}
