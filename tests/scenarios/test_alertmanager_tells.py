"""Prometheus scrapes us, its rule fires, Alertmanager posts to our hook: an incident, and its end."""

from pathlib import Path

import pytest

from tests.scenarios import town
from tests.servers.alertmanager import Alertmanager
from tests.servers.nginx import Nginx
from tests.servers.process import Warm
from tests.servers.prometheus import Prometheus, check_metrics

SUMMARY = "Bills cannot be paid while the shop is down"
RULE = {
    "alert": "ShopIsDown",
    "expr": 'upheld_component_state{component="shop",state="down"} == 1',
    "labels": {"service": "billing", "severity": "critical"},
    "annotations": {"summary": SUMMARY},
}


@pytest.mark.server
def test_what_prometheus_finds_in_our_metrics_comes_back_as_an_incident_and_ends(
    folder: Path, nginx: Nginx, database_url: str
) -> None:
    nginx.page("/", "ok")
    upheld = Warm(
        folder / "upheld",
        {
            "store": {"url": database_url},
            "on_call": {"name": "Li"},  # where nobody is, that is an incident too, however soon or late
            "sources": {"am": {**town.alertmanager()["am"], "component_from": ["service"]}},
            "components": {"shop": town.shop(nginx.url), "billing": {"name": "Billing", "tier": "core"}},
        },
    )
    scrape = {"job_name": "upheld", "static_configs": [{"targets": [f"127.0.0.1:{upheld.port}"]}]}
    with (
        Alertmanager(folder, webhook=f"{upheld.url}/hooks/am", token=town.TOKEN) as manager,
        Prometheus(folder, scrape_configs=[scrape], rules=[RULE], alertmanagers=[manager.address]) as prometheus,
        upheld,
    ):
        up = 'upheld_component_state{component="shop",state="up"} == 1'
        town.wait(lambda: prometheus.query(up), "Prometheus has seen that the shop is up")
        assert check_metrics(upheld.get("/metrics").text) == ""

        nginx.switch_off()
        town.wait(lambda: town.component_status(upheld, "Billing") == "major_outage", "the alert has come")
        (billing,) = [one for one in upheld.incidents() if one["component"] == "billing"]
        assert (billing["severity"], billing["reason"]) == (1, SUMMARY)
        assert check_metrics(upheld.get("/metrics").text) == ""

        nginx.switch_on()
        town.wait(lambda: town.indicator(upheld) == "none", "both have ended")
        ended = {one["component"]: one["state"] for one in upheld.incidents(resolved=True)}
        assert ended == {"shop": "resolved", "billing": "resolved"}
        shown = upheld.cli("incident", "show", billing["id"], "--json")
        assert {event["by"] for event in shown["events"] if event["event"] in ("opened", "resolved")} == {"source:am"}
