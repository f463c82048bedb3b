"""In and out: sessions, cookies, the throttle, and what a wrong password may not tell."""

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import select

from config.instant import DAY, HOUR, MINUTE
from console import store
from console.password import hash_password, matches
from console.session import hash_of
from console.throttle import ACCOUNT, ADDRESS, Throttle, network_of
from console.user import Refused, Role, check_password
from db.engine import Database
from db.tables.people import session
from tests.console.conftest import LogIn, Reader, page, send
from tests.console.world import NOW, PASSWORD, World, configuration


def cookie(reader: Reader, name: str = "upheld") -> str:
    return next(one.value for one in reader.session.cookie_jar if one.key == name)


async def enter(reader: Reader, name: str, password: str = PASSWORD, next: str = "") -> tuple[int, str]:
    data = {"name": name, "password": password, "next": next}
    answer = await reader.post("/login", data=data, allow_redirects=False)
    return answer.status, answer.headers.get("Location") or await answer.text()


async def test_a_login_leads_the_engineer_to_the_desk_and_the_customer_to_his_room(
    world: World, stranger: Reader
) -> None:
    await world.user("li", Role.ENGINEER)
    await world.user("chen", Role.CUSTOMER, "harbour")
    assert await enter(stranger, "li") == (303, "/desk")
    assert await enter(stranger, "chen") == (303, "/room/harbour")


async def test_the_cookie_is_hidden_from_scripts_and_only_its_hash_is_stored(
    world: World, stranger: Reader, database: Database
) -> None:
    await world.user("li", Role.ENGINEER)
    answer = await stranger.post("/login", data={"name": "li", "password": PASSWORD}, allow_redirects=False)
    said = answer.headers["Set-Cookie"]
    assert "HttpOnly" in said and "SameSite=Lax" in said and "Path=/" in said and "Domain" not in said
    stored = await database.read(lambda tx: tx.execute(select(session)).one())
    assert stored.token_hash == hash_of(cookie(stranger))
    assert cookie(stranger) not in str(stored)


async def test_behind_https_the_cookie_is_bound_to_the_host_and_to_https(
    database: Database, aiohttp_client: AiohttpClient
) -> None:
    world = World(database, configuration(), secure=True)
    await world.user("li", Role.ENGINEER)
    reader = await aiohttp_client(world.app())
    answer = await reader.post("/login", data={"name": "li", "password": PASSWORD}, allow_redirects=False)
    assert answer.headers["Set-Cookie"].startswith("__Host-upheld=") and "Secure" in answer.headers["Set-Cookie"]


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World, stranger: Reader) -> None:
    await world.user("li", Role.ENGINEER)
    known, unknown = await enter(stranger, "li", "wrong"), await enter(stranger, "wang", "wrong")
    assert known[0] == unknown[0] == 422
    assert known[1].replace('value="li"', "") == unknown[1].replace('value="wang"', "")


async def test_ten_tries_a_name_then_only_one_more_every_five_minutes(world: World, stranger: Reader) -> None:
    await world.user("li", Role.ENGINEER)
    tries = [(await enter(stranger, "li", "wrong"))[0] for _ in range(ACCOUNT.tries + 1)]
    assert tries == [422] * ACCOUNT.tries + [429]
    assert (await enter(stranger, "li"))[0] == 429, "the right password does not help while the name waits"
    world.now += ACCOUNT.refill
    assert await enter(stranger, "li") == (303, "/desk")


async def test_an_address_that_tries_many_names_waits_too(world: World, stranger: Reader) -> None:
    tries = [(await enter(stranger, f"name{number}", "wrong"))[0] for number in range(ADDRESS.tries + 1)]
    assert tries == [422] * ADDRESS.tries + [429]


async def test_a_login_that_succeeds_takes_nothing_from_the_allowance(world: World, stranger: Reader) -> None:
    await world.user("li", Role.ENGINEER)
    assert {await enter(stranger, "li") for _ in range(ACCOUNT.tries + 3)} == {(303, "/desk")}


async def test_every_login_has_a_new_reference_and_the_one_before_is_worth_nothing(world: World, log_in: LogIn) -> None:
    reader = await log_in(name="li")
    before = cookie(reader)
    await enter(reader, "li")
    assert cookie(reader) != before
    reader.session.cookie_jar.update_cookies({"upheld": before}, reader.make_url("/"))
    await page(reader, "/desk", 303)


