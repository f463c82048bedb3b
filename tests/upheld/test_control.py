"""The server's private door: for its owner, however deep the folder lies, and gone with the server."""

import asyncio
import stat
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from db.errors import StoreUnavailable
from incidents.attachment import LARGEST
from upheld import control
from upheld.control import CommandRefused, NoServer, ask, listen, socket_of


async def answer(command: str, by: str, arguments: Mapping[str, Any]) -> Any:
    if command == "no":
        raise CommandRefused(f"{by} may not")
    if command == "mistake":
        raise ZeroDivisionError
    if command == "full":
        raise StoreUnavailable("the store did not commit: disk full")
    return {"command": command, "by": by, **arguments}


async def test_a_command_goes_in_and_its_answer_comes_back(tmp_path: Path) -> None:
    server = await listen(tmp_path / "a.sock", answer)
    try:
        got = await ask(tmp_path / "a.sock", "incident.ack", "person:li", {"id": "INC-1", "text": "好"})
        assert got == {"command": "incident.ack", "by": "person:li", "id": "INC-1", "text": "好"}
        assert stat.S_IMODE((tmp_path / "a.sock").stat().st_mode) == 0o600
    finally:
        await server.cleanup()


async def test_the_largest_file_of_a_case_goes_through(tmp_path: Path) -> None:
    async def length(command: str, by: str, arguments: Mapping[str, Any]) -> Any:
        return len(arguments["body"])

    body = b64encode(b"x" * LARGEST).decode()
    server = await listen(tmp_path / "a.sock", length)
    try:
        assert await ask(tmp_path / "a.sock", "case.attach", "person:li", {"body": body}) == len(body)
    finally:
        await server.cleanup()


async def test_a_refusal_comes_back_as_one_and_a_mistake_of_ours_points_to_the_log(tmp_path: Path) -> None:
    server = await listen(tmp_path / "a.sock", answer)
    try:
        with pytest.raises(CommandRefused, match="person:li may not"):
            await ask(tmp_path / "a.sock", "no", "person:li", {})
        with pytest.raises(CommandRefused, match=r"HTTP 500.*log"):
            await ask(tmp_path / "a.sock", "mistake", "person:li", {})
    finally:
        await server.cleanup()


async def test_a_store_that_cannot_commit_is_said_to_be_the_trouble(tmp_path: Path) -> None:
    server = await listen(tmp_path / "a.sock", answer)
    try:
        with pytest.raises(StoreUnavailable, match="disk full"):
            await ask(tmp_path / "a.sock", "full", "person:li", {})
    finally:
        await server.cleanup()


async def test_a_server_that_ends_in_the_middle_leaves_no_doubt_that_nothing_is_known(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.transport.abort()

    server = await asyncio.start_unix_server(hang_up, tmp_path / "a.sock")
    async with server:
        with pytest.raises(CommandRefused, match="look whether it was done"):
            await ask(tmp_path / "a.sock", "any", "person:li", {})


async def test_without_a_server_there_is_nobody_even_when_a_killed_one_left_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with pytest.raises(NoServer):
        await ask(path, "any", "person:li", {})
    path.touch()
    with pytest.raises(NoServer):
        await ask(path, "any", "person:li", {})
    server = await listen(path, answer)
    try:
        assert await ask(path, "any", "person:li", {}) == {"command": "any", "by": "person:li"}
    finally:
        await server.cleanup()


async def test_a_folder_deeper_than_a_unix_address_is_long_will_do(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    folder.mkdir(parents=True)
    path = socket_of(folder / "upheld.db")
    server = await listen(path, answer)
    try:
        assert await ask(path, "any", "person:li", {}) == {"command": "any", "by": "person:li"}
    finally:
        await server.cleanup()


def test_the_socket_lies_beside_the_file_it_is_for() -> None:
    assert control.socket_of(Path("data/upheld.db")) == Path("data/upheld.db.sock")
