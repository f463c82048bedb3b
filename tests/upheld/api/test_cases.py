"""Reports that programs make, the provider's and the customer's own."""

from config.instant import HOUR, rfc3339
from tests.upheld.api.conftest import Programs
from tests.upheld.house import NOON


async def test_a_customers_program_reports_and_gets_a_number_and_clocks(programs: Programs) -> None:
    status, made = await programs.ask("chen", "POST", "/cases", {"title": "The shop stays empty", "component": "shop"})
    assert status == 201 and made["customer"] == "acme" and made["reported_at"] == rfc3339(NOON)
    assert made["clocks"] and all(clock["target_at"] is None for clock in made["clocks"])
    told = await programs.good("chen", "GET", f"/cases/{made['id']}")
    assert told["events"][0]["by"] == "customer:acme"


async def test_a_customers_program_reports_his_own_alone_and_now(programs: Programs) -> None:
    earlier = rfc3339(NOON - HOUR)
    for more in ({"reported_at": earlier}, {"level": 1}):
        assert (await programs.ask("chen", "POST", "/cases", {"title": "t", **more}))[0] == 422
    assert (await programs.ask("chen", "POST", "/cases", {"title": "t", "customer": "brook"}))[0] == 404
    found = await programs.good("wang", "GET", "/cases?closed=true")
    assert all(one["title"] != "t" for one in found["items"])


async def test_a_call_is_entered_with_who_called_and_when(programs: Programs) -> None:
    call = {"title": "Bills cannot be printed", "kind": "question", "customer": "acme", "caller": "Ms Chen"}
    made = await programs.good("engineer", "POST", "/cases", {**call, "reported_at": rfc3339(NOON - HOUR)})
    assert (made["reported_at"], made["opened_at"]) == (rfc3339(NOON - HOUR), rfc3339(NOON))
    assert (await programs.ask("engineer", "POST", "/cases", {"title": "whose?"}))[0] == 422
    assert (await programs.ask("engineer", "POST", "/cases", {**call, "customer": "nobody"}))[0] == 409
