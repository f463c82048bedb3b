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
        shown = upheld.cli("case", "show", case["id"], "--json")
        opened = shown["events"][0]
        assert parse_rfc3339(opened["recorded_at"]) > parse_rfc3339(opened["happened_at"])
        assert opened["by"] == "person:li"
        assert all(parse_rfc3339(clock["due_at"]) > reported_at for clock in shown["clocks"] if clock["due_at"])
    assert [one["id"] for one in upheld.cli("case", "list", "--json")] == [without["id"], beside["id"]]

    upheld.start()
    upheld.wait_ready()
    confirmed = upheld.cli("case", "event", without["id"], "resolved", "prices are back", "--by", "li", "--json")
    assert confirmed["state"] == "resolved"
    assert [one["id"] for one in upheld.cli("case", "list", "--json")] == [beside["id"]]
    refused = upheld.command("case", "open", "nobody", "Who am I?")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "acme" in refused.err
