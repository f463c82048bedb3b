"""What a person reports becomes a case, by the same command beside the running server and without one."""

from typing import Any

import pytest

from config.instant import parse_rfc3339
from tests.scenarios import town
from tests.servers.process import Serve

EARLIER = 40 * 60_000


@pytest.mark.server
def test_a_case_is_opened_beside_the_server_and_without_one_with_the_time_it_was_reported(
    serve: Serve, database_url: str
) -> None:
    upheld = serve(
        {
            "store": {"url": database_url},
            "components": {"shop": {"name": "Shop", "tier": "core"}},
            "customers": town.customer("shop"),
        }
    )
    reported_at = (town.now() - EARLIER) // 1000 * 1000

    def telephones(title: str) -> dict[str, Any]:
        words = ("--component", "shop", "--caller", "Chen", "--by", "li", "--reported-at", town.rfc3339(reported_at))
        opened: dict[str, Any] = upheld.cli("case", "open", "acme", title, *words, "--json")
        return opened

    beside = telephones("The shop shows yesterday's prices")
    assert upheld.term() == 0
    without = telephones("The shop shows no prices at all")

    for case in (beside, without):
        assert parse_rfc3339(case["reported_at"]) == reported_at
        assert parse_rfc3339(case["opened_at"]) - reported_at >= EARLIER
        assert all(parse_rfc3339(clock["due_at"]) > reported_at for clock in case["clocks"] if clock["due_at"])
    upheld.start()
    upheld.wait_ready()
    resolved = upheld.cli("case", "event", without["id"], "resolved", "prices are back", "--by", "li", "--json")
    assert resolved["state"] == "resolved"
    assert [one["id"] for one in upheld.cli("case", "list", "--all", "--json")] == [without["id"], beside["id"]]
    opened, *_, ended = upheld.cli("case", "show", without["id"], "--json")["events"]
    assert parse_rfc3339(opened["recorded_at"]) - parse_rfc3339(opened["happened_at"]) >= EARLIER
    assert {opened["by"], ended["by"]} == {"person:li"}
