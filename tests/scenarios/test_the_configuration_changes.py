"""A running server takes a new configuration over, or keeps the old one and says why."""

from typing import Any

from tests.scenarios import town
from tests.servers.nginx import Nginx
from tests.servers.process import Serve, Upheld

RELOADED = "upheld_config_last_reload_successful"


def configuration(url: str, **more: Any) -> dict[str, Any]:
    """The shop, watched closely but patiently, and what is to be there besides."""
    return {"components": {"shop": town.shop(url, fall=6), **more}}


def failures(nginx: Nginx) -> int:
    return sum(request.status == 503 for request in nginx.requests("/"))


def test_a_check_in_mid_fall_confirms_as_if_nothing_had_been_reloaded(nginx: Nginx, serve: Serve) -> None:
    nginx.page("/", "ok")
    upheld = serve(configuration(nginx.url))
    town.wait(lambda: town.indicator(upheld) == "none", "the shop is up")

    nginx.switch_off()
    town.wait(lambda: failures(nginx) >= 3, "half of the failures are seen")
    upheld.configure(configuration(nginx.url, billing={"name": "Billing"}))
    upheld.reload()
    town.wait(lambda: town.component_status(upheld, "Billing") is not None, "the new component is on the page")
    seen_at_reload = failures(nginx)
    town.wait(lambda: town.indicator(upheld) == "critical", "the shop is down")

    assert seen_at_reload < 6, "the reload came in mid-fall"
    assert failures(nginx) < 3 + 6, "six failures in a row were enough"
    (incident,) = upheld.incidents()
    assert incident["component"] == "shop"


def test_a_mistake_keeps_the_old_configuration_and_is_named_with_its_place(nginx: Nginx, serve: Serve) -> None:
    nginx.page("/", "ok")
    upheld = serve(configuration(nginx.url))
    town.wait(lambda: town.indicator(upheld) == "none", "the shop is up")
    assert town.metric(upheld, RELOADED) == 1

    upheld.configure({**configuration(nginx.url, billing={"name": "Billing"}), "escalation": {}})
    upheld.reload()
    town.wait(lambda: town.metric(upheld, RELOADED) == 0, "the metric says that the reload failed")
    answer = upheld.post("/-/reload")
    assert answer.status == 400
    assert f"{upheld.file}:" in answer.text and "escalations" in answer.text
    assert still_as_before(upheld)

    upheld.configure({**configuration(nginx.url), "listen": {"address": "127.0.0.1:1"}})
    answer = upheld.post("/-/reload")
    assert (answer.status, "listen.address" in answer.text) == (400, True)
    assert still_as_before(upheld)

    upheld.configure(configuration(nginx.url, billing={"name": "Billing"}))
    assert upheld.post("/-/reload").status == 200
    assert town.metric(upheld, RELOADED) == 1
    town.wait(lambda: town.component_status(upheld, "Billing") is not None, "the new component is on the page")


def still_as_before(upheld: Upheld) -> bool:
    summary = upheld.get("/api/v2/summary.json").json()
    assert [one["name"] for one in summary["components"]] == ["Web shop"]
    assert town.metric(upheld, RELOADED) == 0
    return town.indicator(upheld) == "none"
