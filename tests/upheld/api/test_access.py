"""Who may ask what through a token, and what a program is told that asks wrongly."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import DAY, rfc3339
from console.session import hash_of
from incidents.attaching import attach
from incidents.attachment import attachment
from incidents.finding import FindingRaised, Grade
from incidents.sample import Drawn
from incidents.store import case as cases
from sla.store import exclusion as exclusions
from tests.upheld.api.conftest import TOKENS, Programs
from tests.upheld.house import NOON
from tests.upheld.test_statements import ENDS, STARTS
from upheld.api.route import Route
from upheld.api.routes import ROUTES
from upheld.tokens import store

EVERYBODY = {*TOKENS}
OURS = {"li", "li-too", "wang", "auditor", "engineer", "reads"}
ACMES = {"chen", "acmes-eyes"}
CARE = {"li", "li-too", "wang", "engineer"}
MAY: dict[tuple[str, str], set[str]] = {
    ("GET", "/components"): EVERYBODY,
    ("GET", "/incidents"): OURS,
    ("GET", "/incidents/{id}"): OURS,
    ("GET", "/incidents/{id}/why"): OURS,
    ("POST", "/incidents/{id}/acknowledge"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/resolve"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/escalate"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/snooze"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/severity"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/merge"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/split"): {"li-too", "wang", "engineer"},
    ("POST", "/incidents/{id}/note"): {"li-too", "wang", "engineer"},
    ("GET", "/drills"): OURS,
    ("POST", "/components/{id}/drill"): {"li-too", "wang", "engineer"},
    ("GET", "/performance"): OURS,
    ("GET", "/silences"): OURS,
    ("GET", "/silences/{id}"): OURS,
    ("POST", "/silences"): {"li-too", "wang", "engineer"},
    ("POST", "/silences/{id}/end"): {"li-too", "wang", "engineer"},
    ("GET", "/oncall"): OURS,
    ("POST", "/oncall/changes"): {"li-too", "wang", "engineer"},
    ("POST", "/oncall/changes/{id}/withdraw"): {"li-too", "wang", "engineer"},
    ("POST", "/oncall/swaps"): {"li-too", "wang", "engineer"},
    ("POST", "/oncall/asks"): {"li-too", "wang", "engineer"},
    ("GET", "/oncall/calendars/{person}"): OURS,
    ("POST", "/oncall/calendars/{person}/renew"): {"li-too", "wang", "engineer"},
    ("GET", "/cases"): EVERYBODY,
    ("POST", "/cases"): CARE | {"chen", "brook"},
    ("GET", "/cases/{id}"): OURS | ACMES,
    ("GET", "/cases/{id}/files/{sha256}"): OURS | ACMES,
    **{
        ("POST", f"/cases/{{id}}/{word}"): CARE
        for word in ("take", "hand-over", "level", "event", "follow-up", "stop", "go-on")
    },
    **{("POST", f"/cases/{{id}}/{word}"): CARE | {"chen"} for word in ("note", "rate")},
    **{
        ("POST", f"/cases/{{id}}/{word}"): {"chen"}
        for word in ("confirm", "contest", "confirm-level", "contest-level", "contest-stop")
    },
    ("GET", "/cases/{id}/review"): OURS | ACMES,
    **{("POST", f"/cases/{{id}}/review/{word}"): CARE for word in ("whys", "actions", "present")},
    **{("POST", f"/cases/{{id}}/review/{word}"): {"chen"} for word in ("confirm", "contest")},
    **{("GET", path): OURS for path in ("/findings", "/findings/{id}", "/samples", "/samples/{id}")},
    **{("POST", path): CARE for path in ("/findings", "/findings/{id}/close", "/samples/{id}/reread")},
    ("GET", "/library"): OURS,
    ("GET", "/exclusions"): EVERYBODY,
    ("POST", "/exclusions"): CARE,
    ("GET", "/exclusions/{id}"): OURS | ACMES,
    ("POST", "/exclusions/{id}/approve"): CARE,
    ("POST", "/exclusions/{id}/countersign"): CARE | {"chen"},
    ("POST", "/exclusions/{id}/notice"): CARE,
    ("POST", "/exclusions/{id}/worked"): CARE,
    ("POST", "/exclusions/{id}/withdraw"): CARE,
    ("GET", "/corrections"): EVERYBODY,
    ("POST", "/corrections"): CARE,
    ("GET", "/corrections/{id}"): OURS | ACMES,
    ("POST", "/corrections/{id}/approve"): CARE,
    ("POST", "/corrections/{id}/confirm"): CARE | {"chen"},
    ("POST", "/corrections/{id}/contest"): CARE | {"chen"},
    ("GET", "/agreements"): EVERYBODY,
    ("GET", "/agreements/{customer}"): OURS | ACMES,
    ("POST", "/agreements/{customer}/revise"): {"li", "li-too", "wang"},
    ("POST", "/agreements/{customer}/confirm"): {"li", "li-too", "wang", "chen"},
    ("POST", "/agreements/{customer}/decline"): {"li", "li-too", "wang", "chen"},
    ("GET", "/customers/{customer}/statements"): OURS | ACMES,
    ("GET", "/customers/{customer}/statements/{period}"): OURS | ACMES,
}
"""Whose tokens are let in where the address names what is acme's."""
SEEN = attachment("seen.txt", b"What was seen")
FOUND = FindingRaised(source="Audit 7", clause="A.9", grade=Grade.MINOR)
HIDDEN = {"chen", "brook", "acmes-eyes"}