@pytest.mark.parametrize("made_up", ["", "x", "a" * 43, "\u00e9", "'; --"])
async def test_a_reference_somebody_made_up_opens_nothing(stranger: Reader, made_up: str) -> None:
    await page(stranger, "/desk", 303, headers={"Cookie": f"upheld={made_up}"})


async def test_a_session_ends_after_eight_idle_hours(world: World, log_in: LogIn) -> None:
    reader = await log_in()
    for _ in range(3):
        world.now += 8 * HOUR - MINUTE
        await page(reader, "/desk")
    world.now += 8 * HOUR
    await page(reader, "/desk", 303)


async def test_a_session_ends_after_seven_days_however_busy(world: World, log_in: LogIn) -> None:
    reader = await log_in()
    while world.now + 6 * HOUR < NOW + 7 * DAY:
        world.now += 6 * HOUR
        await page(reader, "/desk")
    world.now += 6 * HOUR
    await page(reader, "/desk", 303)


async def test_after_leaving_the_old_cookie_opens_nothing(log_in: LogIn) -> None:
    reader = await log_in()
    old = cookie(reader)
    assert await send(reader, "/logout") == (303, "/login")
    await page(reader, "/desk", 303, headers={"Cookie": f"upheld={old}"})


async def test_a_new_password_and_a_new_role_end_the_sessions(world: World, log_in: LogIn, database: Database) -> None:
    reader = await log_in(name="li")
    await database.write(lambda tx: store.set_password(tx, "li", hash_password("another four words")))
    await page(reader, "/desk", 303)
    assert await enter(reader, "li", "another four words") == (303, "/desk")
    await database.write(lambda tx: store.set_role(tx, "li", "auditor"))
    await page(reader, "/desk", 303)


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/desk/incidents/INC-2026-0001", "/desk/incidents/INC-2026-0001"),
        ("//evil.example/desk", "/desk"),
        ("https://evil.example/", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk/../../evil", "/desk"),
        ("/deskevil", "/desk"),
        ("/desk\r\nX: y", "/desk"),
    ],
)
async def test_a_login_leads_on_only_inside_the_house(world: World, stranger: Reader, wanted: str, led: str) -> None:
    await world.user("li", Role.ENGINEER)
    assert await enter(stranger, "li", next=wanted) == (303, led)


async def test_who_is_not_logged_in_comes_back_to_where_he_wanted(stranger: Reader) -> None:
    answer = await stranger.get("/desk/cases/CASE-2026-0001", allow_redirects=False)
    assert answer.headers["Location"] == "/login?next=/desk/cases/CASE-2026-0001"


@pytest.mark.parametrize(
    ("name", "role", "customer"),
    [("Li Wei", "engineer", None), ("li", "root", None), ("li", "customer", None), ("li", "engineer", "harbour")],
)
async def test_users_have_names_roles_and_customers_that_fit(
    database: Database, name: str, role: str, customer: str | None
) -> None:
    with pytest.raises(Refused):
        await database.write(
            lambda tx: store.add_user(tx, name=name, role=role, customer=customer, password_hash="x", now=NOW)
        )
    assert await database.read(store.every_user) == []


async def test_a_name_is_given_once(world: World) -> None:
    await world.user("li", Role.ENGINEER)
    with pytest.raises(Refused, match="already"):
        await world.user("li", Role.ADMIN)


@pytest.mark.parametrize("password", ["short", "x" * 1001, "engineer1234"])
def test_a_password_is_long_and_not_the_name(password: str) -> None:
    with pytest.raises(Refused):
        check_password("engineer", password)


def test_a_hash_fits_its_password_alone_and_nothing_fits_what_is_no_hash() -> None:
    assert hash_password(PASSWORD).startswith("$argon2id$")
    assert matches(hash_password(PASSWORD), PASSWORD)
    assert not matches(hash_password(PASSWORD), PASSWORD + " ")
    assert not matches("plain", "plain")


def test_a_bucket_forgets_and_does_not_grow_without_end() -> None:
    throttle = Throttle(ACCOUNT)
    for number in range(50_000):
        throttle.take(f"name{number}", NOW)
    assert len(throttle._full_at) <= 20_000
    assert throttle.wait("name49999", NOW) == 0


def test_one_subscriber_is_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") == "2001:db8::/64"
    assert network_of("192.0.2.7") == network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("unix") == "unix"
