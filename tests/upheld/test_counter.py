"""A customer's statements in his room: what is sealed to fetch, his answer, his countersignature, his dispute."""

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from console.password import hash_password
from console.routes import Console
from console.store import add_user
from console.user import Role
from db.engine import Database
from tests.upheld.house import Reader
from tests.upheld.months import Months, at
from tests.upheld.test_sealing import UNMEASURED
from upheld.api.route import Office
from upheld.api.routes import routes
from upheld.counter import Counter

PASSWORD = "four words make one"
ROOM = "/room/acme"


@pytest.fixture
async def months(database: Database, tmp_path: Path) -> Months:
    made = Months(database=database, folder=tmp_path, customers=("acme", "brook"))
    await made.up_since("09-30 00:00")
    return made


@pytest.fixture
async def chen(months: Months, aiohttp_client: AiohttpClient) -> Reader:
    """The customer acme, logged in."""
    console = Console(
        months.database,
        lambda: months.config,
        lambda: months.rules.incidents,
        lambda: months.rules.caseload,
        lambda: months.now,
        secure=False,
        statements=Counter(lambda: months.rules),
    )
    app = web.Application()
    office = Office(
        database=months.database,
        rules=lambda: months.rules,
        now=lambda: months.now,
        session=console.door.session,
        followed=asyncio.Event().wait,
    )
    app.add_routes([*console.routes(), *routes(office)])
    hashed = hash_password(PASSWORD)
    await months.database.write(
        lambda tx: (
            add_user(tx, name="chen", password_hash=hashed, role=Role.CUSTOMER.value, now=months.now, customer="acme")
            and None
        )
    )
    reader = await aiohttp_client(app, headers={"Accept-Language": "en"})
    months.now = at("11-02 01:00")
    await reader.post("/login", data={"name": "chen", "password": PASSWORD})
    return reader


async def room(reader: Reader) -> str:
    answer = await reader.get(ROOM)
    assert answer.status == 200
    return await answer.text()


async def say(reader: Reader, **fields: str) -> tuple[int, str]:
    found = re.search(r'name="form" value="([^"]*)"', await room(reader))
    assert found is not None
    answer = await reader.post(ROOM, data={"form": found[1], "period": "2026-10", **fields}, allow_redirects=False)
    return answer.status, await answer.text()


async def test_what_is_sealed_is_there_to_fetch_in_every_format(months: Months, chen: Reader) -> None:
    await months.hour()
    shown = await room(chen)
    assert "ACME-2026-10" in shown
    assert "Met" in shown
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = await chen.get(f"{ROOM}/statements/2026-10.{form}")
        assert answer.status == 200
        assert (await answer.read()).startswith(begins)
        assert "ACME-2026-10" in answer.headers["Content-Disposition"]
    answer = await chen.get("/api/v1/customers/acme/statements/2026-10?format=json")
    assert await answer.read() == (await months.sealed()).record


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("acme/statements/2026-13?format=json", 404, "no period"),
        ("acme/statements/2025-01?format=json", 404, "no agreement"),
        ("acme/statements/2026-10?format=docx", 422, "no format"),
        ("acme/statements/2026-10?language=fr", 422, "no language"),
    ],
)
async def test_a_program_that_asks_for_what_is_not_there_is_told_why(
    months: Months, chen: Reader, asked: str, status: int, said: str
) -> None:
    answer = await chen.get(f"/api/v1/customers/{asked}")
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert said in (await answer.json())["detail"]


async def test_the_cookie_of_a_browser_reads_and_changes_nothing(months: Months, chen: Reader) -> None:
    """Another site's form would send it along."""
    assert (await chen.get("/api/v1/agreements")).status == 200
    answer = await chen.post("/api/v1/agreements/acme/confirm", json={"reference": "page 3"})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_another_customers_statements_do_not_exist_for_him(months: Months, chen: Reader) -> None:
    await months.hour()
    for path in ("/room/brook/statements/2026-10.json", "/api/v1/customers/brook/statements/2026-10"):
        assert (await chen.get(path)).status == 404


async def test_he_countersigns_and_disputes_in_his_room(months: Months, chen: Reader) -> None:
    await months.hour()
    assert (await say(chen, act="countersign"))[0] == 303
    status, text = await say(chen, act="dispute", line="acme-shop", text=" ")
    assert status == 422
    assert "Write what is wrong with the line" in text
    assert (await say(chen, act="dispute", line="acme-shop", text="our log differs"))[0] == 303
    assert (await say(chen, act="dispute", line="brook-shop", text="not ours"))[0] == 422
    standing = await months.standing()
    assert standing.countersigned_at == months.now
    assert [(one.line, one.reason, one.by) for one in standing.disputes] == [
        ("acme-shop", "our log differs", "customer:acme")
    ]
    shown = await room(chen)
    assert "disputed: Shop of acme" in shown


async def test_he_answers_how_unmeasured_time_counts_and_it_is_sealed(months: Months, chen: Reader) -> None:
    assert (await say(chen, act="accept-time"))[0] == 422
    await months.states(*UNMEASURED)
    await months.hour()
    assert "Part of the time was not measured" in await room(chen)
    assert (await say(chen, act="contest-time"))[0] == 303
    standing = await months.standing()
    assert standing.revision == 1
    assert "Missed" in await room(chen)