OPERATOR: dict[str, Any] = {
    "components": ["shop"],
    "category": "network-operator",
    "start": rfc3339(STARTS),
    "end": rfc3339(ENDS),
}
QUIET = {"matchers": ["source=am"], "end": rfc3339(NOON + DAY), "reason": "moved"}
WRONG = {
    "component": "shop",
    "state": "up",
    "start": rfc3339(STARTS),
    "end": rfc3339(ENDS),
    "reason": "r",
    "evidence": "e",
}


@pytest.fixture
async def begun(programs: Programs) -> Programs:
    await programs.good("li", "POST", "/exclusions", OPERATOR)
    await programs.good("li", "POST", "/corrections", WRONG)
    silenced = await programs.good("engineer", "POST", "/silences", QUIET)
    assert (silenced["matchers"], silenced["by"], silenced["holds"]) == (['source="am"'], "person:engineer", [])

    def add(tx: Connection) -> None:
        for case in cases.every(tx):
            attach(tx, programs.rules.caseload, case.id, SEEN, "person:li", NOON)
            programs.rules.caseload.record(tx, case.id, FOUND, "person:li", NOON, NOON)
            programs.rules.caseload.record(tx, case.id, Drawn(turn="2026-08"), "upheld", NOON, NOON)

    await programs.database.write(add)
    return programs


async def events(programs: Programs) -> int:
    return await programs.database.read(lambda tx: len(exclusions.events_of(tx, "X-1")))


def test_every_route_has_its_line_in_the_matrix() -> None:
    assert {(one.method, one.path) for one in ROUTES} == set(MAY)


async def test_every_route_lets_in_whom_the_matrix_lets_in(begun: Programs) -> None:
    """Let in: whatever is wrong with an empty body comes later. A token that may not write learns that first."""
    found: dict[tuple[str, str], set[str]] = {}
    for token, (_, scopes, _) in TOKENS.items():
        for route in ROUTES:
            status, _ = await begun.ask(token, route.method, await concrete(begun, route), body_for(route.path))
            assert status < 500
            if status not in (403, 404):
                found.setdefault((route.method, route.path), set()).add(token)
                continue
            refused = route.scope not in scopes or token not in HIDDEN
            assert status == (403 if refused else 404), (token, route.path)
    assert found == MAY


def body_for(path: str) -> dict[str, Any]:
    """What a customer's program may send before it is looked whether the thing is his."""
    if path.endswith(("/note", "/rate")):
        return {"text": "t"} if path.endswith("/note") else {"scores": {"overall": 4}}
    if path.endswith("/contest-stop"):
        return {"reason": "r", "since": rfc3339(NOON)}
    return {"reason": "r"} if path.endswith(("/contest", "/contest-level")) else {}


async def concrete(programs: Programs, route: Route) -> str:
    (incident,) = (await programs.good("wang", "GET", "/incidents?resolved=true&limit=1"))["items"]
    ids = {
        "incidents": incident["id"],
        "cases": incident["cases"][0],
        "findings": incident["cases"][0],
        "samples": incident["cases"][0],
        "exclusions": "X-1",
        "corrections": "C-1",
        "oncall": "1",
        "silences": "1",
        "components": "shop",
    }
    path = route.path.replace("{customer}", "acme").replace("{period}", "2026-09")
    path = path.replace("{sha256}", SEEN.sha256).replace("{person}", "on_call")
    return path.replace("{id}", ids.get(path.split("/")[1], ""))


