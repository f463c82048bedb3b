"""Names are asked anew, beside each other, and a hanging lookup holds nothing up."""

import asyncio
import socket
import threading

import pytest

from probe.resolver import open_resolver


async def test_a_name_has_its_addresses() -> None:
    with open_resolver() as names:
        found = await names.resolve("localhost", 80, socket.AF_INET)
    assert {(one["host"], one["port"], one["hostname"]) for one in found} == {("127.0.0.1", 80, "localhost")}


async def test_a_name_that_cannot_be_is_an_error_of_the_resolver() -> None:
    with open_resolver() as names, pytest.raises(OSError):
        await names.resolve("a." * 200, 80, socket.AF_UNSPEC)


async def test_a_name_that_no_encoding_takes_is_an_error_and_ends_no_thread() -> None:
    with open_resolver() as names:
        for _ in range(40):
            with pytest.raises(UnicodeError):
                await asyncio.wait_for(names.resolve("a" * 64 + ".example", 80, socket.AF_UNSPEC), 60)
        assert await names.resolve("127.0.0.1", 80, socket.AF_UNSPEC)


async def test_a_hanging_lookup_holds_no_other_up_and_may_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, real = threading.Event(), socket.getaddrinfo

    def hang(host: str, *more: object, **named: object) -> object:
        if host == "hangs.example":
            let_go.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "temporary")
        return real(host, 80, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with open_resolver() as names:
        hanging = asyncio.create_task(names.resolve("hangs.example", 80, socket.AF_UNSPEC))
        assert await names.resolve("127.0.0.1", 80, socket.AF_UNSPEC)
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        let_go.set()
        assert await names.resolve("127.0.0.1", 80, socket.AF_UNSPEC)
