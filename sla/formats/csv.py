"""Rows for a spreadsheet: each line says in `record` what it is: component, outage, exclusion, correction, case…

No cell can start a formula, whatever a component or a customer is called.
"""

from collections.abc import Iterator
from typing import Any

from config.language import choose
from sla.document import document
from sla.format import Format
from sla.sheet import sheet
from sla.statement import Statement

COLUMNS = (
    "record",
    "id",
    "name",
    "component",
    "agreement",
    "start",
    "end",
    "state",
    "target_pct",
    "availability_pct",
    "availability",
    "lower",
    "upper",
    "coverage",
    "service_time_s",
    "excluded_s",
    "unobserved_s",
    "counted_down_s",
    "agreed_s",
    "budget_s",
    "remaining_s",
    "outages",
    "met",
    "verdict",
    "reason",
    "percent",
    "of",
    "currency",
    "due",
    "amount",
    "capped",
    "days",
)


def _render(statement: Statement, language: str) -> bytes:
    return sheet(COLUMNS, _rows(statement, language))


def _rows(statement: Statement, language: str) -> Iterator[dict[str, object]]:
    data = document(statement)
    for part in data["components"]:
        name = choose(part["name"], language)
        yield part | {
            "record": "component",
            "id": part["component"],
            "name": name,
            "start": data["start"],
            "end": data["end"],
            "availability_pct": part["display"]["availability"],
            "reason": " ".join(part["obstacles"]),
        }
        for outage in part["outage_list"]:
            yield outage | {
                "record": "outage",
                "component": part["component"],
                "name": name,
                "agreement": part["agreement"],
                "counted_down_s": outage["counted_s"],
                "reason": outage["cause"] or outage["reason"],
            }
    for one in data["exclusions"]:
        yield one | {
            "record": "exclusion",
            "component": " ".join(one["components"]),
            "name": choose(one["text"], language) if one["text"] else one["category"],
            "state": "valid" if one["valid"] else "invalid",
        }
    for one in data["corrections"]:
        yield {
            "record": "correction",
            "id": one["id"],
            "name": one["reason"],
            "component": one["component"],
            "agreement": one["agreement"],
            "start": one["start"],
            "end": one["end"],
            "state": one["state"],
            "reason": one["standing"],
        }
    for case in data["cases"]:
        for clock in case["commitments"] or [{}]:
            yield {
                "record": "case",
                "id": case["id"],
                "name": case["title"],
                "component": case["component"],
                "start": case["reported_at"],
                "end": case["closed_at"],
                "state": clock.get("name"),
                "verdict": clock.get("outcome"),
                "reason": case["incident"],
            }
    for one in data["case_changes"]:
        yield {
            "record": "change",
            "id": one["case"],
            "name": one["reason"],
            "start": one["at"],
            "end": one["until"],
            "state": one["act"],
            "verdict": one["reply"],
            "reason": one["by"],
        }
    for one in data["indicators"]:
        typed = one.get("entered") or {}
        yield {
            "record": "indicator",
            "id": one["id"],
            "name": typed.get("proof"),
            "start": typed.get("at"),
            "agreement": one["agreement"],
            "state": one["measure"],
            "target_pct": one["at_least"] or one["at_most"],
            "availability": one["value"],
            "of": one["n"],
            "met": one["met"],
            "reason": one["unmeasured"] or typed.get("by"),
        }
    for one in data["satisfaction"]["ratings"]:
        yield {
            "record": "rating",
            "id": one["case"],
            "name": one["comment"],
            "start": one["at"],
            "end": one["followed_at"],
            "state": " ".join(f"{name}={score}" for name, score in one["scores"].items()),
            "verdict": "low" if one["low"] else None,
            "reason": one["cause"],
        }
    for one in data["measures"]:
        yield {
            "record": "measure",
            "id": one["id"],
            "name": choose(one["text"], language),
            "agreement": one["agreement"],
            "end": one["due_at"],
            "state": "open" if one["open"] else "done",
            "reason": one["owner"],
        }
    for claim in data["remedies"]["claims"]:
        yield claim | {"record": "remedy", "id": claim["rule"], "name": claim["breach"], "state": claim["kind"]}
    for owed in data["remedies"]["obligations"]:
        yield owed | {
            "record": "obligation",
            "name": choose(owed["then"], language),
            "end": owed["due_at"],
            "state": owed["gives"],
        }
    for agreement in data["agreements"]:
        for version in agreement["versions"]:
            for side, said in version["consents"].items():
                yield _consent(version, side, said) | {"agreement": agreement["agreement"]}


def _consent(version: dict[str, Any], side: str, said: dict[str, Any] | None) -> dict[str, object]:
    """What a side said of a version; `verdict` is empty where it said nothing."""
    about = {"record": "consent", "id": version["version"], "name": side}
    if said is None:
        return about
    word = "confirmed" if said["confirmed"] else "declined"
    times = {"start": said["at"], "end": said["recorded_at"]}
    return about | times | {"state": said["by"], "verdict": word, "reason": said["text"]}


FORMAT = Format(content_type="text/csv; charset=utf-8", extension="csv", render=_render)
