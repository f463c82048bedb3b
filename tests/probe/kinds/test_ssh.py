"""What kind `ssh` says of a real OpenSSH, and of one that shows a key it does not hold."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from probe.kinds.ssh import KIND, Options
from probe.net.course import Unanswered
from probe.net.wire import Fields
from probe.result import Outcome, Reason
from probe.ssh import identity
from tests.probe.listener import HOST, asked, listening
from tests.servers.openssh import OpenSsh
from tests.servers.program import scratch

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def sshd() -> Iterator[OpenSsh]:
    with scratch("sshd") as folder, OpenSsh(folder) as server:
        yield server


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_a_server_proves_whichever_of_its_keys_is_known(sshd: OpenSsh, kind: str) -> None:
    answer = await asked(KIND, f"ssh://{HOST}:{sshd.port}", host_keys=[sshd.keys[kind]], greeting="OpenSSH")
    assert answer.outcome is Outcome.UP, answer
    assert str(answer.facts["host_key_type"]).split("-")[1 if kind != "ecdsa" else 0] == kind
    assert (answer.facts["host_key"],) == Options.model_validate({"host_keys": sshd.keys[kind]}).host_keys


async def test_a_server_with_other_keys_or_another_greeting_is_down(sshd: OpenSsh) -> None:
    unknown = await asked(KIND, f"{HOST}:{sshd.port}", host_keys="SHA256:" + "A" * 43)
    other = await asked(KIND, f"{HOST}:{sshd.port}", greeting="Dropbear")
    assert (unknown.outcome, unknown.reason) == (Outcome.DOWN, Reason.KEY_CHANGED)
    assert unknown.detail.count("SHA256:") == 3
    assert (other.outcome, other.reason) == (Outcome.DOWN, Reason.BODY)


async def test_ways_we_do_not_know_are_our_own_lack(sshd: OpenSsh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "EXCHANGES", ("future-exchange", *identity.EXCHANGES[2:]))
    known = await asked(KIND, f"{HOST}:{sshd.port}", host_keys=sshd.keys["rsa"])
    assert known.outcome is Outcome.UP, known
    monkeypatch.setattr(identity, "EXCHANGES", ("future-exchange",))
    nothing = await asked(KIND, f"{HOST}:{sshd.port}")
    keys = await asked(KIND, f"{HOST}:{sshd.port}", host_keys=sshd.keys["rsa"])
    assert (nothing.outcome, keys.outcome, keys.reason) == (Outcome.UP, Outcome.INVALID, Reason.INTERNAL_ERROR)


async def test_a_key_that_is_only_shown_proves_nothing(sshd: OpenSsh) -> None:
    """Somebody between us and the server hands on what it says, with an exchange of his own."""

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, there = await asyncio.open_connection(HOST, sshd.port)
        try:
            writer.write(await back.readline())
            there.write(await reader.readline())
            for source, target in ((back, writer), (reader, there), (reader, there)):
                size = await source.readexactly(4)
                message = bytearray(await source.readexactly(int.from_bytes(size, "big")))
                if message[1] == identity.KEX_INIT:
                    message[10] ^= 1
                target.write(size + message)
            writer.write(await back.read(5000))
            await writer.drain()
        finally:
            there.transport.abort()

    async with listening(between) as port:
        answer = await asked(KIND, f"{HOST}:{port}", host_keys=sshd.keys["ed25519"])
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.PROTOCOL_ERROR)
    assert answer.detail == "the server does not hold the key it shows"


@pytest.mark.parametrize(
    "said, reason",
    [
        (b"SSH-1.5-old\r\n", Reason.PROTOCOL_ERROR),
        (b"Exceeded MaxStartups\r\n", Reason.CONNECTION_RESET),
        (b"SSH-2.0-x\r\n\0\0\0\x14\x06\x01\0\0\0\x02\0\0\0\x03bye\0\0\0\0" + bytes(6), Reason.NOT_SERVING),
        (b"SSH-2.0-x\r\n\0\0\0\x0c\x04\x14" + bytes(10), Reason.PROTOCOL_ERROR),
        (b"SSH-2.0-x\r\n\0\0\0\x0c\xff" + bytes(11), Reason.PROTOCOL_ERROR),
        (b"SSH-2.0-x\r\n" + b"\0\0\0\x0c\x0a\x02" + bytes(10) + b"\xff" * 4, Reason.PROTOCOL_ERROR),
    ],
)
async def test_what_is_no_ssh_server_is_down(said: bytes, reason: Reason) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        await reader.readline()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason), answer


@pytest.mark.parametrize("written", ["MD5:aa:bb", "ssh-ed25519", "SHA256:short", "ssh-rsa %%%"])
def test_a_key_that_is_none_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate({"host_keys": [written]})


@pytest.mark.parametrize("read", [lambda fields: fields.counted(), lambda fields: fields.ended()])
def test_fields_never_read_past_their_end(read: Callable[[Fields], bytes]) -> None:
    with pytest.raises(Unanswered):
        read(Fields(b"\1\1\1\x09abc"))
