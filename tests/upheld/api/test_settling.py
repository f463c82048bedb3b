"""What programs bring about: exclusions, corrections and agreements, tried before they are done, and by whom."""

from typing import Any

from sla.store import exclusion as exclusions
from tests.upheld.api.conftest import Programs
from tests.upheld.api.test_access import OPERATOR, WRONG, events
from tests.upheld.house import seen_failing
from upheld.tokens import store


async def test_an_exclusion_is_tried_proposed_and_approved_by_another_person(programs: Programs) -> None:
    status, told = await programs.ask("li", "POST", "/exclusions?dry_run=true", OPERATOR)
    assert (status, told["dry_run"], [one["period"] for one in told["effect"]]) == (200, True, ["2026-09"])
    assert (await programs.good("li", "GET", "/exclusions"))["items"] == []
    assert await programs.database.read(store.last_uses) == {}

    status, made = await programs.ask("li", "POST", "/exclusions", OPERATOR)
    assert (status, made["id"], made["requested_by"]) == (201, "X-1", "person:li")
    status, told = await programs.ask("li-too", "POST", "/exclusions/X-1/approve")
    assert (status, "second person" in told["detail"]) == (409, True), "two tokens of one person are one person"
    tried = await programs.good("wang", "POST", "/exclusions/X-1/approve?dry_run=true")
    (row,) = tried["effect"]
    assert (row["before"]["counted_down_s"], row["after"]["counted_down_s"]) == ("1800001/1000", "1/1000")
    assert await events(programs) == 1
    done = await programs.good("wang", "POST", "/exclusions/X-1/approve")
    assert (done["state"], done["approved_by"]) == ("approved", "person:wang")
    assert {*await programs.database.read(store.last_uses)} == {"li", "wang"}
    shown = await programs.good("reads", "GET", "/exclusions/X-1")
    assert [one["by"] for one in shown["events"]] == ["person:li", "person:wang"]


async def test_a_customers_own_program_gives_his_word_and_ours_writes_it_down(programs: Programs) -> None:
    await programs.good("li", "POST", "/exclusions", OPERATOR)
    await programs.good("li", "POST", "/exclusions", OPERATOR)
    tried = await programs.good("chen", "POST", "/exclusions/X-1/countersign?dry_run=1")
    assert (tried["state"], len(tried["effect"])) == ("approved", 1)
    await programs.good("chen", "POST", "/exclusions/X-1/countersign")
    await programs.good("li", "POST", "/exclusions/X-2/countersign", {"customer": "acme", "proof": "sheet of 4 Sep"})
    found = await programs.database.read(lambda tx: [exclusions.events_of(tx, id)[-1] for id in ("X-1", "X-2")])
    assert [(one.by, one.entered_by) for one in found] == [("customer:acme", None), ("customer:acme", "person:li")]


async def test_a_correction_waits_for_the_customers_word(programs: Programs) -> None:
    await programs.good("li", "POST", "/corrections", WRONG)
    await programs.good("wang", "POST", "/corrections/C-1/approve")
    tried = await programs.good("chen", "POST", "/corrections/C-1/confirm?dry_run=true")
    assert tried["effect"][0]["after"]["counted_down_s"] == "1/1000"
    assert (await programs.good("chen", "POST", "/corrections/C-1/confirm"))["words"] == {"acme": "confirmed"}
    done = await programs.good("chen", "POST", "/corrections/C-1/contest", {"reason": "we could not pay"})
    assert done["words"] == {"acme": "contested"}
    assert (await programs.good("li", "GET", "/corrections/C-1"))["events"][-1]["event"] == "contested"


async def test_an_agreement_is_revised_confirmed_and_declined(programs: Programs) -> None:
    change: dict[str, Any] = {"reason": "amendment 1", "target": "99.5", "effective": "2026-10-01"}
    made = await programs.good("li", "POST", "/agreements/acme/revise", change)
    assert [(one["version"], one["target"]) for one in made["versions"]] == [(1, "99.9"), (2, "99.5")]
    assert [one.availability.target for one in programs.rules.config.customers["acme"].agreements] == ["99.9", "99.5"]
    await programs.good("li", "POST", "/agreements/acme/confirm", {"side": "provider", "reference": "page 3"})
    told = await programs.good("chen", "POST", "/agreements/acme/decline", {"reason": "not what we said"})
    assert (told["versions"][1]["confirmed_by"], told["versions"][1]["declined_by"]) == (["provider"], ["customer"])
    told = await programs.good("chen", "POST", "/agreements/acme/confirm", {"version": 1, "reference": "page 1"})
    assert [(one["event"], one["by"]) for one in told["events"]] == [
        ("confirmed", "person:li"),
        ("declined", "customer:acme"),
        ("confirmed", "customer:acme"),
    ]
    status, _ = await programs.ask("chen", "POST", "/agreements/acme/confirm", {"side": "provider", "reference": "x"})
    assert status == 403
    whole = {"terms": {"terms": "strict-7x24@1", "target": "99.0", "covers": ["shop"], "profile": "sla-standard@1"}}
    whole["terms"]["effective"] = whole["terms"]["measured_from"] = "2026-12-01"
    told = await programs.good("wang", "POST", "/agreements/acme/revise", {"reason": "anew", **whole})
    assert told["versions"][2]["target"] == "99.0"


async def test_an_incident_is_read_noted_and_a_case_told_to_its_customer(programs: Programs) -> None:
    (one,) = (await programs.good("wang", "GET", "/incidents?resolved=true&limit=1"))["items"]
    await programs.good("wang", "POST", f"/incidents/{one['id']}/note", {"text": "seen"})
    told = await programs.good("reads", "GET", f"/incidents/{one['id']}")
    assert (told["events"][-1]["event"], told["events"][-1]["by"]) == ("noted", "person:wang")
    (case, _) = (await programs.good("acmes-eyes", "GET", "/cases?closed=true"))["items"]
    assert case["incident"] == one["id"]
    assert {clock["target_at"] for clock in case["clocks"]} == {None}, "our own targets are no promise to him"
    (state,) = (await programs.good("chen", "GET", "/components"))["items"]
    assert (state["id"], state["state"]) == ("shop", "up")


async def test_an_incident_is_told_with_the_exchange_that_failed_first(programs: Programs) -> None:
    (one,) = (await programs.good("wang", "GET", "/incidents?resolved=true&limit=1"))["items"]
    assert (await programs.good("reads", "GET", f"/incidents/{one['id']}"))["evidence"] is None
    await programs.database.write(lambda tx: seen_failing(tx, one["id"]))
    told = (await programs.good("reads", "GET", f"/incidents/{one['id']}"))["evidence"]
    assert told.pop("started_at") == one["started_at"]
    assert told == {
        "check": "shop/home",
        "location": "local",
        "result": "down",
        "reason": "status",
        "latency_ms": 31,
        "phases": {"connect": 1},
        "detail": "answered 503, expected 200",
        "facts": {"status": 503, "tls": False},
        "attempts": [{"result": "down", "reason": "timeout", "latency_ms": 5_000, "address": "192.0.2.1"}],
    }


async def test_statements_are_listed_and_given_as_files(programs: Programs) -> None:
    body = await programs.good("chen", "GET", "/customers/acme/statements/2026-09")
    assert body.startswith(b"{")
    assert (await programs.good("chen", "GET", "/customers/acme/statements"))["next"] is None
    assert (await programs.ask("wang", "GET", "/customers/nobody/statements"))[0] == 404
