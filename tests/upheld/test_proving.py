"""Trying a channel, and proving an address, against a real mail server."""

import asyncio
import re
from pathlib import Path

import pytest

from config.instant import MINUTE
from notify.decision import State
from notify.store import told
from tests.servers.smtp import Smtp
from tests.upheld.house import NOON, configuration
from tests.upheld.test_answers import changes
from upheld.control import CommandRefused
from upheld.house import House, open_house


async def ended(opened: House, key: str) -> told.Told:
    async with asyncio.timeout(60):
        while True:
            found = await opened.database.read(lambda tx: told.of_key(tx, key))
            if found is not None and found.state is not State.QUEUED and found.state is not State.SENDING:
                return found
            await asyncio.sleep(0.02)


async def test_a_test_message_arrives_and_a_code_proves_the_address(tmp_path: Path, smtp: Smtp) -> None:
    config, clock = configuration(tmp_path, **changes(smtp)), [NOON]
    async with open_house(config, tmp_path / "upheld.yaml", lambda: clock[-1]) as opened:
        over = {"channel": "mail", "person": "li"}
        tried = await opened.command("channel.test", "li", {"channel": "mail"})
        assert (await ended(opened, tried["key"])).state is State.SENT
        nothing = await opened.command("channel.prove", "li", {**over, "code": "000000"})
        assert nothing["why"] == "no code was sent there"

        asked = await opened.command("channel.ask", "li", over)
        assert (await ended(opened, asked["key"])).state is State.SENT
        mail = next(mail for mail in smtp.mails if "Your code" in mail.subject)
        code = re.findall(r"\d{6}", mail.subject)[0]
        other = f"{(int(code) + 1) % 1_000_000:06d}"

        assert not (await opened.command("channel.prove", "li", {**over, "code": other}))["verified"]
        [before, _] = await opened.command("channel.ways", "li", {})
        assert (await opened.command("channel.prove", "li", {**over, "code": code}))["verified"]
        [after, untried] = await opened.command("channel.ways", "li", {})

    assert (before["verified_at"], untried["verified_at"]) == (None, None)
    assert after["verified_at"] == "2026-09-04T12:00:00.000Z"


async def test_a_code_ends_with_its_time_and_with_five_wrong_ones(tmp_path: Path, smtp: Smtp) -> None:
    config, clock = configuration(tmp_path, **changes(smtp)), [NOON]
    async with open_house(config, tmp_path / "upheld.yaml", lambda: clock[-1]) as opened:
        over = {"channel": "mail", "person": "li"}

        async def wrong() -> str:
            return str((await opened.command("channel.prove", "li", {**over, "code": "no code"}))["why"])

        await opened.command("channel.ask", "li", over)
        whys = [await wrong() for _ in range(6)]
        clock.append(NOON + MINUTE)
        await opened.command("channel.ask", "li", over)
        clock.append(NOON + 16 * MINUTE)
        late = await wrong()
        with pytest.raises(CommandRefused, match="there is no channel 'fax'"):
            await opened.command("channel.test", "li", {"channel": "fax"})
        with pytest.raises(CommandRefused, match="write it into `reach`"):
            await opened.command("channel.test", "li", {"channel": "log"})

    assert whys == ["that is not the code"] * 5 + ["too many wrong codes; send a new one"]
    assert late == "the code is too old; send a new one"
