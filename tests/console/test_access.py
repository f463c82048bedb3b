"""Who may see and do what: every route, every role, its own, another's and nobody's; forms that are not ours."""

from io import BytesIO

import pytest
from yarl import URL

from console.user import Role
from incidents.attachment import attachment
from sla import agreeing
from tests.console.conftest import LogIn, Reader, page, send, token_of
from tests.console.world import World

STAFF = (Role.ADMIN, Role.ENGINEER, Role.ACCOUNT_MANAGER, Role.AUDITOR)
LOOK = dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "none"}
ON_CALL = LOOK | {Role.ACCOUNT_MANAGER: "no", Role.AUDITOR: "no"}
CARE = LOOK | {Role.AUDITOR: "no"}
ACCOUNTS = LOOK | {Role.ENGINEER: "no", Role.AUDITOR: "no"}

MATRIX: dict[tuple[str, str], dict[Role, str]] = {
    ("POST", "/logout"): dict.fromkeys(Role, "in"),
    ("GET", "/desk"): LOOK,
    ("GET", "/desk/incidents"): LOOK,
    ("GET", "/desk/incidents/{id}"): LOOK,
    ("POST", "/desk/incidents/{id}"): ON_CALL,
    ("GET", "/desk/drills"): LOOK,
    ("POST", "/desk/drills"): ON_CALL,
    ("GET", "/desk/performance"): LOOK,
    ("GET", "/desk/unrouted"): LOOK,
    ("GET", "/desk/ways"): LOOK,
    ("POST", "/desk/ways"): ON_CALL,
    ("GET", "/desk/components/{id}"): LOOK,
    ("GET", "/desk/silences"): LOOK,
    ("POST", "/desk/silences"): ON_CALL,
    ("GET", "/desk/oncall"): LOOK,
    ("POST", "/desk/oncall"): ON_CALL,
    ("GET", "/desk/cases"): LOOK,
    ("GET", "/desk/cases/new"): CARE,
    ("POST", "/desk/cases/new"): CARE,
    ("GET", "/desk/cases/{id}"): LOOK,
    ("POST", "/desk/cases/{id}"): CARE,
    ("GET", "/desk/library"): LOOK,
    ("GET", "/desk/findings"): LOOK,
    ("POST", "/desk/findings"): CARE,
    ("GET", "/desk/sample"): LOOK,
    ("POST", "/desk/sample"): CARE,
    ("GET", "/desk/exclusions"): LOOK,
    ("POST", "/desk/exclusions"): CARE,
    ("GET", "/desk/exclusions/new"): CARE,
    ("POST", "/desk/exclusions/new"): CARE,
    ("GET", "/room/{customer}/exclusions"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("POST", "/room/{customer}/exclusions"): dict.fromkeys(STAFF, "no") | {Role.CUSTOMER: "own"},
    ("GET", "/desk/agreements"): LOOK,
    ("GET", "/desk/agreements/new"): ACCOUNTS,
    ("POST", "/desk/agreements/new"): ACCOUNTS,
    ("GET", "/desk/agreements/{of}/{name}"): LOOK,
    ("POST", "/desk/agreements/{of}/{name}"): ACCOUNTS,
    ("GET", "/desk/agreements/{of}/{name}/annex"): LOOK,
    ("GET", "/desk/agreements/{of}/{name}/next"): ACCOUNTS,
    ("POST", "/desk/agreements/{of}/{name}/next"): ACCOUNTS,
    ("GET", "/room/{customer}/agreements/{name}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("POST", "/room/{customer}/agreements/{name}"): dict.fromkeys(STAFF, "no") | {Role.CUSTOMER: "own"},
    ("GET", "/room/{customer}/agreements/{name}/annex"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("GET", "/room/{customer}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("GET", "/desk/cases/{id}/files/{sha256}"): LOOK,
    ("GET", "/room/{customer}/cases/{id}/files/{sha256}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("GET", "/desk/cases/{id}/review"): LOOK,
    ("POST", "/desk/cases/{id}/review"): CARE,
    ("GET", "/room/{customer}/cases/{id}/review"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("POST", "/room/{customer}/cases/{id}/review"): dict.fromkeys(STAFF, "no") | {Role.CUSTOMER: "own"},
    ("GET", "/room/{customer}/receipts/{id}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("GET", "/room/{customer}/statements/{file}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("GET", "/desk/reports/{kind}/{subject}"): LOOK,
    ("GET", "/desk/reports/{kind}/{subject}/words"): CARE,
    ("POST", "/desk/reports/{kind}/{subject}/words"): CARE,
    ("GET", "/room/{customer}/reports/{kind}/{subject}"): dict.fromkeys(STAFF, "in") | {Role.CUSTOMER: "own"},
    ("POST", "/room/{customer}"): dict.fromkeys(STAFF, "no") | {Role.CUSTOMER: "own"},
}
"""in: let in; own: into his own; no: refused, as one who may look; none: as if it did not exist."""

SEEN = attachment("seen.txt", b"What was seen")

OPEN_TO_ALL = {
    *(("GET", "/login"), ("POST", "/login"), ("GET", "/{place}/"), ("GET", "/desk/static/{name}")),
    *(("GET", "/answer/{token}"), ("POST", "/answer/{token}")),
    *(("GET", "/countersign/{token}"), ("POST", "/countersign/{token}")),
    *(("GET", "/oncall/{token}.ics"), ("GET", "/oncall/swaps/{token}"), ("POST", "/oncall/swaps/{token}")),
}


def address(path: str, *, incident: str, case: str, customer: str) -> str:
    path = path.replace("components/{id}", "components/payments").replace("{sha256}", SEEN.sha256)
    path = path.replace("{of}/{name}", "harbour/sla-standard")
    path = path.replace("{name}", "sla-standard" if customer == "harbour" else "support-agreement")
    path = path.replace("{file}", "2026-10.json")
    path = path.replace("{kind}/{subject}/words", "incident/INC-1/words?customer=harbour")
    path = path.replace("{kind}/{subject}", "forms/CASE-1")
    return path.replace("incidents/{id}", f"incidents/{incident}").replace("{id}", case).replace("{customer}", customer)


async def ask(reader: Reader, method: str, path: str, token: str) -> tuple[int, str]:
    if method == "GET":
        answer = await reader.get(path, allow_redirects=False)
    else:
        data = {"form": token, "act": "note", "text": "seen", "customer": "harbour"}
        answer = await reader.post(path, data=data, allow_redirects=False)
    return answer.status, await answer.text()


def test_every_route_has_its_line_in_the_matrix(world: World) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in world.app().router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes == set(MATRIX) | OPEN_TO_ALL


@pytest.mark.parametrize("role", list(Role))
async def test_every_route_lets_in_whom_the_matrix_lets_in(world: World, log_in: LogIn, role: Role) -> None:
    incident, case = await world.down(), await world.report("The statement is late")
    cases = {"harbour": case, "linden": await world.report("The statement is early", customer="linden")}
    await world.database.write(lambda tx: agreeing.seed(tx, world.config, world.now))
    for each in cases.values():
        await world.attach(each, SEEN)
    own = "harbour" if role is Role.CUSTOMER else None
    reader = await log_in(role, own)
    token = await token_of(reader, "/room/harbour" if own else "/desk")
    seen = {}
    for (method, path), wanted in MATRIX.items():
        if path == "/logout":
            continue
        for customer in ("harbour", "linden"):
            concrete = address(path, incident=incident.id, case=cases[customer], customer=customer)
            status, _ = await ask(reader, method, concrete, token)
            right = wanted[role]
            expected = right if right != "own" else "in" if customer == own else "none"
            seen[method, concrete] = (expected, {404: "none", 403: "no"}.get(status, "in"))
    assert {key: pair for key, pair in seen.items() if pair[0] != pair[1]} == {}
    assert (await ask(reader, "POST", "/logout", token))[0] == 303


@pytest.mark.parametrize("path", ["/desk", "/login", "/desk/incidents", "/room/harbour"])
async def test_a_slash_behind_an_address_leads_to_the_page(stranger: Reader, path: str) -> None:
    answer = await stranger.get(f"{path}/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path)


@pytest.mark.parametrize("path", ["/desk//evil.example/", "/desk/%2f%2fevil.example/", "/elsewhere/"])
async def test_no_other_address_is_led_anywhere(stranger: Reader, path: str) -> None:
    answer = await stranger.get(URL(path, encoded=True), allow_redirects=False)
    assert answer.status == 404


async def test_nobody_comes_in_without_a_login(world: World, stranger: Reader) -> None:
    incident, case = await world.down(), await world.report("The statement is late")
    for method, path in MATRIX:
        concrete = address(path, incident=incident.id, case=case, customer="harbour")
        status, _ = await ask(stranger, method, concrete, "")
        assert (concrete, status) == (concrete, 303)
    found = await world.incident_of("payments")
    assert found is not None and found.version == incident.version


async def test_what_is_not_his_looks_to_a_customer_like_what_does_not_exist(world: World, log_in: LogIn) -> None:
    incident, case = await world.down(), await world.report("Clinic question", customer="linden")
    reader = await log_in(Role.CUSTOMER, "harbour")
    paths = ["/room/linden", "/room/nobody", f"/desk/incidents/{incident.id}", "/desk/incidents/INC-2026-9999"]
    bodies = {(await page(reader, path, 404)).replace(path, "PATH") for path in [*paths, f"/desk/cases/{case}"]}
    assert len(bodies) == 1


@pytest.mark.parametrize("place", ["incidents", "cases", "components", "agreements/harbour", "reports/forms"])
async def test_an_address_in_no_letters_leads_nowhere(log_in: LogIn, place: str) -> None:
    """What one of the stores cannot even be asked for is no mistake of ours, and no store that is away."""
    reader = await log_in()
    for ending in ("%00", "a%00b", "%1f"):
        answer = await reader.get(URL(f"/desk/{place}/{ending}", encoded=True), allow_redirects=False)
        assert (ending, answer.status) == (ending, 404)


async def test_a_customer_cannot_speak_for_anothers_case(world: World, log_in: LogIn) -> None:
    case = await world.report("Clinic question", customer="linden")
    reader = await log_in(Role.CUSTOMER, "harbour")
    status, _ = await send(reader, "/room/harbour", home="/room/harbour", act="confirm", case=case, text="fine")
    assert status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
async def test_a_form_on_another_site_changes_nothing(world: World, log_in: LogIn, headers: dict[str, str]) -> None:
    incident = await world.down()
    reader = await log_in()
    data = {"form": await token_of(reader), "act": "acknowledge"}
    answer = await reader.post(f"/desk/incidents/{incident.id}", data=data, headers=headers, allow_redirects=False)
    after = await world.incident_of("payments")
    assert answer.status == 403 and after is not None and after.acknowledged_at is None


@pytest.mark.parametrize("token", ["", "x", "\u00e9"])
async def test_a_form_without_the_sessions_token_changes_nothing(world: World, log_in: LogIn, token: str) -> None:
    incident = await world.down()
    reader = await log_in()
    data = {"form": token, "act": "acknowledge"}
    answer = await reader.post(f"/desk/incidents/{incident.id}", data=data, allow_redirects=False)
    after = await world.incident_of("payments")
    assert answer.status == 403 and after is not None and after.acknowledged_at is None


async def test_the_token_of_one_session_is_worth_nothing_in_another(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    first, second = await log_in(name="li"), await log_in(name="wang")
    data = {"form": await token_of(first), "act": "acknowledge"}
    answer = await second.post(f"/desk/incidents/{incident.id}", data=data, allow_redirects=False)
    assert answer.status == 403


async def test_a_login_form_on_another_site_is_refused(world: World, stranger: Reader) -> None:
    answer = await stranger.post("/login", data={"name": "li"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


async def test_what_is_no_form_is_refused_without_stumbling(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in()
    path = f"/desk/incidents/{incident.id}"
    kind = "application/x-www-form-urlencoded"
    for body, content_type in (
        (b"{}", "application/json"),
        (b"a=%ff%fe", kind),
        (b"act=note&text=%00", f"{kind}; charset=nonsense"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"a" * (1 << 20) + b"a", kind),
    ):
        answer = await reader.post(
            path, data=BytesIO(body), headers={"Content-Type": content_type}, allow_redirects=False
        )
        assert answer.status in (400, 403)


async def test_a_page_behind_the_login_is_kept_by_nobody(log_in: LogIn) -> None:
    reader = await log_in()
    answer = await reader.get("/desk")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_style_and_script_come_under_the_name_of_their_content(stranger: Reader) -> None:
    text = await page(stranger, "/login")
    name = text.partition("/desk/static/console.")[2].partition('"')[0]
    answer = await stranger.get(f"/desk/static/console.{name}")
    assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"]
    await page(stranger, "/desk/static/console.0000000000.css", 404)


@pytest.mark.parametrize("path", ["/answer/{}", "/countersign/{}", "/oncall/swaps/{}"])
async def test_a_link_s_form_acts_by_the_link_and_never_by_the_login_of_whoever_sends_it(
    log_in: LogIn, path: str
) -> None:
    reader = await log_in(Role.ADMIN)
    unsigned = path.format("A" * 90)
    fields = {"form": await token_of(reader), "act": "accept"}
    assert (await reader.post(unsigned, data=fields)).status == 404
    for there in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await reader.post(unsigned, data=fields, headers=there)).status == 403
