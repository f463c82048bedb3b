"""A change of shifts, asked by mail and accepted by a link; a person's calendar, without an account."""

import asyncio
import re
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config.instant import DAY, moment_of
from incidents import dutycalendar, offering, rostering, signet
from incidents.decide import Refused
from incidents.offer import read
from incidents.store import duty
from tests.servers.smtp import Mail, Smtp
from tests.upheld.house import NOON, house, served
from tests.upheld.test_answers import BASE, asked, changes
from upheld import oncall

SWAP = re.compile(re.escape(BASE) + r"(/oncall/swaps/([\w-]+))")


async def test_one_asks_the_other_accepts_and_both_calendars_say_so(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    given = changes(smtp)
    wang = {"name": "Wang", "email": "wang@example.com", "language": "en", "reach": [{"channel": "mail"}]}
    rota = {"timezone": "UTC", "rotate": "daily", "handoff": "09:00", "people": ["li", "wang"]}
    given = {**given, "people": {**given["people"], "wang": wang}, "rotas": {"primary": rota}}
    async with house(tmp_path, **given) as opened, served(opened, aiohttp_client) as reader:
        config, ways = opened.rules.config, opened.rules.paging

        def ask(tx: Connection) -> None:
            offering.ask(tx, config, ways, "primary", ("li", "wang"), "a wedding", NOON)

        def plan(tx: Connection) -> list[tuple[str, ...]]:
            roster = rostering.roster_of(tx, config, NOON, NOON + 4 * DAY)
            return [one.people for one in roster.shifts("primary", (NOON, NOON + 4 * DAY))]

        before = await opened.database.read(plan)
        await opened.database.write(ask)

        def wanted(mail: Mail) -> bool:
            return "wang@example.com" in mail.recipients and "Li asks you to change shifts" in mail.subject

        (mail,) = await asyncio.to_thread(smtp.wait_for, wanted)
        found = SWAP.search(mail.text)
        assert found is not None and "a wedding" in mail.text
        path = found[1]
        status, page = await asked(reader, path)
        assert status == 200 and "Change shifts with Li?" in page and "a wedding" in page
        assert await opened.database.read(plan) == before, "opening the link changes nothing"

        there = {"Origin": "https://evil.example"}
        forged = signet.token(b"x" * 32, "swap", signet.content(ways.links.secret or b"", "swap", found[2]))
        for sent, status in ((path, 403), (f"/oncall/swaps/{forged}", 403), ("/oncall/swaps/AAAA", 403)):
            assert (await reader.post(sent, data={"act": "accept"}, headers=there)).status == status
        assert (await asked(reader, f"/oncall/swaps/{forged}", act="accept"))[0] == 404, "without a word of its origin"
        assert await opened.database.read(plan) == before, "without the signature nothing, from elsewhere nothing"

        assert (await asked(reader, path, act="accept"))[0] == 200
        after = await opened.database.read(plan)
        status, page = await asked(reader, path, act="accept")
        assert (status, "The plan has changed since; ask again" in page) == (409, True)
        assert after != before and sorted(after) == sorted(before)
        made = await opened.database.read(lambda tx: duty.changes(tx, NOON, NOON + 4 * DAY))
        assert [(one.person, one.by, one.swap) for one in made] == [
            ("wang", "person:wang", 1),
            ("li", "person:wang", 1),
        ]

        address = dutycalendar.address(ways.links, "wang", 0)
        assert address is not None
        answer = await reader.get(address.removeprefix(BASE))
        assert answer.content_type == "text/calendar"
        text = await answer.text()
        assert all(f"DTSTART:{_stamp(one.start)}" in text for one in made[:1])
        assert f"DTSTART:{_stamp(made[1].start)}" not in text
        assert (await reader.get("/oncall/AAAA.ics")).status == 404
        await opened.command("oncall.renew_calendar", "person:li", {"person": "wang"})
        assert (await reader.get(address.removeprefix(BASE))).status == 404, "the one before ends"
        renewed = await opened.database.read(lambda tx: oncall.calendar_json(tx, opened.rules, "wang"))
        assert (await reader.get(renewed["address"].removeprefix(BASE))).status == 200
        assert (await asked(reader, path[:-2] + "AA"))[0] == 404

        offer = read(ways.links, found[2])
        assert offer is not None

        def late(tx: Connection) -> None:
            offering.accept(tx, config, offer, offer.expires_at)

        with pytest.raises(Refused, match="the plan has changed"):
            await opened.database.write(late)


def _stamp(at: int) -> str:
    return f"{moment_of(at):%Y%m%dT%H%M%SZ}"
