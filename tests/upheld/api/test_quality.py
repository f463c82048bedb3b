"""What quality needs, for programs: findings of audits, and the sample of closed cases."""

from typing import Any

from sqlalchemy import Connection

from config.instant import DAY, rfc3339
from incidents.sample import Drawn
from incidents.store import case as cases
from tests.upheld.api.conftest import Programs
from tests.upheld.house import NOON
from upheld.call import Call
from upheld.commands import COMMANDS

FOUND = {"customer": "acme", "title": "Leavers can log in", "source": "Audit 7", "clause": "A.9", "grade": "major"}


async def test_a_finding_is_recorded_listed_and_closed_once_its_actions_are_done(programs: Programs) -> None:
    status, made = await programs.ask("wang", "POST", "/findings", FOUND)
    assert (status, made["state"], made["actions"]) == (201, "open", 0)
    path = f"/findings/{made['id']}"
    assert await programs.good("auditor", "GET", path) == made
    assert (await programs.good("reads", "GET", "/findings"))["items"] == [made]

    status, told = await programs.ask("wang", "POST", f"{path}/close", {"evidence": "list 16"})
    assert (status, "agree a corrective action" in told["detail"]) == (409, True)
    action: Any = {
        "text": "Accounts end by themselves",
        "aim": "prevent",
        "owner": "on_call",
        "due_at": rfc3339(NOON + DAY),
    }
    agreed = await programs.good("wang", "POST", f"/cases/{made['id']}/review/actions", action)
    fulfilled = {"id": agreed["actions"][0]["id"], "note": "done"}
    call = Call(rules=programs.rules, by="person:li", arguments=fulfilled, now=NOON)
    await programs.database.write(lambda tx: COMMANDS["obligation.fulfil"](tx, call))

    closed = await programs.good("wang", "POST", f"{path}/close", {"evidence": "list 16"})
    assert (closed["state"], closed["evidence"], closed["actions"], closed["overdue"]) == ("closed", "list 16", 1, 0)
    assert (await programs.good("reads", "GET", "/findings"))["items"] == []
    assert (await programs.good("reads", "GET", "/findings?closed=true"))["items"] == [closed]


async def test_what_is_no_finding_and_what_does_not_fit_is_said(programs: Programs) -> None:
    (case, *_) = [one["id"] for one in (await programs.good("wang", "GET", "/cases?closed=true"))["items"]]
    assert (await programs.ask("wang", "GET", f"/findings/{case}"))[0] == 404
    assert (await programs.ask("wang", "POST", f"/findings/{case}/close", {"evidence": "e"}))[0] == 404
    status, told = await programs.ask("wang", "POST", "/findings", {**FOUND, "grade": "grave", "clause": " "})
    assert (status, {one["pointer"] for one in told["errors"]}) == (422, {"/grade", "/clause"})
    assert (await programs.ask("wang", "POST", "/findings", {**FOUND, "customer": "nobody"}))[0] == 409
    assert (await programs.good("wang", "GET", "/findings?closed=true"))["items"] == []


async def test_what_may_stay_empty_is_words_too(programs: Programs) -> None:
    """On PostgreSQL a NUL is no text, and a page of it is nobody's evidence."""
    (case, *_) = [one["id"] for one in (await programs.good("wang", "GET", "/cases?closed=true"))["items"]]
    row = {"why": "Why did it fail?", "because": "The disk was full"}
    path = f"/cases/{case}/review/whys"
    assert (await programs.ask("wang", "POST", path, {**row, "evidence": "x" * 4001}))[0] == 422
    told = await programs.good("wang", "POST", path, {**row, "evidence": " df\0 "})
    assert told["whys"][0]["evidence"] == "df\N{REPLACEMENT CHARACTER}"


async def test_a_case_of_a_sample_is_read_again_with_findings_or_sound(programs: Programs) -> None:
    def draw(tx: Connection) -> None:
        for turn, case in zip(("2026-07", "2026-08"), sorted(one.id for one in cases.every(tx)), strict=True):
            programs.rules.caseload.record(tx, case, Drawn(turn=turn), "upheld", NOON, NOON)

    await programs.database.write(draw)
    first = await programs.good("reads", "GET", "/samples?limit=1")
    rest = await programs.good("reads", "GET", f"/samples?cursor={first['next']}")
    assert [one["turn"] for one in (*first["items"], *rest["items"])] == ["2026-08", "2026-07"]
    assert rest["next"] is None
    (one,) = (await programs.good("reads", "GET", "/samples?turn=2026-07"))["items"]
    assert (one["state"], one["by"], one["read_at"]) == ("waiting", None, None)
    path = f"/samples/{one['id']}"
    for body in ({}, {"findings": " "}, {"findings": "no cause", "sound": True}):
        assert (await programs.ask("wang", "POST", f"{path}/reread", body))[0] == 422
    read = await programs.good("wang", "POST", f"{path}/reread", {"findings": "no cause is written"})
    assert (read["state"], read["findings"], read["by"]) == ("findings", "no cause is written", "person:wang")
    assert await programs.good("auditor", "GET", path) == read
    assert (await programs.ask("wang", "POST", f"{path}/reread", {"sound": True}))[0] == 409, "it was read already"
    other = f"/samples/{first['items'][0]['id']}/reread"
    assert (await programs.good("engineer", "POST", other, {"sound": True}))["state"] == "sound"
