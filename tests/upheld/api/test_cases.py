"""Reports that programs make, the provider's and the customer's own."""

from config.instant import HOUR, rfc3339
from tests.upheld.api.conftest import Programs
from tests.upheld.house import NOON
from upheld.call import Call
from upheld.commands import COMMANDS


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


async def test_a_case_goes_from_hand_to_hand_to_the_customers_word_by_programs_alone(programs: Programs) -> None:
    call = {"title": "The shop takes no cards", "customer": "acme"}
    path = f"/cases/{(await programs.good('wang', 'POST', '/cases', call))['id']}"
    assert (await programs.good("wang", "POST", f"{path}/take", {"person": "on_call"}))["responsible"] == "on_call"
    assert (await programs.ask("wang", "POST", f"{path}/event", {"what": "nonsense"}))[0] == 422
    assert (await programs.ask("wang", "POST", f"{path}/hand-over", {"to": "gone", "next": "ask the bank"}))[0] == 409
    await programs.good("wang", "POST", f"{path}/level", {"level": 2, "reason": "one branch"})
    no = {"reason": "all of them"}
    assert (await programs.good("chen", "POST", f"{path}/contest-level", no))["unconfirmed_levels"] == [2]
    assert (await programs.ask("chen", "POST", f"{path}/contest-level", no))[0] == 409
    assert (await programs.good("chen", "POST", f"{path}/confirm-level", {}))["level"] == 2
    await programs.good("chen", "POST", f"{path}/note", {"text": "since nine"})
    assert (await programs.ask("chen", "POST", f"{path}/confirm", {}))[0] == 409
    solved = {"what": "resolved", "text": "the line is back", "happened_at": rfc3339(NOON)}
    assert (await programs.good("wang", "POST", f"{path}/event", solved))["state"] == "resolved"
    assert (await programs.good("chen", "POST", f"{path}/contest", {"reason": "it is not"}))["state"] == "open"
    await programs.good("wang", "POST", f"{path}/event", solved)
    assert (await programs.good("chen", "POST", f"{path}/confirm", {}))["state"] == "confirmed"
    rated = await programs.good("chen", "POST", f"{path}/rate", {"scores": {"overall": 5}})
    assert rated["rated_by"] == "customer:acme"


async def test_a_stopped_clock_goes_on_or_is_contested_by_the_customers_program(programs: Programs) -> None:
    made = await programs.good("wang", "POST", "/cases", {"title": "The shop is slow", "customer": "acme"})
    path, stop = f"/cases/{made['id']}", {"waits_for": "customer", "awaited": "your log"}
    assert (await programs.good("wang", "POST", f"{path}/stop", stop))["waits_for"] == "customer"
    assert (await programs.good("wang", "POST", f"{path}/go-on"))["waits_for"] is None
    await programs.good("wang", "POST", f"{path}/stop", stop)
    since = (await programs.good("chen", "GET", path))["events"][-1]["recorded_at"]
    contest = {"since": since, "reason": "you have it"}
    assert (await programs.ask("brook", "POST", f"{path}/contest-stop", contest))[0] == 404
    told = await programs.good("chen", "POST", f"{path}/contest-stop", contest)
    assert (told["state"], told["waits_for"]) == ("open", None)
    assert all(clock["target_at"] is None for clock in told["clocks"])


