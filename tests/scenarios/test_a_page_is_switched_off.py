"""The main job from end to end, with a real nginx, a real mail server and the whole program in its own process."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.instant import parse_rfc3339
from tests.conftest import Serve
from tests.scenarios import town
from tests.servers.nginx import Nginx
from tests.servers.program import until
from tests.servers.smtp import Smtp


def _now() -> int:
    return round(datetime.now(UTC).timestamp() * 1000)


@pytest.mark.server
def test_the_incident_opens_by_itself_is_told_shown_acknowledged_resolved_and_counted(
    nginx: Nginx, smtp: Smtp, serve: Serve, database_url: str
) -> None:
    nginx.page("/", "ok")
    upheld = serve(
        {
            "store": {"url": database_url},
            **town.people(smtp.port),
            "components": {"shop": town.shop(nginx.url)},
            "customers": town.customer("shop"),
        }
    )
    until(lambda: upheld.get("/api/v2/status.json").json()["status"]["indicator"] == "none", "the shop is up")

    nginx.switch_off()
    broken_at = _now()
    (incident,) = until(upheld.incidents, "an incident is open")

    assert incident["component"] == "shop"
    assert incident["state"] == "triggered"
    assert incident["severity"] == 1
    limit = (town.INTERVAL + (town.FALL - 1) * town.RECHECK + 1) * 1000
    assert parse_rfc3339(incident["opened_at"]) - broken_at <= limit

    (page,) = smtp.wait_for(lambda mail: "li@example.com" in mail.recipients and incident["id"] in mail.subject)
    assert "Down: Web shop" in page.subject
    upheld.cli("incident", "ack", incident["id"], "--by", "li", "--json")
    until(
        lambda: upheld.get("/api/v2/summary.json").json()["status"]["indicator"] == "critical", "summary.json says so"
    )
    summary = upheld.get("/api/v2/summary.json").json()
    assert [one["status"] for one in summary["components"]] == ["major_outage"]
    assert len(summary["incidents"]) == 1
    assert "Down: Web shop" in upheld.get("/en/").text
    assert "严重故障" in upheld.get("/zh-CN/").text

    (case,) = upheld.cli("case", "list", "--json")
    assert (case["customer"], case["level"], case["incident"]) == ("acme", 1, incident["id"])
    assert {clock["name"] for clock in case["clocks"]} >= {"respond"}
    until(
        lambda: {one["name"]: one["state"] for one in upheld.cli("case", "show", case["id"], "--json")["clocks"]}[
            "respond"
        ]
        == "met",
        "the customer's mail was taken, which is the response",
    )

    beyond = parse_rfc3339(incident["opened_at"]) + (town.ESCALATES_AFTER + 2) * 1000
    until(lambda: _now() > beyond, "the second contact would have been told", timeout=40)
    assert [mail.subject for mail in smtp.to("wang@example.com")] == [], "acknowledging stopped the escalation"

    nginx.switch_on()
    mended_at = _now()
    until(lambda: not upheld.incidents(), "the incident is resolved")
    (resolved,) = upheld.incidents(resolved=True)
    assert resolved["acknowledged_by"] == "person:li"
    smtp.wait_for(lambda mail: "li@example.com" in mail.recipients and "Resolved" in mail.subject)

    month = datetime.now(UTC).strftime("%Y-%m")
    statement = json.loads(upheld.command("statement", "acme", month, "--format", "json").out)
    (component,) = statement["components"]
    assert component["outages"] == 1 or len(component["outages"]) == 1
    counted = component["counted_down_s"] if "counted_down_s" in component else component["result"]["counted_down_s"]
    truth = (mended_at - broken_at) / 1000
    seconds = _seconds(counted)
    assert abs(seconds - truth) <= town.INTERVAL


def _seconds(value: int | str) -> float:
    if isinstance(value, int):
        return value
    over, _, under = value.partition("/")
    return int(over) / int(under)


@pytest.mark.server
def test_nobody_answers_so_the_second_contact_is_told_also_after_kill_9(
    nginx: Nginx, smtp: Smtp, serve: Serve, folder: Path
) -> None:
    nginx.page("/", "ok")
    upheld = serve({**town.people(smtp.port), "components": {"shop": town.shop(nginx.url)}})
    until(lambda: upheld.get("/api/v2/status.json").json()["status"]["indicator"] == "none", "the shop is up")

    nginx.switch_off(how="closed")
    smtp.wait_for(lambda mail: "li@example.com" in mail.recipients)
    upheld.kill9()
    assert smtp.to("wang@example.com") == []
    upheld.start()
    upheld.wait_ready()

    smtp.wait_for(lambda mail: "wang@example.com" in mail.recipients, timeout=40)
    assert len(upheld.incidents()) == 1
