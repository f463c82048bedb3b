"""Files that come with forms: who sees them, what the record says of them, how they leave again."""

from hashlib import sha256
from io import BytesIO

from aiohttp import FormData
from sqlalchemy import Connection, select

from console.user import Role
from db.ledger import store as ledger
from db.tables.incidents import case_event, case_file
from incidents.attachment import LARGEST, attachment
from incidents.case import CaseNoted, FileAdded
from incidents.store import case as cases
from incidents.store.pruning import drop_cases
from tests.console.conftest import LogIn, Reader, page, token_of
from tests.console.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 2000


async def upload(reader: Reader, path: str, files: dict[str, bytes], **fields: str) -> tuple[int, str]:
    data = FormData(quote_fields=False)
    data.add_field("form", await token_of(reader, fields.pop("home", "/room/harbour")))
    for name, value in fields.items():
        data.add_field(name, value)
    for name, body in files.items():
        data.add_field("files", BytesIO(body), filename=name, content_type="text/html")
    answer = await reader.post(path, data=data, allow_redirects=False)
    return answer.status, answer.headers.get("Location") or await answer.text()


async def added(world: World, case: str) -> list[FileAdded]:
    events = await world.database.read(lambda tx: cases.events(tx, case))
    return [one.event for one in events if isinstance(one.event, FileAdded)]


async def test_a_report_comes_with_its_pictures_and_both_sides_can_fetch_them(world: World, log_in: LogIn) -> None:
    room = await log_in(Role.CUSTOMER, "harbour")
    said = {"act": "report", "kind": "fault", "title": "The page stays empty"}
    status, place = await upload(room, "/room/harbour", {"截图.png": PNG, "": b""}, **said)
    assert status == 303
    case = place.rpartition("/")[2]
    (file,) = await added(world, case)
    assert (file.name, file.media_type, file.size) == ("截图.png", "image/png", len(PNG))
    assert file.sha256 == sha256(PNG).hexdigest()
    desk = await log_in(name="li")
    link = f"/desk/cases/{case}/files/{file.sha256}"
    assert link in await page(desk, f"/desk/cases/{case}")
    for reader, path in ((desk, link), (room, f"/room/harbour/cases/{case}/files/{file.sha256}")):
        answer = await reader.get(path)
        assert await answer.read() == PNG
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%88%AA")
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.content_type == "image/png"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_the_ledger_knows_the_hash_and_nothing_of_the_bytes(world: World, log_in: LogIn) -> None:
    case = await world.report("The statement is late")
    await world.attach(case, attachment("log.txt", b"a line that nobody else may read"))

    def leaves(tx: Connection) -> bytes:
        kept = ledger.leaves_of(tx, [f"case/{case}"], ledger.size(tx))
        opened = list(ledger.openings_of(tx, [one.index for one in kept]))
        return repr((kept, opened)).encode()

    text = await world.database.read(leaves)
    assert sha256(b"a line that nobody else may read").hexdigest().encode() in text
    assert b"nobody else may read" not in text


async def test_a_customer_writes_and_adds_files_to_his_own_case_alone(world: World, log_in: LogIn) -> None:
    mine, other = await world.report("Mine"), await world.report("Not mine", customer="linden")
    room = await log_in(Role.CUSTOMER, "harbour")
    assert (await upload(room, "/room/harbour", {"a.txt": b"one"}, act="say", case=mine, text="See it"))[0] == 303
    assert (await upload(room, "/room/harbour", {"b.txt": b"two"}, act="say", case=mine, text=""))[0] == 303
    assert (await upload(room, "/room/harbour", {"a.txt": b"one"}, act="say", case=other, text="x"))[0] == 404
    status, text = await upload(room, "/room/harbour", {}, act="say", case=mine, text=" ")
    assert status == 422 and "Write what you know" in text
    assert [one.name for one in await added(world, mine)] == ["a.txt", "b.txt"] and await added(world, other) == []
    events = await world.database.read(lambda tx: cases.events(tx, mine))
    assert [one.by for one in events if isinstance(one.event, CaseNoted)] == ["customer:harbour"]


async def test_the_same_bytes_are_refused_a_second_time_and_nothing_of_the_form_is_kept(
    world: World, log_in: LogIn
) -> None:
    case = await world.report("Mine")
    desk = await log_in(name="li")
    path, said = f"/desk/cases/{case}", {"home": "/desk", "act": "note"}
    assert (await upload(desk, path, {"a.txt": b"one"}, **said, text="Seen"))[0] == 303
    status, text = await upload(desk, path, {"b.txt": b"one"}, **said, text="Seen again")
    assert status == 409 and "there already, byte for byte" in text
    events = await world.database.read(lambda tx: cases.events(tx, case))
    assert [one.event.text for one in events if isinstance(one.event, CaseNoted)] == ["Seen"]


async def test_what_is_too_large_or_too_many_is_said_and_not_kept(world: World, log_in: LogIn) -> None:
    case = await world.report("Mine")
    room = await log_in(Role.CUSTOMER, "harbour")
    said = {"act": "say", "case": case, "text": "See"}
    status, text = await upload(room, "/room/harbour", {"a.bin": b"x" * (LARGEST + 1)}, **said)
    assert status == 413 and "at most 5 MiB" in text
    assert (await upload(room, "/room/harbour", {f"{n}": b"%d" % n for n in range(6)}, **said))[0] == 413
    for n in range(5):
        await world.attach(case, attachment("a", b"%d" % n + b"x" * (LARGEST - 1)))
    status, text = await upload(room, "/room/harbour", {"a": b"one more"}, **said)
    assert status == 409 and "more than 25 MiB together" in text
    assert len(await added(world, case)) == 5


async def test_nobody_who_is_not_logged_in_sends_files(stranger: Reader) -> None:
    data = FormData({"name": "li"})
    data.add_field("files", b"x" * 100, filename="a")
    assert (await stranger.post("/login", data=data, allow_redirects=False)).status == 400


async def test_a_form_of_files_that_is_cut_off_makes_no_trouble(world: World, log_in: LogIn) -> None:
    room = await log_in(Role.CUSTOMER, "harbour")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=a"):
        answer = await room.post("/room/harbour", data=b"--a\r\nx", headers={"Content-Type": kind})
        assert answer.status in (400, 403)


async def test_files_go_with_their_case(world: World) -> None:
    case = await world.report("Mine")
    await world.attach(case, attachment("a.txt", b"one"))
    await world.database.write(lambda tx: drop_cases(tx, [case], world.now))
    left = await world.database.read(lambda tx: [tx.execute(select(one)).all() for one in (case_file, case_event)])
    assert left == [[], []]
