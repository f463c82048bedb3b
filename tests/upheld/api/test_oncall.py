"""The address of a person's calendar for programs: said, and renewed."""

from dataclasses import replace

from config.model import Config
from tests.upheld.api.conftest import Programs

BASE = "https://status.example.com"
HIS = "/oncall/calendars/on_call"


def reached(config: Config) -> Config:
    return config.model_copy(update={"site": config.site.model_copy(update={"external_url": BASE})})


async def test_the_address_of_a_calendar_is_said_and_renewed(programs: Programs) -> None:
    assert (await programs.ask("engineer", "GET", HIS))[0] == 409, "without an address of ours there is none"
    programs.taken = replace(programs.taken, whole=reached(programs.taken.whole))

    first = await programs.good("engineer", "GET", HIS)
    assert first["person"] == "on_call" and first["address"].startswith(f"{BASE}/oncall/")
    assert await programs.good("auditor", "GET", HIS) == first, "as often as one asks"
    second = await programs.good("engineer", "POST", f"{HIS}/renew")
    assert second["address"] != first["address"] and await programs.good("engineer", "GET", HIS) == second


async def test_nobody_has_no_calendar_and_a_customer_sees_none(programs: Programs) -> None:
    assert (await programs.ask("engineer", "GET", "/oncall/calendars/nobody"))[0] == 404
    assert (await programs.ask("engineer", "POST", "/oncall/calendars/nobody/renew"))[0] == 404
    assert (await programs.ask("chen", "GET", HIS))[0] == 404
