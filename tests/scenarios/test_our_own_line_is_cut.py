"""The prober's own interface goes down: that says nothing about anybody else's systems."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.scenarios import town
from tests.servers.namespace import WORLD_ADDRESS, Network
from tests.servers.nginx import Nginx
from tests.servers.process import Upheld

CUT = 3


def statement(upheld: Upheld) -> dict[str, Any]:
    """The shop's part of this month's."""
    (component,) = upheld.cli("statement", "acme", town.month(), "--format", "json")["components"]
    return dict(component)


def unobserved(component: dict[str, Any]) -> Fraction:
    return Fraction(component["unobserved_s"])


def test_without_a_network_of_our_own_nothing_is_down_and_the_time_is_unknown(cable: Network, folder: Path) -> None:
    with Nginx(folder, host=WORLD_ADDRESS, prefix=cable.world.prefix) as nginx:
        configuration = {
            "components": {"shop": town.shop(nginx.url, interval="1s", fall=2)},
            "customers": town.customer("shop"),
        }
        with Upheld(folder / "upheld", configuration, prefix=cable.house.prefix) as upheld:
            town.wait(lambda: town.indicator(upheld) == "none", "the shop is up")
            before = statement(upheld)

            cable.unplug()
            town.wait(lambda: not_known(upheld), "the state is unknown")
            cut_at = time.monotonic()
            town.wait(lambda: time.monotonic() - cut_at > CUT, "it stays so for a while")
            assert not_known(upheld)
            assert town.component_status(upheld, "Web shop") == "degraded_performance"
            cable.plug()
            town.wait(lambda: town.indicator(upheld) == "none", "the shop is up again")

            after = statement(upheld)
            assert upheld.incidents(resolved=True) == []
            assert after["outages"] == 0
            assert (after["counted_down_s"], after["outage_list"]) == (0, [])
            assert unobserved(after) - unobserved(before) >= CUT
            unreachable = 'upheld_check_failures_total{check="shop/home",component="shop",probe_location="local",'
            assert unreachable + 'reason="network_unreachable"}' in upheld.get("/metrics").text


def not_known(upheld: Upheld) -> bool:
    return town.metric(upheld, 'upheld_component_state{component="shop",state="unknown"}') == 1