async def test_without_a_token_that_is_alive_nobody_comes_in(begun: Programs) -> None:
    async def statuses(secret: str | None) -> set[int]:
        return {(await begun.ask(secret, one.method, await concrete(begun, one)))[0] for one in ROUTES}

    def end(tx: Connection) -> None:
        one = store.find(tx, "li")
        assert one is not None
        store.add(tx, replace(one, name="old", expires_at=NOON), hash_of("old"))
        store.revoke(tx, "li", NOON)

    assert await statuses(None) == {401} and await statuses("nobody") == {401}
    await begun.database.write(end)
    assert await statuses("li") == {401} and await statuses("old") == {401}
    for written in ("Basic bGk6", "Bearer", "", "Bearer \u00e9"):
        status, _ = await begun.ask(None, "GET", "/cases", headers={"Authorization": written})
        assert status == 401


async def test_another_customers_things_look_like_what_does_not_exist(begun: Programs) -> None:
    for method, path in MAY:
        if "{id}" not in path:
            continue
        kind = path.split("/")[1]
        status, told = await begun.ask("brook", method, path.replace("{id}", "X-1"), body_for(path))
        _, other = await begun.ask("brook", method, path.replace("{id}", "X-999"), body_for(path))
        assert (status, told["detail"].replace("X-1", "")) == (404, other["detail"].replace("X-999", "")), kind
    for path in ("/exclusions", "/corrections", "/cases?closed=true"):
        assert (await begun.good("brook", "GET", path))["items"] == []
        assert len((await begun.good("acmes-eyes", "GET", path))["items"]) == (2 if "cases" in path else 1)
    assert [one["id"] for one in (await begun.good("brook", "GET", "/components"))["items"]] == ["post"]
    assert [one["customer"] for one in (await begun.good("chen", "GET", "/agreements"))["items"]] == ["acme"]
    for path in ("/agreements/acme", "/customers/acme/statements", "/customers/acme/statements/2026-09"):
        assert (await begun.ask("brook", "GET", path))[0] == 404
    body = {"customer": "acme"}
    assert (await begun.ask("brook", "POST", "/exclusions/X-1/countersign", body))[0] == 404
    assert await events(begun) == 1


async def test_what_another_customer_had_said_and_pays_is_not_told(begun: Programs) -> None:
    """Both stand on the window; a trial of one's own word is no way to another's figures and money."""
    await begun.good("li", "POST", "/exclusions", {**OPERATOR, "components": ["shop", "post"]})
    whose = {"customer": "brook", "delivered_at": rfc3339(STARTS - DAY), "proof": "mail of brook"}
    await begun.good("li", "POST", "/exclusions/X-2/notice", whose)
    await begun.good("brook", "POST", "/exclusions/X-2/countersign")
    caused = {**OPERATOR, "components": ["shop", "post"], "category": "customer", "customer": "brook"}
    await begun.good("li", "POST", "/exclusions", caused)

    told = [
        await begun.good("chen", "GET", "/exclusions"),
        await begun.good("acmes-eyes", "GET", "/exclusions/X-2"),
        await begun.good("chen", "GET", "/exclusions/X-3"),
        await begun.good("chen", "POST", "/exclusions/X-2/countersign?dry_run=true"),
    ]
    assert "brook" not in str(told) and "post" not in str(told)
    assert [one["customer"] for one in told[-1]["effect"]] == ["acme"]
    ours = await begun.good("reads", "GET", "/exclusions/X-2")
    assert [one["customer"] for one in ours["notices"]] == ours["countersigned_by"] == ["brook"]


async def test_what_another_customer_said_of_a_correction_is_not_told(begun: Programs) -> None:
    shared = {"terms": {"terms": "strict-7x24@1", "target": "99.9", "covers": ["shop"], "profile": "sla-standard@1"}}
    shared["terms"]["effective"] = shared["terms"]["measured_from"] = "2026-09-20"
    await begun.good("li", "POST", "/agreements/brook/revise", {"reason": "shop too", **shared})
    await begun.good("li", "POST", "/corrections/C-1/contest", {"customer": "brook", "reason": "not so"})
    assert (await begun.good("brook", "GET", "/corrections/C-1"))["words"] == {"brook": "contested"}
    assert "brook" not in str(await begun.good("chen", "GET", "/corrections/C-1"))


RECURRING: dict[str, Any] = {
    "components": ["shop"],
    "category": "maintenance",
    "every": "Sun 01:00",
    "duration": "4h",
}
DEEP: Any = {}
for _ in range(400):
    DEEP = {"covers": [DEEP]}
