"""A second server, a newer schema, a damaged file, a full disk: one clear line, and never a false promise."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios import storm, town
from tests.servers.postgres import Postgres
from tests.servers.process import Serve, Upheld
from tests.servers.program import find_program, free_port
from tests.servers.sender import alert, alert_post
from tests.servers.warm import Done

DISK = "6m"


def refused(done: Done) -> str:
    """The one line it said before it ended."""
    assert (done.code, done.out) == (3, "")
    (line,) = done.err.splitlines()
    return line


def test_a_second_server_on_the_same_file_is_refused_and_the_first_goes_on(serve: Serve) -> None:
    first = serve({"components": {"shop": {"name": "Shop"}}})
    other = first.folder / "other.yaml"
    document = yaml.safe_load(first.file.read_text())
    other.write_text(yaml.safe_dump({**document, "listen": {"address": f"127.0.0.1:{free_port()}"}}))

    line = refused(first.command("serve", "-c", str(other)))

    assert str(first.pid) in line and "upheld.db" in line
    assert first.get("/-/ready").status == 200
    first.kill9()
    first.start()
    first.wait_ready()


def serve_to_the_end(upheld: Upheld) -> Done:
    return upheld.command("serve", "-c", str(upheld.file))


def test_a_store_of_a_newer_version_is_refused(folder: Path) -> None:
    upheld = Upheld(folder, {"components": {"shop": {"name": "Shop"}}})
    assert upheld.command("migrate").code == 0
    with sqlite3.connect(folder / "upheld.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()

    assert "newer" in refused(serve_to_the_end(upheld))


@pytest.mark.parametrize("url", ["sqlite:///{folder}/upheld.db", "postgresql://upheld@127.0.0.1:{port}/upheld"])
def test_what_is_no_store_is_refused_and_left_as_it_was(folder: Path, url: str) -> None:
    store = {"url": url.format(folder=folder, port=free_port())}
    upheld = Upheld(folder, {"store": store, "components": {"shop": {"name": "Shop"}}})
    other = b"a text of some length, and no database at all\n" * 100
    (folder / "upheld.db").write_bytes(other)

    assert store["url"].rpartition("/")[2] in refused(serve_to_the_end(upheld))
    assert (folder / "upheld.db").read_bytes() == other


class SmallDisk:
    """Runs a program with a small disk of its own, in a mount namespace of its own; `fill` takes all the room."""

    def __init__(self, upheld: Upheld, place: Path) -> None:
        self._upheld = upheld
        self._place = place
        place.mkdir()
        as_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        mount = f'mount -t tmpfs -o size={DISK} small "{place}" && exec "$@"'
        upheld.argv = [
            find_program("unshare", "util-linux"),
            *as_user,
            "--mount",
            "sh",
            "-c",
            mount,
            "sh",
            *upheld.argv,
        ]

    @property
    def _inside(self) -> Path:
        return Path(f"/proc/{self._upheld.pid}/root{self._place}")

    def fill(self) -> None:
        filling = ["dd", "if=/dev/zero", f"of={self._inside}/filling", "bs=4k"]
        done = subprocess.run(filling, capture_output=True, text=True, check=False)
        assert "No space left" in done.stderr

    def clear(self) -> None:
        (self._inside / "filling").unlink()

    def posts(self) -> list[int]:
        """The numbers of all posts in the store, read from a copy: SQLite cannot look into another's mounts."""
        copy = self._place.with_name("copy")
        copy.mkdir(exist_ok=True)
        for name in ("upheld.db", "upheld.db-wal"):
            shutil.copy(self._inside / name, copy / name)
        with sqlite3.connect(copy / "upheld.db") as store:
            bodies = [body for (body,) in store.execute("SELECT body FROM inbox ORDER BY id")]
        store.close()
        return [int(json.loads(body)["alerts"][0]["annotations"][storm.NUMBER]) for body in bodies]


@pytest.mark.server
def test_on_a_full_disk_nothing_is_promised_and_all_goes_on_when_there_is_room(folder: Path) -> None:
    upheld = Upheld(
        folder / "home",
        {
            "store": {"url": f"sqlite:///{folder}/disk/upheld.db"},
            "signing": {"key_file": f"{folder}/home/signing.key"},
            "sources": town.alertmanager(),
            "components": {"shop": {"name": "Shop"}},
        },
    )
    disk = SmallDisk(upheld, folder / "disk")
    promised: list[int] = []

    def post(number: int) -> int:
        answer = upheld.post("/hooks/am", large(number), token=town.TOKEN)
        assert answer.status in (202, 503)
        assert answer.status == 202 or int(answer.headers["retry-after"]) > 0
        promised.extend([number] if answer.status == 202 else [])
        return answer.status

    with upheld:
        assert post(0) == 202
        disk.fill()
        refusals = [post(number) for number in range(1, 30)].count(503)
        assert refusals > 20
        assert upheld.get("/-/healthy").status == 200
        assert upheld.get("/").status == 200
        disk.clear()
        town.wait(lambda: post(30) == 202, "there is room again")
        town.wait(lambda: town.metric(upheld, "upheld_inbox_waiting") == 0, "all is dealt with")
        assert disk.posts() == promised


async def test_a_database_server_that_is_killed_and_comes_back_costs_no_promise(
    serve: Serve, durable_postgres: Postgres
) -> None:
    store = durable_postgres.url(durable_postgres.create())
    upheld = serve({"store": {"url": store}, "sources": town.alertmanager(), "components": {"shop": {"name": "Shop"}}})
    promised: list[int] = []

    def post(number: int) -> int:
        status = upheld.post("/hooks/am", large(number), token=town.TOKEN).status
        promised.extend([number] if status == 202 else [])
        return status

    assert [post(number) for number in range(3)] == [202] * 3
    durable_postgres.kill()
    assert {post(number) for number in range(3, 6)} == {503}
    assert upheld.get("/-/healthy").status == 200
    assert upheld.get("/-/ready").status == 503
    durable_postgres.start()
    town.wait(lambda: post(6) == 202, "the server is back")
    town.wait(lambda: upheld.get("/-/ready").status == 200, "we are ready again")
    await storm.settled(store)
    account = await storm.account_of(store)
    assert [storm.number_of(row) for row in account.posts] == promised
    assert [(one.component, one.state) for one in account.incidents] == [("shop", "triggered")]


def large(number: int) -> dict[str, Any]:
    """A post that needs some room."""
    one = alert("full", starts_at=town.rfc3339(town.now()), component="shop")
    one["annotations"].update({storm.NUMBER: str(number), "description": "x" * 50_000})
    return alert_post([one])
