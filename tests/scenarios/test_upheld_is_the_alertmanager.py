"""Real Prometheus, amtool and Alertmanager take upheld for what they know: an Alertmanager, and PagerDuty."""

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios import town
from tests.servers.alertmanager import Alertmanager
from tests.servers.amtool import Amtool
from tests.servers.nginx import Nginx
from tests.servers.process import Serve, Warm
from tests.servers.prometheus import Prometheus

PD_KEY = "0123456789abcdef0123456789abcdef"
RULE = {
    "alert": "ShopIsDown",
    "expr": "up == 0",
    "labels": {"service": "shop", "severity": "critical"},
    "annotations": {"summary": "the shop does not answer"},
}


def configuration(**sources: Any) -> dict[str, Any]:
    return {"sources": sources, "components": {"shop": {"name": "Shop", "tier": "core"}}}


def fires(prometheus: Prometheus) -> bool:
    return [one["state"] for one in prometheus.alerts()] == ["firing"]


@pytest.mark.server
def test_a_pair_of_prometheus_makes_one_incident_and_both_end_it_and_amtool_looks_on(
    folder: Path, nginx: Nginx
) -> None:
    prom = {"kind": "prometheus", "token": town.TOKEN, "component_from": ["service"]}
    upheld = Warm(folder / "upheld", configuration(prom=prom))
    amtool = Amtool(f"127.0.0.1:{upheld.port}", town.TOKEN)
    target = nginx.url.removeprefix("http://")
    scrape = {"job_name": "shop", "static_configs": [{"targets": [target]}], "metrics_path": "/metrics"}

    def member(name: str) -> Prometheus:
        return Prometheus(
            folder / name,
            scrape_configs=[scrape],
            rules=[RULE],
            alertmanagers=[f"127.0.0.1:{upheld.port}"],
            alertmanager_token=town.TOKEN,
            external_labels={"replica": name},
        )

    nginx.page("/metrics", "")
    nginx.switch_off("/metrics")
    with member("a") as one, member("b") as other, upheld:
        town.wait(lambda: fires(one) and fires(other), "both see it")
        town.wait(lambda: [found for found in amtool.alerts() if found["labels"]["service"] == "shop"], "it is told")
        town.wait(lambda: upheld.incidents(), "an incident opens")
        assert [found["annotations"]["summary"] for found in amtool.alerts()] == ["the shop does not answer"]
        assert amtool.alerts("service=crm") == []

        nginx.switch_on("/metrics")
        town.wait(lambda: not upheld.incidents(), "it ends")
        town.wait(lambda: amtool.alerts() == [], "no alert is left")
        (only,) = upheld.incidents(resolved=True)
    assert (only["component"], only["severity"], only["state"]) == ("shop", 1, "resolved")


@pytest.mark.server
def test_amtool_adds_an_alert_and_asks_for_it(serve: Serve) -> None:
    upheld = serve(configuration(prom={"kind": "prometheus", "token": town.TOKEN}))
    amtool = Amtool(f"127.0.0.1:{upheld.port}", town.TOKEN)

    amtool("alert", "add", "alertname=ByHand", "component=shop", "severity=warning", "--annotation=summary=by hand")
    town.wait(lambda: amtool.alerts('alertname=~"By.*"'), "it is there")

    assert [one["severity"] for one in upheld.incidents()] == [3]
    assert "upheld" in amtool("cluster", "show", "-o", "extended") + amtool("config", "show")
    assert len(amtool("silence", "query").splitlines()) == 1


@pytest.mark.server
def test_an_alertmanager_that_believes_it_calls_pagerduty_calls_us(folder: Path, serve: Serve) -> None:
    upheld = serve(configuration(pd={"kind": "pagerduty", "token": PD_KEY, "component_from": ["service"]}))
    events = {"url": f"{upheld.url}/v2/enqueue", "routing_key": PD_KEY, "severity": "critical", "send_resolved": True}
    details = {"service": "{{ .CommonLabels.service }}"}
    labels = {"alertname": "Down", "service": "shop"}
    with Alertmanager(folder, pagerduty={**events, "details": details}) as manager:
        manager.send([{"labels": labels, "annotations": {"summary": "down"}}])
        town.wait(lambda: upheld.incidents(), "an incident opens")
        assert [(one["component"], one["severity"]) for one in upheld.incidents()] == [("shop", 1)]

        over = town.rfc3339(town.now() - 1000)
        manager.send([{"labels": labels, "startsAt": town.rfc3339(town.now() - 60_000), "endsAt": over}])
        town.wait(lambda: not upheld.incidents(), "it ends")