BAD: list[tuple[str, Any, int, set[str]]] = [
    ("/exclusions", {}, 422, {"/components", "/category"}),
    (
        "/exclusions",
        {"components": ["shop", 7], "category": "luck", "start": "yesterday", "duration": "4", "colour": "red"},
        422,
        {"/components/1", "/category", "/start", "/duration", "/colour"},
    ),
    ("/exclusions", [], 422, {""}),
    ("/exclusions?dry_run=perhaps", OPERATOR, 422, {"dry_run"}),
    ("/exclusions", {**OPERATOR, "components": ["nothing"]}, 409, set()),
    ("/exclusions", {**OPERATOR, "end": OPERATOR["start"]}, 409, set()),
    ("/exclusions", {**RECURRING, "every": "Sun 25:00"}, 409, set()),
    ("/exclusions", {**RECURRING, "every": "Sunday 01:00"}, 409, set()),
    ("/exclusions", {**RECURRING, "timezone": "Nowhere/City"}, 422, {"/timezone"}),
    ("/exclusions", {**OPERATOR, "start": "1999-12-31T23:59:59Z", "text": "  "}, 422, {"/start", "/text"}),
    ("/exclusions", {**OPERATOR, "text": "  "}, 422, {"/text"}),
    ("/exclusions/X-1/withdraw", {"reason": "  "}, 422, {"/reason"}),
    ("/exclusions/X-1/countersign", {"proof": "mail"}, 422, {"/customer"}),
    ("/exclusions/X-1/countersign", {"customer": "acme"}, 409, set()),
    ("/exclusions/X-1/countersign", {"customer": "brook", "proof": "mail"}, 409, set()),
    ("/exclusions/X-1/approve", {}, 409, set()),
    ("/exclusions/X-9/approve", {}, 404, set()),
    ("/exclusions/%00/approve", {}, 404, set()),
    ("/exclusions/X-1/explode", {}, 404, set()),
    ("/corrections", {**WRONG, "state": "sideways", "end": 7}, 422, {"/state", "/end"}),
    (
        "/agreements/acme/revise",
        {"reason": "r", "signed": [{"side": "nobody"}]},
        422,
        {"/signed/0/side", "/signed/0/reference"},
    ),
    ("/agreements/acme/revise", {"reason": "r", "terms": {"target": "lots", "colour": 1}}, 422, {"/terms"}),
    ("/agreements/acme/revise", {"reason": "r", "terms": DEEP}, 422, {"/terms"}),
    ("/agreements/acme/revise", {"reason": "r"}, 409, set()),
    ("/agreements/acme/revise", {"reason": "r", "effective": "2026-10-01", "components": ["no"]}, 409, set()),
    ("/agreements/acme/confirm", {"reference": "p. 3"}, 422, {"/side"}),
    ("/agreements/acme/confirm?name=other", {"side": "customer", "reference": "p. 3"}, 404, set()),
    ("/incidents/INC-9/note", {"text": "t"}, 404, set()),
]


async def test_what_does_not_fit_is_told_all_at_once_and_nothing_is_written(begun: Programs) -> None:
    for path, body, status, places in BAD:
        answered, told = await begun.ask("li-too", "POST", path, body)
        faults = told.get("errors", [])
        assert (answered, {one.get("pointer", one.get("parameter")) for one in faults}) == (status, places), told
        assert all(one["detail"] for one in faults)
        assert await events(begun) == 1
    assert await begun.database.read(lambda tx: len(exclusions.proposals(tx))) == 1
    assert "li-too" not in await begun.database.read(store.last_uses)


async def test_a_body_that_is_none_of_ours_makes_no_trouble(begun: Programs) -> None:
    json = {"Content-Type": "application/json"}
    for data, headers, wanted in (
        (b"{", json, 400),
        (b'"\xff"', json, 400),
        (b'"\\ud800"', json, 400),
        (b"[" * 5000, json, 400),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (BytesIO(b"a" * ((1 << 20) + 1)), json, 413),
    ):
        status, _ = await begun.ask("li", "POST", "/exclusions", data=data, headers=headers)
        assert status == wanted, data
    assert (await begun.ask("li", "POST", "/components"))[0] == 405
    assert (await begun.ask("li", "GET", "/nothing"))[0] == 404


async def test_a_page_goes_on_where_the_one_before_ended_whatever_is_added(begun: Programs) -> None:
    for _ in range(10):
        await begun.good("wang", "POST", "/exclusions", OPERATOR)
    first = await begun.good("reads", "GET", "/exclusions?limit=4")
    assert [one["id"] for one in first["items"]] == ["X-11", "X-10", "X-9", "X-8"]
    await begun.good("wang", "POST", "/exclusions", OPERATOR)
    rest = await begun.good("reads", "GET", f"/exclusions?limit=200&cursor={first['next']}")
    assert ([one["id"] for one in rest["items"]][:2], len(rest["items"]), rest["next"]) == (["X-7", "X-6"], 7, None)
    for query in ("cursor=%00", "cursor=_w", "limit=0", "colour=red"):
        status, told = await begun.ask("reads", "GET", f"/exclusions?{query}")
        assert (status in (400, 422), told["errors"][0]["parameter"]) == (True, query.partition("=")[0])
