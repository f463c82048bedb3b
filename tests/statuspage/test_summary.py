"""The Statuspage v2 documents: exactly their keys and words, and never green for what we do not know."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from config.instant import HOUR, MINUTE
from config.look.state import Shown
from statuspage.facts import Phase
from statuspage.summary import documents, short_id
from tests.statuspage.harbour import HARBOUR, MEASURED, NOW, OPEN, QUIET

PAGE = {"id", "name", "url", "time_zone", "updated_at"}
COMPONENT = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
}
INCIDENT = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
    "reminder_intervals",
}
UPDATE = {
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
}
STATUSES = {"operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"}
TOP = {
    "summary": {"page", "components", "incidents", "scheduled_maintenances", "status"},
    "status": {"page", "status"},
    "components": {"page", "components"},
    "incidents": {"page", "incidents"},
    "incidents/unresolved": {"page", "incidents"},
    "scheduled-maintenances": {"page", "scheduled_maintenances"},
    "scheduled-maintenances/upcoming": {"page", "scheduled_maintenances"},
    "scheduled-maintenances/active": {"page", "scheduled_maintenances"},
}
DOCUMENTS = documents(HARBOUR, NOW)
SUMMARY = DOCUMENTS["summary"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def named(name: str) -> dict[str, Any]:
    return next(row for row in SUMMARY["components"] if row["name"] == name)


@pytest.mark.parametrize("path", sorted(TOP))
def test_every_document_has_exactly_its_top_level_keys(path: str) -> None:
    assert set(DOCUMENTS[path]) == TOP[path]
    assert set(DOCUMENTS[path]["page"]) == PAGE
    orjson.dumps(DOCUMENTS[path])


def test_there_are_eight_documents() -> None:
    assert set(DOCUMENTS) == set(TOP)


def test_every_record_has_exactly_its_keys() -> None:
    for row in SUMMARY["components"]:
        assert set(row) == (COMPONENT | {"components"} if row["group"] else COMPONENT)
        assert row["status"] in STATUSES
        assert TIME.fullmatch(row["created_at"])
    for incident in DOCUMENTS["incidents"]["incidents"]:
        assert set(incident) == INCIDENT
        assert all(set(update) == UPDATE for update in incident["incident_updates"])
    for work in DOCUMENTS["scheduled-maintenances"]["scheduled_maintenances"]:
        assert set(work) == INCIDENT | {"scheduled_for", "scheduled_until"}
        assert work["impact"] == "maintenance"


def test_states_become_the_words_clients_know() -> None:
    assert named("Payment API")["status"] == "partial_outage"
    assert named("Statement archive")["status"] == "under_maintenance"
    assert named("Web banking")["status"] == "operational"
    gateway = named("Partner gateway")
    assert gateway["status"] == "degraded_performance"
    assert gateway["description"] == "Not measured: this counts neither as up nor as down."


def test_the_indicator_follows_the_worst_component() -> None:
    assert SUMMARY["status"] == {"indicator": "major", "description": "Partial System Outage"}
    assert documents(QUIET, NOW)["status"]["status"] == {
        "indicator": "none",
        "description": "All Systems Operational",
    }
    stopped = documents(QUIET, MEASURED + HOUR)["status"]["status"]
    assert stopped["indicator"] == "minor"


def test_a_group_is_a_row_before_its_children_and_shows_the_worst() -> None:
    rows = SUMMARY["components"]
    group = rows[4]
    assert (group["name"], group["group"], group["status"]) == ("Payments", True, "partial_outage")
    assert group["components"] == [row["id"] for row in rows[5:8]]
    assert {row["group_id"] for row in rows[5:8]} == {group["id"]}
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))


def test_unresolved_incidents_come_with_their_updates_newest_first() -> None:
    (incident,) = SUMMARY["incidents"]
    assert incident["status"] == "identified"
    assert incident["impact"] == "major"
    assert incident["resolved_at"] is None
    assert [update["status"] for update in incident["incident_updates"]] == [
        "identified",
        "investigating",
        "investigating",
    ]
    assert incident["shortlink"] == "https://status.example.com/en/incidents/INC-2026-0187"
    assert len(DOCUMENTS["incidents"]["incidents"]) == 2


def test_planned_work_is_upcoming_or_active_or_done() -> None:
    upcoming = DOCUMENTS["scheduled-maintenances/upcoming"]["scheduled_maintenances"]
    active = DOCUMENTS["scheduled-maintenances/active"]["scheduled_maintenances"]
    assert [work["status"] for work in upcoming] == ["scheduled"]
    assert [(work["name"], work["status"]) for work in active] == [("Statement archive: storage move", "in_progress")]
    assert SUMMARY["scheduled_maintenances"] == active + upcoming


def test_ids_are_twelve_characters_and_stay() -> None:
    assert short_id("component", "payments") == short_id("component", "payments")
    assert short_id("component", "payments") != short_id("incident", "payments")
    ids = [row["id"] for row in SUMMARY["components"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]{12}", id) for id in ids)


@pytest.mark.parametrize("state", list(Shown))
def test_a_resolved_incident_ends_operational(state: Shown) -> None:
    done = replace(OPEN, state=state, phase=Phase.RESOLVED, resolved_at=NOW - MINUTE)
    found = documents(replace(HARBOUR, incidents=(done,)), NOW)
    assert found["incidents/unresolved"]["incidents"] == []
    assert found["incidents"]["incidents"][0]["status"] == "resolved"