async def test_a_review_is_written_by_one_side_and_confirmed_by_the_other(programs: Programs) -> None:
    made = await programs.good("wang", "POST", "/cases", {"title": "The shop stays empty", "customer": "acme"})
    resolved = {"id": made["id"], "what": "resolved", "text": "Cache emptied"}
    call = Call(rules=programs.rules, by="person:li", arguments=resolved, now=NOON)
    await programs.database.write(lambda tx: COMMANDS["case.event"](tx, call))
    path = f"/cases/{made['id']}/review"
    why = {"why": "Why was it empty?", "because": "The cache was full"}
    due = rfc3339(NOON + 24 * HOUR)
    (owner,) = programs.rules.config.people
    await programs.good("wang", "POST", f"{path}/whys", why)
    assert (await programs.ask("chen", "POST", f"{path}/confirm"))[0] == 409
    action = {"text": "An alarm", "aim": "detect", "owner": owner, "due_at": due}
    told = await programs.good("wang", "POST", f"{path}/actions", action)
    assert [(one["text"], one["state"], one["due_at"]) for one in told["actions"]] == [("An alarm", "open", due)]
    assert (await programs.good("wang", "POST", f"{path}/present", {"text": "It was full"}))["state"] == "presented"
    told = await programs.good("chen", "POST", f"{path}/contest", {"reason": "Who looks?"})
    assert (told["state"], told["answer"]) == ("contested", "Who looks?")
    assert (await programs.ask("brook", "GET", path))[0] == 404


async def test_programs_are_told_why_somebody_was_called_or_nobody(programs: Programs) -> None:
    (newest,) = (await programs.good("reads", "GET", "/incidents?resolved=true&limit=1"))["items"]
    path = f"/incidents/{newest['id']}/why"
    told = await programs.good("reads", "GET", f"{path}?language=en")
    said = [one["because"] for one in told["because"]]
    assert told["id"] == newest["id"] and "It opened with severity 1." in said
    (person,) = programs.rules.config.people
    assert (await programs.good("reads", "GET", f"{path}?person={person}"))["because"]
    assert (await programs.ask("reads", "GET", f"{path}?person=nobody"))[0] == 404


async def test_how_fast_and_how_well_is_told_with_n(programs: Programs) -> None:
    told = await programs.good("reads", "GET", f"/performance?to={rfc3339(NOON + 24 * HOUR)}&customer=acme")
    (detect, *_) = told["times"]
    assert (told["customer"], detect["time_to"], detect["n"]) == ("acme", "detect", told["incidents"])
    assert {one["share"]: one["n"] for one in told["shares"]}["resolved"] == told["cases"] > 0
    assert (await programs.ask("reads", "GET", "/performance?customer=nobody"))[0] == 404
    backwards = f"/performance?from={rfc3339(NOON)}&to={rfc3339(NOON)}"
    assert (await programs.ask("reads", "GET", backwards))[0] == 422


async def test_the_library_is_searched_and_an_incident_says_what_happened_before(programs: Programs) -> None:
    told = await programs.good("reads", "GET", "/library?q=bills+PAID&customer=acme")
    assert [one["found"][0] for one in told["items"]] == [{"where": "title", "text": "Bills cannot be paid"}] * 2
    assert (await programs.good("reads", "GET", "/library?q=bills&customer=brook"))["items"] == []
    newest, first = (await programs.good("reads", "GET", "/incidents?resolved=true"))["items"][:2]
    assert [one["id"] for one in (await programs.good("reads", "GET", f"/incidents/{newest['id']}"))["before"]] == [
        first["id"]
    ]


async def test_a_drill_is_begun_answered_and_ended_by_programs(programs: Programs) -> None:
    begun = await programs.good("engineer", "POST", "/components/shop/drill", {"severity": 2})
    assert (begun["id"], begun["cases"], begun["severity"]) == ("DRILL-2026-0001", [], 2)
    assert (await programs.ask("engineer", "POST", f"/incidents/{begun['id']}/resolve"))[0] == 409
    await programs.good("engineer", "POST", f"/incidents/{begun['id']}/resolve", {"reason": "Nobody heard it"})
    (told,) = (await programs.good("auditor", "GET", "/drills"))["items"]
    assert (told["component"], told["answered_by"], told["result"]) == ("shop", None, "Nobody heard it")
    assert told["called"]
    status, problem = await programs.ask("engineer", "POST", "/components/crm/drill")
    assert (status, problem["detail"]) == (404, "there is no component 'crm' to drill; known: shop, post")
