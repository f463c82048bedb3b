"""Reports and exports by command: what becomes a stored fact."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sla.store import report as stored
from upheld.call import Call, Command
from upheld.reports.making import issue, paper
from upheld.reports.writing import go_on, write


def report_issue(tx: Connection, call: Call) -> Any:
    """From what is stored now, with the words written so far and those given; mailed where it is owed."""
    given = call.arguments
    config, caseload = call.rules.config, call.rules.caseload
    kind, subject = given["kind"], given["subject"]
    made = paper(tx, config, caseload, kind, subject, call.now, customer=given.get("customer"), anew=True)
    sha256 = issue(tx, made, call.by, dict(given.get("words") or {}), call.now)
    customer = made.frame.customer
    go_on(tx, call.rules, kind, subject, customer, call.now)
    return {"kind": kind, "subject": subject, "customer": customer, "record_sha256": sha256}


def report_write(tx: Connection, call: Call) -> Any:
    """`kind, subject, customer, words`."""
    given = call.arguments
    about = given["kind"], given["subject"], given.get("customer")
    return write(tx, call.rules, *about, given["words"], call.by, call.now)


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


COMMANDS: Mapping[str, Command] = {
    "report.issue": report_issue,
    "report.write": report_write,
    "export.log": export_log,
}
